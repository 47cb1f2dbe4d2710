"""Light and dark."""

from __future__ import annotations

from typing import Literal

import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.page.server import Page as ChatPage
from tests.browser.conftest import opened

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GROUNDS = {"light": "rgb(255, 255, 255)", "dark": "rgb(29, 31, 40)"}


async def expect_theme(tab: Page, theme: str) -> None:
    await expect(tab.locator("body")).to_have_css("background-color", GROUNDS[theme])


@pytest.mark.parametrize(("system", "other"), [("light", "dark"), ("dark", "light")])
async def test_theme_is_the_systems_until_the_member_chooses(
    browser: Browser,
    chat: ChatPage,
    system: Literal["light", "dark"],
    other: Literal["light", "dark"],
) -> None:
    async with opened(browser, chat.url, color_scheme=system) as tab:
        await expect_theme(tab, system)
        await tab.emulate_media(color_scheme=other)
        await expect_theme(tab, other)
        await tab.emulate_media(color_scheme=system)
        await tab.get_by_role("button", name=f"Use the {other} theme").click()
        await expect_theme(tab, other)
        await tab.reload()
        await expect_theme(tab, other)
        await tab.get_by_role("button", name=f"Use the {system} theme").click()
        await expect_theme(tab, system)
