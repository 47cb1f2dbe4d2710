"""Which schema a database has.

Alembic takes a good part of a start's time and memory, so it's loaded only when there is something
to migrate. A migration's revision is its file's name, so the newest one is known without it.
"""

from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.errors import DatabaseTrouble

MIGRATIONS = Path(__file__).parent / "migrations"
# Alembic's own table, with one row.
_VERSION = sa.table("alembic_version", sa.column("version_num", sa.String))


def known_revisions() -> list[str]:
    """All revisions of this version of the bot, the newest one last."""
    return sorted(file.stem for file in (MIGRATIONS / "versions").glob("[0-9]*.py"))


async def is_current(engine: AsyncEngine) -> bool:
    """Whether the schema is the newest one we know.

    Raises `DatabaseTrouble` where it's one that we don't know.
    """
    return await _revision(engine) == known_revisions()[-1]


async def _revision(engine: AsyncEngine) -> str | None:
    """The schema's revision, one that we know; `None` for a database without tables of ours."""

    def look(connection: sa.Connection) -> str | None:
        if not sa.inspect(connection).has_table(_VERSION.name):
            return None
        return connection.execute(sa.select(_VERSION)).scalar()

    async with engine.connect() as connection:
        revision = await connection.run_sync(look)
    if revision is not None and revision not in known_revisions():
        raise DatabaseTrouble(
            f"was made by another version of the bot (its schema is {revision}): move it away, "
            "name an empty one in DATABASE_URL, or run the version that made it"
        )
    return revision
