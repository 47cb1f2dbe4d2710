"""Dialogs and drawers: one scrollbar at most, and Escape leads back to where one was."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page as ChatPage
from tests.browser.conftest import opened
from tests.browser.content import CARD, FORM, last
from tests.sandbox.page.support import Application, post

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

SCROLLABLE = """dialog => [dialog, ...dialog.querySelectorAll("*")].filter(one => {
  const scrolls = /auto|scroll/.test(getComputedStyle(one).overflowY);
  return scrolls && one.scrollHeight > one.clientHeight;
}).map(one => one.className)"""
GENRES = [{"label": f"Genre {n}", "value": str(n)} for n in range(25)]
LONG: dict[str, Any] = {
    "custom_id": "long",
    "title": "Long",
    "components": [
        {
            "type": 18,
            "label": "Prompt",
            "component": {"type": 4, "custom_id": "p", "style": 2, "value": "rain\n" * 60},
        },
        {
            "type": 18,
            "label": "Genre",
            "component": {"type": 3, "custom_id": "g", "placeholder": "Genre", "options": GENRES},
        },
    ],
}


async def dialog_of(
    tab: Page, discord: DiscordStandIn, application: Application, form: dict[str, Any]
) -> Locator:
    """The form, opened by the card's button."""
    post(discord.world, "Compose Bot", "general", **CARD)
    application.will_answer({"type": 9, "data": form})
    await last(tab).get_by_role("button", name="Cancel").click()
    dialog = tab.get_by_role("dialog")
    await dialog.wait_for()
    return dialog


@pytest.mark.parametrize("form", [FORM, LONG], ids=["many fields", "long text"])
@pytest.mark.parametrize("height", [844, 400])
async def test_dialog_scrolls_in_one_place_only(  # noqa: PLR0917
    browser: Browser,
    chat: ChatPage,
    discord: DiscordStandIn,
    application: Application,
    form: dict[str, Any],
    height: int,
) -> None:
    async with opened(browser, chat.url, width=390, height=height) as tab:
        dialog = await dialog_of(tab, discord, application, form)
        assert await dialog.evaluate(SCROLLABLE) == ["modal-body"]
        box = await dialog.get_by_role("button", name="Submit").bounding_box()
        assert box is not None
        assert box["y"] + box["height"] < height


async def test_list_of_a_select_is_seen_whole_in_a_dialog(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    dialog = await dialog_of(tab, discord, application, LONG)
    body = dialog.locator(".modal-body")
    before = await body.evaluate("one => one.scrollHeight")
    select = dialog.get_by_role("combobox", name="Genre")
    await select.click()
    assert await body.evaluate("one => one.scrollHeight") == before
    for key, label in (("ArrowUp", "Genre 24"), ("ArrowDown", "Genre 0")):
        await select.press(key)
        await expect(dialog.get_by_role("option", name=label, exact=True)).to_be_in_viewport(
            ratio=1
        )
    await tab.keyboard.press("Escape")
    await expect(dialog.get_by_role("option")).to_have_count(0)
    await expect(dialog).to_be_visible()


async def test_escape_leads_back_to_what_opened_a_dialog(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    dialog = await dialog_of(tab, discord, application, LONG)
    await expect(dialog.get_by_label("Prompt")).to_be_focused()
    await tab.keyboard.press("Escape")
    await expect(dialog).to_have_count(0)
    await expect(last(tab).get_by_role("button", name="Cancel")).to_be_focused()


async def test_escape_leads_back_to_what_opened_the_drawer(
    browser: Browser, chat: ChatPage
) -> None:
    async with opened(browser, chat.url, width=390) as tab:
        menu = tab.get_by_role("button", name="Channels and members")
        await menu.press("Enter")
        await expect(tab.locator("#channels button").first).to_be_focused()
        for _ in range(20):  # the keyboard stays in the drawer
            await tab.keyboard.press("Tab")
            assert await tab.evaluate(
                "!document.querySelector('main').contains(document.activeElement)"
            )
        await tab.keyboard.press("Escape")
        await expect(menu).to_be_focused()
        await expect(menu).to_have_attribute("aria-expanded", "false")
