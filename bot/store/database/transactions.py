"""Small transactions, those that wait at the same moment committed as one.

A commit waits for the disk, and SQLite has one writer: of a hundred requests that come at once the
last would wait for a hundred syncs. So whoever waits while another transaction runs goes together
with the others into the next one. A caller goes on only once its work is committed; one that is
refused (a daily limit, say) is undone alone. PostgreSQL has many writers, and gathers their commits
itself: there each work has a transaction of its own.
"""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import DatabaseTrouble

WORKS_LIMIT = 50  # works in one transaction, so that the first of them need not wait long

T = TypeVar("T")
Work = Callable[[AsyncConnection], Awaitable[T]]


@dataclass(frozen=True, eq=False)
class _Waiting:
    work: Work[Any]
    outcome: asyncio.Future[Any] = field(
        default_factory=lambda: asyncio.get_running_loop().create_future()
    )

    def succeed(self, result: Any) -> None:
        if not self.outcome.done():
            self.outcome.set_result(result)

    def fail(self, error: Exception) -> None:
        if not self.outcome.done():
            self.outcome.set_exception(error)


class Transactions:
    """Runs works in transactions; one for all stores, so that their works go together."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._shares = engine.dialect.name == "sqlite"
        self._waiting: list[_Waiting] = []
        self._runner: asyncio.Task[None] | None = None

    async def run(self, work: Work[T], *, patience_s: float = 0.0) -> T:
        """What the work returns, once that is committed; what it raises, once that is undone.

        It must do nothing but talk to its connection: what goes together with it waits meanwhile,
        and may be the cause that nothing is committed. With patience it waits so long for others
        to go together with.
        """
        if not self._shares:
            async with self._engine.begin() as connection:
                return await work(connection)
        waiting = _Waiting(work)
        self._waiting.append(waiting)
        if patience_s:
            asyncio.get_running_loop().call_later(patience_s, self._start)
        else:
            self._start()
        result: T = await waiting.outcome
        return result

    async def rows(self, statement: sa.Executable, values: Mapping[str, Any]) -> Sequence[Any]:
        """What a single statement brings."""

        async def read(connection: AsyncConnection) -> Sequence[Any]:
            return (await connection.execute(statement, values)).all()

        return await self.run(read)

    async def change(
        self,
        statement: sa.Executable,
        values: Mapping[str, Any] | None = None,
        *,
        patience_s: float = 0.0,
    ) -> int:
        """How many rows a single statement met. `patience_s` is as in `run`."""

        async def change(connection: AsyncConnection) -> int:
            return (await connection.execute(statement, values)).rowcount

        return await self.run(change, patience_s=patience_s)

    def _start(self) -> None:
        if self._waiting and (self._runner is None or self._runner.done()):
            self._runner = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:WORKS_LIMIT], self._waiting[WORKS_LIMIT:]
            try:
                await self._together([one for one in group if not one.outcome.cancelled()])
            except asyncio.CancelledError:  # the bot ends
                for one in (*group, *self._waiting):
                    one.outcome.cancel()
                self._waiting.clear()
                raise

    async def _together(self, group: list[_Waiting]) -> None:
        try:
            async with self._engine.begin() as connection:
                driver = (await connection.get_raw_connection()).driver_connection
                tellings = [await _settle(connection, driver, one) for one in group]
        except Exception as error:  # noqa: BLE001 nothing was committed: all get to know why
            tellings = [functools.partial(one.fail, error) for one in group]
        for tell in tellings:
            tell()


async def _settle(connection: AsyncConnection, driver: Any, one: _Waiting) -> Callable[[], None]:
    """Run a work, and undo it alone if it fails; what tells its caller, once all is committed.

    Its savepoint is set without SQLAlchemy, whose own way costs a third of what a request costs,
    and is kept: the commit ends them all.
    """
    await driver.execute("SAVEPOINT work")
    try:
        result = await one.work(connection)
    except DatabaseTrouble:  # the others would only meet the same
        raise
    except Exception as error:  # noqa: BLE001 whoever asked for the work gets it
        await driver.execute("ROLLBACK TO work")
        return functools.partial(one.fail, error)
    return functools.partial(one.succeed, result)
