"""Holding back while the provider accepts nothing: one probe at a time, at growing distances.

All processes share one pause (`bot.store.pause_store`): three of them send one probe, not three.
A probe that is refused is free. One whose outcome is unknown costs its job, so that trouble of
that kind must not use up the whole queue.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from bot.errors import KeyRejected, OutcomeUnknown, OutOfCredits, RateLimited, Refused
from bot.store.pause_store import Pause, PauseReason

FIRST_PROBE_S = 2.0
LONGEST_PROBE_S = 60.0
# A pause that nothing was submitted in for so long says nothing of new trouble.
FORGOTTEN_AFTER_S = 600.0

_REASONS = {
    KeyRejected: PauseReason.KEY_REJECTED,
    OutOfCredits: PauseReason.OUT_OF_CREDITS,
    RateLimited: PauseReason.RATE_LIMITED,
    OutcomeUnknown: PauseReason.OUTCOME_UNKNOWN,
}


def held_back(pause: Pause | None, why: Refused | OutcomeUnknown, now: datetime) -> Pause:
    """What the pause becomes (or which one begins) when the provider accepted nothing, at `now`."""
    if pause and (now - pause.probe_at).total_seconds() > FORGOTTEN_AFTER_S:
        pause = None
    reason = _REASONS.get(type(why), PauseReason.UNAVAILABLE)
    if pause and now < pause.probe_at:
        return replace(pause, reason=reason)  # it was under way when the pause began: no probe
    distance_s = min(max(pause.distance_s * 2 if pause else 0.0, FIRST_PROBE_S), LONGEST_PROBE_S)
    asked_s = why.retry_after_s if isinstance(why, RateLimited) else None
    return Pause(
        reason=reason,
        began_at=pause.began_at if pause else now,
        probe_at=now + timedelta(seconds=asked_s or distance_s),
        distance_s=distance_s,
    )
