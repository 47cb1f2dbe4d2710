"""A running sandbox whose bot dies and comes back, and one member's request in it."""

import itertools
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Self

from sandbox.aimlapi.generations import Audio, Generation
from sandbox.discord.model import Channel, Overwrite
from sandbox.discord.permissions import Permissions
from sandbox.discord.seed import add_channel
from sandbox.driver import Call, Driver, MemberDriver, MessageView
from sandbox.stack import BotProcess, Sandbox
from tests.e2e.kill import experience, outage
from tests.e2e.kill.tripwire import KillPoint, Service, Tripwire

GENERATION_S = 0.5
TRACK_BYTES = 1 << 20
MEMBER = "Ben"


@dataclass(frozen=True, kw_only=True)
class Ask:
    """One request, in a channel that nothing else is said in."""

    member: MemberDriver
    channel: Channel
    prompt: str
    call: Call

    async def card(self) -> MessageView:
        """The first answer, as it is now. Raises InteractionFailed."""
        return await self.call.answered()

    def told(self) -> list[MessageView]:
        """What the bot said besides the card, to be seen by all."""
        original = str(self.call.interaction.original_id)
        said = self.member.messages(self.channel)
        return [message for message in said if message.id != original and not message.ephemeral]


class Scene:
    """Opens a sandbox with a bot on one SQLite file. The bot may be killed at any point."""

    def __init__(self, folder: Path, **settings: str) -> None:
        self._wires = {service: Tripwire(self._kill) for service in Service}
        self.sandbox = Sandbox(
            discord={"scenario": self._wires[Service.DISCORD]},
            provider={
                "scenario": self._wires[Service.PROVIDER],
                "durations": (GENERATION_S,),
                "render": short_track,
            },
        )
        self.database = folder / "compose.db"
        self._folder = folder
        self._settings = {"TMPDIR": str(folder), "MAX_JOBS_PER_MEMBER_PER_DAY": "0"} | settings
        self._numbers = itertools.count(1)

    async def __aenter__(self) -> Self:
        await experience.gain(self.database, duration_s=GENERATION_S)
        await self.sandbox.__aenter__()
        env = self.sandbox.bot_env(self.database) | self._settings
        self.bot = BotProcess(self.sandbox, env, log=self._folder / "bot.log", folder=self._folder)
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

    async def _kill(self) -> None:
        await self.bot.kill()

    async def start(self) -> None:
        """Start the bot (again), and wait until it is ready."""
        await self.bot.start()
        await self.bot.ready()

    async def killed_at(self, point: KillPoint, *, unread: bool = False) -> Ask:
        """A member's request, during which the bot dies at the point."""
        channel = self._new_channel(unread=unread)
        wire = self._wires[point.service]
        wire.set(point.within(channel.id))
        ask = await self.ask(channel)
        await wire.sprung()
        return ask

    async def ask(self, channel: Channel | None = None) -> Ask:
        """A request with a prompt of its own, and in a channel of its own unless one is given."""
        channel = channel or self._new_channel(unread=False)
        member = Driver(self.sandbox.discord).member(MEMBER)
        prompt = f"song for {channel.name}"
        call = await member.slash("compose", channel=channel, prompt=prompt)
        return Ask(member=member, channel=channel, prompt=prompt, call=call)

    def _new_channel(self, *, unread: bool) -> Channel:
        """If `unread`, the bot may not read its history."""
        world = self.sandbox.discord.world
        name = f"studio-{next(self._numbers):04}"
        channel = add_channel(world, next(iter(world.guilds.values())), name)
        if unread:
            deny = Permissions.READ_MESSAGE_HISTORY
            world.set_overwrite(channel, Overwrite(world.bot.id, is_member=True, deny=deny))
        return channel

    def long_outage(self) -> None:
        """Half an hour passes while the bot is dead."""
        self.sandbox.discord.advance(outage.LONG.total_seconds())
        outage.age(self.database, outage.LONG)

    def states(self, ask: Ask) -> list[str]:
        """What the database says of the request's jobs, oldest first."""
        query = "SELECT state FROM jobs WHERE prompt = ? ORDER BY created_at"
        with closing(sqlite3.connect(self.database)) as connection:
            return [state for (state,) in connection.execute(query, (ask.prompt,))]

    def paid(self, ask: Ask) -> list[Generation]:
        """What the provider will charge for the request."""
        made = self.sandbox.provider.generations
        return [generation for generation in made if generation.body["prompt"] == ask.prompt]


def short_track(generation: Generation) -> Audio:
    """A file that tells whose it is, and takes no time to make."""
    head = b"RIFF\x00\x00\x00\x00WAVE" + str(generation.body["prompt"]).encode()
    return Audio(head + bytes(TRACK_BYTES))
