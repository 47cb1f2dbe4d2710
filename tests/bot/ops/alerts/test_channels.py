"""The two ways to the host, when something is in the way."""

from typing import Any

import aiohttp
import pytest

from bot.client import ComposeClient
from bot.errors import HostNotTold
from bot.ops.alerts.channels import OwnerMessages, Webhook, owners
from sandbox.discord import DiscordStandIn
from tests.bot.ops.alerts.conftest import direct_messages

APPLICATION = "/api/v10/applications/@me"
MESSAGES = r"/api/v10/channels/\d+/messages"


def member(user_id: int, **changes: Any) -> dict[str, Any]:
    user = {"id": str(user_id)}
    return {"user": user, "role": "admin", "membership_state": 2} | changes


TEAM = {
    "owner_user_id": "1",
    "members": [
        member(1),
        member(2),
        member(3, role="developer"),
        member(4, membership_state=1),
        None,
    ],
}


@pytest.mark.parametrize(
    ("application", "found"),
    [
        ({"owner": {"id": "7"}, "team": None}, [7]),
        ({"owner": {"id": "7"}, "team": TEAM}, [1, 2]),
        ({"owner": {"id": "7"}, "team": {"owner_user_id": "1"}}, [1]),
        ({"owner": None}, []),
        ({"owner": {"id": "x"}}, []),
        ({}, []),
    ],
)
def test_owners_are_who_discord_names(application: dict[str, Any], found: list[int]) -> None:
    assert owners(application) == found


async def test_all_of_a_team_are_told_though_one_takes_no_messages(
    owner_messages: OwnerMessages, discord_stand_in: DiscordStandIn
) -> None:
    state = discord_stand_in.world.state
    ada, ben = (state.user_named(name).id for name in ("Ada", "Ben"))
    team = {"owner_user_id": str(ada), "members": [member(ben)]}
    discord_stand_in.scenario.on("GET", APPLICATION).respond(200, {"id": "1", "team": team})
    refusal = {"message": "Cannot send messages to this user", "code": 50007}
    discord_stand_in.scenario.on("POST", MESSAGES).respond(403, refusal)
    await owner_messages.tell("the disk is full", "first")
    assert direct_messages(discord_stand_in, "Ada") == []
    assert direct_messages(discord_stand_in, "Ben") == ["the disk is full"]


async def test_message_of_unknown_outcome_is_not_doubled(
    owner_messages: OwnerMessages, discord_stand_in: DiscordStandIn
) -> None:
    discord_stand_in.scenario.on("POST", MESSAGES).reset_after()
    with pytest.raises(HostNotTold):
        await owner_messages.tell("the disk is full", "first")
    await owner_messages.tell("the disk is full", "first")
    assert direct_messages(discord_stand_in) == ["the disk is full"]


@pytest.mark.parametrize("answer", [{"id": "1"}, [], {"id": "1", "owner": {"id": "5"}}])
async def test_host_is_not_told_when_discord_names_no_owner_of_ours(
    owner_messages: OwnerMessages, discord_stand_in: DiscordStandIn, answer: object
) -> None:
    discord_stand_in.scenario.on("GET", APPLICATION).respond(200, answer)
    with pytest.raises(HostNotTold):
        await owner_messages.tell("the disk is full", "first")


async def test_host_is_not_told_before_the_login(discord_stand_in: DiscordStandIn) -> None:
    address = discord_stand_in.api_url
    async with ComposeClient(api_url=address, command_guild_id=None) as client:
        with pytest.raises(HostNotTold, match="not logged in"):
            await OwnerMessages(client).tell("the disk is full", "first")


async def test_webhook_out_of_reach_is_said_without_its_address(unused_port: int) -> None:
    async with aiohttp.ClientSession() as session:
        hook = Webhook(f"http://127.0.0.1:{unused_port}/hunter2", session)
        with pytest.raises(HostNotTold) as caught:
            await hook.tell("the disk is full", "first")
    assert "hunter2" not in str(caught.value)
