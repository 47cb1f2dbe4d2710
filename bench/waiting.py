"""Many pending jobs: what they cost while they wait, and how soon a restart takes them all up."""

import asyncio
import time
from collections import Counter
from dataclasses import dataclass, field

from aiohttp import web

from bench.process import cpu_s, memory_mb
from bench.seeding import seed_pending
from bench.stage import UNBOUND, open_stage, short_track
from bench.table import Figure
from sandbox.scenario import Scenario

PENDING = (0, 1000, 10_000)
SETTLES_IN_S = 4.0
WATCHED_S = 8.0
IDLE_GOAL_MB = 150.0
MORE_GOAL_MB = 40.0
CPU_GOAL_PERCENT = 5.0

RESTART_WITH = 10_000
RESTART_POLLS_PER_S = 500
RESTART_SLACK_S = 5.0
GIVE_UP_AFTER_S = 60.0


@dataclass
class Polls:
    """Counts the polls of each generation, and answers that it still goes on."""

    counts: Counter[str] = field(default_factory=Counter)
    wanted: int = 0
    all_polled: asyncio.Event = field(default_factory=asyncio.Event)

    def answer(self, scenario: Scenario) -> None:
        """From now on every poll is answered so."""
        rule = scenario.on("GET", "/v2/generate/audio", times=None, where=self._count)
        rule.respond(200, {"id": "pending:lyria2", "status": "generating"})

    def _count(self, request: web.Request) -> bool:
        self.counts[request.query.get("generation_id", "")] += 1
        if len(self.counts) >= self.wanted:
            self.all_polled.set()
        return True


@dataclass(frozen=True)
class Load:
    """What the bot's process uses while jobs wait."""

    memory_mb: float
    cpu_percent: float


async def measure_load() -> list[Figure]:
    """Memory and CPU with nothing to do, and with more and more jobs pending."""
    loads = [await load(count) for count in PENDING]
    idle_mb = loads[0].memory_mb
    figures = []
    for count, one in zip(PENDING, loads, strict=True):
        more_mb = one.memory_mb - idle_mb
        figures.append(
            Figure(
                what=f"memory, {count:,} jobs pending",
                value=f"{one.memory_mb:.0f} MB",
                goal=f"≤ {MORE_GOAL_MB:.0f} MB more" if count else f"< {IDLE_GOAL_MB:.0f} MB",
                reached=more_mb <= MORE_GOAL_MB if count else idle_mb < IDLE_GOAL_MB,
                compared=f"idle {idle_mb:.0f} MB" if count else "",
                ratio=one.memory_mb / idle_mb if count else None,
            )
        )
        figures.append(
            Figure(
                what=f"CPU of one core, {count:,} jobs pending, 5 polls/s",
                value=f"{one.cpu_percent:.1f} %",
                goal=f"< {CPU_GOAL_PERCENT:.0f} %",
                reached=one.cpu_percent < CPU_GOAL_PERCENT,
            )
        )
    return figures


async def load(count: int) -> Load:
    """With `count` jobs pending, at the default poll rate."""
    env = {name: value for name, value in UNBOUND.items() if name != "POLLS_PER_SECOND"}
    async with open_stage(render=short_track(), env=env) as stage:
        Polls().answer(stage.sandbox.provider.scenario)
        await seed_pending(stage.database_url, stage.sandbox.discord.world, count)
        await stage.bot.start()
        await stage.bot.ready()
        pid = stage.bot.pid
        await asyncio.sleep(SETTLES_IN_S)
        cpu_before_s, began_s = cpu_s(pid), time.monotonic()
        await asyncio.sleep(WATCHED_S)
        percent = 100 * (cpu_s(pid) - cpu_before_s) / (time.monotonic() - began_s)
        return Load(memory_mb=memory_mb(pid), cpu_percent=percent)


async def measure_restart() -> list[Figure]:
    """How long after its start the bot has asked for each of many pending jobs once."""
    env = UNBOUND | {"POLLS_PER_SECOND": str(RESTART_POLLS_PER_S)}
    dictated_s = RESTART_WITH / RESTART_POLLS_PER_S
    async with open_stage(render=short_track(), env=env) as stage:
        polls = Polls(wanted=RESTART_WITH)
        polls.answer(stage.sandbox.provider.scenario)
        await seed_pending(stage.database_url, stage.sandbox.discord.world, RESTART_WITH)
        began_s = time.monotonic()
        await stage.bot.start()
        try:
            async with asyncio.timeout(GIVE_UP_AFTER_S):
                await stage.bot.watch(polls.all_polled.wait())
        except TimeoutError:
            pass
        took_s = time.monotonic() - began_s
        repeated = polls.counts.total() - len(polls.counts)
    return [
        Figure(
            what=f"restart with {RESTART_WITH:,} pending: until each was polled once",
            value=f"{took_s:.1f} s for {len(polls.counts):,}, {repeated} polled again",
            goal=f"≤ {dictated_s + RESTART_SLACK_S:.0f} s, all",
            reached=len(polls.counts) == RESTART_WITH and took_s <= dictated_s + RESTART_SLACK_S,
            compared=f"at {RESTART_POLLS_PER_S} polls/s {dictated_s:.0f} s",
            ratio=took_s / dictated_s,
        )
    ]
