"""What most stores do: run one statement, and read what it brings."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.database.transactions import Transactions

Values = Mapping[str, Any]


class Queries:
    """A store's way to the database. Each statement here has a connection of its own."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def _rows(self, statement: sa.Executable, values: Values | None = None) -> Sequence[Any]:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).all()

    async def _first(self, statement: sa.Executable, values: Values | None = None) -> Any:
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).first()

    async def _values(self, statement: sa.Executable) -> Sequence[Any]:
        """Of queries for a single column."""
        async with self._engine.connect() as connection:
            return (await connection.execute(statement)).scalars().all()

    async def _value(self, statement: sa.Executable, values: Values | None = None) -> Any:
        """Of queries for a single value; `None` where there is no row."""
        async with self._engine.connect() as connection:
            return (await connection.execute(statement, values)).scalar()

    async def _change(self, statement: sa.Executable) -> int:
        """Committed at once; how many rows it met."""
        async with self._engine.begin() as connection:
            return (await connection.execute(statement)).rowcount


class Claims(Queries):
    """Of stores whose rows are claimed, by the process that works under this id."""

    def __init__(self, engine: AsyncEngine, transactions: Transactions, worker_id: str) -> None:
        super().__init__(engine)
        self._transactions = transactions
        self._worker_id = worker_id
