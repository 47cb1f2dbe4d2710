"""The Discord client: its connection, its commands, and what it passes on to the cogs."""

import logging
import time
from collections.abc import Mapping, Sequence
from typing import Any

import aiohttp
import discord
from discord import app_commands
from discord.ext import commands
from discord.http import Route

from bot import words
from bot.errors import DatabaseTrouble
from bot.machine.proxy import Proxy, through
from bot.readiness import Part
from bot.rest.answers import explained
from bot.rest.bad_answers import BadAnswers
from bot.router import Router
from bot.said_once import SaidOnce
from bot.services import Services
from bot.translation import CommandTranslator

COGS = (
    "cogs.compose",
    "cogs.studio",
    "cogs.styles",
    "cogs.drafts",
    "cogs.cover",
    "cogs.tracks",
    "cogs.opened_track",
    "cogs.top",
    "cogs.jobs",
    "cogs.help",
    "cogs.job_buttons",
    "cogs.track_buttons",
    "cogs.more",
    "cogs.sharing",
    "cogs.deleting",
    "cogs.recipe",
)

# In `Interaction.extras`, by this process' own clock: Discord's may be seconds off.
RECEIVED_AT_S = "received_at_s"

log = logging.getLogger(__name__)


class ComposeClient(commands.AutoShardedBot):
    """A client without privileged intents, whose commands are slash commands and buttons."""

    def __init__(
        self,
        *,
        api_url: str,
        command_guild_id: int | None,
        allow_user_installs: bool = False,
        covers: bool = True,
        shard_count: int | None = None,
        shard_ids: Sequence[int] | None = None,
        http_trace: aiohttp.TraceConfig | None = None,
        proxy: Proxy | None = None,
    ) -> None:
        self.bad_answers = BadAnswers()
        self._said = SaidOnce(log)
        trace = http_trace or aiohttp.TraceConfig()
        self.bad_answers.watch(trace)
        # Without them discord.py asks /gateway/bot how many there should be, and opens all.
        shards: dict[str, Any] = {"shard_count": shard_count} if shard_count else {}
        if shard_ids:
            shards["shard_ids"] = list(shard_ids)
        # discord.py reads its REST base from here; there is no other way to set it.
        Route.BASE = api_url
        # The bot does not speak in voice channels: no warnings of packages that this would need.
        discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
        super().__init__(
            command_prefix=commands.when_mentioned,
            help_command=None,
            intents=discord.Intents(guilds=True),
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_messages=None,
            allowed_mentions=discord.AllowedMentions.none(),
            tree_cls=ComposeTree,
            # What holds for each command that says nothing else of itself.
            allowed_installs=app_commands.AppInstallationType(guild=True, user=allow_user_installs),
            allowed_contexts=app_commands.AppCommandContext(
                guild=True, dm_channel=allow_user_installs, private_channel=allow_user_installs
            ),
            http_trace=trace,
            **through(proxy),
            **shards,
        )
        self.command_guild_id = command_guild_id
        self.covers = covers  # whether there are commands for them
        self.command_ids: Mapping[str, int] = {}  # of slash commands, once they are registered
        # What is missing of these, the work goes on without.
        self.login_part = Part("login")
        self.gateway_part = Part("gateway")
        self.commands_part = Part("commands")
        self._services: Services | None = None
        self._connected_shards: set[int] = set()
        self.router = Router()

    async def load_cogs(self) -> None:
        """All commands, and what answers to buttons and dialogs."""
        for cog in COGS:
            await self.load_extension(cog)
        await self.tree.set_translator(CommandTranslator())

    def dispatch(self, event_name: str, /, *args: Any, **kwargs: Any) -> None:
        """Called by discord.py for each event; notes when an interaction came."""
        if event_name == "interaction":  # before anybody has begun to deal with it
            args[0].extras[RECEIVED_AT_S] = time.monotonic()
        super().dispatch(event_name, *args, **kwargs)

    async def on_interaction(self, interaction: discord.Interaction[Any]) -> None:
        """Buttons, selects and dialogs are routed; commands have a tree of their own."""
        try:
            await self.router.dispatch(interaction)
        except Exception as error:  # noqa: BLE001 whatever it is, somebody waits for an answer
            await apologise(interaction, error, "a button, select or dialog failed")

    def recommend_shards(self, count: int) -> None:
        """How many there should be, unless the host has said so."""
        self.shard_count = self.shard_count or count

    @property
    def own_shards(self) -> Sequence[int]:
        """The shards of this process; none before their number is known."""
        return self.shard_ids or range(self.shard_count or 0)

    @property
    def services(self) -> Services:
        """What cogs call. Raises `RuntimeError` before `serve`."""
        if self._services is None:
            raise RuntimeError("the services are not there yet")
        return self._services

    def serve(self, services: Services) -> None:
        """To be called once, before the login. The services need the client themselves."""
        self._services = services

    @property
    def connected(self) -> bool:
        """Whether every shard of this process receives what happens on Discord."""
        shards = set(self.own_shards)
        return bool(shards) and shards <= self._connected_shards

    async def on_shard_ready(self, shard_id: int) -> None:
        """Called by discord.py when a shard has a new session, and knows its servers."""
        self._is_there(shard_id)

    async def on_ready(self) -> None:
        """Called by discord.py when all shards have a session."""
        log.info("ready as %s in %d servers", self.user, len(self.guilds))

    async def on_shard_disconnect(self, shard_id: int) -> None:
        """Called by discord.py when a shard lost its connection; it reconnects by itself."""
        if shard_id in self._connected_shards:
            self._connected_shards.discard(shard_id)
            lost = "%s lost its connection to Discord"
            self._said.say(shard_id, lost, f"shard {shard_id}")

    async def on_shard_resumed(self, shard_id: int) -> None:
        """Called by discord.py when a session goes on; events missed in between were replayed."""
        self._is_there(shard_id)

    def _is_there(self, shard_id: int) -> None:
        self._connected_shards.add(shard_id)
        self._said.over(shard_id, f"shard {shard_id} is connected again")
        if self.connected:
            self.gateway_part.succeed()


Interaction = discord.Interaction[ComposeClient]


def services_of(interaction: Interaction) -> Services:
    """What the bot that got this interaction can do."""
    return interaction.client.services


class ComposeTree(app_commands.CommandTree[ComposeClient]):
    """Commands, with an answer to the member when one of them fails unexpectedly."""

    async def on_error(
        self,
        interaction: Interaction,
        error: app_commands.AppCommandError,
        /,
    ) -> None:
        """Log it for the host, and say something to the member."""
        cause = error.original if isinstance(error, app_commands.CommandInvokeError) else error
        await apologise(interaction, cause, "a command failed")

    async def _call(self, interaction: Interaction) -> None:
        """Of a payload that it can't read, discord.py tells neither member nor host."""
        try:
            with words.speaking(str(interaction.locale)):
                await super()._call(interaction)
        except app_commands.AppCommandError:
            raise
        except Exception as error:  # noqa: BLE001 - nobody else would catch it
            log.warning("a command can't be read and is dropped (%s)", type(error).__name__)
            await tell_of_trouble(interaction)


async def apologise(interaction: discord.Interaction[Any], error: Exception, what: str) -> None:
    """Log the error, and tell the member privately that something went wrong.

    A database in trouble is no mistake of ours, and gets a line. Silent towards the member if they
    can't be told.
    """
    said = words.something_went_wrong
    if isinstance(error, DatabaseTrouble):
        log.error("%s: the database %s", what, error)
        said = words.store_slow
    elif isinstance(error, discord.HTTPException):  # Discord's mistake, or a repeated event
        log.error("%s: %s", what, explained(error))
    else:
        log.error("%s", what, exc_info=error)
    await tell_of_trouble(interaction, said)


async def tell_of_trouble(
    interaction: discord.Interaction[Any], said: words.Sentence = words.something_went_wrong
) -> None:
    """Tell the member privately, if they can be told."""
    try:
        with words.speaking(str(interaction.locale)):
            text = said()
        if interaction.response.is_done():
            await interaction.followup.send(text, ephemeral=True)
        else:
            await interaction.response.send_message(text, ephemeral=True)
    except Exception as refusal:  # noqa: BLE001 - the network, or an interaction that is none
        log.info("the member could not be told: %s", explained(refusal))
