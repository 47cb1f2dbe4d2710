"""A widely used client library, unchanged, finds nothing odd here."""

from __future__ import annotations

import asyncio
import io
import warnings
from typing import Any, cast

import pytest
import yarl

from sandbox.discord import DiscordStandIn
from sandbox.discord.seed import TOKEN
from sandbox.driver import Driver, DriverFile, MemberDriver

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)  # its voice part imports audioop
    import discord
    from discord import app_commands
    from discord.gateway import DiscordWebSocket
    from discord.http import Route

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


class Bot(discord.AutoShardedClient):
    """Answers /compose, posts a track as a reply to the answer, and edits it."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.default())
        self.tree = app_commands.CommandTree(self)
        self.tracks: asyncio.Queue[discord.Message] = asyncio.Queue()

        @self.tree.command(name="compose", description="Make a track")
        async def compose(
            interaction: discord.Interaction[Bot],
            prompt: str,
            seed: app_commands.Range[int, 0] | None = None,
        ) -> None:
            await interaction.response.send_message(f"{prompt} {seed}")
            await self._deliver(interaction, await interaction.original_response())

    async def setup_hook(self) -> None:
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Without the 5 s that the library leaves between shards."""

    async def _deliver(
        self, interaction: discord.Interaction[Bot], card: discord.InteractionMessage
    ) -> None:
        only_them = discord.AllowedMentions(users=[interaction.user], replied_user=False)
        channel = self.get_partial_messageable(interaction.channel_id or 0)
        for _ in range(2):  # the nonce makes the second a repetition of the first
            track = await channel.send(
                interaction.user.mention,
                file=discord.File(io.BytesIO(WAV), "rain.wav", description="Rain"),
                reference=card,
                nonce="job-1",
                allowed_mentions=only_them,
            )
        content = f"{track.content} enjoy"
        self.tracks.put_nowait(await track.edit(content=content, allowed_mentions=only_them))


async def test_discord_py_logs_in_answers_and_delivers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with DiscordStandIn(shards=2) as stand_in, Bot() as bot:
        monkeypatch.setattr(Route, "BASE", stand_in.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stand_in.gateway.url))
        await bot.login(TOKEN)
        connection = asyncio.create_task(bot.connect())
        await stand_in.gateway.wait_identified(2)
        ben = Driver(stand_in).member("Ben")
        call = await ben.slash("compose", prompt="rain", seed=3, channel="music-jam")
        card = await call.answered()
        assert card.content == "rain 3"
        sent = await asyncio.wait_for(bot.tracks.get(), 30)
        track = await ben.wait_for_edit(ben.message(sent.id), lambda m: "enjoy" in m.content)
        assert await ben.fetch(track.attachments[0]) == WAV
        assert track.reference is not None
        assert track.reference["message_id"] == card.id
        assert [user["username"] for user in track.mentions] == ["ben"]
        assert len([m for m in ben.messages() if m.attachments]) == 1
        await bot.close()
        await connection


class FormBot(discord.Client):
    """Asks for a track in a form of many kinds of field, and by a file."""

    def __init__(self) -> None:
        super().__init__(intents=discord.Intents.none())
        self.tree = app_commands.CommandTree(self)
        self.read: asyncio.Queue[Any] = asyncio.Queue()

        @self.tree.command(name="form", description="Ask")
        async def form(interaction: discord.Interaction[FormBot]) -> None:
            await interaction.response.send_modal(Form())

        @self.tree.command(name="cover", description="Cover")
        @app_commands.allowed_installs(guilds=True, users=True)
        @app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        async def cover(
            interaction: discord.Interaction[FormBot], audio: discord.Attachment
        ) -> None:
            await interaction.response.send_message(f"{audio.filename} {interaction.context}")
            self.read.put_nowait((interaction, await audio.read()))

        @self.tree.context_menu(name="Cover this")
        async def cover_this(
            interaction: discord.Interaction[FormBot], message: discord.Message
        ) -> None:
            await interaction.response.send_message(message.attachments[0].filename)

    async def setup_hook(self) -> None:
        await self.tree.sync()


class Form(discord.ui.Modal, title="Compose"):
    prompt = discord.ui.Label(text="Prompt", component=discord.ui.TextInput[Any](default="lo-fi"))
    audio = discord.ui.Label(text="Audio", component=discord.ui.FileUpload[Any](max_values=2))
    length = discord.ui.Label(
        text="Length",
        component=discord.ui.RadioGroup[Any](
            options=[discord.RadioGroupOption(label=one, value=one) for one in ("short", "long")]
        ),
    )
    friend = discord.ui.Label(text="With", component=discord.ui.UserSelect[Any](required=False))
    loud = discord.ui.Label(text="Loud", component=discord.ui.Checkbox[Any]())

    async def on_submit(self, interaction: discord.Interaction[Any]) -> None:
        parts = (self.prompt, self.audio, self.length, self.friend, self.loud)
        texts, files, *others = (cast("Any", part.component) for part in parts)
        read = [await one.read() for one in files.values]
        interaction.client.read.put_nowait((texts.value, read, others))
        await interaction.response.send_message("thanks", ephemeral=True)


async def test_discord_py_reads_forms_files_and_places(monkeypatch: pytest.MonkeyPatch) -> None:
    async with DiscordStandIn() as stand_in, FormBot() as bot:
        monkeypatch.setattr(Route, "BASE", stand_in.api_url)
        monkeypatch.setattr(DiscordWebSocket, "DEFAULT_GATEWAY", yarl.URL(stand_in.gateway.url))
        await bot.login(TOKEN)
        connection = asyncio.create_task(bot.connect())
        await stand_in.gateway.wait_identified()
        ben = Driver(stand_in).member("Ben")
        hum = DriverFile("hum.wav", WAV)
        await fill_in_the_form(bot, ben, hum)
        for place in ("Carpool", "platform", "@Compose Bot", "Top Deck"):
            call = await ben.slash("cover", audio=hum, channel=place)
            assert (await call.answered()).content.startswith("hum.wav")
            interaction, read = await asyncio.wait_for(bot.read.get(), 30)
            assert (read, interaction.user.name) == (WAV, "ben")
            assert interaction.channel_id == ben.channel(place).id
        said = await ben.say("hum", files=[hum], channel="general")
        assert (await (await ben.menu("Cover this", said)).answered()).content == "hum.wav"
        await bot.close()
        await connection


async def fill_in_the_form(bot: FormBot, ben: MemberDriver, hum: DriverFile) -> None:
    call = await ben.slash("form", channel="general")
    values = {"Audio": [hum, hum], "Length": "long", "With": "Ada", "Loud": True}
    assert (await (await ben.fill_modal(call, values)).answered()).content == "thanks"
    prompt, files, (length, friend, loud) = await asyncio.wait_for(bot.read.get(), 30)
    assert (prompt, files, length.value, loud.value) == ("lo-fi", [WAV, WAV], "long", True)
    assert [user.name for user in friend.values] == ["ada"]
