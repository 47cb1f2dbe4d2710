"""Attachment links."""

from __future__ import annotations

import struct

import pytest

from tests.sandbox.discord.conftest import Api

DATA = bytes(range(100))


async def attach(api: Api, name: str = "a.wav", data: bytes = DATA) -> dict[str, str]:
    message = (await api("POST", api.messages(), {}, files={name: data})).data
    attachment: dict[str, str] = message["attachments"][0] | {"message": message["id"]}
    return attachment


async def test_link_expires_after_a_day_and_is_fresh_with_each_fetch(api: Api) -> None:
    attachment = await attach(api)
    api.world.state.clock.advance(23 * 3600)
    assert (await api("GET", attachment["url"])).status == 200
    api.world.state.clock.advance(3601)
    assert (await api("GET", attachment["url"])).status == 404
    message = (await api("GET", f"{api.messages()}/{attachment['message']}")).data
    assert (await api("GET", message["attachments"][0]["url"])).data == DATA


@pytest.mark.parametrize("old", ["ex=", "hm=", "is=", "a.wav"])
async def test_link_is_refused_when_altered(api: Api, old: str) -> None:
    attachment = await attach(api)
    assert (await api("GET", attachment["url"].replace(old, old + "1"))).status == 404


@pytest.mark.parametrize(
    ("wanted", "status", "part", "place"),
    [
        ("bytes=0-9", 206, DATA[:10], "bytes 0-9/100"),
        ("bytes=90-", 206, DATA[90:], "bytes 90-99/100"),
        ("bytes=-5", 206, DATA[95:], "bytes 95-99/100"),
        ("bytes=50-500", 206, DATA[50:], "bytes 50-99/100"),
        ("bytes=100-", 416, b"", "bytes */100"),
        ("lines=1", 200, DATA, None),
    ],
)
async def test_parts_are_served_when_asked_for(
    api: Api, wanted: str, status: int, part: bytes, place: str | None
) -> None:
    attachment = await attach(api)
    answer = await api("GET", attachment["url"], headers={"Range": wanted})
    assert (answer.status, answer.data) == (status, part)
    assert answer.headers.get("Content-Range") == place
    assert answer.headers["Content-Length"] == str(len(part))


async def test_type_follows_the_file_name(api: Api) -> None:
    attachment = await attach(api, "track.mp3")
    answer = await api("GET", attachment["url"])
    assert answer.headers["Content-Type"] == attachment["content_type"] == "audio/mpeg"


async def test_pictures_have_a_size_and_embeds_show_them(api: Api) -> None:
    png = b"\x89PNG\r\n\x1a\n" + b"\x00\x00\x00\rIHDR" + struct.pack(">II", 640, 80)
    body = {"embeds": [{"image": {"url": "attachment://wave.png"}}]}
    message = (await api("POST", api.messages(), body, files={"wave.png": png})).data
    image = message["embeds"][0]["image"]
    assert (image["width"], image["height"]) == (640, 80)
    assert message["attachments"] == []
    assert (await api("GET", image["url"])).data == png
