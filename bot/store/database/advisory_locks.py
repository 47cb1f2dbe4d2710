"""Advisory locks, for where a count and what follows from it belong together.

SQLite has one writer, so there every transaction excludes the others. PostgreSQL's advisory locks
do the same between any number of processes, and end with the transaction.
"""

from enum import IntEnum
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection


class AdvisoryLock(IntEnum):
    """The locks by name. Discord's ids, which are used likewise, are far larger numbers."""

    WHOLE_BOT = 1
    SUBMITTING = 2
    MIGRATING = 3
    KEEPING = 4
    SPEND_DAYS = 5
    BUDGET = 6


async def advisory_lock(
    connection: AsyncConnection, key: int | sa.ScalarSelect[Any], *, shared: bool = False
) -> None:
    """Wait until no other transaction holds this lock; it is ours until the transaction ends.

    Those that take it `shared` only wait for those that don't. A key that is selected and turns out
    to be null locks nothing.
    """
    if connection.dialect.name == "postgresql":
        lock = sa.func.pg_advisory_xact_lock_shared if shared else sa.func.pg_advisory_xact_lock
        await connection.execute(sa.select(lock(key)))
