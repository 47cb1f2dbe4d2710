"""Claims: who works on a row of a queue, and until when. What every queue in the database needs.

Several processes take from the same queues. A claim is a lease: it ends by itself, and at once when
whoever holds it has died, so that nothing is left lying. All statements are built once: that takes
longer than running them.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.store.database.tables import UtcDateTime, jobs, processes

_NOW = sa.bindparam("at_now", type_=UtcDateTime)
_WORKER_ID = sa.bindparam("by_worker", type_=sa.String)
_AT_MOST = sa.bindparam("at_most", type_=sa.Integer)


def claim(
    table: sa.Table,
    *conditions: sa.ColumnElement[bool],
    order_by: Sequence[sa.ColumnElement[Any]],
) -> sa.Update:
    """An update that takes up to `at_most` due rows that nobody else holds, in this order.

    It runs with the parameters of `claiming`; the columns to set are named by further ones.
    PostgreSQL skips rows that another process is taking at the same moment; SQLite has one
    writer, and its dialect leaves that clause out.
    """
    # A subquery of its own would be run once for each row that some plans join it to, and take
    # other rows each time, beyond the limit: rows of this update are skipped by the next run.
    chosen = (
        sa.select(table.c.id)
        .where(*conditions, table.c.due_at <= _NOW, unclaimed(table))
        .order_by(*order_by)
        .limit(_AT_MOST)
        .with_for_update(skip_locked=True)
        .cte("chosen")
    )
    among = table.c.id.in_(sa.select(chosen.c.id))
    return sa.update(table).where(among).returning(table)


def unclaimed(table: sa.Table) -> sa.ColumnElement[bool]:
    """Nobody works on the row, or its lease has run out, or whoever did has died.

    Only who is alive itself can tell: when the database was away, nobody could beat. To be run
    with the parameters of `seen_by`.
    """
    alive = sa.select(processes.c.id).where(processes.c.alive_until > _NOW)
    return sa.or_(
        table.c.claimed_until.is_(None),
        table.c.claimed_until <= _NOW,
        sa.and_(table.c.claimed_by.not_in(alive), _WORKER_ID.in_(alive)),
    )


# Deliveries and cards that a process works on at the same time for one channel: Discord limits each
# channel by itself, and one that is slow must not take up all places.
PER_CHANNEL = 2
# Due rows that are looked at for those that may go first.
LOOKED_AT = 100
_FULL = sa.bindparam("full_channels", expanding=True, type_=sa.BigInteger)
_USED = sa.bindparam("used_channels", expanding=True, type_=sa.BigInteger)


def few_per_channel(table: sa.Table, job_id: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """At most `PER_CHANNEL` of the due rows in each channel, together with those under way.

    `job_id` is the row's job. To be run with the parameters of `busy_in`, too.
    """
    oldest = (
        sa.select(table.c.id, table.c.due_at, jobs.c.channel_id)
        .join(jobs, jobs.c.id == job_id)
        .where(table.c.due_at <= _NOW, unclaimed(table), jobs.c.channel_id.not_in(_FULL))
        .order_by(table.c.due_at, table.c.id)
        .limit(LOOKED_AT)
        .subquery()
    )
    in_turn = sa.func.row_number().over(
        partition_by=oldest.c.channel_id, order_by=(oldest.c.due_at, oldest.c.id)
    )
    under_way = sa.case((oldest.c.channel_id.in_(_USED), 1), else_=0)
    counted = sa.select(oldest.c.id, (in_turn + under_way).label("nth")).subquery()
    return table.c.id.in_(sa.select(counted.c.id).where(counted.c.nth <= PER_CHANNEL))


def next_due_at(table: sa.Table, job_id: sa.ColumnElement[str]) -> sa.Select[Any]:
    """The earliest of the rows that nobody works on, but for channels that are full."""
    unclaimed_in = sa.select(sa.func.min(table.c.due_at, type_=table.c.due_at.type)).where(
        table.c.claimed_until.is_(None)
    )
    return unclaimed_in.select_from(table.join(jobs, jobs.c.id == job_id)).where(
        jobs.c.channel_id.not_in(_FULL)
    )


def busy_in(under_way: Mapping[int, int]) -> dict[str, list[int]]:
    """The parameters that say how many rows of which channels are worked on."""
    return {
        "full_channels": [one for one, count in under_way.items() if count >= PER_CHANNEL],
        "used_channels": [one for one, count in under_way.items() if 0 < count < PER_CHANNEL],
    }


def seen_by(worker_id: str, now: datetime) -> dict[str, Any]:
    """The parameters that say who looks, and when."""
    return {"by_worker": worker_id, "at_now": now}


def claiming(worker_id: str, limit: int, now: datetime, lease_s: float) -> dict[str, Any]:
    """The parameters that say who claims how many rows, and until when that holds."""
    return seen_by(worker_id, now) | lease(worker_id, now, lease_s) | {"at_most": limit}


def lease(worker_id: str, now: datetime, lease_s: float) -> dict[str, Any]:
    """The columns that say who works on a row, and until when that holds."""
    return {"claimed_by": worker_id, "claimed_until": now + timedelta(seconds=lease_s)}


RELEASED: dict[str, Any] = {"claimed_by": None, "claimed_until": None}
