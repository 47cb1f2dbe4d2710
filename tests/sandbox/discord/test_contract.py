"""Every route, held against Discord's published specification: answers are as it says, and what it
does not allow is not accepted.
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from sandbox.discord.enums import ChannelType, Intents, InteractionType
from sandbox.discord.model import Json
from sandbox.discord.seed import add_channel
from tests.contract import published
from tests.sandbox.discord.conftest import Api
from tests.sandbox.discord.layouts import FILES, ONE_OF_EACH, TEXT

BUTTON = {"type": 2, "style": 4, "label": "Cancel", "custom_id": "c", "emoji": {"name": "🛑"}}
LINK = {"type": 2, "style": 5, "label": "Listen", "url": "https://example.com/a"}
SELECT = {"type": 3, "custom_id": "s", "options": [{"label": "A", "value": "a"}]}
CARD = {
    "content": "card",
    "embeds": [
        {
            "title": "Rain",
            "description": "lo-fi",
            "color": 0x5865F2,
            "timestamp": "2026-01-01T00:00:00+00:00",
            "author": {"name": "Ben"},
            "footer": {"text": "soon"},
            "image": {"url": "https://example.com/i.png"},
            "fields": [{"name": "Seed", "value": "3"}],
        }
    ],
    "components": [
        {"type": 1, "components": [BUTTON, LINK]},
        {"type": 1, "components": [SELECT]},
    ],
}
COMMAND = {
    "name": "compose",
    "description": "Make a track",
    "options": [
        {"type": 3, "name": "prompt", "description": "What", "required": True, "max_length": 4000},
        {"type": 4, "name": "seed", "description": "Seed", "min_value": 0},
        {"type": 3, "name": "mood", "description": "M", "choices": [{"name": "A", "value": "a"}]},
        {"type": 7, "name": "where", "description": "Where", "channel_types": [0]},
    ],
}


@pytest.mark.published
async def test_answers_conform_to_the_published_specification(api: Api) -> None:
    allowed = Intents.GUILD_MEMBERS | Intents.MESSAGE_CONTENT
    api.world.state.application = replace(api.world.state.application, privileged_intents=allowed)
    await use_users_and_guilds(api)
    await use_commands(api)
    await use_messages(api)
    await use_threads(api)
    await use_interactions(api)
    spec, exchanges = published.discord(), api.stand_in.traffic.exchanges
    assert sum(map(spec.covers, exchanges)) > 60
    assert spec.violations(exchanges, refused_requests=False) == []


async def use_users_and_guilds(api: Api) -> None:
    guild = api.channel("music-jam").guild_id
    ben = api.user("Ben").id
    paths = ["/gateway", "/gateway/bot", "/users/@me", f"/users/{ben}", "/users/@me/guilds"]
    paths += ["/applications/@me", "/oauth2/applications/@me"]
    paths += [f"/guilds/{guild}", f"/guilds/{guild}?with_counts=true"]
    paths += [f"/guilds/{guild}/{part}" for part in ("channels", "roles", "threads/active")]
    paths += [f"/guilds/{guild}/members?limit=10", f"/guilds/{guild}/members/{ben}"]
    for path in paths:
        await get(api, path)
    dm = await api("POST", "/users/@me/channels", {"recipient_id": str(ben)})
    await get(api, f"/channels/{dm.data['id']}")
    for path in ("/guilds/1", "/users/1", f"/guilds/{guild}/members/1", "/channels/x"):
        assert (await api("GET", path)).status >= 400


async def get(api: Api, path: str) -> Any:
    answer = await api("GET", path)
    assert answer.status == 200, (path, answer.data)
    return answer.data


async def use_commands(api: Api) -> None:
    guild = api.channel("music-jam").guild_id
    for scope in ("", f"/guilds/{guild}"):
        path = f"/applications/{api.world.state.application.id}{scope}/commands"
        command = (await api("POST", path, COMMAND)).data
        await api("PUT", path, [COMMAND, {"name": "Remix", "type": 3}])
        await api("PATCH", f"{path}/{command['id']}", {"description": "New"})
        await get(api, path)
        await get(api, f"{path}/{command['id']}")
        assert (await api("DELETE", f"{path}/{command['id']}")).status == 204
        assert (await api("DELETE", f"{path}/{command['id']}")).status == 404
    path = f"/applications/{api.world.state.application.id}/guilds/{guild}/commands/permissions"
    await get(api, path)


async def use_messages(api: Api) -> None:
    channel = f"/channels/{api.channel('music-jam').id}"
    laid_out = (await api("POST", api.messages(), ONE_OF_EACH, files=FILES)).data
    await api("PATCH", f"{api.messages()}/{laid_out['id']}", {"components": [TEXT]})
    files = {"a.wav": b"RIFF", "b.txt": b"b"}
    message = (await api("POST", api.messages(), CARD | {"nonce": "n"}, files=files)).data
    one = f"{api.messages()}/{message['id']}"
    mention, reference = f"<@{api.user('Ben').id}>", {"message_id": message["id"]}
    reply = {"content": mention, "message_reference": reference}
    await api("POST", api.messages(), reply)
    await api("PUT", f"{one}/reactions/🎵/@me")
    await api("PUT", f"{channel}/messages/pins/{message['id']}")
    await api("PUT", f"{channel}/pins/{message['id']}")
    await api("POST", f"{channel}/typing")
    pins = [f"{channel}/pins", f"{channel}/messages/pins"]
    for path in (api.messages(), one, f"{one}/reactions/🎵", *pins):
        await get(api, path)
    await api("PATCH", one, {"content": "changed", "attachments": []})
    await api("DELETE", f"{one}/reactions/🎵/@me")
    await api("DELETE", one)
    wrong: list[Json] = [{}, {"content": "x" * 3000}, {"embeds": [{"fields": [{}]}]}]
    for body in wrong:
        assert (await api("POST", api.messages(), body)).status == 400


async def use_threads(api: Api) -> None:
    channel = f"/channels/{api.channel('music-jam').id}"
    message = (await api("POST", api.messages(), {"content": "x"})).data
    await api("POST", f"{api.messages()}/{message['id']}/threads", {"name": "a"})
    thread = (await api("POST", f"{channel}/threads", {"name": "b", "type": 11})).data
    members = f"/channels/{thread['id']}/thread-members"
    ben = api.user("Ben").id
    await api("PUT", f"{members}/{ben}")
    await get(api, members)
    await get(api, f"{members}/{ben}")
    await api("PUT", f"{members}/@me")
    await get(api, f"{api.messages()}/{message['id']}")
    await api("PATCH", f"/channels/{thread['id']}", {"archived": True})
    await get(api, f"{channel}/threads/archived/public")
    await get(api, channel)
    await use_forum_and_voice(api)
    await api("DELETE", f"/channels/{thread['id']}")
    await api("PATCH", channel, {"topic": "x"})


async def use_forum_and_voice(api: Api) -> None:
    guild = api.world.state.guilds[api.channel("music-jam").guild_id or 0]
    forum = add_channel(api.world, guild, "pieces", kind=ChannelType.GUILD_FORUM)
    voice = add_channel(api.world, guild, "lounge", kind=ChannelType.GUILD_VOICE)
    post = {"name": "Piece", "message": {"content": "listen"}}
    answer = await api("POST", f"/channels/{forum.id}/threads", post, files={"a.wav": b"RIFF"})
    assert answer.data["message"]["id"] == answer.data["id"]
    await get(api, f"/channels/{forum.id}")
    await get(api, f"/channels/{voice.id}")
    await get(api, f"/guilds/{guild.id}/channels")
    assert (await api("POST", f"/channels/{voice.id}/messages", {"content": "x"})).status == 200
    assert (await api("POST", f"/channels/{forum.id}/messages", {"content": "x"})).code == 50008


async def use_interactions(api: Api) -> None:
    answers: list[Json] = [{"type": 4, "data": CARD}, {"type": 5}, {"type": 9, "data": {}}]
    for body in answers:
        interaction = api.interact()
        path = f"{api.callback(interaction)}?with_response=true"
        await api("POST", path, body)
        await api("POST", path, body)
        follow_up = (await api("POST", api.webhook(interaction), CARD)).data
        original = f"{api.webhook(interaction)}/messages/@original"
        await api("PATCH", original, {"content": "done"}, files={"a.wav": b"RIFF"})
        await api("GET", original)
        if "id" in follow_up:
            path = f"{api.webhook(interaction)}/messages/{follow_up['id']}"
            await api("GET", path)
            await api("PATCH", path, {"content": "changed"})
        await api("DELETE", original)
    interaction = api.interact(InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE)
    await api("POST", api.callback(interaction), {"type": 8, "data": {"choices": []}})
