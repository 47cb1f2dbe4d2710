"""Holding back while the provider accepts nothing: one probe at a time, at growing distances."""

from datetime import datetime, timedelta

from bot.errors import KeyRejected, OutcomeUnknown, OutOfCredits, RateLimited, Refused

FIRST_PROBE_S = 2.0
LONGEST_PROBE_S = 60.0
# A pause that nothing was submitted in for so long says nothing of new trouble.
FORGOTTEN_AFTER_S = 600.0


class Pause:
    """Whether submissions go out freely. Each process finds out anew.

    A probe that is refused is free. One whose outcome is unknown costs its job, so that trouble
    of that kind must not use up the whole queue.
    """

    def __init__(self) -> None:
        self.reason: Refused | OutcomeUnknown | None = None
        self._since: datetime | None = None
        self._probe_at: datetime | None = None
        self._distance_s = 0.0

    def begin(self, reason: Refused | OutcomeUnknown, now: datetime) -> bool:
        """The provider accepted nothing; whether that is news (no reason yet, or another)."""
        if self._probe_at and (now - self._probe_at).total_seconds() > FORGOTTEN_AFTER_S:
            self.end()
        news = type(reason) is not type(self.reason)
        self.reason = reason
        if self._since is None:
            self._since = now
        elif self._probe_at is not None and now < self._probe_at:
            return news  # it was under way when the pause began: no probe of ours
        asked_s = reason.retry_after_s if isinstance(reason, RateLimited) else None
        self._distance_s = min(max(self._distance_s * 2, FIRST_PROBE_S), LONGEST_PROBE_S)
        self._probe_at = now + timedelta(seconds=asked_s or self._distance_s)
        return news

    def end(self) -> bool:
        """The provider accepted something; whether there was a pause."""
        ended = self.reason is not None
        self.reason = self._since = self._probe_at = None
        self._distance_s = 0.0
        return ended

    @property
    def probe_at(self) -> datetime | None:
        """When the next submission may go out, or `None` if there is no pause."""
        return self._probe_at

    @property
    def host_must_act(self) -> bool:
        """Whether waiting alone will not help."""
        return isinstance(self.reason, KeyRejected | OutOfCredits)

    def lasted_s(self, now: datetime) -> float:
        """Seconds since the first refusal."""
        return (now - self._since).total_seconds() if self._since else 0.0
