"""`/healthz`, `/readyz` and `/metrics`, for whoever watches over the process.

They tell states and numbers, never a name, an id or a secret: the port may be open to all.
"""

import asyncio
import contextlib
import json
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from bot.clock import Clock
from bot.errors import PortUnusable
from bot.loops.worker import Worker
from bot.metrics import CONTENT_TYPE, Metrics
from bot.ops.probes import Answer, Page, Probes
from bot.readiness import Part
from bot.said_once import SaidOnce
from bot.store.spending import Accounts
from bot.store.survey import Survey

DATABASE_TIMEOUT_S: Final = 2.0
# Looks closer together than this share one answer: whoever asks often must not load the database.
FRESH_S: Final = 1.0
CENSUS_FRESH_S: Final = 10.0
SPENDING_FRESH_S: Final = 60.0

log = logging.getLogger(__name__)


@dataclass(eq=False)
class Health:
    """How the parts of the process are. Workers are added once they run."""

    survey: Survey
    metrics: Metrics
    connected: Callable[[], bool]
    clock: Clock
    beside: Sequence[Part] = ()
    has_room: Callable[[], bool] = lambda: True  # on the disk
    workers: Sequence[Worker[Any]] = ()
    accounts: Accounts | None = None

    def __post_init__(self) -> None:
        self._asking: asyncio.Task[bool] | None = None
        self._asked_at_s = -FRESH_S
        self._counting = asyncio.Lock()
        self._counted_at_s = -CENSUS_FRESH_S
        self._added_up_at_s = -SPENDING_FRESH_S
        self._said = SaidOnce(log)

    async def parts(self) -> dict[str, bool]:
        """Whether each part is well: gateway, database, disk, every loop, and what is beside."""
        loops = {worker.part: worker.alive for worker in self.workers}
        return {
            "gateway": self.connected(),
            "database": await self._database_answers(),
            "disk": self.has_room(),
            "workers": bool(self.workers),
            **loops,
            **{part.name: part.well for part in self.beside},
        }

    def ready(self, parts: Mapping[str, bool]) -> bool:
        """Whether the bot serves members. What is beside the work is named and does not count."""
        beside = {part.name for part in self.beside}
        return all(well for name, well in parts.items() if name not in beside)

    async def _database_answers(self) -> bool:
        """Whether it did within `DATABASE_TIMEOUT_S`; all who ask meanwhile wait for one query.

        A query that takes longer is left to end by itself, since breaking it off would cost the
        connection that the bot works with.
        """
        now_s = time.monotonic()
        if self._asking is None or (self._asking.done() and now_s - self._asked_at_s >= FRESH_S):
            self._asking = asyncio.create_task(self.survey.answers())
            self._asked_at_s = now_s
        left_s = max(self._asked_at_s + DATABASE_TIMEOUT_S - now_s, 0.0)
        await asyncio.wait({self._asking}, timeout=left_s)
        return self._asking.done() and self._asking.result()

    async def refresh_metrics(self) -> None:
        """Bring the figures that are looked up, not counted, up to date."""
        parts = await self.parts()
        self.metrics.set_parts(parts)
        async with self._counting:
            if time.monotonic() - self._counted_at_s >= CENSUS_FRESH_S:
                census = await self.survey.census(self.clock()) if parts["database"] else None
                self.metrics.set_census(census)
                if census:
                    self._counted_at_s = time.monotonic()
            if time.monotonic() - self._added_up_at_s >= SPENDING_FRESH_S:
                await self._add_up(well=parts["database"])

    async def _add_up(self, *, well: bool) -> None:
        spending = None
        with self._said.watching(
            "spending", "what was spent can't be added up: %s", over="it can be added up again"
        ):
            spending = await self.accounts.read(self.clock()) if well and self.accounts else None
        self.metrics.set_spending(spending)
        if spending:
            self._added_up_at_s = time.monotonic()

    async def close(self) -> None:
        """Let a question to the database end before the database is closed."""
        if self._asking is not None:
            await asyncio.wait({self._asking}, timeout=DATABASE_TIMEOUT_S)
            self._asking.cancel()


def pages(health: Health, metrics: Metrics) -> Mapping[str, Page]:
    """The answers to `/healthz`, `/readyz` and `/metrics`, by their paths."""

    async def healthz() -> Answer:
        return _json(200, {"alive": True})

    async def readyz() -> Answer:
        parts = await health.parts()
        ready = health.ready(parts)
        missing = [name for name, well in parts.items() if not well]
        said = {"ready": ready, "missing": missing, "parts": parts}
        return _json(200 if ready else 503, said)

    async def exposition() -> Answer:
        await health.refresh_metrics()
        return Answer(content_type=CONTENT_TYPE, body=metrics.exposition())

    return {"/healthz": healthz, "/readyz": readyz, "/metrics": exposition}


def _json(status: int, said: Mapping[str, object]) -> Answer:
    body = json.dumps(said).encode()
    return Answer(status=status, content_type="application/json; charset=utf-8", body=body)


@contextlib.asynccontextmanager
async def serving(
    health: Health, metrics: Metrics, *, host: str, port: int | None
) -> AsyncIterator[None]:
    """Answer on this port within the block; nothing at all without one.

    Raises `PortUnusable`.
    """
    if port is None:
        yield
        return
    async with contextlib.AsyncExitStack() as open_ones:
        open_ones.push_async_callback(health.close)
        try:
            await open_ones.enter_async_context(
                Probes(pages(health, metrics)).listening(host, port)
            )
        except OSError as error:
            raise PortUnusable(
                f"port {port} of {host} can't be listened on ({error.strerror or error}): another "
                "program has it, or HOST is not this machine's. Change PORT or HOST"
            ) from error
        log.info("health and metrics are on port %d of %s", port, host)
        yield
