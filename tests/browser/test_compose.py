"""The whole way in a browser: pick /compose, see the card, wait for the track and hear it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.async_api import Browser, Page, expect

from tests.browser.conftest import ARTIFACTS, opened
from tests.browser.content import PLAYED, last
from tests.browser.sandboxed import chat_with_bot

pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
]

DELIVERED_MS = 60_000
PROMPT = "lo-fi rain, warm tape, 70 bpm"


async def compose(tab: Page, prompt: str, **options: str) -> None:
    """Pick /compose from the list and fill in its options, as a member does."""
    await tab.locator("#message-input").press_sequentially("/comp")
    await tab.get_by_role("option", name="/compose").click()
    await tab.keyboard.type(prompt)
    for name, value in options.items():
        await tab.get_by_role("combobox", name="Add one of").click()
        await tab.locator(f".option-label:text-is('{name}')").click()
        await tab.locator(f".field[data-option={name}] textarea").fill(value)
    await tab.keyboard.press("Enter")


async def test_track_is_heard_when_a_member_composes_one(browser: Browser, tmp_path: Path) -> None:
    async with chat_with_bot(tmp_path) as (_, chat), opened(browser, chat.url) as tab:
        await tab.get_by_role("button", name="music-jam").click()
        await expect(tab.locator("#channel-title")).to_have_text("music-jam")
        await compose(tab, PROMPT, seed="3", negative_prompt="drums")
        card = tab.locator("li.message").first
        await expect(card.locator(".used-line")).to_contain_text("used /compose")
        await expect(card.locator(".embed")).to_contain_text(PROMPT)
        player = last(tab).locator("audio")
        await player.wait_for(timeout=DELIVERED_MS)
        await expect(last(tab)).to_have_class(re.compile("mentioned"))
        await expect(last(tab).locator(".pill").first).to_have_text("@Ben")
        await player.evaluate("audio => audio.play()")
        await player.evaluate(PLAYED)
        assert 32 <= await player.evaluate("audio => audio.duration") <= 33
        assert await player.evaluate("audio => audio.error") is None
        ARTIFACTS.mkdir(exist_ok=True)
        await tab.screenshot(path=ARTIFACTS / "compose.png")


async def test_newcomer_gets_a_track_when_all_is_typed_in_one_go(
    browser: Browser, tmp_path: Path
) -> None:
    async with chat_with_bot(tmp_path) as (_, chat), opened(browser, chat.url) as tab:
        await expect(tab.locator("#message-input")).to_be_focused()
        await tab.keyboard.type("/compose warm lo-fi house")
        await tab.keyboard.press("Enter")
        card = tab.locator("li.message", has_text="used /compose").first
        await expect(card.locator(".embed")).to_contain_text("warm lo-fi house")
        await last(tab).locator("audio").wait_for(timeout=DELIVERED_MS)
