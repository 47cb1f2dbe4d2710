"""A running sandbox whose bot dies and comes back, and one member's request in it."""

import asyncio
import itertools
import sqlite3
import struct
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from sandbox.aimlapi.generations import Audio, Generation
from sandbox.clock import Clock
from sandbox.discord.model import Channel, Overwrite
from sandbox.discord.permissions import Permissions
from sandbox.discord.seed import add_channel
from sandbox.driver import Call, Driver, MemberDriver, MessageView
from sandbox.stack import Sandbox
from tests.bot.provider.clips import wav
from tests.databases import experienced_database
from tests.e2e import hasty
from tests.e2e.forked import BotProcess
from tests.e2e.kill import outage
from tests.e2e.kill.tripwire import KillPoint, Service, Tripwire
from tests.e2e.stage import NO_BUDGET

GENERATION_S = 0.5
TRACK_BYTES = 1 << 20
MEMBER = "Ben"
LOOK_EVERY_S = 0.05
UNFINISHED = """
    SELECT 'job', state, prompt FROM jobs WHERE state NOT IN ('succeeded', 'failed', 'cancelled')
    UNION ALL SELECT 'notice', kind, job_id FROM notices WHERE told_at IS NULL AND rung IS NULL
"""


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request, in a channel where the bot says nothing else."""

    member: MemberDriver
    channel: Channel
    prompt: str
    call: Call

    async def card(self) -> MessageView:
        """The first answer, as it is now. Raises InteractionFailed."""
        return await self.call.answered()

    def told(self) -> list[MessageView]:
        """What the bot said besides the card, to be seen by all: in the thread under it, too."""
        original = str(self.call.interaction.original_id)
        thread = self.thread
        messages = self.member.messages(self.channel) + (
            self.member.messages(thread) if thread else []
        )
        return [
            message
            for message in messages
            if message.author.get("bot") and message.id != original and not message.ephemeral
        ]

    def pings(self) -> list[MessageView]:
        """Those of them that notified the member."""
        pinged = {message.id for message in self.member.pings()}
        return [message for message in self.told() if message.id in pinged]

    @property
    def thread(self) -> Channel | None:
        """The one under the card, once it was started."""
        return self.member.world.state.channels.get(self.call.interaction.original_id or 0)


class Scene:
    """Opens a sandbox with a bot on one SQLite file. The bot may be killed at any point."""

    def __init__(
        self,
        folder: Path,
        *,
        durations_s: Sequence[float] = (GENERATION_S,),
        lag_s: Callable[[], float] = lambda: 0.0,
        **settings: str,
    ) -> None:
        self._wires = {service: Tripwire(self._kill, self._freeze, lag_s) for service in Service}
        self.sandbox = Sandbox(
            discord={"scenario": self._wires[Service.DISCORD]},
            provider={
                "scenario": self._wires[Service.PROVIDER],
                "durations": durations_s,
                "render": short_track,
                "clock": Clock(),  # an outage makes what is stored older, not the present later
            },
        )
        self._durations_s = durations_s
        self.database = folder / "compose.db"
        self._folder = folder
        plain = {"TMPDIR": str(folder), "MAX_JOBS_PER_MEMBER_PER_DAY": "0"}
        self._settings = plain | NO_BUDGET | settings
        self._numbers = itertools.count(1)
        self._remembered: list[tuple[Ask, tuple[int, list[str]]]] = []

    async def __aenter__(self) -> Self:
        await experienced_database(self.database)
        await self.sandbox.__aenter__()
        env = self.sandbox.bot_env(self.database) | self._settings
        where: dict[str, Any] = {"log": self._folder / "bot.log", "folder": self._folder}
        self.bot = BotProcess(self.sandbox, env, **where, module=hasty.MODULE)
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.bot.stop()
        await self.sandbox.__aexit__(kind, error, traceback)

    def _freeze(self) -> None:
        self.bot.freeze()

    async def _kill(self) -> None:
        await self.bot.kill()

    async def start(self) -> None:
        """Start the bot (again), and wait until it is ready."""
        await self.bot.start()
        await self.bot.ready()

    async def start_until(self, point: KillPoint) -> None:
        """Start the bot (again), and see it die at a point that it comes to by itself."""
        wire = self._wires[point.service]
        wire.set(point)
        await self.bot.start()
        await wire.sprung()

    async def killed_at(
        self,
        point: KillPoint,
        *,
        unread: bool = False,
        private: bool = False,
        variations: int = 1,
    ) -> Ask:
        """A member's request, during which the bot dies at the point."""
        channel = await self.new_channel(unread=unread)
        async with self.killing_at(point, channel):
            return await self.ask(channel, private=private, variations=variations)

    @asynccontextmanager
    async def killing_at(self, point: KillPoint, channel: Channel) -> AsyncIterator[None]:
        """What is done in the block leads the bot, sooner or later, to the point where it dies.

        What was asked for earlier has come to its end by then, so that it does not lead there.
        """
        await self.bot.watch(self._until(lambda: not self._query(UNFINISHED)))
        wire = self._wires[point.service]
        wire.set(point.within(channel.id))
        yield
        await wire.sprung()

    async def ask(
        self,
        channel: Channel | None = None,
        *,
        name: str = MEMBER,
        prompt: str | None = None,
        private: bool = False,
        variations: int = 1,
    ) -> Ask:
        """A request with a prompt of its own, in a channel of its own unless one is given."""
        channel = channel or await self.new_channel()
        member = Driver(self.sandbox.discord).member(name)
        prompt = prompt or f"song for {channel.name}"
        call = await member.slash(
            "compose", channel=channel, prompt=prompt, private=private, variations=variations
        )
        return Ask(member=member, channel=channel, prompt=prompt, call=call)

    async def new_channel(self, *, unread: bool = False) -> Channel:
        """A channel where something was said before. If `unread`, the bot may not read that."""
        world = self.sandbox.discord.world
        name = f"studio-{next(self._numbers):04}"
        channel = add_channel(world, next(iter(world.state.guilds.values())), name)
        await Driver(self.sandbox.discord).member(MEMBER).say("Now for a song", channel=channel)
        if unread:
            deny = Permissions.READ_MESSAGE_HISTORY
            world.places.set_overwrite(
                channel, Overwrite(world.state.bot.id, is_member=True, deny=deny)
            )
        return channel

    def long_outage(self) -> None:
        """Half an hour passes while the bot is dead."""
        self.sandbox.discord.advance(outage.LONG.total_seconds())
        outage.age(self.database, outage.LONG)

    def remember(self, ask: Ask) -> None:
        """From here on nothing more may come of the request: `census` will look."""
        self._remembered.append((ask, self._account(ask)))

    def census(self) -> list[str]:
        """What is wrong at the very end: requests of which more came, and unfinished business."""
        wrong = [
            f"{ask.prompt}: {before} became {now}"
            for ask, before in self._remembered
            if (now := self._account(ask)) != before
        ]
        return wrong + [f"unfinished: {row}" for row in self._query(UNFINISHED)]

    def _account(self, ask: Ask) -> tuple[int, list[str]]:
        return len(self.paid(ask)), [message.id for message in ask.told()]

    def states(self, ask: Ask) -> list[str]:
        """What the database says of the request's jobs, oldest first."""
        query = "SELECT state FROM jobs WHERE prompt = ? ORDER BY created_at"
        return [state for (state,) in self._query(query, ask.prompt)]

    def job_ids(self, ask: Ask) -> list[str]:
        """The request's jobs, oldest first."""
        query = "SELECT id FROM jobs WHERE prompt = ? ORDER BY created_at"
        return [job_id for (job_id,) in self._query(query, ask.prompt)]

    def is_held(self, ask: Ask) -> bool:
        """Whether its track is kept to be asked for."""
        query = (
            "SELECT notices.id FROM notices JOIN jobs ON jobs.id = notices.job_id"
            " WHERE jobs.prompt = ? AND notices.rung = 'held'"
        )
        return bool(self._query(query, ask.prompt))

    async def until_all_is_told(self, ask: Ask, *, within_s: float = 40.0) -> None:
        """Wait until nothing is left to do for a request. Raises TimeoutError."""
        told = (
            "SELECT jobs.id FROM jobs JOIN notices ON jobs.id = notices.job_id"
            " WHERE jobs.prompt = ? AND notices.told_at IS NOT NULL AND notices.due_at IS NULL"
        )
        async with asyncio.timeout(within_s):
            await self._until(lambda: len(self._query(told, ask.prompt)) >= len(self.job_ids(ask)))

    async def _until(self, holds: Callable[[], bool]) -> None:
        while not holds():  # noqa: ASYNC110 - a database tells nobody of changes
            await asyncio.sleep(LOOK_EVERY_S)

    def _query(self, query: str, *values: str) -> list[tuple[str, ...]]:
        with closing(sqlite3.connect(self.database)) as connection:
            return connection.execute(query, values).fetchall()

    def paid(self, ask: Ask) -> list[Generation]:
        """What the provider will charge for the request."""
        made = self.sandbox.provider.generations
        return [generation for generation in made if generation.body["prompt"] == ask.prompt]


def short_track(generation: Generation) -> Audio:
    """A file that tells whose it is at its beginning, and takes no time to make."""
    name = str(generation.body["prompt"]).encode()
    music = wav(TRACK_BYTES // 2, rate_hz=48_000)
    mark = b"JUNK" + struct.pack("<I", len(name)) + name + bytes(len(name) % 2)
    size = struct.pack("<I", len(music) - 8 + len(mark))
    return Audio(b"RIFF" + size + b"WAVE" + mark + music[12:])
