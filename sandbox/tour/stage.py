"""What the scenes play on: the sandbox with the bot in it, and the members' screens."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Final

from playwright.async_api import Browser, ViewportSize

from sandbox.aimlapi.generations import Fate
from sandbox.clock import Clock
from sandbox.driver import Driver, MemberDriver
from sandbox.member.looking import Place
from sandbox.stack import Sandbox
from sandbox.tour.visitor import Visitor

CHANNEL: Final = "music-jam"
DESKTOP: Final[ViewportSize] = {"width": 1280, "height": 800}
PHONE: Final[ViewportSize] = {"width": 390, "height": 844}
QUICK: Final = 12.0
"""How many times faster than real most tracks are made."""
WAIT_MS: Final = 20_000
TRACK_MS: Final = 60_000
MEMBER_KEY: Final = "compose-sandbox-member"  # where the page remembers who speaks
EARLIER_S: Final = 900.0
"""How long ago the conversation began, in the members' time."""


class EarlierClock(Clock):
    """Begins some minutes ago, and shows the real time after it was moved on by them."""

    def now(self) -> datetime:
        """A moment of the conversation, aware and in UTC."""
        return super().now() - timedelta(seconds=EARLIER_S)


class Stage:
    """Members have a screen each, opened when it is first looked at.

    What the pages complain about in their consoles is in `complaints`.
    """

    def __init__(self, sandbox: Sandbox, browser: Browser, url: str) -> None:
        self.sandbox = sandbox
        self.complaints: list[str] = []
        self._driver = Driver(sandbox.discord)
        self._browser = browser
        self._url = url
        self._screens: dict[tuple[str, bool], Visitor] = {}

    @property
    def screens(self) -> Iterable[Visitor]:
        """All that are open."""
        return self._screens.values()

    async def close(self) -> None:
        """Close all screens."""
        for screen in self.screens:
            await screen.tab.context.close()

    def member(self, name: str) -> MemberDriver:
        """Someone who acts out of sight."""
        return self._driver.member(name)

    async def screen(self, name: str, *, phone: bool = False) -> Visitor:
        """A member's own screen."""
        key = (name, phone)
        if key not in self._screens:
            self._screens[key] = await self._open(name, phone=phone)
        return self._screens[key]

    def slowly(self, *seconds: float) -> None:
        """The next tracks take so long, each in real time."""
        speed = self.sandbox.provider.speed
        self.sandbox.provider.plan(*(Fate(duration_s=one * speed) for one in seconds))

    async def like(self, name: str, prompt: str, channel: Place = CHANNEL) -> None:
        """Somebody likes the newest track from a prompt, out of sight."""
        member = self.member(name)
        found = [one for one in member.messages(channel) if one.audio and prompt in one.text]
        like = next(one for one in found[-1].buttons if one["label"].startswith("Like"))
        await (await member.click(found[-1], custom_id=like["custom_id"])).acknowledged()

    async def _open(self, name: str, *, phone: bool) -> Visitor:
        context = await self._browser.new_context(
            viewport=PHONE if phone else DESKTOP,
            device_scale_factor=2 if phone else 1,
            is_mobile=phone,
            has_touch=phone,
            timezone_id="UTC",
            locale="en-US",
            color_scheme="dark",
        )
        context.set_default_timeout(WAIT_MS)
        speaker = self.member(name).user_id
        await context.add_init_script(f"sessionStorage.setItem('{MEMBER_KEY}', '{speaker}')")
        tab = await context.new_page()
        tab.on("pageerror", lambda error: self.complaints.append(str(error)))
        tab.on(
            "console",
            lambda line: self.complaints.extend([line.text] * (line.type == "error")),
        )
        await tab.goto(self._url)
        await tab.locator("#message-input[placeholder]").wait_for()
        return Visitor(tab)
