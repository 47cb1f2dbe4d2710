"""Small transactions, those that wait at the same moment committed as one.

A commit waits for the disk, and SQLite has one writer: of a hundred requests that come at once the
last would wait for a hundred syncs. So whoever waits while another transaction runs goes together
with the others into the next one. A caller goes on only once its work is committed. PostgreSQL has
many writers, and gathers their commits itself: there each work has a transaction of its own.
"""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import DatabaseTrouble

AT_MOST = 50  # works in one transaction, so that the first of them need not wait long

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
    """Runs works in transactions."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._shares = engine.dialect.name == "sqlite"
        self._waiting: list[_Waiting] = []
        self._runner: asyncio.Task[None] | None = None

    async def run(self, work: Work[T], *, patience_s: float = 0.0) -> T:
        """What the work returns, once that is committed; what it raises, after a rollback.

        The work may be run again after a rollback that another one caused, so it must do nothing
        but talk to its connection. With patience it waits so long for others to go together with.
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

    def _start(self) -> None:
        if self._waiting and (self._runner is None or self._runner.done()):
            self._runner = asyncio.create_task(self._run())

    async def _run(self) -> None:
        while self._waiting:
            group, self._waiting = self._waiting[:AT_MOST], self._waiting[AT_MOST:]
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
                results = [await one.work(connection) for one in group]
        except DatabaseTrouble as error:  # the others would only meet the same
            for one in group:
                one.fail(error)
        except Exception as error:  # noqa: BLE001 whoever asked for the work gets it
            if len(group) == 1:
                group[0].fail(error)
                return
            for one in group:
                await self._together([one])
        else:
            for one, result in zip(group, results, strict=True):
                one.succeed(result)
