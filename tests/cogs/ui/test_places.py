"""Where one can compose, as the payload of an interaction tells it. The server of these tests has
no bot in it: where it has one is seen over real sockets (`tests/e2e/test_places.py`)."""

from typing import Any

import pytest

from bot import words
from bot.client import Interaction
from bot.domain.audience import Audience
from cogs.ui.places import is_outside, upload_limit_bytes, why_not_here
from tests.cogs.interactions import (
    BY_GUILD,
    BY_USER,
    GUILD_ID,
    MIB,
    a_client,
    an_interaction,
    in_guild,
)

GROUP = 2


def served(*, users: bool, guild_ids: set[int] | None = None) -> Audience:
    """As the settings would have it."""
    return Audience(guild_ids=frozenset(guild_ids or {GUILD_ID}), users=users)


def asked(audience: Audience | None = None, **payload: Any) -> Interaction:
    return an_interaction(a_client(audience=audience), **payload)


ELSEWHERE: list[dict[str, Any]] = [{}, {"context": GROUP}, in_guild(BY_USER)]


@pytest.mark.parametrize("payload", ELSEWHERE)
@pytest.mark.parametrize("private", [False, True])
def test_members_own_places_are_served_only_when_the_host_allows_it(
    payload: dict[str, Any], private: bool
) -> None:
    closed = asked(served(users=False), **payload)
    assert why_not_here(closed, private=private) == words.servers_only()
    assert why_not_here(asked(served(users=True), **payload), private=private) is None


def test_own_installation_counts_in_a_server_that_is_not_on_the_list() -> None:
    both, added = in_guild(BY_USER | BY_GUILD), in_guild(BY_GUILD)
    users, servers = served(users=True, guild_ids={1}), served(users=False, guild_ids={1})
    assert why_not_here(asked(users, **both), private=False) is None
    for closed in (asked(users, **added), asked(servers, **both)):
        assert str(GUILD_ID) in (why_not_here(closed, private=False) or "")


def test_server_that_added_only_the_commands_is_served_through_the_token() -> None:
    interaction = asked(served(users=False), **in_guild(BY_GUILD))
    assert why_not_here(interaction, private=False) is None
    assert is_outside(interaction)


def test_bot_is_in_its_own_direct_messages_and_in_no_others() -> None:
    assert not is_outside(asked())
    assert is_outside(asked(context=GROUP))
    assert is_outside(asked(**in_guild(BY_USER)))


@pytest.mark.parametrize(("given", "limit"), [(500 * MIB, 10 * MIB), (8 * MIB, 8 * MIB)])
@pytest.mark.parametrize("payload", ELSEWHERE)
def test_upload_limit_is_one_that_holds_on_every_way(
    payload: dict[str, Any], given: int, limit: int
) -> None:
    interaction = asked(**payload | {"attachment_size_limit": given})
    assert upload_limit_bytes(interaction) == limit
