"""First answers: how long members wait for their card when many ask at once."""

from bench.crowd import burst
from bench.process import memory_mb, peak_memory_mb
from bench.stage import open_stage, short_track
from bench.table import Figure, percentile

BURSTS = (50, 200, 500)
DELIVERED_IN_S = 45.0
P99_GOAL_S = 1.0
LATE_S = 3.0  # Discord docs: Receiving and Responding > Responding to an Interaction


async def measure() -> list[Figure]:
    """All bursts, each with a fresh bot."""
    return [figure for count in BURSTS for figure in await first_answers(count)]


async def first_answers(count: int) -> list[Figure]:
    """`count` requests within one second, over 50 channels, until each has its track."""
    async with open_stage(speed=10, render=short_track()) as stage:
        await stage.bot.start()
        await stage.bot.ready()
        idle_mb = memory_mb(stage.bot.pid)
        crowd = burst(stage.sandbox, count, within_s=1.0, delivered_in_s=DELIVERED_IN_S)
        result = await stage.bot.watch(crowd)
        peak_mb = peak_memory_mb(stage.bot.pid)
        paid = len(stage.sandbox.provider.generations)
    p50, p99 = percentile(result.answers_s, 0.5), percentile(result.answers_s, 0.99)
    worst = max(result.answers_s)
    late = result.unanswered + sum(wait_s >= LATE_S for wait_s in result.answers_s)
    once = sum(tracks == 1 for tracks in result.tracks.values())
    return [
        Figure(
            what=f"first answer, {count} in one second: p50 / p99 / max",
            value=f"{p50:.2f} / {p99:.2f} / {worst:.2f} s, {late} late",
            goal=f"p99 < {P99_GOAL_S:.0f} s, none late",
            reached=p99 < P99_GOAL_S and not late,
        ),
        Figure(
            what=f"then delivered once, of {count}",
            value=f"{once}, paid for {paid}; memory {idle_mb:.0f} MB, at most {peak_mb:.0f} MB",
            goal=f"{count}",
            reached=once == paid == count,
        ),
    ]
