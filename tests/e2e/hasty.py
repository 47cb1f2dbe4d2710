"""The bot in a hurry: what it waits minutes for takes seconds. Started in its place by tests."""

import sys
from datetime import timedelta
from typing import Final

from bot.__main__ import main
from bot.generate import lookups

MODULE: Final = "tests.e2e.hasty"
DOUBTED_FOR_S: Final = 8.0

if __name__ == "__main__":
    vars(lookups).update(
        READ_EVERY_S=0.5,
        AWAY_FOR_S=1.5,
        SEARCHED_EVERY=(timedelta(seconds=2), timedelta(seconds=2)),
    )
    setattr(lookups.LookUps, "_doubted_for_s", lambda *_: DOUBTED_FOR_S)  # noqa: B010
    sys.exit(main())
