"""Components V2 over REST: what comes back, and what is refused in which words."""

from __future__ import annotations

from typing import Any

import pytest

from sandbox.discord.model import Json
from tests.sandbox.discord.conftest import Api
from tests.sandbox.discord.layouts import FILES, LISTEN, ONE_OF_EACH, TEXT, V2, laid_out

SECTION: Json = {"type": 9, "components": [TEXT], "accessory": LISTEN}


def text(content: str) -> Json:
    return {"type": 10, "content": content}


async def test_files_have_links_in_the_components_and_nowhere_else(api: Api) -> None:
    message = (await api("POST", api.messages(), ONE_OF_EACH, files=FILES)).data
    assert message["attachments"] == []
    container = message["components"][1]
    assert container["accent_color"] == 0x6A5AF5
    section, _, _, gallery, file, _ = container["components"]
    thumbnail = section["accessory"]["media"]
    assert (thumbnail["width"], thumbnail["content_type"]) == (1, "image/png")
    assert (await api("GET", thumbnail["url"])).data == FILES["cover.png"]
    assert gallery["items"][0]["media"]["attachment_id"] == thumbnail["attachment_id"]
    assert gallery["items"][1]["media"]["url"] == "https://example.com/back.png"
    assert (file["name"], file["size"]) == ("notes.txt", 8)
    assert (await api("GET", file["file"]["url"])).data == FILES["notes.txt"]
    again = await api("GET", f"{api.messages()}/{message['id']}")
    assert again.data["components"] == message["components"]


@pytest.mark.parametrize(
    ("body", "path", "inner"),
    [
        (laid_out(TEXT) | {"content": "x"}, ["content"],
         "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
        (laid_out(TEXT) | {"embeds": [{"title": "x"}]}, ["embeds"],
         "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
        (laid_out(*[text("x")] * 41), ["components"], "BASE_TYPE_MAX_LENGTH"),
        (laid_out(*[text("x")] * 38, SECTION), ["components"],
         "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (laid_out({"type": 17, "components": [text("x")] * 40}), ["components"],
         "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        (laid_out(text("x" * 2001), {"type": 17, "components": [text("x" * 2000)]}),
         ["components"], "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        (laid_out(text("")), ["components", "0", "content"], "BASE_TYPE_BAD_LENGTH"),
        (laid_out({"type": 9, "components": [TEXT]}), ["components", "0", "accessory"],
         "BASE_TYPE_REQUIRED"),
        (laid_out({"type": 17, "components": [{"type": 17, "components": [TEXT]}]}),
         ["components", "0", "components", "0", "type"], "BASE_TYPE_CHOICES"),
        (laid_out({"type": 13, "file": {"url": "https://example.com/a.txt"}}),
         ["components", "0", "file", "url"], "URL_TYPE_INVALID_SCHEME"),
        (laid_out({"type": 12, "items": [{"media": {"url": "attachment://away.png"}}]}),
         ["components", "0", "items", "0", "media", "url"],
         "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND"),
        (laid_out({"type": 14, "spacing": 3}), ["components", "0", "spacing"],
         "BASE_TYPE_CHOICES"),
        ({"components": [TEXT]}, ["components", "0", "type"], "BASE_TYPE_CHOICES"),
    ],
)  # fmt: skip
async def test_layout_is_refused_when_it_breaks_a_rule(
    api: Api, body: Json, path: list[str], inner: str
) -> None:
    answer = await api("POST", api.messages(), body)
    assert (answer.status, answer.code) == (400, 50035)
    node: Any = answer.data["errors"]
    for step in path:
        node = node[step]
    assert inner in [error["code"] for error in node["_errors"]]


@pytest.mark.parametrize("count", [1, 40])
async def test_layout_is_taken_when_it_is_as_large_as_can_be(api: Api, count: int) -> None:
    answer = await api("POST", api.messages(), laid_out(*[text("x" * (4000 // count))] * count))
    assert (answer.status, len(answer.data["components"])) == (200, count)


async def test_layout_without_components_is_an_empty_message(api: Api) -> None:
    answer = await api("POST", api.messages(), laid_out(), files={"a.txt": b"a"})
    assert answer.code == 50006


async def test_layout_stays_one_when_an_edit_names_no_flags_or_none(api: Api) -> None:
    message = (await api("POST", api.messages(), laid_out(TEXT))).data
    one = f"{api.messages()}/{message['id']}"
    for flags in ({}, {"flags": 0}, {"flags": None}):
        edited = await api("PATCH", one, {"components": [text("changed")], **flags})
        assert (edited.status, edited.data["flags"] & V2) == (200, V2)
        refused = await api("PATCH", one, {"content": "x", **flags})
        assert "content" in refused.data["errors"]


async def test_message_becomes_a_layout_when_its_content_goes(api: Api) -> None:
    message = (await api("POST", api.messages(), {"content": "x"})).data
    one = f"{api.messages()}/{message['id']}"
    refused = await api("PATCH", one, laid_out(TEXT))
    assert "content" in refused.data["errors"]
    edited = await api("PATCH", one, laid_out(TEXT) | {"content": None})
    assert (edited.data["content"], edited.data["flags"]) == ("", V2)


async def test_edit_refers_to_files_that_stay_and_to_new_ones(api: Api) -> None:
    message = (await api("POST", api.messages(), ONE_OF_EACH, files=FILES)).data
    one = f"{api.messages()}/{message['id']}"
    notes = {"type": 13, "file": {"url": "attachment://notes.txt"}}
    more = {"type": 13, "file": {"url": "attachment://more.txt"}}
    body = {"components": [notes, more]}
    assert (await api("PATCH", one, body)).code == 50035
    edited = (await api("PATCH", one, body, files={"more.txt": b"more"})).data
    assert [file["size"] for file in edited["components"]] == [8, 4]
    assert (await api("PATCH", one, body | {"attachments": []})).code == 50035


async def test_text_display_notifies_whom_it_names(api: Api) -> None:
    ben = api.user("Ben").id
    said = laid_out({"type": 17, "components": [text(f"for <@{ben}>")]})
    message = (await api("POST", api.messages(), said)).data
    assert [user["username"] for user in message["mentions"]] == ["ben"]
    quiet = (await api("POST", api.messages(), said | {"allowed_mentions": {"parse": []}})).data
    assert quiet["mentions"] == []


@pytest.mark.parametrize("method", ["PATCH", "POST"])
async def test_deferred_answer_is_filled_with_a_layout(api: Api, method: str) -> None:
    interaction = api.interact()
    await api("POST", api.callback(interaction), {"type": 5})
    path = api.webhook(interaction) + ("/messages/@original" if method == "PATCH" else "")
    filled = (await api(method, path, laid_out(TEXT))).data
    assert filled["flags"] == V2
    assert filled["components"][0]["content"] == TEXT["content"]
