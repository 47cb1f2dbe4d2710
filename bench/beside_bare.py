"""The bot beside a bare one: what an answer costs, what idling costs, and who answers meanwhile."""

import asyncio
from dataclasses import dataclass

from bench.crowd import burst
from bench.process import cpu_s, memory_mb
from bench.stage import UNBOUND, open_stage, short_track
from bench.table import Figure

REQUESTS = 300
WITHIN_S = 10.0
SETTLES_IN_S = 3.0
CPU_GOAL = 2.0
MEMORY_GOAL_MB = 70.0

RESTART_REQUESTS = 50
RESTART_WITHIN_S = 5.0

# One track at a time: answering is measured, not what follows an answer.
ONE_AT_A_TIME = UNBOUND | {"MAX_CONCURRENT_GENERATIONS": "1"}


@dataclass(frozen=True)
class Cost:
    """What a bot's process uses: while nothing happens, and for each answered `/compose`."""

    idle_mb: float
    cpu_ms: float
    answered: int


async def measure() -> list[Figure]:
    """Both bots in the same run, one after the other; then the requests during a restart."""
    bare, ours = await cost("bench.bare_bot"), await cost("bot")
    return [
        Figure(
            what=f"CPU for each answered /compose, {REQUESTS} in {WITHIN_S:.0f} s",
            value=f"{ours.cpu_ms:.1f} ms, {ours.answered} answered",
            goal=f"≤ {CPU_GOAL:.0f} times bare",
            reached=ours.cpu_ms <= CPU_GOAL * bare.cpu_ms,
            compared=f"bare discord.py {bare.cpu_ms:.1f} ms, {bare.answered} answered",
            ratio=ours.cpu_ms / bare.cpu_ms,
        ),
        Figure(
            what="memory, idle",
            value=f"{ours.idle_mb:.0f} MB",
            goal=f"≤ {MEMORY_GOAL_MB:.0f} MB",
            reached=ours.idle_mb <= MEMORY_GOAL_MB,
            compared=f"bare discord.py {bare.idle_mb:.0f} MB",
            ratio=ours.idle_mb / bare.idle_mb,
        ),
        await during_restart(),
    ]


async def cost(module: str) -> Cost:
    """Of the bot that this module is; the generation of its tracks does not end meanwhile."""
    async with open_stage(render=short_track(), env=ONE_AT_A_TIME, module=module) as stage:
        await stage.bot.start()
        await stage.bot.ready()
        pid = stage.bot.pid
        await asyncio.sleep(SETTLES_IN_S)
        idle_mb, before_s = memory_mb(pid), cpu_s(pid)
        crowd = burst(stage.sandbox, REQUESTS, within_s=WITHIN_S, delivered_in_s=0.0)
        result = await stage.bot.watch(crowd)
        used_s = cpu_s(pid) - before_s
        count = len(result.answers_s)
        return Cost(idle_mb=idle_mb, cpu_ms=1000 * used_s / max(count, 1), answered=count)


async def during_restart() -> Figure:
    """Requests spread over the time in which the bot is stopped and started again."""
    async with open_stage(render=short_track()) as stage:
        await stage.bot.start()
        await stage.bot.ready()
        crowd = burst(
            stage.sandbox, RESTART_REQUESTS, within_s=RESTART_WITHIN_S, delivered_in_s=0.0
        )
        async with asyncio.TaskGroup() as group:
            asking = group.create_task(crowd)
            await stage.bot.stop()
            await stage.bot.start()
        result = asking.result()
    count = len(result.answers_s)
    return Figure(
        what=f"answered, of {RESTART_REQUESTS} /compose typed in {RESTART_WITHIN_S:.0f} s "
        "around a restart",
        value=f"{count}",
        goal=f"{RESTART_REQUESTS}",
        reached=count == RESTART_REQUESTS,
    )
