"""`python -m sandbox.tour`: play all scenes in the chat page, and take a picture of each.

The real bot answers in them, between the stand-ins; only the conversation around it is acted.
Besides Chromium, the pictures need two fonts to look right (Debian: `apt-get install chromium
fonts-inter fonts-noto-color-emoji`).
"""

import argparse
import asyncio
import sys
import tempfile
import time
from pathlib import Path
from typing import Final

from playwright.async_api import Error as BrowserError
from playwright.async_api import expect

from sandbox.page.server import Page
from sandbox.stack import BotEnded, BotProcess, Sandbox
from sandbox.tour.album import ALBUM, Album, caption
from sandbox.tour.browser import CHROMIUM_MISSING, chromium, find_chromium
from sandbox.tour.scenes import SCENES, Scene
from sandbox.tour.stage import QUICK, WAIT_MS, EarlierClock, Stage

LOG: Final = ALBUM / "bot.log"
SCENE_TIMEOUT_S: Final = 75.0
SETTINGS: Final = {"ALLOW_USER_INSTALLS": "true", "MAX_CONCURRENT_GENERATIONS": "2"}


class SceneFailed(Exception):
    """A scene did not come to its end; the message names it and says why."""


def main() -> int:
    """Take the tour. Gives the exit code."""
    parser = argparse.ArgumentParser(prog="python -m sandbox.tour", description=__doc__)
    parser.add_argument(
        "--publish", action="store_true", help="also renew the pictures that README and docs show"
    )
    publish = parser.parse_args().publish
    path = find_chromium()
    if path is None:
        print(CHROMIUM_MISSING, file=sys.stderr)
        return 1
    album = Album()
    began_s = time.monotonic()
    try:
        asyncio.run(_tour(path, album))
    except (BotEnded, SceneFailed, TimeoutError) as error:
        reason = str(error) or "the bot did not get ready in time"
        print(f"The tour ended early: {reason.rstrip('.')}. See {LOG}", file=sys.stderr)
        return 1
    print(f"{len(SCENES)} scenes in {time.monotonic() - began_s:.0f} s")
    for picture in album.publish() if publish else ():
        print(picture)
    print(album.index)
    return 0


async def _tour(chromium_path: str, album: Album) -> None:
    with tempfile.TemporaryDirectory(prefix="compose-tour-") as temporary:
        folder = Path(temporary)
        async with (
            Sandbox(speed=QUICK, clock=EarlierClock()) as sandbox,
            Page(sandbox.discord) as page,
            chromium(chromium_path) as browser,
            # The working directory is empty, so that no `.env` of a real bot gets in.
            BotProcess(
                sandbox,
                sandbox.bot_env(folder / "sandbox.db") | SETTINGS,
                log=LOG,
                folder=folder,
            ) as bot,
        ):
            await bot.ready()
            expect.set_options(timeout=WAIT_MS)
            stage = Stage(sandbox, browser, page.url)
            for number, scene in enumerate(SCENES, 1):
                began_s = time.monotonic()
                await bot.watch(_play(scene, stage, album))
                took_s = time.monotonic() - began_s
                print(f"{number:3}  {took_s:4.1f} s  {caption(scene)}", flush=True)
    album.write_index()


async def _play(scene: Scene, stage: Stage, album: Album) -> None:
    try:
        async with asyncio.timeout(SCENE_TIMEOUT_S):
            screen = await scene(stage)
            await screen.picture(album.place(scene))
    except (AssertionError, BrowserError, LookupError, TimeoutError) as error:
        await album.keep_failed(stage.screens)
        raise SceneFailed(f"the scene {scene.__name__} failed: {_reason(error)}") from error
    if stage.complaints:
        raise SceneFailed(f"in {scene.__name__} the page complains: {stage.complaints[0]}")


def _reason(error: Exception) -> str:
    """The first lines: a browser's error goes on with all that it tried."""
    lines = [line.strip() for line in str(error).splitlines() if line.strip()]
    return " ".join(lines[:3]) or f"it took longer than {SCENE_TIMEOUT_S:.0f} s"


if __name__ == "__main__":
    sys.exit(main())
