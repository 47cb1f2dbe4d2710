"""Chromium for the tests that drive the chat page."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, async_playwright, expect

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page as ChatPage
from sandbox.tour.browser import CHROMIUM_ARGUMENTS, CHROMIUM_MISSING, find_chromium
from tests.sandbox.page.support import Application

ARTIFACTS = Path(__file__).parents[2] / "artifacts"
TIMEOUT_MS = 30_000


def chromium() -> str:
    """The browser's path. Without one the test is skipped, or fails where CI promised one."""
    if path := find_chromium():
        return path
    if os.environ.get("CI") == "true":
        pytest.fail(CHROMIUM_MISSING)
    pytest.skip(CHROMIUM_MISSING)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    path = chromium()
    expect.set_options(timeout=TIMEOUT_MS)
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=path, args=CHROMIUM_ARGUMENTS)
        yield browser
        await browser.close()


@asynccontextmanager
async def opened(
    browser: Browser, url: str, width: int = 1280, height: int = 800, **options: Any
) -> AsyncIterator[Page]:
    """A tab at `url`, in UTC. Whatever the page complains about in its console fails the test.

    `options` are Playwright's for a context.
    """
    context: BrowserContext = await browser.new_context(
        viewport={"width": width, "height": height}, timezone_id="UTC", locale="en-US", **options
    )
    context.set_default_timeout(TIMEOUT_MS)
    page, complaints = await context.new_page(), list[str]()
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda line: complaints.extend([line.text] * (line.type == "error")))
    await page.goto(url)
    await page.locator("#message-input[placeholder]").wait_for()
    yield page
    await context.close()
    assert complaints == []


@pytest_asyncio.fixture(loop_scope="session")
async def discord() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as discord:
        yield discord


@pytest_asyncio.fixture(loop_scope="session")
async def chat(discord: DiscordStandIn) -> AsyncIterator[ChatPage]:
    async with ChatPage(discord) as chat:
        yield chat


@pytest_asyncio.fixture(loop_scope="session")
async def tab(browser: Browser, chat: ChatPage) -> AsyncIterator[Page]:
    """Ben's tab, at #general. Put messages into the world before asking for it, or after."""
    async with opened(browser, chat.url) as page:
        yield page


@pytest_asyncio.fixture(loop_scope="session")
async def application(discord: DiscordStandIn) -> AsyncIterator[Application]:
    application = Application(discord)
    yield application
    await application.close()
