"""`python -m sandbox.screenshot`: take the picture of the chat page that the README shows.

The real bot answers in it; only the conversation around it is acted. Besides Chromium, the picture
needs two fonts to look right (Debian: `apt-get install chromium fonts-inter
fonts-noto-color-emoji`).
"""

import asyncio
import os
import shutil
import sys
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from playwright.async_api import Error as BrowserError
from playwright.async_api import Page as Tab
from playwright.async_api import ViewportSize, async_playwright, expect

from sandbox.clock import Clock
from sandbox.driver import Driver, InteractionFailed
from sandbox.page.server import Page
from sandbox.stack import ROOT, BotEnded, BotProcess, Sandbox

PICTURE: Final = ROOT / "docs" / "images" / "chat.png"
LOG: Final = ROOT / "artifacts" / "screenshot" / "bot.log"
SIZE: Final[ViewportSize] = {"width": 1280, "height": 800}
SPEED: Final = 1.0
CHANNEL: Final = "music-jam"
PROMPT: Final = "lo-fi rain, warm tape, 70 bpm"
EARLIER_PROMPT: Final = "felt piano, slow waltz, window open"
DELIVERY_TIMEOUT_S: Final = 120.0
PAUSES_S: Final = (180.0, 120.0, 240.0)
"""The time that passes between what the members do, in the conversation and not for real."""

CHROMIUM_NAMES: Final = ("chromium", "chromium-browser", "google-chrome")
CHROMIUM_MISSING: Final = "Chromium is missing: apt-get install chromium"
CHROMIUM_ARGUMENTS: Final = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--autoplay-policy=no-user-gesture-required",
)


class EarlierClock(Clock):
    """Begins as long ago as the pauses take, so that after them it shows the real time."""

    def now(self) -> datetime:
        """A moment of the conversation, aware and in UTC."""
        return super().now() - timedelta(seconds=sum(PAUSES_S))


def find_chromium() -> str | None:
    """The browser's path, or None where there is none."""
    return next(filter(None, map(shutil.which, CHROMIUM_NAMES)), None)


def main() -> int:
    """Take the picture. Gives the exit code."""
    chromium = find_chromium()
    if chromium is None:
        print(CHROMIUM_MISSING, file=sys.stderr)
        return 1
    try:
        asyncio.run(_take_picture(chromium))
    except (BotEnded, BrowserError, InteractionFailed, LookupError, TimeoutError) as error:
        reason = str(error).rstrip(".") or "something took too long"
        print(f"No picture was taken: {reason}. See {LOG}", file=sys.stderr)
        return 1
    print(f"{os.path.relpath(PICTURE)} ({PICTURE.stat().st_size / 1000:.0f} KB)")
    return 0


async def _take_picture(chromium: str) -> None:
    LOG.unlink(missing_ok=True)
    with tempfile.TemporaryDirectory(prefix="compose-screenshot-") as temporary:
        folder = Path(temporary)
        async with (
            Sandbox(speed=SPEED, clock=EarlierClock()) as sandbox,
            Page(sandbox.discord) as page,
            # The working directory is empty, so that no `.env` of a real bot gets in.
            BotProcess(
                sandbox, sandbox.bot_env(folder / "sandbox.db"), log=LOG, folder=folder
            ) as bot,
        ):
            await bot.ready()
            await bot.watch(_earlier(sandbox))
            async with _opened(chromium, page.url) as tab:
                await bot.watch(_now(tab))


async def _earlier(sandbox: Sandbox) -> None:
    """What the members talked about before, and the track that Chika got."""
    driver = Driver(sandbox.discord)
    ada, chika = driver.member("Ada"), driver.member("Chika")
    await ada.say("Tonight's theme: **rainy Sunday**. One sentence each! 🌧️", channel=CHANNEL)
    sandbox.clock.advance(PAUSES_S[0])
    await (await chika.slash("compose", prompt=EARLIER_PROMPT, seed=7, channel=CHANNEL)).answered()
    track = await chika.wait_for_message(
        lambda message: message.attachments, channel=CHANNEL, timeout_s=DELIVERY_TIMEOUT_S
    )
    sandbox.clock.advance(PAUSES_S[1])
    await ada.react(track, "🔥")
    await chika.react(track, "🔥")
    await ada.react(track, "☕")
    await ada.say("oh, that one goes on the club tape 📼")
    sandbox.clock.advance(PAUSES_S[2])


async def _now(tab: Tab) -> None:
    """Ben types his command; the picture is taken while the bot is composing."""
    await tab.get_by_role("button", name=CHANNEL).click()
    await tab.locator("audio").last.wait_for()
    await tab.locator("#message-input").press_sequentially("/comp")
    await tab.get_by_role("option", name="/compose").click()
    await tab.locator(".field[data-option=prompt] textarea").fill(PROMPT)
    await tab.keyboard.press("Enter")
    card = tab.locator("li.message").last
    await expect(card.locator(".embed")).to_contain_text(PROMPT)
    await expect(card.locator(".timestamp")).to_contain_text("seconds")
    await tab.mouse.move(0, 0)
    PICTURE.parent.mkdir(parents=True, exist_ok=True)
    await tab.screenshot(path=PICTURE, animations="disabled")


@asynccontextmanager
async def _opened(chromium: str, url: str) -> AsyncIterator[Tab]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=CHROMIUM_ARGUMENTS
        )
        context = await browser.new_context(viewport=SIZE, timezone_id="UTC", locale="en-US")
        tab = await context.new_page()
        await tab.goto(url)
        await tab.locator("#message-input[placeholder]").wait_for()
        yield tab
        await browser.close()


if __name__ == "__main__":
    sys.exit(main())
