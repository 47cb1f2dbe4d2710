"""How long a notice is tried again, and how often."""

from datetime import datetime, timedelta
from typing import Protocol

from bot.domain.jobs import Notice

FILE_PATIENCE = timedelta(minutes=30)
# A page in place of the file is some server's passing trouble; if it stays, members get the link.
PAGE_PATIENCE = timedelta(seconds=20)
DISCORD_PATIENCE = timedelta(hours=24)
PATIENT_TRIES = 5
LONGEST_WAIT_S = 60.0
# A refusal of Discord's that is in no list of ours is final when it came so often in a row, tried
# again so soon: all ways to a member are through within two minutes.
EQUAL_ANSWERS = 3
NOT_UNDERSTOOD_WAIT_S = 10.0


class Tried(Protocol):
    """What is tried again: a notice, or the edit of a card."""

    @property
    def created_at(self) -> datetime:
        """Since when it is tried."""

    @property
    def attempts(self) -> int:
        """How often it was put off."""


def has_waited(notice: Notice, patience: timedelta, now: datetime) -> bool:
    """Whether it was tried for so long, and often enough: the bot may have been away."""
    return notice.attempts >= PATIENT_TRIES and now - notice.created_at > patience


def wait_s(tried: Tried, now: datetime) -> float:
    """Until the next try: soon at first, then more and more seldom."""
    age_s = (now - tried.created_at).total_seconds()
    return min(max(age_s / 4, 1.0), 2.0**tried.attempts, LONGEST_WAIT_S)
