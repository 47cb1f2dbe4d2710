"""The store alone: how many jobs a second go through their whole life, without Discord or provider.

`python -m bench.store URL COUNT` is one process of the measurement; it prints when it began and
ended.
"""

import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Coroutine, Iterable
from dataclasses import replace
from pathlib import Path
from secrets import randbits, token_hex
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.table import Figure
from bot.clock import utc_now
from bot.domain.budgets import Budgets
from bot.domain.jobs import Job, JobState, NewJob, Notice, Rung, new_job_id
from bot.domain.models import LYRIA_2
from bot.domain.requests import Request
from bot.errors import DailyLimitReached
from bot.store.database.engine import open_database
from bot.store.database.tables import jobs as table
from bot.store.job_store import JobStore
from bot.store.notice_store import NoticeStore
from bot.store.process_store import ProcessStore
from bot.store.receiving import DailyLimits
from bot.store.stores import Stores
from sandbox.stack import ROOT
from tests import postgres

JOBS: Final = 300
AT_ONCE: Final = 50
BURST: Final = 100
BUDGET_BURST: Final = 500
BUDGET_ROUNDS: Final = 7
LEASE_S: Final = 60.0
LIMITS = DailyLimits(per_member=20, whole_bot=0)
TRACK_URL = "https://cdn.example/output.wav"


async def measure() -> list[Figure]:
    """Both databases; SQLite serves one process only."""
    with tempfile.TemporaryDirectory(prefix="compose-bench-") as folder:
        sqlite = await _jobs_per_s(f"sqlite:///{Path(folder) / 'compose.db'}", processes=1)
        refusals = await _refused_beside_accepted(f"sqlite:///{Path(folder) / 'burst.db'}")
        budgets = await _admitted_with_budgets(f"sqlite:///{Path(folder) / 'budgets.db'}")
    figures = [
        refusals,
        budgets,
        Figure(what="store, SQLite, one process", value=f"{sqlite:.0f} jobs/s"),
        Figure(what="store, SQLite, three processes", value="one bot per SQLite file, by design"),
    ]
    alone = None
    for processes, word in ((1, "one process"), (3, "three processes")):
        async with _postgres() as url:
            what = f"store, PostgreSQL, {word}"
            if url is None:
                figures.append(Figure(what=what, value="skipped: PostgreSQL isn't installed"))
                continue
            rate = await _jobs_per_s(url, processes=processes)
        alone = alone or rate
        compared = f"{'one process' if processes > 1 else 'SQLite'}"
        ratio = rate / (alone if processes > 1 else sqlite)
        value = f"{rate:.0f} jobs/s (server without fsync)"
        figures.append(Figure(what=what, value=value, compared=compared, ratio=ratio))
    return figures


async def _refused_beside_accepted(url: str) -> Figure:
    """What requests beyond a daily limit cost those that are stored at the same moment."""
    async with open_database(url) as engine:
        jobs = Stores(engine, token_hex(8)).jobs
        commits: list[object] = []
        sa.event.listen(engine.sync_engine, "commit", commits.append)
        greedy = a_request()
        for number in range(LIMITS.per_member):
            await _stored_after_s(jobs, replace(greedy, interaction_id=number))
        alone = await asyncio.gather(*(_stored_after_s(jobs, a_request()) for _ in range(BURST)))
        commits.clear()
        news = (a_request() for _ in range(BURST))
        refused = (replace(greedy, interaction_id=LIMITS.per_member + at) for at in range(BURST))
        mixed = [new for pair in zip(news, refused, strict=True) for new in pair]
        took = await asyncio.gather(*(_stored_after_s(jobs, new) for new in mixed))
    stored = [seconds for seconds in took if seconds is not None]
    last = max(seconds or 0.0 for seconds in alone)
    return Figure(
        what=f"store, SQLite, {len(stored)} requests beside {len(took) - len(stored)} refused ones",
        value=f"all stored after {max(stored) * 1e3:.0f} ms, {len(commits)} commits",
        compared=f"{BURST} alone {last * 1e3:.0f} ms",
        ratio=max(stored) / last,
    )


async def _admitted_with_budgets(url: str) -> Figure:
    """What it costs to check that a day's and a month's money reach for each of many requests.

    With and without budgets take turns, for the machine may be quicker at one time than at another.
    Each time the same is there: as many were submitted today, which the budgets have to add up. The
    ratio is the median of what was measured in turn.
    """
    rich = replace(LIMITS, budgets=Budgets(per_day=10**12, per_month=10**12))
    took: dict[DailyLimits, list[float]] = {LIMITS: [], rich: []}
    async with open_database(url) as engine:
        jobs = Stores(engine, token_hex(8)).jobs
        await _burst(jobs, LIMITS)
        await _submitted(engine)
        for _ in range(BUDGET_ROUNDS):
            for limits, seconds in took.items():
                began = time.perf_counter()
                await _burst(jobs, limits)
                seconds.append(time.perf_counter() - began)
                await _forgotten(engine)
    without, checked = (statistics.median(seconds) for seconds in took.values())
    ratio = statistics.median(rich_s / s for s, rich_s in zip(*took.values(), strict=True))
    return Figure(
        what=f"store, SQLite, {BUDGET_BURST} requests with budgets",
        value=f"all stored after {checked * 1e3:.0f} ms",
        compared=f"without {without * 1e3:.0f} ms",
        ratio=ratio,
        goal="≤ 1.1",
        reached=ratio <= 1.1,
    )


async def _burst(jobs: JobStore, limits: DailyLimits) -> None:
    news = [replace(a_request(), held_credits=120_000) for _ in range(BUDGET_BURST)]
    await asyncio.gather(*(_stored_after_s(jobs, new, limits) for new in news))


async def _submitted(engine: AsyncEngine) -> None:
    """All that waits has gone out."""
    gone = {"state": JobState.GENERATING, "submitted_at": utc_now()}
    async with engine.begin() as connection:
        waiting = sa.update(table).where(table.c.state == JobState.RECEIVED)
        await connection.execute(waiting.values(gone))


async def _forgotten(engine: AsyncEngine) -> None:
    """All that waits was never asked for."""
    async with engine.begin() as connection:
        await connection.execute(sa.delete(table).where(table.c.state == JobState.RECEIVED))


async def _stored_after_s(
    jobs: JobStore, new: NewJob, limits: DailyLimits = LIMITS
) -> float | None:
    """Seconds until the request was stored, `None` if a daily limit refused it."""
    began = time.perf_counter()
    new = replace(new, id=new_job_id())
    try:
        await jobs.receive(new, limits, utc_now(), lease_s=LEASE_S)
    except DailyLimitReached:
        return None
    return time.perf_counter() - began


@contextlib.asynccontextmanager
async def _postgres() -> AsyncIterator[str | None]:
    """A fresh database, or `None` where there is no server to be had."""
    if postgres.binaries() is None:
        yield None
        return
    with postgres.running_server() as server:
        async with postgres.fresh_database(server) as url:
            yield url


async def _jobs_per_s(url: str, *, processes: int) -> float:
    async with open_database(url):
        pass  # makes the tables
    spans = await asyncio.gather(*(_in_child(url, JOBS // processes) for _ in range(processes)))
    return JOBS / (max(end for _, end in spans) - min(begin for begin, _ in spans))


async def _in_child(url: str, count: int) -> tuple[float, float]:
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bench.store", url, str(count)),
        stdout=asyncio.subprocess.PIPE,
        cwd=ROOT,
    )
    output, _ = await child.communicate()
    begin, end = json.loads(output)
    return begin, end


class Lives:
    """Takes jobs from the request to the told member, as the bot's loops do."""

    def __init__(self, jobs: JobStore, notices: NoticeStore) -> None:
        self._jobs = jobs
        self._notices = notices

    async def run(self, count: int) -> None:
        """Begin so many jobs, and go on until nothing is left to do, whoever began it."""
        for begun in range(0, count, AT_ONCE):
            await _all(self._begin() for _ in range(min(AT_ONCE, count - begun)))
            await self.turn()
        while await self.turn():
            pass

    async def turn(self) -> int:
        """One turn of each loop; how many items there were."""
        now = utc_now()
        submitting = await self._jobs.claim_submissions(
            AT_ONCE, now, at_most_running=10 * AT_ONCE, overdue_s=600, lease_s=LEASE_S
        )
        await _all(map(self._submit, submitting))
        polled = await self._jobs.claim_polls(AT_ONCE, utc_now(), lease_s=LEASE_S)
        await _all(map(self._poll, polled))
        told = await self._notices.claim_due(AT_ONCE, utc_now(), lease_s=LEASE_S)
        await _all(self._tell(notice) for notice, _ in told)
        return len(submitting) + len(polled) + len(told)

    async def _begin(self) -> None:
        new = a_request()
        receipt = await self._jobs.receive(new, LIMITS, utc_now(), lease_s=LEASE_S)
        await self._jobs.accept(receipt.jobs[0].id, new.interaction_id + 1, utc_now())

    async def _submit(self, job: Job) -> None:
        await self._jobs.start_generation(job.id, f"{job.id}:lyria2", utc_now())

    async def _poll(self, job: Job) -> None:
        await self._jobs.succeed(job.id, TRACK_URL, utc_now())

    async def _tell(self, notice: Notice) -> None:
        now = utc_now()
        await self._notices.record_attempt(notice.id, Rung.CHANNEL, now)
        await self._notices.told(notice.id, Rung.CHANNEL, now, channel_id=1, message_id=2)
        await self._notices.close(notice, now)


def a_request() -> NewJob:
    """One of a member who asks once."""
    number = randbits(60)
    request = Request(model=LYRIA_2.id, prompt="lo-fi rain", negative_prompt=None, seed=3)
    return NewJob(
        interaction_id=number,
        interaction_token="token",
        application_id=1,
        guild_id=number % 100,
        channel_id=number % 1000,
        member_id=number,
        upload_limit_bytes=10 << 20,
        request=request,
    )


async def _all(steps: Iterable[Coroutine[Any, Any, None]]) -> None:
    await asyncio.gather(*steps)


async def main(url: str, count: int) -> None:
    """One process's share."""
    async with open_database(url) as engine:
        worker_id = token_hex(8)
        await ProcessStore(engine, worker_id).beat(utc_now())
        stores = Stores(engine, worker_id)
        lives = Lives(stores.jobs, stores.notices)
        begin = time.time()
        await lives.run(count)
        sys.stdout.write(json.dumps([begin, time.time()]))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], int(sys.argv[2])))
