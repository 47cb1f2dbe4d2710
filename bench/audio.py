"""Sound: what examining a track costs its delivery, and whether the event loop feels it."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, timedelta
from pathlib import Path

from aiohttp import web

from bench.answers import LATE_S, P99_GOAL_S
from bench.crowd import burst
from bench.posting import GENERATE, completed_answer
from bench.process import memory_mb
from bench.seeding import seed_pending
from bench.stage import full_track, open_stage
from bench.table import Figure, percentile
from bot.audio.description import describe
from bot.audio.formats import AudioFormat
from bot.audio.tags import Tags
from bot.audio.workshop import Workshop
from sandbox.aimlapi.synth import LYRIA_LENGTH_S, render_wav

ROUNDS = 15
TRACKS = 20
COLOUR = 0x5865F2
TICK_S = 0.001
FIRST_GOAL_MS = 500
EXAMINE_GOAL_MS = 120
GAP_GOAL_MS = 20
LIMIT_BYTES = 10 << 20
ASKED = 50
STARTS_IN_S = 5.0
DELIVERED_IN_S = 60.0
TAGS = Tags(title="rain", prompt="lo-fi rain", model="lyria2", made_on=date(2026, 1, 1))


async def measure() -> list[Figure]:
    """One track of Lyria's length and format: examined, converted, and many of them at once."""
    with tempfile.TemporaryDirectory(prefix="compose-bench-") as folder:
        track = Path(folder) / "track.wav"
        track.write_bytes(render_wav("lo-fi rain, warm tape", "", 3))
        async with Workshop.open() as workshop:
            first_ms = await _took_ms(workshop, track)
            warm_ms = [await _took_ms(workshop, track) for _ in range(ROUNDS)]
            worker_mb = memory_mb(workshop.worker_pids[0])
            conversions = [
                await _conversion(workshop, track, wanted)
                for wanted in (AudioFormat.FLAC, AudioFormat.MP3, AudioFormat.OPUS)
            ]
        return [
            _figure(
                f"examine, draw and describe {LYRIA_LENGTH_S:.1f} s of WAV, median of {ROUNDS}",
                percentile(warm_ms, 0.5),
                EXAMINE_GOAL_MS,
            ),
            _figure("the same, with the start of a worker", first_ms, FIRST_GOAL_MS),
            Figure(what="memory of a worker", value=f"{worker_mb:.0f} MB"),
            *conversions,
            await _gap(track),
            await _answers(),
        ]


async def _took_ms(workshop: Workshop, track: Path) -> float:
    began_s = time.perf_counter()
    describe((await workshop.examine(track, colour=COLOUR)).sound)
    return 1000 * (time.perf_counter() - began_s)


async def _conversion(workshop: Workshop, track: Path, wanted: AudioFormat) -> Figure:
    began_s = time.perf_counter()
    fitted = await workshop.fit(track, limit_bytes=LIMIT_BYTES, tags=TAGS, preferred=wanted)
    took_ms = 1000 * (time.perf_counter() - began_s)
    size_mb = fitted.path.stat().st_size / 1_048_576 if fitted else 0
    return Figure(what=f"convert it to {wanted}", value=f"{took_ms:.0f} ms, {size_mb:.1f} MB")


async def _gap(track: Path) -> Figure:
    """The longest time the event loop gave no turn, beside an idle loop in the same run."""
    async with Workshop.open() as workshop:
        async with _longest_gap_ms() as idle:
            await asyncio.sleep(2)
        async with _longest_gap_ms() as busy:
            examined = await asyncio.gather(
                *(workshop.examine(track, colour=COLOUR) for _ in range(TRACKS))
            )
            for one in examined:
                describe(one.sound)
                await asyncio.sleep(0)
    return Figure(
        what=f"longest gap of the event loop while {TRACKS} tracks are examined",
        value=f"{busy[0]:.1f} ms",
        goal=f"< {GAP_GOAL_MS} ms",
        reached=busy[0] < GAP_GOAL_MS,
        compared=f"idle loop {idle[0]:.1f} ms",
        ratio=busy[0] / idle[0],
    )


async def _answers() -> Figure:
    """First answers to a burst, asked while the real bot examines and posts other tracks."""
    begun = asyncio.Event()

    def begins(_request: web.Request) -> bool:
        begun.set()
        return True

    async with open_stage(render=full_track(), provider={"durations": [0.0]}) as stage:
        sandbox = stage.sandbox
        due_in = timedelta(seconds=STARTS_IN_S)
        await seed_pending(stage.database_url, sandbox.discord.world, TRACKS, due_in=due_in)
        completed = await completed_answer(stage)
        rule = sandbox.provider.scenario.on("GET", GENERATE, times=None, where=begins)
        rule.respond(200, completed)
        await stage.bot.start()
        await stage.bot.ready()
        await stage.bot.watch(begun.wait())
        crowd = burst(sandbox, ASKED, within_s=1.0, delivered_in_s=DELIVERED_IN_S)
        result = await stage.bot.watch(crowd)
    p50, p99 = percentile(result.answers_s, 0.5), percentile(result.answers_s, 0.99)
    late = result.unanswered + sum(wait_s >= LATE_S for wait_s in result.answers_s)
    return Figure(
        what=f"first answer, {ASKED} in one second while {TRACKS} tracks are posted: p50 / p99",
        value=f"{p50:.2f} / {p99:.2f} s, {late} late",
        goal=f"p99 < {P99_GOAL_S:.0f} s, none late",
        reached=p99 < P99_GOAL_S and not late,
    )


@asynccontextmanager
async def _longest_gap_ms() -> AsyncIterator[list[float]]:
    """A list that holds the longest gap between two turns, once the block has ended."""
    longest_ms = [0.0]

    async def tick() -> None:
        before_s = time.perf_counter()
        while True:
            await asyncio.sleep(TICK_S)
            now_s = time.perf_counter()
            longest_ms[0] = max(longest_ms[0], 1000 * (now_s - before_s - TICK_S))
            before_s = now_s

    ticker = asyncio.create_task(tick())
    try:
        yield longest_ms
    finally:
        ticker.cancel()


def _figure(what: str, measured_ms: float, goal_ms: float) -> Figure:
    return Figure(
        what=what,
        value=f"{measured_ms:.0f} ms",
        goal=f"< {goal_ms} ms",
        reached=measured_ms < goal_ms,
    )
