"""`python -m sandbox demo` and `python -m sandbox serve`."""

import argparse
import asyncio
import errno
import signal
import sys
import tempfile
from collections.abc import Coroutine
from pathlib import Path
from typing import Any, Final

from sandbox.demo import TRACKS, demo
from sandbox.page.server import Page
from sandbox.stack import BotEnded, BotProcess, Sandbox

DEFAULT_PORT: Final = 8420
EXIT_INTERRUPTED: Final = 130
LOGS: Final = TRACKS.parent / "sandbox"


def main() -> int:
    """Run the command that the arguments name. Gives the exit code."""
    arguments = _parser().parse_args()
    try:
        if arguments.command == "demo":
            work = demo(arguments.speed, arguments.out.absolute())
            return asyncio.run(_until_told(work, exit_code=EXIT_INTERRUPTED))
        work = serve(arguments.port, arguments.speed, arguments.out.absolute())
        return asyncio.run(_until_told(work, exit_code=0))
    except OSError as error:
        hint = " (--port 0 takes a free port)" if error.errno == errno.EADDRINUSE else ""
        print(f"The sandbox can't go on: {error}{hint}", file=sys.stderr)
        return 1


async def serve(port: int, speed: float, logs: Path) -> int:
    """Serve the chat page, with the bot in it, until cancelled. The folder gets the bot's log."""
    with tempfile.TemporaryDirectory(prefix="compose-sandbox-") as temporary:
        folder = Path(temporary)
        log = logs / "bot.log"
        log.unlink(missing_ok=True)
        print(f"The bot's log: {log}", file=sys.stderr, flush=True)
        async with Sandbox(speed=speed) as sandbox, Page(sandbox.discord, port=port) as page:
            # The working directory is empty, so that no `.env` of a real bot gets in.
            env = sandbox.bot_env(folder / "sandbox.db")
            async with BotProcess(sandbox, env, log=log, folder=folder) as bot:
                try:
                    await bot.ready()
                    print(f"The sandbox is open: {page.url} (Ctrl-C ends it)", flush=True)
                    await bot.watch(_for_ever())
                except (BotEnded, TimeoutError) as error:
                    reason = str(error) or "the bot did not get ready in time"
                    print(f"The sandbox failed: {reason}. See {log}", file=sys.stderr, flush=True)
                    return 1
    return 0


async def _for_ever() -> None:
    await asyncio.Event().wait()


async def _until_told(work: Coroutine[Any, Any, int], exit_code: int) -> int:
    """Do the work; Ctrl-C, SIGTERM and a closed terminal end it in good order, the bot too, and
    then `exit_code` is given.
    """
    task = asyncio.create_task(work)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, task.cancel)
    try:
        return await task
    except asyncio.CancelledError:
        return exit_code


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m sandbox", description=__doc__)
    commands = parser.add_subparsers(dest="command", required=True)
    play = commands.add_parser("demo", help="one /compose, from typing to the finished track")
    play.add_argument("--out", type=Path, default=TRACKS, help="folder for the track and the log")
    page = commands.add_parser("serve", help="a chat page in the browser")
    page.add_argument("--out", type=Path, default=LOGS, help="folder for the bot's log")
    page.add_argument("--port", type=int, default=DEFAULT_PORT, help="0 takes a free one")
    for command in (play, page):
        command.add_argument(
            "--speed", type=_speed, default=1.0, help="how many times faster tracks are made"
        )
    return parser


def _speed(text: str) -> float:
    speed = float(text)
    if not 0 < speed <= 1000:
        raise argparse.ArgumentTypeError("must be above 0 and at most 1000")
    return speed


if __name__ == "__main__":
    sys.exit(main())
