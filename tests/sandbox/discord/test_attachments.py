"""Files of messages: kept, changed, added and removed by edits, and shown by embeds."""

from __future__ import annotations

import struct

import pytest

from sandbox.discord.cdn import image_size
from sandbox.discord.model import Json
from tests.sandbox.discord.conftest import Api

PNG = b"\x89PNG\r\n\x1a\n" + b"\0\0\0\rIHDR" + struct.pack(">II", 320, 80)
JPEG = b"\xff\xd8\xff\xe0\x00\x04\x00\x00" + b"\xff\xc0\x00\x0b\x08" + struct.pack(">HH", 80, 320)
PICTURE = {"image": {"url": "attachment://wave.png"}}


async def post(api: Api, body: Json | None = None) -> Json:
    files = {"rain.wav": b"RIFF", "wave.png": PNG}
    message: Json = (await api("POST", api.messages(), body or {}, files=files)).data
    return message


def names(message: Json) -> list[str]:
    return [one["filename"] for one in message["attachments"]]


async def test_edit_keeps_what_it_names_and_adds_what_it_brings(api: Api) -> None:
    message = await post(api)
    track, picture = message["attachments"]
    path = f"{api.messages()}/{message['id']}"
    kept: list[Json] = [
        {"id": track["id"], "description": "Rain"},
        {"id": 0, "description": "Notes"},
    ]
    changed = (await api("PATCH", path, {"attachments": kept}, files={"notes.txt": b"n"})).data
    assert names(changed) == ["rain.wav", "notes.txt"]
    assert [one["description"] for one in changed["attachments"]] == ["Rain", "Notes"]
    assert (await api("GET", picture["url"])).status == 404
    assert (await api("GET", track["url"])).status == 200
    emptied = await api("PATCH", path, {"content": "gone", "attachments": []})
    assert names(emptied.data) == []


async def test_edit_keeps_all_files_when_it_speaks_of_none(api: Api) -> None:
    message = await post(api)
    path = f"{api.messages()}/{message['id']}"
    changed = (await api("PATCH", path, {"content": "x"}, files={"b.wav": b"RIFF"})).data
    assert names(changed) == ["rain.wav", "wave.png", "b.wav"]


async def test_picture_shows_once_when_an_embed_shows_it(api: Api) -> None:
    said = [{"id": 0}, {"id": 1, "description": "A waveform"}]
    message = await post(api, {"embeds": [PICTURE], "attachments": said})
    assert names(message) == ["rain.wav"]
    image = message["embeds"][0]["image"]
    assert (image["width"], image["height"], image["description"]) == (320, 80, "A waveform")
    assert (await api("GET", image["url"])).data == PNG
    path = f"{api.messages()}/{message['id']}"
    bare = (await api("PATCH", path, {"embeds": []})).data
    assert names(bare) == ["rain.wav", "wave.png"]


async def test_links_are_fresh_at_each_fetch(api: Api) -> None:
    message = await post(api)
    api.stand_in.advance(20 * 3600)
    again = (await api("GET", f"{api.messages()}/{message['id']}")).data
    api.stand_in.advance(5 * 3600)
    old, fresh = message["attachments"][0]["url"], again["attachments"][0]["url"]
    assert (await api("GET", old)).status == 404
    assert (await api("GET", fresh)).status == 200


@pytest.mark.parametrize("data", [PNG, JPEG])
def test_size_of_a_picture_is_read_from_its_header(data: bytes) -> None:
    assert image_size(data) == (320, 80)
    assert image_size(data[:11]) is None
