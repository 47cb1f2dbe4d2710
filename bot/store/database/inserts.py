"""Inserts that know what to do with a row that is there already, also when others are faster."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects import sqlite
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import NoticeKind
from bot.store.database.tables import jobs, notices

# Whether members may have been told of a job in a life that the database does not know of.
RESTORED = jobs.c.restored_at.is_not(None)


def insert_missing(connection: AsyncConnection, table: sa.Table) -> Any:
    """An insert that leaves out what is there already."""
    return dialect_insert(connection, table).on_conflict_do_nothing()


def new_notice(connection: AsyncConnection, job_id: str, kind: NoticeKind, now: datetime) -> Any:
    """The insert of a notice that is due at once.

    A job may fail a second time (see `JobStore.revive`). Then its notice is due again: to be told,
    or if it was told before, to bring the card up to date. It begins as `unsure` where a backup was
    restored: what ends now may have ended, and been told, before that.
    """
    restored = sa.select(RESTORED).where(jobs.c.id == job_id).scalar_subquery()
    fresh = {"created_at": now, "due_at": now, "attempts": 0}
    statement = dialect_insert(connection, notices).values(
        job_id=job_id, kind=kind, unsure=restored, **fresh
    )
    return statement.on_conflict_do_update(index_elements=["job_id", "kind"], set_=fresh)


def dialect_insert(connection: AsyncConnection, table: sa.Table) -> Any:
    """The dialect's own insert, which knows what to do with a row that is there already."""
    if connection.dialect.name == "sqlite":
        return sqlite.insert(table)
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415  # large, and loaded then anyway

    return postgresql.insert(table)
