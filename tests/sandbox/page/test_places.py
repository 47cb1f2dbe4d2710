"""Servers, threads, direct messages and files, as a tab has them."""

from __future__ import annotations

import pytest
from aiohttp import ClientSession
from yarl import URL

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page
from sandbox.page.view import HISTORY_PAGE
from tests.sandbox.page.support import (
    Application,
    Refused,
    channel_named,
    post,
    register,
    tab,
)

COVER = {
    "name": "cover",
    "description": "Cover",
    "name_localizations": {"de": "nachspielen"},
    "options": [{"type": 11, "name": "audio", "description": "A recording", "required": True}],
}


async def upload(page: Page, name: str, data: bytes, origin: str | None = None) -> tuple[int, str]:
    """The status, and the token if there is one."""
    url = URL(page.url)
    headers = {"Origin": origin or str(url.origin())}
    target = url.with_path("/upload").with_query(name=name)
    async with (
        ClientSession() as session,
        session.post(target, data=data, headers=headers) as answer,
    ):
        return answer.status, (await answer.json())["upload"] if answer.status == 200 else ""


async def test_message_carries_files_that_were_uploaded(
    page: Page, discord: DiscordStandIn
) -> None:
    place = str(channel_named(discord.world, "general").id)
    _, token = await upload(page, "hum.wav", b"RIFF")
    async with tab(page, "Ben", discord.world) as ben:
        await ben.request("send", channel_id=place, content="", files=[token])
        told = await ben.event("MESSAGE_CREATE")
        with pytest.raises(Refused, match="choose it again"):
            await ben.request("send", channel_id=place, content="", files=["forged"])
    assert [one["filename"] for one in told["attachments"]] == ["hum.wav"]


async def test_upload_is_refused_when_another_site_sends_it(page: Page) -> None:
    assert (await upload(page, "hum.wav", b"RIFF", "http://example.org"))[0] == 403


async def test_option_carries_a_file_that_was_uploaded(
    page: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, COVER)
    application.will_answer({"type": 4, "data": {"content": "ok"}})
    place = str(channel_named(discord.world, "depot").id)
    _, token = await upload(page, "hum.wav", b"RIFF")
    async with tab(page, "Ben", discord.world) as ben:
        options = {"audio": {"upload": token}}
        await ben.request("slash", channel_id=place, command="cover", options=options)
    (attachment,) = application.received[0]["data"]["resolved"]["attachments"].values()
    assert attachment["filename"] == "hum.wav"


async def test_commands_are_named_in_the_members_language(
    page: Page, discord: DiscordStandIn
) -> None:
    register(discord.world, COVER)
    discord.world.state.set_locale(discord.world.state.user_named("Ben"), "de")
    place = str(channel_named(discord.world, "general").id)
    async with tab(page, "Ben", discord.world) as ben:
        (command,) = await ben.request("commands", channel_id=place)
    assert (command["name"], command["name_localized"]) == ("cover", "nachspielen")


async def test_history_goes_back_page_by_page(page: Page, discord: DiscordStandIn) -> None:
    for number in range(HISTORY_PAGE + 20):
        post(discord.world, "Ada", "general", str(number))
    place = str(channel_named(discord.world, "general").id)
    async with tab(page, "Ben", discord.world) as ben:
        newest = await ben.request("history", channel_id=place)
        first = newest["messages"][0]
        older = await ben.request("history", channel_id=place, before=first["id"])
    assert (len(newest["messages"]), newest["more"], first["content"]) == (HISTORY_PAGE, True, "20")
    assert [one["content"] for one in older["messages"]] == [str(n) for n in range(20)]
    assert older["more"] is False


async def test_member_starts_threads_and_posts_and_deletes(
    page: Page, discord: DiscordStandIn
) -> None:
    said = post(discord.world, "Ben", "depot", "start here")
    target = {"channel_id": str(said.channel_id), "message_id": str(said.id)}
    forum = str(channel_named(discord.world, "showcase").id)
    async with tab(page, "Ben", discord.world) as ben:
        thread = await ben.request("start_thread", **target, name="Side road")
        assert thread == {"channel_id": str(said.id)}
        assert (await ben.event("THREAD_CREATE"))["name"] == "Side road"
        made = await ben.request("start_post", channel_id=forum, name="Piece", content="listen")
        assert discord.world.state.channels[int(made["channel_id"])].name == "Piece"
        await ben.request("delete", **target)
        assert (await ben.event("MESSAGE_DELETE"))["id"] == str(said.id)


async def test_others_messages_stay_when_a_member_would_delete_them(
    page: Page, discord: DiscordStandIn
) -> None:
    said = post(discord.world, "Ada", "general", "mine")
    target = {"channel_id": str(said.channel_id), "message_id": str(said.id)}
    async with tab(page, "Ben", discord.world) as ben:
        with pytest.raises(Refused, match="Missing Permissions"):
            await ben.request("delete", **target)


async def test_refused_field_is_named_when_a_form_is_wrong(
    page: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, {"name": "form", "description": "Form"})
    field = {"type": 19, "custom_id": "audio"}
    label = {"type": 18, "label": "Audio", "component": field}
    form = {"custom_id": "m", "title": "Form", "components": [label]}
    application.will_answer({"type": 9, "data": form}, {"type": 4, "data": {"content": "ok"}})
    place = str(channel_named(discord.world, "general").id)
    _, token = await upload(page, "hum.wav", b"RIFF")
    async with tab(page, "Ben", discord.world) as ben:
        opened = await ben.request("slash", channel_id=place, command="form", options={})
        modal = opened["modal"]["token"]
        with pytest.raises(Refused) as refused:
            await ben.request("modal", modal=modal, values={"audio": []})
        await ben.request("modal", modal=modal, values={"audio": [{"upload": token}]})
    assert refused.value.error["field"] == "Audio"
    assert "attachments" in application.received[1]["data"]["resolved"]
