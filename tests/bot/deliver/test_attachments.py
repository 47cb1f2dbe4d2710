"""Finding a file again in the message it hangs on, through the stand-in."""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import cast

import discord
import pytest
from discord.http import Route

from bot.deliver.attachments import attachments_of, fresh_link
from bot.domain.requests import Reference
from bot.errors import DeliveryLater
from sandbox.discord import DiscordStandIn
from sandbox.discord.enums import Intents
from sandbox.discord.seed import TOKEN
from sandbox.driver import Driver, DriverFile, MessageView
from tests.bot.provider.clips import WAV

MESSAGE = r"/api/v10/channels/\d+/messages/\d+"
FILES = [DriverFile("notes.txt", b"in A minor"), DriverFile("hum.wav", WAV)]


@dataclass
class Scene:
    stand_in: DiscordStandIn
    client: discord.Client

    async def said(self, channel: str) -> MessageView:
        return await Driver(self.stand_in).member("Ben").say("riff", channel=channel, files=FILES)

    def allow_content(self) -> None:
        """The host switches the intent on in the portal."""
        world = self.stand_in.world
        allowed = Intents.MESSAGE_CONTENT
        world.state.application = replace(world.state.application, privileged_intents=allowed)


@pytest.fixture
async def scene(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Scene]:
    async with (
        DiscordStandIn() as stand_in,
        discord.Client(intents=discord.Intents.none()) as client,
    ):
        monkeypatch.setattr(Route, "BASE", stand_in.api_url)
        await client.login(TOKEN)
        yield Scene(stand_in, client)


def reference_to(message: MessageView) -> Reference:
    return Reference(
        url="",
        file_name="hum.wav",
        channel_id=int(message.channel_id),
        message_id=int(message.id),
        attachment_id=int(message.attachments[1]["id"]),
    )


@pytest.mark.parametrize("channel", ["@Compose Bot", "music-jam"])
async def test_file_is_found_in_its_message(scene: Scene, channel: str) -> None:
    if not channel.startswith("@"):
        scene.allow_content()
    message = await scene.said(channel)
    link = await fresh_link(scene.client, reference_to(message))
    assert await Driver(scene.stand_in).member("Ben").fetch({"url": link}) == WAV


async def test_file_is_hidden_when_the_bot_may_not_read_what_others_say(scene: Scene) -> None:
    message = await scene.said("music-jam")
    assert await fresh_link(scene.client, reference_to(message)) is None


async def test_file_is_gone_with_its_message(scene: Scene) -> None:
    scene.allow_content()
    message = await scene.said("music-jam")
    await Driver(scene.stand_in).member("Ben").delete(message)
    assert await fresh_link(scene.client, reference_to(message)) is None


async def test_file_that_was_never_in_a_message_is_not_looked_for(scene: Scene) -> None:
    rule = scene.stand_in.scenario.on("GET", MESSAGE)
    given = replace(reference_to(await scene.said("music-jam")), message_id=None)
    assert await fresh_link(scene.client, given) is None
    assert rule.hits == 0


def test_files_of_a_forwarded_message_are_its_own() -> None:
    forwarded = SimpleNamespace(attachments=["hum.wav"])
    message = SimpleNamespace(attachments=["notes.txt"], message_snapshots=[forwarded])
    assert attachments_of(cast("discord.Message", message)) == ["notes.txt", "hum.wav"]


async def test_nothing_is_known_when_discord_has_trouble(scene: Scene) -> None:
    reference = reference_to(await scene.said("music-jam"))
    scene.stand_in.scenario.on("GET", MESSAGE, times=None).reset_before()
    with pytest.raises(DeliveryLater):
        await fresh_link(scene.client, reference)
