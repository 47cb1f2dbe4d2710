"""How long a notice is tried again, and how often."""

from datetime import datetime, timedelta

from bot.jobs import Notice

FILE_PATIENCE = timedelta(minutes=30)
# A page in place of the file is some server's passing trouble; if it stays, members get the link.
PAGE_PATIENCE = timedelta(seconds=20)
DISCORD_PATIENCE = timedelta(hours=24)
PATIENT_TRIES = 5
LONGEST_WAIT_S = 60.0


def has_waited(notice: Notice, patience: timedelta, now: datetime) -> bool:
    """Long enough, and not just because the bot itself was away."""
    return notice.attempts >= PATIENT_TRIES and now - notice.created_at > patience


def wait_s(notice: Notice, now: datetime) -> float:
    """Until the next try: soon at first, then more and more seldom."""
    age_s = (now - notice.created_at).total_seconds()
    return min(max(age_s / 4, 1.0), 2.0**notice.attempts, LONGEST_WAIT_S)
