"""Costly things, one at a time for each member."""

from typing import Any

import discord
import pytest

from bot import words
from bot.client import ComposeClient, Interaction
from cogs.ui.member_lock import one_each
from tests.cogs.interactions import USER, a_client, an_interaction

OTHER = USER | {"id": "99"}


@pytest.fixture
def said(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What the members are told."""
    texts: list[str] = []

    async def send(_response: object, text: str, **_more: Any) -> None:
        texts.append(text)

    monkeypatch.setattr(discord.InteractionResponse, "send_message", send)
    return texts


@pytest.fixture
def client() -> ComposeClient:
    return a_client()


async def test_second_thing_of_a_member_waits_for_the_first(
    client: ComposeClient, said: list[str]
) -> None:
    async with one_each(an_interaction(client)) as first:
        async with one_each(an_interaction(client)) as second:
            assert (first, second) == (True, False)
        # A press that was turned away frees nothing.
        async with one_each(an_interaction(client)) as third:
            assert not third
    assert said == [words.one_moment(), words.one_moment()]


async def test_members_do_not_wait_for_each_other(client: ComposeClient, said: list[str]) -> None:
    async with (
        one_each(an_interaction(client)) as first,
        one_each(an_interaction(client, user=OTHER)) as second,
    ):
        assert (first, second) == (True, True)
    assert said == []


async def test_member_may_go_on_once_the_last_one_ended(
    client: ComposeClient, said: list[str]
) -> None:
    async with one_each(an_interaction(client)) as first:
        assert first
    async with one_each(an_interaction(client)) as second:
        assert second
    assert said == []


async def test_member_may_go_on_after_a_failure(client: ComposeClient, said: list[str]) -> None:
    async def fail(interaction: Interaction) -> None:
        async with one_each(interaction):
            raise OSError("the disk is full")

    with pytest.raises(OSError, match="full"):
        await fail(an_interaction(client))
    async with one_each(an_interaction(client)) as free:
        assert free
    assert said == []
