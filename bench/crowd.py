"""A world with many members and channels, and a burst of requests in it."""

import asyncio
import contextlib
from collections import Counter
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.discord.events import Subscription
from sandbox.discord.model import Member, User
from sandbox.discord.seed import add_channel, default_world
from sandbox.discord.world import World
from sandbox.driver import Call, Driver, InteractionFailed
from sandbox.stack import Sandbox

MEMBERS = 50
CHANNELS = 50


def crowded_world() -> World:
    """Tape Club with 50 more members, and 50 more channels, as Discord's limits per channel ask."""
    world = default_world()
    guild = next(iter(world.state.guilds.values()))
    for number in range(MEMBERS):
        user = world.state.add_user(
            User(world.state.snowflakes.next(), f"member{number}", f"Member {number}")
        )
        guild.members[user.id] = Member(user, datetime.now(UTC))
    for number in range(CHANNELS):
        add_channel(world, guild, f"jam-{number}")
    return world


@dataclass
class Burst:
    """What came of a burst: seconds to each first answer, and tracks per prompt."""

    answers_s: list[float] = field(default_factory=list)
    unanswered: int = 0
    tracks: Counter[str] = field(default_factory=Counter)


async def burst(sandbox: Sandbox, count: int, *, within_s: float, delivered_in_s: float) -> Burst:
    """`count` requests spread over `within_s`; ends when each has its track, or after
    `delivered_in_s`."""
    result = Burst()
    world = sandbox.discord.world
    everyone = [Driver(sandbox.discord).member(f"Member {number}") for number in range(MEMBERS)]

    async def ask(number: int) -> None:
        loop = asyncio.get_running_loop()
        await asyncio.sleep(within_s * number / count)
        member = everyone[number % MEMBERS]
        channel = f"jam-{number * 7 % CHANNELS}"
        asked_at = loop.time()
        call: Call = await member.slash("compose", channel=channel, prompt=f"song {number} of many")
        try:
            await call.acknowledged(timeout_s=10)
        except (InteractionFailed, TimeoutError):
            result.unanswered += 1
        else:
            result.answers_s.append(loop.time() - asked_at)

    with world.state.bus.subscribe(everyone[0].user_id) as events:
        watching = asyncio.create_task(_count_tracks(events, result))
        try:
            await asyncio.gather(*(ask(number) for number in range(count)))
            wanted = count - result.unanswered
            with contextlib.suppress(TimeoutError):  # what came is counted all the same
                await world.state.bus.wait_until(
                    lambda: result.tracks.total() >= wanted, delivered_in_s
                )
        finally:
            watching.cancel()
            await asyncio.gather(watching, return_exceptions=True)
    return result


async def _count_tracks(events: Subscription, result: Burst) -> None:
    async for name, payload in events:
        if name == "MESSAGE_CREATE" and payload["attachments"]:
            result.tracks[payload["embeds"][0]["description"]] += 1
