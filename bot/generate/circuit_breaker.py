"""Holding back while the provider accepts nothing: one probe at a time, at growing distances.

All processes share one pause (`bot.store.pause_store`): three of them send one probe, not three.
A probe that is refused is free. One whose outcome is unknown costs its job, so that trouble of
that kind must not use up the whole queue.
"""

import logging
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.domain.jobs import NoticeKind
from bot.errors import KeyRejected, OutcomeUnknown, OutOfCredits, RateLimited, Refused
from bot.loops.wakeups import Wakeup, Wakeups
from bot.metrics import Metrics
from bot.store.notice_store import NoticeStore
from bot.store.pause_store import Pause, PauseReason, PauseStore

FIRST_PROBE_S = 2.0
LONGEST_PROBE_S = 60.0
# A pause that nothing was submitted in for so long says nothing of new trouble.
FORGOTTEN_AFTER_S = 600.0
TELL_OF_PAUSE_AFTER_S = 60.0
# While the provider accepts nothing, waiting members are looked for so often.
TELL_AGAIN_S = 5.0

_REASONS = {
    KeyRejected: PauseReason.KEY_REJECTED,
    OutOfCredits: PauseReason.OUT_OF_CREDITS,
    RateLimited: PauseReason.RATE_LIMITED,
    OutcomeUnknown: PauseReason.OUTCOME_UNKNOWN,
}

log = logging.getLogger(__name__)


class CircuitBreaker:
    """Begins and ends pauses, and has waiting members told. Methods may be repeated."""

    def __init__(
        self,
        pauses: PauseStore,
        notices: NoticeStore,
        *,
        wakeups: Wakeups,
        clock: Clock,
        metrics: Metrics,
    ) -> None:
        self._pauses = pauses
        self._notices = notices
        self._wakeups = wakeups
        self._clock = clock
        self._metrics = metrics
        self._paused = False
        self._tell_again_at = clock()

    def seen(self, probe_at: datetime | None) -> None:
        """Whether there is a pause, as it is stored; any process may begin or end it."""
        self._paused = probe_at is not None
        self._metrics.paused(self._paused)

    async def hold_back(self, why: Refused | OutcomeUnknown) -> tuple[Pause | None, Pause]:
        """From now on one job at a time goes out, from all processes, until one is accepted.

        The pause before, if there was one, and the one from now on.
        """
        before, pause = await self._pauses.change(partial(held_back, why=why, now=self._clock()))
        self.seen(pause.probe_at)
        if before is None or (before.reason, before.began_at) != (pause.reason, pause.began_at):
            level = logging.ERROR if pause.host_must_act else logging.WARNING
            log.log(level, "%s", _advice(why, pause))
        return before, pause

    async def let_through(self) -> None:
        """The provider accepted a submission: the pause is over, if there was one."""
        if await self._pauses.end():
            log.warning("the provider accepts submissions again")
            self._wakeups.wake(Wakeup.SUBMIT)
        self._metrics.paused(False)

    async def tell_again(self) -> None:
        """In a pause, from time to time: more members may be waiting by now."""
        if self._paused and self._clock() >= self._tell_again_at:
            await self.tell_waiting(await self._pauses.current())

    async def tell_waiting(self, pause: Pause | None) -> None:
        """Each waiting member learns once of a pause: at once if it is a matter of the host's, else
        when it has kept this very member for long. A pause may be old and have kept nobody."""
        now = self._clock()
        self._tell_again_at = now + timedelta(seconds=TELL_AGAIN_S)
        if pause is None:
            return
        least_s = 0.0 if pause.host_must_act else TELL_OF_PAUSE_AFTER_S
        if pause.lasted_s(now) < least_s:
            return
        since = now - timedelta(seconds=least_s)
        if await self._notices.add_to_waiting(NoticeKind.DELAYED, now, since=since):
            self._wakeups.wake(Wakeup.DELIVER)


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


def _advice(reason: Refused | OutcomeUnknown, pause: Pause) -> str:
    if pause.host_must_act:
        return (
            f"the provider refuses submissions ({reason}). Check AIMLAPI_KEY and the account's "
            "balance; waiting jobs are kept and go out as soon as it accepts one"
        )
    if isinstance(reason, OutcomeUnknown):
        return (
            f"whether the provider accepted a submission is not known ({reason}); the others go "
            "out one at a time until it accepts one"
        )
    return f"the provider does not accept submissions right now ({reason}); trying again"
