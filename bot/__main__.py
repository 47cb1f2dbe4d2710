"""`python -m bot` runs the bot; `python -m bot doctor` checks whether it could."""

import argparse
import asyncio
import contextlib
import gc
import logging
import sys
from collections.abc import Iterator

from bot import logs
from bot.errors import (
    DatabaseTrouble,
    DatabaseUnusable,
    DiscordRejectedToken,
    PortUnusable,
    SettingsError,
)
from bot.machine.hardening import harden
from bot.settings import Settings

log = logging.getLogger(__name__)

WRONG_SETTINGS = 2
CANNOT_RUN = 1


def main() -> int:
    """The exit code: 0 after a stop, 1 when it can't run, 2 when a setting is wrong."""
    open_to_others = harden()
    parser = argparse.ArgumentParser(prog="python -m bot", description=__doc__)
    parser.add_argument("command", nargs="?", choices=("run", "doctor"), default="run")
    if parser.parse_args().command == "doctor":
        from bot.ops import doctor  # noqa: PLC0415  # not needed to run

        return asyncio.run(doctor.main())
    try:
        settings = Settings.load()
    except SettingsError as error:
        _complain(f"settings: {error}")
        return WRONG_SETTINGS
    logs.set_up(settings.log_level, settings.log_format, settings.secrets())
    if open_to_others:
        log.warning("%s", open_to_others)
    with _loading():
        from bot import app  # noqa: PLC0415  # takes most of the start
    try:
        asyncio.run(app.run(settings))
    except SettingsError as error:
        _complain(f"settings: {error}")
        return WRONG_SETTINGS
    except DatabaseTrouble as error:
        _complain(f"compose bot: the database {error}")
        return CANNOT_RUN
    except (DatabaseUnusable, DiscordRejectedToken, PortUnusable) as error:
        _complain(f"compose bot: {error}")
        return CANNOT_RUN
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
