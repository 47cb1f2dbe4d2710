"""`make bench`: prints a table; exits with 0 also where a goal is missed, for it measures."""

import asyncio
import sys
import tempfile
from pathlib import Path

from bench.crowd import SharedRender, burst, crowded_world, shared_track
from bench.table import Figure, memory_mb, peak_memory_mb, percentile, show
from sandbox.stack import BotProcess, Sandbox

BURSTS = (50, 200, 500)
SPEED = 10.0
UNBOUND = {
    "MAX_JOBS_PER_MEMBER_PER_DAY": "0",
    "MAX_CONCURRENT_GENERATIONS": "1000",
    "POLLS_PER_SECOND": "100",
}


async def first_answers(count: int) -> list[Figure]:
    """`count` requests within one second: how long each waits for its first answer."""
    provider = {"render": SharedRender(shared_track()), "balance_usd": 1e6}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        sandbox = Sandbox(speed=SPEED, world=crowded_world(), provider=provider)
        async with sandbox:
            env = sandbox.bot_env(folder / "compose.db") | UNBOUND
            async with BotProcess(sandbox, env, log=folder / "bot.log", folder=folder) as bot:
                await bot.ready()
                idle_mb = memory_mb(bot.pid)
                result = await bot.watch(burst(sandbox, count, within_s=1.0, delivered_in_s=120))
                peak_mb = peak_memory_mb(bot.pid)
    p50, p99 = percentile(result.answers_s, 0.5), percentile(result.answers_s, 0.99)
    worst = max(result.answers_s)
    once = all(tracks == 1 for tracks in result.tracks.values())
    delivered = len(result.tracks) == count - result.unanswered and once
    paid = len(sandbox.provider.generations)
    return [
        Figure(
            f"first answer, {count} in one second: p50 / p99 / max",
            f"{p50:.2f} / {p99:.2f} / {worst:.2f} s",
            "p99 < 1 s, max < 3 s",
            p99 < 1 and worst < 3 and not result.unanswered,
        ),
        Figure(
            f"delivered once each, of {count}",
            f"{len(result.tracks)} (paid for: {paid})",
            f"{count}",
            delivered and paid == count,
        ),
        Figure(
            f"memory with {count}: idle / peak",
            f"{idle_mb:.0f} / {peak_mb:.0f} MB",
            "peak < 200 MB",
            peak_mb < 200,
        ),
    ]


async def main() -> None:
    """All figures, one after another."""
    figures: list[Figure] = []
    for count in BURSTS:
        sys.stderr.write(f"first answers, {count} at once …\n")
        figures += await first_answers(count)
    sys.stdout.write(show(figures) + "\n")


if __name__ == "__main__":
    asyncio.run(main())
