"""The page's main states as axe-core judges them: both themes, on a desktop and on a phone."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, expect

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page as ChatPage
from tests.browser.conftest import opened
from tests.browser.content import CARD, FORM, last, tone
from tests.sandbox.discord.layouts import FILES, ONE_OF_EACH
from tests.sandbox.page.support import (
    COMPOSE,
    Application,
    post,
    register,
    whisper,
)

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844, "has_touch": True, "is_mobile": True}
GREET = {"name": "Greet", "type": 2}
SAVE = {"name": "Save for later", "type": 3}
MARKDOWN = "# A\n> quoted\n- one\n-# small ||spoiler|| `code` **strong** <t:0:R>\n```\nblock\n```"


async def fill(discord: DiscordStandIn, application: Application) -> None:
    """Something of everything."""
    world = discord.world
    ben = world.state.user_named("Ben").id
    register(world, COMPOSE, GREET, SAVE)
    post(world, "Ada", "general", MARKDOWN)
    liked = post(world, "Ada", "general", "see <#1> https://example.org")
    world.reactions.add(liked, (None, "👍"), world.state.user_named("Ben"))
    await application.start_thread(liked, "rain, again")
    reply: dict[str, Any] = {"message_reference": {"message_id": str(liked.id)}}
    post(world, "Chika", "general", f"<@{ben}> listen", **reply)
    uploads = list(FILES.items())
    post(world, "Compose Bot", "general", files=uploads, **ONE_OF_EACH)
    whisper(world, "Ben", "general", "for your eyes")
    whisper(world, "Ben", "music-jam", "for your eyes too")
    post(world, "Compose Bot", "general", "track", files=[("rain.wav", tone())])
    post(world, "Compose Bot", "general", **CARD)


async def go(tab: Page, server: str, channel: str) -> None:
    """Open a channel, by way of the drawer where there is one."""
    menu = tab.get_by_role("button", name="Channels and members")
    if await menu.is_visible():
        await menu.click()
    await tab.locator("#servers").get_by_role("button", name=server).click()
    if await menu.is_visible():
        await menu.click()
    await tab.locator("#channels").get_by_role("button", name=channel).click()
    await expect(tab.locator("#channel-title")).to_contain_text(channel)


async def states(tab: Page, application: Application) -> AsyncIterator[str]:
    """The page's states one after the other; each is named once it is on the screen."""
    await expect(last(tab).locator(".embed")).to_be_visible()
    yield "card and track"
    await tab.locator("li.message", has=tab.locator(".container")).scroll_into_view_if_needed()
    yield "layout of components"
    async for name in menus(tab):
        yield name
    async for name in writing(tab):
        yield name
    async for name in dialogs(tab, application):
        yield name
    async for name in places(tab):
        yield name


async def menus(tab: Page) -> AsyncIterator[str]:
    await last(tab).get_by_role("combobox", name="Make a variation").click()
    yield "select"
    await tab.keyboard.press("Escape")
    await tab.get_by_role("button", name="Chika").click()
    await expect(tab.get_by_role("menuitem", name="Greet")).to_be_visible()
    yield "member's menu"
    await tab.keyboard.press("Escape")
    await last(tab).focus()
    await last(tab).get_by_role("button", name="More").click()
    await expect(tab.get_by_role("menuitem", name="Save for later")).to_be_visible()
    yield "message's menu"
    await tab.keyboard.press("Escape")


async def writing(tab: Page) -> AsyncIterator[str]:
    await tab.locator("#message-input").press_sequentially("/")
    await expect(tab.get_by_role("option", name="/compose")).to_be_visible()
    yield "commands"
    await tab.keyboard.press("Enter")
    await tab.keyboard.type("ra")
    await tab.keyboard.press("Enter")
    await expect(tab.locator(".hint-error")).to_be_visible()
    yield "command form"
    await tab.keyboard.press("Tab")
    await expect(tab.get_by_role("option", name="seed")).to_be_visible()
    yield "options"
    await tab.keyboard.press("Escape")
    await tab.keyboard.press("Escape")


async def dialogs(tab: Page, application: Application) -> AsyncIterator[str]:
    application.will_answer({"type": 9, "data": FORM})
    await last(tab).get_by_role("button", name="Cancel").click()
    dialog = tab.get_by_role("dialog", name="One of each")
    await dialog.get_by_role("button", name="Submit").click()
    await expect(dialog.locator(".modal-field.invalid")).to_be_visible()
    yield "dialog"
    await tab.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)


async def places(tab: Page) -> AsyncIterator[str]:
    menu = tab.get_by_role("button", name="Channels and members")
    if await menu.is_visible():
        await menu.click()
        yield "drawer"
        await tab.keyboard.press("Escape")
    await go(tab, "Tape Club", "rain, again")
    yield "thread"
    await go(tab, "Night Bus", "showcase")
    yield "forum"
    await go(tab, "Direct messages", "Compose Bot")
    yield "direct messages"
    await go(tab, "Tape Club", "music-jam")
    await expect(last(tab)).to_contain_text("Only you can see this")
    yield "private answer"


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_axe_finds_nothing_in_any_state(  # noqa: PLR0917
    browser: Browser,
    chat: ChatPage,
    discord: DiscordStandIn,
    application: Application,
    screen: dict[str, Any],
    scheme: str,
) -> None:
    await fill(discord, application)
    found = {}
    async with opened(browser, chat.url, color_scheme=scheme, **screen) as tab:
        async for name in states(tab, application):
            results = await Axe().run(tab)
            if results.violations_count:
                found[name] = results.generate_report()
    assert found == {}
