"""How much time is left for a first answer."""

import time
from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.client import RECEIVED_AT_S, ComposeClient
from cogs.ui.first_answers import left_s


def an_interaction(**extras: float) -> Any:
    return SimpleNamespace(extras=extras)


@pytest.mark.parametrize(("ago_s", "expected_s"), [(0, 2.5), (2, 0.5), (9, 0)])
def test_time_is_counted_from_when_the_interaction_came(
    ago_s: float, expected_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    came = an_interaction(**{RECEIVED_AT_S: now_s - ago_s})
    assert left_s(came) == pytest.approx(expected_s)


async def test_client_notes_when_an_interaction_came(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discord.http.Route, "BASE", discord.http.Route.BASE)
    client = ComposeClient(api_url=discord.http.Route.BASE, command_guild_id=None)
    interaction = an_interaction()
    before_s = time.monotonic()
    client.dispatch("interaction", interaction)
    assert before_s <= interaction.extras[RECEIVED_AT_S] <= time.monotonic()
