"""The chat page as a whole: channels, members, scrolling, narrow screens, reconnecting."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page as ChatPage
from tests.browser.conftest import opened
from tests.browser.content import CARD, last, tone
from tests.sandbox.page.support import Application, post, whisper

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# A message grows after the list scrolled to its end, and before the browser tells of the scrolling.
GROWS_BETWEEN_FRAMES = """scroller => new Promise(resolve => {
  const messages = scroller.querySelectorAll("li.message");
  messages[0].style.paddingBottom = "300px";
  scroller.dispatchEvent(new Event("scroll"));
  requestAnimationFrame(() => requestAnimationFrame(() =>
    resolve(scroller.scrollHeight - scroller.clientHeight - scroller.scrollTop)));
})"""


async def test_view_changes_when_another_member_speaks(tab: Page, discord: DiscordStandIn) -> None:
    whisper(discord.world, "Ben", "general", "for Ben")
    await expect(last(tab)).to_contain_text("for Ben")
    await expect(tab.locator(".member", has_text="Ada")).to_contain_text("Administrator")
    await tab.get_by_role("radio", name="Chika").check(force=True)
    await expect(tab.locator("li.message")).to_have_count(0)
    await tab.locator("#message-input").fill("hello from me")
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".author")).to_have_text("Chika")


async def test_thread_is_listed_below_its_channel_when_started(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    origin = post(discord.world, "Ada", "music-jam", "rain on a tin roof")
    await application.start_thread(origin, "tin roof versions")
    thread = tab.locator(".threads").get_by_role("button", name="tin roof versions")
    await thread.click()
    await expect(tab.locator("#channel-title")).to_have_text("tin roof versions")


async def test_reader_stays_at_the_end_when_an_earlier_message_grows(
    tab: Page, discord: DiscordStandIn
) -> None:
    for number in range(40):
        post(discord.world, "Ada", "general", f"line {number}")
    await expect(last(tab)).to_contain_text("line 39")
    assert await tab.locator("#scroller").evaluate(GROWS_BETWEEN_FRAMES) < 2
    await expect(tab.locator("#jump")).to_be_hidden()


async def test_reader_is_led_to_news_when_scrolled_up(tab: Page, discord: DiscordStandIn) -> None:
    for number in range(40):
        post(discord.world, "Ada", "general", f"line {number}")
    await expect(last(tab)).to_contain_text("line 39")
    await expect(last(tab)).to_be_in_viewport()
    await tab.locator("#scroller").evaluate("one => { one.scrollTop = 0; }")
    await expect(tab.locator("#jump")).to_be_visible()
    await expect(tab.locator("#jump")).to_contain_text("Jump to present")
    post(discord.world, "Chika", "general", "news")
    await expect(tab.locator("#jump")).to_contain_text("1 new message")
    await expect(last(tab)).not_to_be_in_viewport()
    await tab.locator("#jump").click()
    await expect(last(tab)).to_be_in_viewport()
    await expect(tab.locator("#jump")).to_be_hidden()


async def test_channel_is_marked_when_something_happens_elsewhere(
    tab: Page, discord: DiscordStandIn
) -> None:
    ben = discord.world.state.user_named("Ben").id
    post(discord.world, "Ada", "music-jam", "listen")
    channel = tab.get_by_role("button", name="music-jam")
    await expect(channel).to_have_attribute("aria-label", "music-jam, 1 unread")
    post(discord.world, "Ada", "music-jam", f"<@{ben}>")
    await expect(channel.locator(".badge")).to_have_text("1")
    await channel.click()
    await expect(tab.locator(".channel.unread")).to_have_count(0)


async def test_sidebar_is_a_drawer_when_the_screen_is_narrow(
    browser: Browser, chat: ChatPage, discord: DiscordStandIn
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD, files=[("rain.wav", tone())])
    async with opened(browser, chat.url, width=375) as tab:
        await last(tab).wait_for()
        width = await tab.evaluate("document.documentElement.scrollWidth")
        assert width <= 375
        channel = tab.get_by_role("button", name="music-jam")
        await expect(channel).to_be_hidden()
        await tab.get_by_role("button", name="Channels and members").click()
        await channel.click()
        await expect(channel).to_be_hidden()
        await expect(tab.locator("#channel-title")).to_have_text("music-jam")


async def test_page_comes_back_when_the_server_was_gone(
    browser: Browser, discord: DiscordStandIn
) -> None:
    async with ChatPage(discord) as chat:
        port = int(chat.url.split(":")[2].strip("/"))
        context = await browser.new_context()
        tab = await context.new_page()
        await tab.goto(chat.url)
        await tab.locator(".channel-intro").wait_for()
    await expect(tab.locator("#offline")).to_be_visible()
    post(discord.world, "Ada", "general", "while you were away")
    async with ChatPage(discord, port=port):
        await expect(last(tab)).to_contain_text("while you were away")
        await expect(tab.locator("#offline")).to_be_hidden()
        await context.close()
