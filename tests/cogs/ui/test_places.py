"""Where one can compose, as the payload of an interaction tells it. The server of these tests has
no bot in it: where it has one is seen over real sockets (`tests/e2e/test_places.py`)."""

from collections.abc import AsyncIterator
from types import SimpleNamespace
from typing import Any, cast

import discord
import pytest

from bot import words
from bot.client import ComposeClient
from bot.services import Services
from cogs.ui.places import is_outside, upload_limit_bytes, why_not_here
from sandbox.discord import DiscordStandIn
from sandbox.discord.seed import TOKEN

MEMBER, GUILD, CHANNEL = 1, 400, 300
BOT_DM, GROUP = 1, 2
MIB = 1 << 20


class Known(ComposeClient):
    """Knows who it is, and has no commands."""

    async def setup_hook(self) -> None: ...


@pytest.fixture
async def client() -> AsyncIterator[ComposeClient]:
    async with (
        DiscordStandIn() as stand_in,
        Known(api_url=stand_in.api_url, command_guild_id=None) as client,
    ):
        await client.login(TOKEN)
        yield client


def allow(client: ComposeClient, *, users: bool, guild_ids: set[int] | None = None) -> None:
    """As the settings would."""
    admission = SimpleNamespace(serves_users=users, serves=(guild_ids or {GUILD}).__contains__)
    client.serve(cast("Services", SimpleNamespace(admission=admission)))


def asked(client: ComposeClient, **payload: Any) -> discord.Interaction[ComposeClient]:
    """An interaction in the bot's direct messages, unless told otherwise."""
    usual = {
        "id": "7",
        "application_id": "900",
        "type": 2,
        "token": "token",
        "version": 1,
        "channel_id": str(CHANNEL),
        "app_permissions": "0",
        "authorizing_integration_owners": {"1": str(MEMBER)},
        "context": BOT_DM,
        "attachment_size_limit": 500 * MIB,
        "user": {"id": str(MEMBER), "username": "ben", "discriminator": "0", "avatar": None},
    }
    state: Any = client._connection
    data: Any = usual | payload
    return discord.Interaction(data=data, state=state)


def in_guild(owners: dict[str, str]) -> dict[str, Any]:
    """What is different in a server."""
    user = {"id": str(MEMBER), "username": "ben", "discriminator": "0", "avatar": None}
    member = {"user": user, "roles": [], "flags": 0, "permissions": "0", "joined_at": None}
    return {
        "guild_id": str(GUILD),
        "guild": {"id": str(GUILD), "features": [], "locale": "en-US"},
        "member": member | {"deaf": False, "mute": False},
        "context": 0,
        "authorizing_integration_owners": owners,
    }


BY_USER, BY_GUILD = {"1": str(MEMBER)}, {"0": str(GUILD)}
ELSEWHERE: list[dict[str, Any]] = [{}, {"context": GROUP}, in_guild(BY_USER)]


@pytest.mark.parametrize("payload", ELSEWHERE)
@pytest.mark.parametrize("private", [False, True])
async def test_members_own_places_are_served_only_when_the_host_allows_it(
    client: ComposeClient, payload: dict[str, Any], private: bool
) -> None:
    interaction = asked(client, **payload)
    allow(client, users=False)
    assert why_not_here(interaction, private=private) == words.SERVERS_ONLY
    allow(client, users=True)
    assert why_not_here(interaction, private=private) is None


async def test_own_installation_counts_in_a_server_that_is_not_on_the_list(
    client: ComposeClient,
) -> None:
    both = asked(client, **in_guild(BY_USER | BY_GUILD))
    allow(client, users=True, guild_ids={1})
    assert why_not_here(both, private=False) is None
    assert str(GUILD) in (why_not_here(asked(client, **in_guild(BY_GUILD)), private=False) or "")
    allow(client, users=False, guild_ids={1})
    assert str(GUILD) in (why_not_here(both, private=False) or "")


async def test_server_that_added_only_the_commands_is_served_through_the_token(
    client: ComposeClient,
) -> None:
    interaction = asked(client, **in_guild(BY_GUILD))
    allow(client, users=False)
    assert why_not_here(interaction, private=False) is None
    assert is_outside(interaction)


async def test_bot_is_in_its_own_direct_messages_and_in_no_others(client: ComposeClient) -> None:
    assert not is_outside(asked(client))
    assert is_outside(asked(client, context=GROUP))
    assert is_outside(asked(client, **in_guild(BY_USER)))


@pytest.mark.parametrize(("given", "limit"), [(500 * MIB, 10 * MIB), (8 * MIB, 8 * MIB)])
@pytest.mark.parametrize("payload", ELSEWHERE)
async def test_upload_limit_is_one_that_holds_on_every_way(
    client: ComposeClient, payload: dict[str, Any], given: int, limit: int
) -> None:
    interaction = asked(client, **payload | {"attachment_size_limit": given})
    assert upload_limit_bytes(interaction) == limit
