"""What is taken from messages for a new track."""

from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest
from discord.http import Route

from bot import words
from bot.client import ComposeClient
from bot.gateway.command_sync import payloads
from bot.words.markdown import harmless
from cogs.cover import _text_of


@pytest.mark.parametrize("covers", [True, False])
async def test_commands_for_covers_are_there_only_with_a_model_that_makes_some(
    *, covers: bool
) -> None:
    async with ComposeClient(api_url=Route.BASE, command_guild_id=None, covers=covers) as client:
        await client.load_cogs()
        names = {str(command["name"]) for command in await payloads(client.tree)}
    assert {"compose", words.COMPOSE_MENU} <= names
    assert {"cover", words.COVER_MENU} & names == ({"cover", words.COVER_MENU} if covers else set())


def a_message(content: str = "", *embeds: discord.Embed, **more: Any) -> discord.Message:
    values = {"content": content, "embeds": list(embeds), "message_snapshots": [], **more}
    return cast("discord.Message", SimpleNamespace(**values))


@pytest.mark.parametrize(
    ("message", "text"),
    [
        (a_message("a storm", discord.Embed(description="no")), "a storm"),
        (a_message(" \u200b", discord.Embed(title="t", description="a storm")), "a storm"),
        (a_message("", discord.Embed(title="a storm")), "a storm"),
        (a_message("", discord.Embed(description=harmless("*4:33* \\o/", 50))), "*4:33* \\o/"),
        (a_message("", message_snapshots=[a_message("a storm")]), "a storm"),
        (a_message("", message_snapshots=[a_message("", discord.Embed(title="x"))]), "x"),
        (a_message(), ""),
    ],
)
def test_text_is_what_a_message_says_or_else_shows(message: discord.Message, text: str) -> None:
    assert _text_of(message) == text
