"""Messages over REST: what goes through, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.discord.message_form import Draft
from sandbox.discord.model import Overwrite
from sandbox.discord.permissions import Permissions
from tests.sandbox.discord.conftest import Api

WAV = b"RIFF\x24\x00\x00\x00WAVEfmt "


def deny(api: Api, channel: str, *permissions: Permissions) -> None:
    denied = sum(permissions)
    overwrite = Overwrite(api.world.state.bot.id, is_member=True, deny=denied)
    api.world.places.set_overwrite(api.channel(channel), overwrite)


async def test_request_is_refused_when_token_is_wrong(api: Api) -> None:
    answer = await api("GET", "/users/@me", headers={"Authorization": "Bot nonsense"})
    assert answer.status == 401
    assert answer.data == {"message": "401: Unauthorized", "code": 0}


async def test_json_has_no_charset_and_unknown_paths_are_json_too(api: Api) -> None:
    answer = await api("GET", "/no/such/route")
    assert (answer.status, answer.code) == (404, 0)
    assert answer.headers["Content-Type"] == "application/json"


async def test_message_comes_back_whole_when_posted(api: Api) -> None:
    ben = api.user("Ben")
    embed = {"title": "Track", "fields": [{"name": "a", "value": "b"}]}
    button = {"type": 2, "style": 1, "label": "Cancel", "custom_id": "cancel:1"}
    row = {"type": 1, "components": [button]}
    body = {"content": f" <@{ben.id}> hi ", "embeds": [embed], "components": [row]}
    message = (await api("POST", api.messages(), body)).data
    assert message["content"] == f"<@{ben.id}> hi"
    assert [user["username"] for user in message["mentions"]] == ["ben"]
    assert message["embeds"][0]["fields"] == [{"name": "a", "value": "b", "inline": False}]
    assert message["components"][0]["components"][0]["custom_id"] == "cancel:1"
    again = (await api("GET", f"{api.messages()}/{message['id']}")).data
    assert again == message


@pytest.mark.parametrize(
    ("body", "path", "inner"),
    [
        ({"content": "x" * 2001}, ["content"], "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "nonce": "n" * 26}, ["nonce"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"title": "x" * 257}]}, ["embeds", "0", "title"], "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4096}] * 2}, ["embeds"], "MAX_EMBED_SIZE_EXCEEDED"),
        ({"embeds": [7]}, ["embeds", "0"], "MODEL_TYPE_CONVERT"),
        ({"content": "x", "components": [{"type": 2}]}, ["components", "0", "type"],
         "BASE_TYPE_CHOICES"),
        ({"content": "x", "components": [{"type": 1, "components": []}]},
         ["components", "0", "components"], "BASE_TYPE_BAD_LENGTH"),
        ({"content": "x", "message_reference": {"message_id": "12"}}, ["message_reference"],
         "REPLIES_UNKNOWN_MESSAGE"),
        ({"content": {"a": 1}}, ["content"], "STRING_TYPE_CONVERT"),
        ({"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
         ["allowed_mentions"], "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE"),
    ],
)  # fmt: skip
async def test_form_errors_are_nested_when_body_is_wrong(
    api: Api, body: dict[str, Any], path: list[str], inner: str
) -> None:
    answer = await api("POST", api.messages(), body)
    assert (answer.status, answer.code) == (400, 50035)
    node = answer.data["errors"]
    for step in path:
        node = node[step]
    assert inner in [error["code"] for error in node["_errors"]]


async def test_custom_ids_are_refused_when_duplicated(api: Api) -> None:
    button = {"type": 2, "style": 1, "label": "x", "custom_id": "same"}
    row = {"type": 1, "components": [button, button]}
    answer = await api("POST", api.messages(), {"components": [row]})
    errors = answer.data["errors"]["components"]["0"]["components"]["1"]["custom_id"]["_errors"]
    assert errors[0]["code"] == "COMPONENT_CUSTOM_ID_DUPLICATED"


@pytest.mark.parametrize(
    ("raw", "code"),
    [(b"{", 50109), (b'{"content": NaN}', 50109), (b"[" * 100_000, 50109), (b"[]", 50035),
     (b"{}", 50006), (b'{"content": "  "}', 50006), (b'{"content": "\\ud800"}', None)],
)  # fmt: skip
async def test_hostile_json_is_answered_not_crashed_on(
    api: Api, raw: bytes, code: int | None
) -> None:
    headers = {"Content-Type": "application/json"}
    answer = await api("POST", api.messages(), raw=raw, headers=headers)
    assert answer.status == (200 if code is None else 400)
    assert answer.data.get("code") == code


async def test_body_is_refused_when_content_type_is_not_json(api: Api) -> None:
    headers = {"Content-Type": "text/plain"}
    answer = await api("POST", api.messages(), raw=b'{"content": "x"}', headers=headers)
    assert answer.code == 50035


@pytest.mark.parametrize("body", [b"", b"--x\r\n\r\n", b"--x\r\nnonsense\r\n--x--\r\n"])
async def test_multipart_is_refused_when_malformed(api: Api, body: bytes) -> None:
    headers = {"Content-Type": "multipart/form-data; boundary=x"}
    answer = await api("POST", api.messages(), raw=body, headers=headers)
    assert (answer.status, answer.code) == (400, 50035)


async def test_attachment_carries_its_description_and_type_when_uploaded(api: Api) -> None:
    body = {"attachments": [{"id": 0, "description": "rain"}]}
    message = (await api("POST", api.messages(), body, files={"lo fi.wav": WAV})).data
    (attachment,) = message["attachments"]
    assert attachment["filename"] == "lo_fi.wav"
    assert attachment["content_type"].startswith("audio/")
    assert attachment["description"] == "rain"
    assert attachment["size"] == len(WAV)
    assert (await api("GET", attachment["url"])).data == WAV


async def test_attachments_are_replaced_when_edited(api: Api) -> None:
    files = {"a.txt": b"a", "b.txt": b"b"}
    message = (await api("POST", api.messages(), {}, files=files)).data
    keep = message["attachments"][1]["id"]
    body = {"attachments": [{"id": keep}, {"id": 0, "description": "new"}]}
    path = f"{api.messages()}/{message['id']}"
    edited = (await api("PATCH", path, body, files={"c.txt": b"c"})).data
    assert [a["filename"] for a in edited["attachments"]] == ["b.txt", "c.txt"]
    assert edited["edited_timestamp"] is not None
    assert (await api("GET", message["attachments"][0]["url"])).status == 404


async def test_file_is_refused_when_above_the_guilds_limit(api: Api) -> None:
    answer = await api("POST", api.messages(), {}, files={"big.wav": b"0" * (10 * 2**20 + 1)})
    assert (answer.status, answer.code) == (413, 40005)


async def test_request_is_refused_when_above_25_mib(api: Api) -> None:
    files = {f"{i}.wav": b"0" * (9 * 2**20) for i in range(3)}
    answer = await api("POST", api.messages(), {}, files=files)
    assert (answer.status, answer.code) == (413, 40005)


async def test_nonce_gives_the_first_message_within_minutes_only(api: Api) -> None:
    body = {"content": "once", "nonce": "job-1", "enforce_nonce": True}
    first = (await api("POST", api.messages(), body)).data
    second = (await api("POST", api.messages(), body | {"content": "twice"})).data
    assert second["id"] == first["id"]
    assert second["content"] == "once"
    api.world.state.clock.advance(301)
    assert (await api("POST", api.messages(), body)).data["id"] != first["id"]


async def test_nonce_repeats_when_not_enforced(api: Api) -> None:
    body = {"content": "once", "nonce": "job-1"}
    first = (await api("POST", api.messages(), body)).data
    assert (await api("POST", api.messages(), body)).data["id"] != first["id"]


async def test_files_are_forbidden_in_the_quiet_corner(api: Api) -> None:
    path = api.messages("quiet-corner")
    answer = await api("POST", path, {}, files={"a.wav": WAV})
    assert (answer.status, answer.code) == (403, 50013)
    assert (await api("POST", path, {"content": "hush"})).status == 200


async def test_channel_is_inaccessible_when_it_cannot_be_viewed(api: Api) -> None:
    deny(api, "music-jam", Permissions.VIEW_CHANNEL)
    answer = await api("POST", api.messages(), {"content": "x"})
    assert (answer.status, answer.code) == (403, 50001)


async def test_history_is_empty_and_replies_fail_without_the_permission(api: Api) -> None:
    message = (await api("POST", api.messages(), {"content": "x"})).data
    deny(api, "music-jam", Permissions.READ_MESSAGE_HISTORY)
    listing = await api("GET", api.messages())
    assert (listing.status, listing.data) == (200, [])
    reply = {"content": "y", "message_reference": {"message_id": message["id"]}}
    assert (await api("POST", api.messages(), reply)).code == 160002


async def test_reply_shows_its_origin_and_mentions_its_author(api: Api) -> None:
    first = (await api("POST", api.messages(), {"content": "x"})).data
    body = {"content": "y", "message_reference": {"message_id": first["id"]}}
    reply = (await api("POST", api.messages(), body)).data
    assert reply["type"] == 19
    assert reply["referenced_message"]["id"] == first["id"]
    assert [user["id"] for user in reply["mentions"]] == [first["author"]["id"]]


async def test_reply_becomes_a_plain_message_when_its_origin_is_gone(api: Api) -> None:
    reference = {"message_id": "12", "fail_if_not_exists": False}
    body = {"content": "y", "message_reference": reference}
    message = (await api("POST", api.messages(), body)).data
    assert message["type"] == 0
    assert "message_reference" not in message


@pytest.mark.parametrize(
    ("allowed", "told"),
    [({"parse": []}, []), ({"parse": ["users"]}, ["ada", "ben"]), ({"users": ["BEN"]}, ["ben"])],
)
async def test_mentions_are_limited_to_those_allowed(
    api: Api, allowed: dict[str, list[str]], told: list[str]
) -> None:
    ada, ben = api.user("Ada").id, api.user("Ben").id
    if "users" in allowed:
        allowed = {"users": [str(ben)]}
    body = {"content": f"<@{ada}> <@{ben}>", "allowed_mentions": allowed}
    message = (await api("POST", api.messages(), body)).data
    assert [user["username"] for user in message["mentions"]] == told


async def test_listing_pages_by_before_after_and_around(api: Api) -> None:
    ids = [(await api("POST", api.messages(), {"content": str(i)})).data["id"] for i in range(5)]

    async def listed(query: str) -> list[str]:
        return [m["id"] for m in (await api("GET", f"{api.messages()}?{query}")).data]

    assert await listed("limit=2") == [ids[4], ids[3]]
    assert await listed(f"before={ids[2]}&limit=1") == [ids[1]]
    assert await listed(f"after={ids[1]}&limit=2") == [ids[3], ids[2]]
    assert await listed(f"around={ids[2]}&limit=3") == [ids[3], ids[2], ids[1]]
    assert (await api("GET", f"{api.messages()}?limit=101")).code == 50035


async def test_others_messages_can_be_neither_edited_nor_deleted(api: Api) -> None:
    channel = api.channel("music-jam")
    message = api.world.messages.post(api.user("Ben"), channel, Draft(content="mine"))
    path = f"{api.messages()}/{message.id}"
    assert (await api("PATCH", path, {"content": "theirs"})).code == 50005
    assert (await api("DELETE", path)).code == 50013


async def test_message_is_unknown_when_deleted(api: Api) -> None:
    message = (await api("POST", api.messages(), {"content": "x"})).data
    path = f"{api.messages()}/{message['id']}"
    assert (await api("DELETE", path)).status == 204
    assert (await api("GET", path)).code == 10008
    assert (await api("PATCH", path, {"content": "y"})).code == 10008


async def test_edit_to_nothing_is_refused(api: Api) -> None:
    message = (await api("POST", api.messages(), {"content": "x"})).data
    answer = await api("PATCH", f"{api.messages()}/{message['id']}", {"content": ""})
    assert answer.code == 50006


@pytest.mark.parametrize(
    ("path", "code"),
    [("/channels/12", 10003), ("/guilds/12", 10004), ("/users/12", 10013),
     ("/channels/abc", 50035), ("/channels/12/messages/13", 10003)],
)  # fmt: skip
async def test_unknown_things_have_codes_of_their_own(api: Api, path: str, code: int) -> None:
    assert (await api("GET", path)).code == code


async def test_dm_is_refused_when_the_user_closed_them(api: Api) -> None:
    ben = api.user("Ben")
    body = {"recipient_id": str(ben.id)}
    dm = (await api("POST", "/users/@me/channels", body)).data
    path = f"/channels/{dm['id']}/messages"
    assert (await api("POST", path, {"content": "psst"})).status == 200
    api.world.state.set_dms(ben, accepted=False)
    assert (await api("POST", path, {"content": "psst"})).code == 50007


async def test_dm_is_refused_when_no_guild_is_shared(api: Api) -> None:
    ben = api.user("Ben")
    dm = api.world.places.open_dm(ben, api.world.state.bot)
    guild = next(iter(api.world.state.guilds.values()))
    api.world.places.remove_member(guild, ben.id)
    answer = await api("POST", f"/channels/{dm.id}/messages", {"content": "psst"})
    assert (answer.status, answer.code) == (403, 50278)


async def test_voice_message_needs_its_metadata(api: Api) -> None:
    body: dict[str, Any] = {"flags": 1 << 13, "attachments": [{"id": 0}]}
    assert (await api("POST", api.messages(), body, files={"v.ogg": b"OggS"})).code == 50161
    body["attachments"] = [{"id": 0, "duration_secs": 1.5, "waveform": "AAAA"}]
    message = (await api("POST", api.messages(), body, files={"v.ogg": b"OggS"})).data
    assert message["attachments"][0]["duration_secs"] == 1.5


async def test_reactions_are_counted_and_taken_back(api: Api) -> None:
    message = (await api("POST", api.messages(), {"content": "x"})).data
    path = f"{api.messages()}/{message['id']}"
    assert (await api("PUT", f"{path}/reactions/🎵/@me")).status == 204
    (reaction,) = (await api("GET", path)).data["reactions"]
    assert (reaction["count"], reaction["me"]) == (1, True)
    users = (await api("GET", f"{path}/reactions/🎵")).data
    assert [user["username"] for user in users] == ["compose-bot"]
    assert (await api("DELETE", f"{path}/reactions/🎵/@me")).status == 204
    assert "reactions" not in (await api("GET", path)).data
    assert (await api("PUT", f"{path}/reactions/notanemoji/@me")).code == 10014


async def test_contents_of_others_are_blank_without_the_intent(api: Api) -> None:
    channel, bot = api.channel("music-jam"), api.world.state.bot
    post = api.world.messages.post
    post(api.user("Ben"), channel, Draft(content="secret"))
    post(api.user("Ben"), channel, Draft(content=f"<@{bot.id}> hello"))
    listed = (await api("GET", api.messages())).data
    assert [message["content"] for message in listed] == [f"<@{bot.id}> hello", ""]
