"""The command line: `python -m bot` runs the bot, its subcommands are tools for whoever does."""

import argparse
import asyncio
import contextlib
import gc
import logging
import os
import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import NoReturn

from bot import __version__, logs
from bot.errors import (
    DatabaseTrouble,
    DatabaseUnusable,
    DiscordRejectedToken,
    PortUnusable,
    SettingsError,
    WrongUse,
)
from bot.machine.hardening import harden
from bot.settings import Settings

log = logging.getLogger(__name__)

WRONG_USE = 2
CANNOT_RUN = 1
DAYS_LIMIT = 3660
ABOUT = "Compose Bot turns a sentence into a track. Without a command, the bot runs."


def main() -> int:
    """The exit code: 0 when all went well, 1 when it didn't, 2 for a wrong setting or use."""
    open_to_others = harden()
    arguments = _parser().parse_args()
    try:
        code = _do(arguments, open_to_others)
        sys.stdout.flush()
    except BrokenPipeError:  # whoever reads has seen enough, as in `doctor | head`
        # Source: Python docs, library, signal > Note on SIGPIPE.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    except SettingsError as error:
        _complain(f"settings: {error}")
        return WRONG_USE
    except WrongUse as error:
        _complain(f"compose bot: {error}")
        return WRONG_USE
    except DatabaseTrouble as error:
        _complain(f"compose bot: the database {error}")
    except (DatabaseUnusable, DiscordRejectedToken, PortUnusable) as error:
        _complain(f"compose bot: {error}")
    else:
        return code
    return CANNOT_RUN


class _Parser(argparse.ArgumentParser):
    """Says what is wrong in one line."""

    def error(self, message: str) -> NoReturn:
        if message.startswith("unrecognized"):  # an address cut by a space, with half a password
            message = "too many arguments"
        _complain(f"{self.prog}: {message}. Try --help")
        sys.exit(WRONG_USE)


class _Version(argparse.Action):
    """Looked up only when it is asked for."""

    def __call__(self, *_: object) -> NoReturn:
        from bot.store.database.schema import known_revisions  # noqa: PLC0415  # loads SQLAlchemy

        print(f"compose-bot {__version__}, schema {known_revisions()[-1]}")
        sys.exit(0)


def _parser() -> argparse.ArgumentParser:
    parser = _Parser(prog="python -m bot", description=ABOUT)
    parser.add_argument("--version", action=_Version, nargs=0, help="print version and schema")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND")
    commands.add_parser("run", help="run the bot, as without a command")
    commands.add_parser("doctor", help="check the settings and all that the bot needs")
    commands.add_parser("health", help="ask the running bot's /healthz: exit code 0 or 1")
    spend = commands.add_parser("spend", help="show what tracks have cost; the bot can be running")
    spend.add_argument(
        "--days", type=_days, default=30, metavar="N", help="how many days, up to today (30)"
    )
    spend.add_argument(
        "--by",
        choices=("day", "server", "member", "model"),
        default="day",
        help="a line for each (day)",
    )
    spend.add_argument("--csv", action="store_true", help="print CSV, for other programs")
    backup = commands.add_parser("backup", help="copy the SQLite database; the bot can be running")
    backup.add_argument("file", type=Path, metavar="FILE", help="a file that isn't there yet")
    restore = commands.add_parser("restore", help="put a backup in place, with the bot stopped")
    restore.add_argument("file", type=Path, metavar="FILE", help="what `backup` made")
    commands.add_parser(
        "restored", help="to be run once after a database was restored in any other way"
    )
    move = commands.add_parser("move", help="copy everything from SQLite to PostgreSQL")
    move.add_argument("database_url", metavar="DATABASE_URL", help="of an empty database")
    return parser


def _days(word: str) -> int:
    """Raises `ArgumentTypeError`."""
    if not re.fullmatch("[0-9]{1,4}", word) or not 1 <= int(word) <= DAYS_LIMIT:
        raise argparse.ArgumentTypeError(f"a number from 1 to {DAYS_LIMIT}, please")
    return int(word)


def _do(arguments: argparse.Namespace, open_to_others: str | None) -> int:
    """Only what the command needs is loaded."""
    match arguments.command:
        case None | "run":
            return _run(open_to_others)
        case "doctor":
            from bot.ops import doctor  # noqa: PLC0415

            return asyncio.run(doctor.main())
        case "spend":
            from bot.ops.spend import spend  # noqa: PLC0415

            how = {"days": arguments.days, "by": arguments.by, "as_csv": arguments.csv}
            asyncio.run(spend(Settings.load(), **how))
            return 0
        case "health":
            from bot.ops.asking_health import is_alive  # noqa: PLC0415

            return 0 if is_alive(Settings.load()) else CANNOT_RUN
        case _:
            return _work_on_database(arguments)


def _work_on_database(arguments: argparse.Namespace) -> int:
    settings = Settings.load()
    try:
        match arguments.command:
            case "backup":
                from bot.ops.backup import backup  # noqa: PLC0415

                backup(settings, arguments.file)
            case "restore":
                from bot.ops.restore import restore  # noqa: PLC0415

                restore(settings, arguments.file)
            case "restored":
                from bot.ops.restore import restored  # noqa: PLC0415

                restored(settings)
            case "move":
                from bot.ops.move import move  # noqa: PLC0415

                asyncio.run(move(settings, arguments.database_url))
    except OSError as error:
        _complain(f"compose bot: {error.filename or arguments.command}: {error.strerror or error}")
        return CANNOT_RUN
    return 0


def _run(open_to_others: str | None) -> int:
    settings = Settings.load()
    logs.set_up(settings.log_level, settings.log_format, settings.secrets())
    if open_to_others:
        log.warning("%s", open_to_others)
    with _loading():
        from bot import app  # noqa: PLC0415  # takes most of the start
    asyncio.run(app.run(settings))
    return 0


@contextlib.contextmanager
def _loading() -> Iterator[None]:
    """Don't look for garbage while modules are loaded, nor among what they hold later.

    There is none, and looking takes a tenth of the start.
    """
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


def _complain(text: str) -> None:
    """One line, whatever a server put into its error."""
    print(logs.one_line(text), file=sys.stderr)


if __name__ == "__main__":
    sys.exit(main())
