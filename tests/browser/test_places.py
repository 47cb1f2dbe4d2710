"""Servers, direct messages, threads, forums, and the way back through a long channel."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from sandbox.discord import DiscordStandIn
from tests.browser.content import last, say
from tests.sandbox.page.support import Application, channel_named, post, register

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_server_shows_its_channels_when_chosen(tab: Page, discord: DiscordStandIn) -> None:
    ben = discord.world.state.user_named("Ben").id
    post(discord.world, "Chika", "depot", f"<@{ben}> all aboard")
    server = tab.get_by_role("button", name="Night Bus")
    await expect(server).to_have_attribute("aria-label", "Night Bus, 1 unread")
    await expect(server.locator(".badge")).to_have_text("1")
    await server.click()
    await expect(tab.locator("#server-name")).to_have_text("Night Bus")
    await expect(tab.locator("#channel-title")).to_have_text("depot")
    await expect(server).to_have_attribute("aria-label", "Night Bus")
    names = tab.locator("#channels .channel-name")
    await expect(names).to_have_text(["depot", "mixtapes", "showcase", "Top Deck"])
    await tab.get_by_role("button", name="Tape Club").click()
    await expect(tab.locator("#channel-title")).to_have_text("general")


async def test_channel_select_offers_this_servers_channels_within_sight(
    tab: Page, discord: DiscordStandIn
) -> None:
    for number in range(20):
        post(discord.world, "Ada", "music-jam", f"line {number}")
    select = {"type": 8, "custom_id": "where", "placeholder": "Another channel"}
    post(
        discord.world, "Compose Bot", "music-jam", components=[{"type": 1, "components": [select]}]
    )
    await tab.get_by_role("button", name="music-jam").click()
    await last(tab).get_by_role("combobox", name="Another channel").click()
    offered = last(tab).get_by_role("option")
    await expect(offered).to_have_text(["# general", "# music-jam", "# quiet-corner"])
    for number in range(3):
        await expect(offered.nth(number)).to_be_in_viewport(ratio=1)
    below = await tab.locator("#composer").bounding_box()
    lowest = await offered.last.bounding_box()
    assert below is not None
    assert lowest is not None
    assert lowest["y"] + lowest["height"] <= below["y"]


async def test_bot_answers_in_direct_messages_and_where_only_the_user_has_it(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    everywhere = {"integration_types": [0, 1], "contexts": [0, 1, 2]}
    register(discord.world, {"name": "tracks", "description": "Yours", **everywhere})
    for server, channel in (("Direct messages", "Carpool"), ("Elsewhere", "platform")):
        application.will_answer(say(f"none in {channel}"))
        await tab.get_by_role("button", name=server).click()
        await tab.locator("#channels").get_by_role("button", name=channel).click()
        await expect(tab.locator("#channel-title")).to_have_text(channel)
        await tab.locator("#message-input").press_sequentially("/tracks ")
        await expect(tab.locator(".command-name")).to_have_text("/tracks")
        await tab.keyboard.press("Enter")
        await expect(last(tab).locator(".md-text")).to_have_text(f"none in {channel}")


async def test_thread_starts_and_opens_from_its_message(tab: Page, discord: DiscordStandIn) -> None:
    post(discord.world, "Ada", "general", "rain on a tin roof")
    await last(tab).hover()
    await last(tab).get_by_role("button", name="More").click()
    await tab.get_by_role("menuitem", name="Create thread").click()
    await tab.get_by_label("Thread name").fill("Tin roofs")
    await tab.get_by_role("button", name="Submit").click()
    await expect(tab.locator("#channel-title")).to_have_text("Tin roofs")
    await expect(last(tab).locator(".md-text")).to_have_text("rain on a tin roof")
    await tab.locator("#channels").get_by_role("button", name="general").click()
    await last(tab).get_by_role("button", name="See thread").click()
    await expect(tab.locator("#channel-title")).to_have_text("Tin roofs")


async def test_forum_lists_its_posts_and_takes_new_ones(tab: Page, discord: DiscordStandIn) -> None:
    await tab.get_by_role("button", name="Night Bus").click()
    await tab.get_by_role("button", name="showcase").click()
    await expect(tab.locator("#composer")).to_be_hidden()
    await tab.get_by_role("button", name="New post").click()
    form = tab.get_by_role("dialog", name="New post")
    await form.get_by_label("Title").fill("Night drive")
    await form.get_by_label("Message").fill("listen")
    await tab.get_by_role("button", name="Submit").click()
    await expect(tab.locator("#channel-title")).to_have_text("Night drive")
    await expect(last(tab).locator(".md-text")).to_have_text("listen")
    await tab.get_by_role("button", name="showcase").click()
    await expect(tab.locator(".post")).to_have_text(["Night drive"])
    assert channel_named(discord.world, "Night drive").thread is not None


async def test_older_messages_come_when_the_reader_scrolls_up(
    tab: Page, discord: DiscordStandIn
) -> None:
    posted = [post(discord.world, "Ada", "music-jam", f"line {n}") for n in range(260)]
    oldest = posted[3]
    place = f"{oldest.channel_id}/{oldest.id}"
    await tab.get_by_role("button", name="music-jam").click()
    await expect(last(tab)).to_contain_text("line 259")
    await expect(tab.locator("li.message")).to_have_count(100)
    await expect(tab.locator(".channel-intro")).to_have_count(0)
    await tab.locator("#scroller").evaluate("one => { one.scrollTop = 0; }")
    await expect(tab.locator("li.message")).to_have_count(200)
    await expect(tab.locator("li.message", has_text="line 160")).to_be_in_viewport()
    post(discord.world, "Ada", "general", f"https://discord.com/channels/@me/{place}")
    await tab.get_by_role("button", name="general").click()
    await last(tab).get_by_role("link", name="music-jam").click()
    await expect(tab.locator("li.message.found")).to_contain_text("line 3")
    await expect(tab.locator("li.message")).to_have_count(260)
    await expect(tab.locator(".channel-intro")).to_have_count(1)


async def test_own_message_goes_when_its_writer_deletes_it(
    tab: Page, discord: DiscordStandIn
) -> None:
    post(discord.world, "Ada", "general", "stays")
    post(discord.world, "Ben", "general", "goes")
    await expect(last(tab)).to_contain_text("goes")
    await last(tab).click(button="right")
    await tab.get_by_role("menuitem", name="Delete message").click()
    await expect(tab.locator("li.message")).to_have_count(1)
    await last(tab).click(button="right")
    await expect(tab.get_by_role("menuitem", name="Reply")).to_be_visible()
    await expect(tab.get_by_role("menuitem", name="Delete message")).to_have_count(0)
