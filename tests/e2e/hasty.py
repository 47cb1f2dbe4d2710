"""The bot in a hurry: what it waits minutes for takes seconds. Started in its place by tests."""

from datetime import timedelta
from typing import Final

from bot import __main__ as bot
from bot.generate import lookups

MODULE: Final = "tests.e2e.hasty"
DOUBTED_FOR_S: Final = 8.0


def main() -> int:
    """As `python -m bot`."""
    vars(lookups).update(
        READ_EVERY_S=0.5,
        AWAY_FOR_S=1.5,
        SEARCHED_EVERY=(timedelta(seconds=2), timedelta(seconds=2)),
    )
    setattr(lookups.LookUps, "_doubted_for_s", lambda *_: DOUBTED_FOR_S)  # noqa: B010
    return bot.main()
