"""First answers, follow-ups, and how long they are welcome."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.discord.enums import CallbackType, InteractionType
from sandbox.discord.message_render import visible_messages
from tests.sandbox.discord.conftest import Api

HELLO = {"type": 4, "data": {"content": "hello"}}
DEFER = {"type": 5}
MODAL_INPUT = {"type": 4, "custom_id": "prompt", "style": 2}
MODAL = {
    "custom_id": "edit:1",
    "title": "Remix",
    "components": [{"type": 18, "label": "Prompt", "component": MODAL_INPUT}],
}


async def test_answer_becomes_a_message_with_its_origin(api: Api) -> None:
    interaction = api.interact()
    path = f"{api.callback(interaction)}?with_response=true"
    answer = await api("POST", path, HELLO)
    message = answer.data["resource"]["message"]
    assert answer.data["interaction"]["response_message_id"] == message["id"]
    assert message["type"] == 20
    assert message["interaction_metadata"]["id"] == str(interaction.id)
    assert (await api("POST", api.callback(api.interact()), HELLO)).status == 204


async def test_second_answer_is_refused(api: Api) -> None:
    path = api.callback(api.interact())
    assert (await api("POST", path, HELLO)).status == 204
    answer = await api("POST", path, HELLO)
    assert (answer.status, answer.code) == (400, 40060)


async def test_answer_is_refused_when_3_s_have_passed(api: Api) -> None:
    interaction = api.interact()
    api.world.state.clock.advance(3.1)
    answer = await api("POST", api.callback(interaction), HELLO)
    assert (answer.status, answer.code) == (404, 10062)
    assert interaction.failed


async def test_member_is_told_when_nobody_answers(api: Api) -> None:
    with api.world.state.bus.subscribe(api.user("Ben").id) as events:
        interaction = api.interact()
        api.stand_in.advance(3.1)
        assert await anext(events) == ("INTERACTION_FAILED", {"id": str(interaction.id)})


async def test_answer_is_refused_when_token_is_forged(api: Api) -> None:
    interaction = api.interact()
    path = f"/interactions/{interaction.id}/forged/callback"
    assert (await api("POST", path, HELLO)).code == 10062


@pytest.mark.parametrize(
    ("body", "code"),
    [({"type": 6}, 50035), ({"type": 99}, 50035), ({"type": 4}, 50035), ({}, 50035), ([], 50035),
     ({"type": 4, "data": {}}, 50006), ({"type": 9, "data": {"title": "x"}}, 50035)],
)  # fmt: skip
async def test_interaction_stays_open_when_its_answer_has_errors(
    api: Api, body: object, code: int
) -> None:
    interaction = api.interact()
    assert (await api("POST", api.callback(interaction), body)).code == code
    assert (await api("POST", api.callback(interaction), HELLO)).status == 204


async def test_original_is_edited_and_deleted_by_token(api: Api) -> None:
    interaction = api.interact()
    await api("POST", api.callback(interaction), HELLO)
    original = f"{api.webhook(interaction)}/messages/@original"
    assert (await api("PATCH", original, {"content": "done"})).data["content"] == "done"
    assert (await api("DELETE", original)).status == 204
    assert (await api("GET", original)).code == 10008


async def test_first_follow_up_fills_the_deferred_answer(api: Api) -> None:
    interaction = api.interact()
    await api("POST", api.callback(interaction), DEFER)
    thinking = (await api("GET", f"{api.webhook(interaction)}/messages/@original")).data
    assert thinking["flags"] & 128
    first = (await api("POST", api.webhook(interaction), {"content": "1"})).data
    assert (first["id"], first["flags"], first["edited_timestamp"]) == (thinking["id"], 0, None)
    second = (await api("POST", api.webhook(interaction), {"content": "2"})).data
    assert second["id"] != first["id"]
    assert second["type"] == 19


async def test_ephemeral_messages_are_for_one_member_and_the_token(api: Api) -> None:
    interaction = api.interact()
    await api("POST", api.callback(interaction), {"type": 5, "data": {"flags": 64}})
    message = (await api("POST", api.webhook(interaction), {"content": "psst"})).data
    assert message["flags"] == 64
    place = api.channel("music-jam")
    seen = {
        name: [m["content"] for m in visible_messages(api.world.state, place, api.user(name).id)]
        for name in ("Ben", "Ada")
    }
    assert seen == {"Ben": ["psst"], "Ada": []}
    assert (await api("GET", f"{api.messages()}/{message['id']}")).code == 10008
    edited = f"{api.webhook(interaction)}/messages/{message['id']}"
    assert (await api("PATCH", edited, {"content": "!"})).data["content"] == "!"


async def test_webhook_is_unknown_before_the_first_answer(api: Api) -> None:
    answer = await api("POST", api.webhook(api.interact()), {"content": "early"})
    assert (answer.status, answer.code) == (404, 10015)


async def test_token_dies_after_15_minutes(api: Api) -> None:
    interaction = api.interact()
    await api("POST", api.callback(interaction), HELLO)
    api.world.state.clock.advance(15 * 60 + 1)
    original = f"{api.webhook(interaction)}/messages/@original"
    for method, path in (("PATCH", original), ("POST", api.webhook(interaction))):
        answer = await api(method, path, {"content": "late"})
        assert (answer.status, answer.code) == (401, 50027)


async def test_token_reaches_no_other_interactions_messages(api: Api) -> None:
    one, other = api.interact(), api.interact()
    for interaction in (one, other):
        await api("POST", api.callback(interaction), HELLO)
    path = f"{api.webhook(one)}/messages/{other.original_id}"
    assert (await api("PATCH", path, {"content": "x"})).code == 10008


async def test_token_posts_where_the_bot_may_not_attach(api: Api) -> None:
    interaction = api.interact(channel="quiet-corner")
    await api("POST", api.callback(interaction), HELLO)
    path = api.webhook(interaction)
    message = (await api("POST", path, {}, files={"a.wav": b"RIFF"})).data
    assert message["attachments"][0]["filename"] == "a.wav"


async def test_token_has_the_members_upload_limit(api: Api) -> None:
    interaction = api.interact()
    interaction.attachment_limit_bytes = 100
    await api("POST", api.callback(interaction), HELLO)
    path = api.webhook(interaction)
    assert (await api("POST", path, {}, files={"a.wav": b"0" * 100})).status == 200
    answer = await api("POST", path, {}, files={"a.wav": b"0" * 101})
    assert (answer.status, answer.code) == (413, 40005)


async def test_component_answer_updates_its_message(api: Api) -> None:
    button = {"type": 2, "style": 1, "label": "x", "custom_id": "x"}
    body = {"content": "card", "components": [{"type": 1, "components": [button]}]}
    posted = (await api("POST", api.messages(), body)).data
    channel, ben = api.channel("music-jam"), api.user("Ben")
    message = channel.messages[int(posted["id"])]
    interaction = api.world.interactions.start(
        InteractionType.MESSAGE_COMPONENT, ben, channel, {"custom_id": "x"}, message=message
    )
    update = {"type": 7, "data": {"content": "pressed", "components": []}}
    assert (await api("POST", api.callback(interaction), update)).status == 204
    now = (await api("GET", f"{api.messages()}/{posted['id']}")).data
    assert (now["content"], now["components"]) == ("pressed", [])


async def test_modal_is_kept_for_the_member(api: Api) -> None:
    interaction = api.interact()
    body = {"type": 9, "data": MODAL}
    assert (await api("POST", api.callback(interaction), body)).status == 204
    assert interaction.callback is CallbackType.MODAL
    assert interaction.modal is not None
    assert interaction.modal["components"][0]["component"]["max_length"] == 4000


@pytest.mark.parametrize(
    ("choices", "status"),
    [([{"name": "Lyria", "value": "lyria"}], 204), ([{"name": "x", "value": "y"}] * 26, 400),
     ([{"name": "x" * 101, "value": "y"}], 400), ("x", 400)],
)  # fmt: skip
async def test_autocomplete_takes_up_to_25_choices(api: Api, choices: Any, status: int) -> None:
    interaction = api.interact(InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE)
    body = {"type": 8, "data": {"choices": choices}}
    assert (await api("POST", api.callback(interaction), body)).status == status
