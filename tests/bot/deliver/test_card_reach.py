"""What can be reached: cards that no channel shows, and messages of which it is unknown."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import discord
import pytest
from discord.http import Route
from discord.utils import time_snowflake, utcnow

from bot.deliver.messenger import Messenger
from bot.domain.jobs import Job, JobState, NoticeKind
from bot.errors import Unreachable
from sandbox.discord import DiscordStandIn
from sandbox.discord.seed import TOKEN
from tests.factories import a_job

HIDDEN = [{"private": True}, {"outside": True}]
EMBED, VIEW = discord.Embed(title="A card"), discord.ui.View()


@pytest.fixture
async def discord_stand_in() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as stand_in:
        yield stand_in


@pytest.fixture
async def messenger(
    discord_stand_in: DiscordStandIn, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Messenger]:
    """Logged in, and not connected."""
    monkeypatch.setattr(Route, "BASE", discord_stand_in.api_url)
    async with discord.Client(intents=discord.Intents.none()) as client:
        await client.login(TOKEN)
        yield Messenger(client)


def asked(minutes_ago: float, **changes: Any) -> Job:
    """A job whose interaction is so old."""
    asked_at = utcnow() - timedelta(minutes=minutes_ago)
    return a_job(interaction_id=time_snowflake(asked_at), state=JobState.GENERATING, **changes)


def edits(stand_in: DiscordStandIn) -> list[str]:
    """The addresses of all edits that Discord was asked for."""
    exchanges = stand_in.traffic.exchanges
    return [one.path for one in exchanges if one.method == "PATCH"]


@pytest.mark.parametrize("changes", HIDDEN)
async def test_card_is_changed_through_the_token_while_that_lives(
    messenger: Messenger, discord_stand_in: DiscordStandIn, changes: dict[str, bool]
) -> None:
    with pytest.raises(Unreachable):  # the stand-in knows nothing of this token
        await messenger.update_card(asked(14, **changes), EMBED, VIEW)
    [path] = edits(discord_stand_in)
    assert "/webhooks/" in path


@pytest.mark.parametrize("changes", HIDDEN)
async def test_nobody_is_asked_when_the_token_is_surely_dead(
    messenger: Messenger, discord_stand_in: DiscordStandIn, changes: dict[str, bool]
) -> None:
    with pytest.raises(Unreachable):
        await messenger.update_card(asked(16, **changes), EMBED, VIEW)
    assert edits(discord_stand_in) == []


async def test_empty_history_says_that_nothing_was_sent_only_of_direct_messages(
    messenger: Messenger, discord_stand_in: DiscordStandIn
) -> None:
    path = "/api/v10/channels/5/messages"
    discord_stand_in.scenario.on("GET", path, times=None).respond(200, [])
    assert await messenger.find(5, asked(1), NoticeKind.RESULT, direct=True) is None
    with pytest.raises(Unreachable):
        await messenger.find(5, asked(1), NoticeKind.RESULT)
