"""From "completed" to the posted track: how much the bot adds to a bare download and upload."""

import asyncio
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from statistics import median
from typing import Any

import aiohttp
from aiohttp import web

from bench.process import forget_peak, peak_memory_mb
from bench.seeding import seed_pending
from bench.stage import Stage, full_track, open_stage
from bench.table import Figure
from sandbox.aimlapi import KEY
from sandbox.discord.seed import TOKEN

SINGLY, SINGLY_EVERY_S = 6, 1.5
AT_ONCE = 50
PEAK_WITH = 100
STARTS_IN_S = 5.0
POSTED_IN_S = 90.0
MORE_GOAL_S = 0.15
PEAK_GOAL_MB = 250.0
GENERATE = "/v2/generate/audio"


@dataclass
class Posting:
    """When each generation was said to be completed, and when its track was posted."""

    completed_s: dict[str, float] = field(default_factory=dict)
    posted_s: list[float] = field(default_factory=list)

    def asked(self, request: web.Request) -> bool:
        """A poll came, and is answered at once; always true, as a rule's condition."""
        generation_id = request.query.get("generation_id", "")
        self.completed_s.setdefault(generation_id, time.monotonic())
        return True

    @property
    def waits_s(self) -> list[float]:
        """Seconds from completion to post, in order."""
        ordered = zip(sorted(self.completed_s.values()), sorted(self.posted_s), strict=True)
        return [posted_s - completed_s for completed_s, posted_s in ordered]


async def measure() -> list[Figure]:
    """One at a time, many at once, and the memory that even more take."""
    singly, _, bare_singly = await _deliver(SINGLY, every_s=SINGLY_EVERY_S)
    at_once, _, bare_at_once = await _deliver(AT_ONCE, every_s=0.0)
    _, peak_mb, _ = await _deliver(PEAK_WITH, every_s=0.0, compare=False)
    ours_s, bare_s = median(singly), median(bare_singly)
    return [
        Figure(
            what="completed → posted, 6.3 MB, one at a time: median",
            value=f"{ours_s * 1000:.0f} ms",
            goal=f"≤ bare + {MORE_GOAL_S * 1000:.0f} ms",
            reached=ours_s <= bare_s + MORE_GOAL_S,
            compared=f"bare aiohttp {bare_s * 1000:.0f} ms",
            ratio=ours_s / bare_s,
        ),
        Figure(
            what=f"completed → posted, 6.3 MB, {AT_ONCE} at once: median / last",
            value=f"{median(at_once):.1f} / {max(at_once):.1f} s",
            compared=f"bare aiohttp {median(bare_at_once):.1f} / {max(bare_at_once):.1f} s",
            ratio=max(at_once) / max(bare_at_once),
        ),
        Figure(
            what=f"peak memory, {PEAK_WITH} tracks of 6.3 MB at once",
            value=f"{peak_mb:.0f} MB",
            goal=f"< {PEAK_GOAL_MB:.0f} MB",
            reached=peak_mb < PEAK_GOAL_MB,
        ),
    ]


async def _deliver(
    count: int, *, every_s: float, compare: bool = True
) -> tuple[list[float], float, list[float]]:
    """Seconds to each post, the bot's peak memory in MB, and seconds to each bare post."""
    posting = Posting()
    async with open_stage(render=full_track(), provider={"durations": [0.0]}) as stage:
        channels = await seed_pending(
            stage.database_url,
            stage.sandbox.discord.world,
            count,
            due_in=timedelta(seconds=STARTS_IN_S),
            every=timedelta(seconds=every_s),
        )
        completed = await completed_answer(stage)
        rule = stage.sandbox.provider.scenario.on("GET", GENERATE, times=None, where=posting.asked)
        rule.respond(200, completed)
        await stage.bot.start()
        await stage.bot.ready()
        forget_peak(stage.bot.pid)
        await stage.bot.watch(_watch(stage, posting, count))
        peak_mb = peak_memory_mb(stage.bot.pid)
        await stage.bot.stop()
        url = completed["audio_file"]["url"]
        bare = await _bare(stage, url, channels, at_once=not every_s) if compare else []
        return posting.waits_s, peak_mb, bare


async def completed_answer(stage: Stage) -> Any:
    """The provider's answer to a poll of a finished generation."""
    headers = {"Authorization": f"Bearer {KEY}"}
    url = f"{stage.sandbox.provider.url}{GENERATE}"
    body = {"model": "google/lyria2", "prompt": "calm piano"}
    async with aiohttp.ClientSession(headers=headers, raise_for_status=True) as http:
        submitted = await (await http.post(url, json=body)).json()
        polled = await http.get(url, params={"generation_id": submitted["id"]})
        return await polled.json()


async def _watch(stage: Stage, posting: Posting, count: int) -> None:
    world = stage.sandbox.discord.world
    guild = next(iter(world.state.guilds.values()))
    with world.state.bus.subscribe(guild.owner_id) as events:
        async with asyncio.timeout(POSTED_IN_S):
            async for name, payload in events:
                if name == "MESSAGE_CREATE" and payload["attachments"]:
                    posting.posted_s.append(time.monotonic())
                    if len(posting.posted_s) == count:
                        return


async def _bare(stage: Stage, url: str, channels: Sequence[int], *, at_once: bool) -> list[float]:
    """The same bytes over the same sockets, with nothing around it."""
    headers = {"Authorization": f"Bot {TOKEN}"}
    async with (
        aiohttp.ClientSession(headers=headers, raise_for_status=True) as discord,
        aiohttp.ClientSession(raise_for_status=True) as provider,
    ):
        began_s = time.monotonic()

        async def one(channel_id: int) -> float:
            start_s = began_s if at_once else time.monotonic()
            data = await (await provider.get(url)).read()
            form = aiohttp.FormData()
            form.add_field("payload_json", json.dumps({"content": "a track"}))
            form.add_field("files[0]", data, filename="track.wav", content_type="audio/wav")
            address = f"{stage.sandbox.discord.api_url}/channels/{channel_id}/messages"
            await (await discord.post(address, data=form)).read()
            return time.monotonic() - start_s

        if at_once:
            return list(await asyncio.gather(*map(one, channels)))
        return [await one(channel_id) for channel_id in channels]
