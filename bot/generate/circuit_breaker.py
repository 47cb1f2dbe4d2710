"""Holding back while the provider accepts nothing: one probe at a time, at growing distances.

A wrong key, an empty account or an outage concerns every job, not the one that happens to find
out. Sending all the others, too, would do harm in two ways. A provider that is down is not helped
by a crowd that comes back every second. And an answer like 502 says nothing about whether the
request was taken, so each such job may have been billed, and has to fail as `interrupted`, for its
member to decide (see `bot.errors.OutcomeUnknown`). A queue of a hundred jobs would be used up
within seconds.

So this is what the field calls a circuit breaker.

Closed
    All is well: jobs go out as fast as places at the provider allow. There is no pause in the
    database.

Open
    The provider did not accept a submission. `held_back` makes a pause, with the time of the next
    probe: 2 seconds from now, then twice as far each time, up to a minute, or whatever
    `Retry-After` asked for. Until then nothing goes out. Jobs keep their places in the queue; a
    job that was surely refused goes back into it, since it cost nothing.

Half open
    At the time of the probe a single job goes out, the next in line, as any other would. There is
    no special request for asking whether the provider is back: only a real submission can tell. If
    it is accepted, the pause is deleted and all others follow. If not, the next probe is further
    off.

The pause is a row, not a variable, and the transaction that claims jobs reads it
(`JobStore.claim_submissions`). So three processes send one probe, not three, and a restart neither
forgets the pause nor begins at 2 seconds again. It sends the next probe at once, though: the host
may have restarted because of what was wrong. Nothing says who has the probe. It is the job that is
`submitting`: while there is one, a pause lets no other out. If the process with the probe dies, its
job is given up as any abandoned submission is, and the next job may be the probe.

What can go wrong, and what becomes of it
    Submissions that were under way when the pause began fail one after the other. They are no
    probes, so they don't make the distance grow: whatever comes back before `probe_at` changes the
    reason at most.

    A pause can outlive its reason: nobody asks for a track for an hour, so no probe goes out. The
    first job is the probe then, at once, and if it fails, the pause starts over
    (`FORGOTTEN_AFTER_S`): an hour of silence says nothing about trouble that begins now.

    A refusal can be about one request. What is the provider's own verdict on it (a 400) fails that
    job and opens nothing. A 4xx that some firewall on the way made up blames nobody: it opens the
    breaker, but its job steps behind the others, and is rejected once they were let through five
    times (`Submitter._let_others_by`).

    Where only the host can help (no credits, say), members would wait for days. So after 15 minutes
    new requests are refused (`bot.store.receiving`), and what waited too long lapses
    (`bot.generate.patience`). Then nothing is left to be the probe. Instead key and balance are
    looked at every minute (`bot.ops.alerts`): once they look right, requests are taken again, and
    the first one is the probe. If it is refused, all others are refused at once again.

What is guaranteed: at most one submission at a time while the provider accepts nothing, over all
processes, and free refusals cost nobody a place in the queue. What is not: that no job is lost to
an outage. The probe is a real job, and where outcomes stay unknown, each probe costs one: some
fourteen in ten minutes. Nor does the pause say how long it will be. Members are told that they
wait, not until when.
"""

import logging
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial

from bot.clock import Clock
from bot.domain.jobs import NoticeKind
from bot.errors import OutcomeUnknown, RateLimited, Refused
from bot.loops.wakeups import Wakeup, Wakeups
from bot.metrics import Metrics
from bot.said_once import SaidOnce
from bot.store.notice_store import NoticeStore
from bot.store.pause_store import OF_ACCOUNT, Pause, PauseReason, PauseStore

FIRST_PROBE_S = 2.0
LONGEST_PROBE_S = 60.0
# A pause that nothing was submitted in for so long says nothing of new trouble.
FORGOTTEN_AFTER_S = 600.0
TELL_OF_PAUSE_AFTER_S = 60.0
# While the provider accepts nothing, waiting members are looked for so often.
TELL_AGAIN_S = 5.0

_REASONS = {kind: reason for reason, kind in OF_ACCOUNT.items()} | {
    RateLimited: PauseReason.RATE_LIMITED,
    OutcomeUnknown: PauseReason.OUTCOME_UNKNOWN,
}

log = logging.getLogger(__name__)


@dataclass(eq=False)
class CircuitBreaker:
    """Begins and ends pauses, and has waiting members told. Methods may be repeated."""

    pauses: PauseStore
    notices: NoticeStore
    wakeups: Wakeups
    clock: Clock
    metrics: Metrics

    def __post_init__(self) -> None:
        self._paused = False
        self._said = SaidOnce(log)
        self._tell_again_at = self.clock()

    def seen(self, probe_at: datetime | None) -> None:
        """Whether there is a pause, as it is stored; any process may begin or end it."""
        self._paused = probe_at is not None
        self.metrics.paused(self._paused)
        if not self._paused:
            again = "the provider accepts submissions again"
            self._said.over("pause", again, level=logging.WARNING)

    async def hold_back(self, why: Refused | OutcomeUnknown) -> tuple[Pause | None, Pause]:
        """From now on one job at a time goes out, from all processes, until one is accepted.

        The pause before, if there was one, and the one from now on.
        """
        before, pause = await self.pauses.change(partial(held_back, why=why, now=self.clock()))
        self.seen(pause.probe_at)
        if before is None or (before.reason, before.began_at) != (pause.reason, pause.began_at):
            level = logging.ERROR if pause.host_must_act else logging.WARNING
            self._said.say("pause", "%s", _advice(why, pause), level=level)
        return before, pause

    async def let_through(self) -> None:
        """The provider accepted a submission: the pause is over, if there was one."""
        if await self.pauses.end():
            self.wakeups.wake(Wakeup.SUBMIT)
        self.seen(None)

    async def tell_again(self) -> None:
        """In a pause, from time to time: more members may be waiting by now."""
        if self._paused and self.clock() >= self._tell_again_at:
            await self.tell_waiting(await self.pauses.current())

    async def tell_waiting(self, pause: Pause | None) -> None:
        """Each waiting member learns once of a pause: at once if it is a matter of the host's, else
        when it has kept this very member for long. A pause may be old and have kept nobody."""
        now = self.clock()
        self._tell_again_at = now + timedelta(seconds=TELL_AGAIN_S)
        if pause is None:
            return
        least_s = 0.0 if pause.host_must_act else TELL_OF_PAUSE_AFTER_S
        if pause.lasted_s(now) < least_s:
            return
        since = now - timedelta(seconds=least_s)
        if await self.notices.add_to_waiting(NoticeKind.DELAYED, now, since=since):
            self.wakeups.wake(Wakeup.DELIVER)


def held_back(pause: Pause | None, why: Refused | OutcomeUnknown, now: datetime) -> Pause:
    """What the pause becomes (or which one begins) when the provider accepted nothing, at `now`."""
    reason = _REASONS.get(type(why), PauseReason.UNAVAILABLE)
    if pause and (now - pause.probe_at).total_seconds() > FORGOTTEN_AFTER_S:
        # No probe came because requests were refused, not because all was well.
        goes_on = pause.keeps_requests_out(now) and reason in OF_ACCOUNT
        pause = pause if goes_on else None
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
    if pause.advice:
        return (
            f"the provider refuses submissions ({reason}): {pause.advice}. Waiting jobs are kept, "
            "and go out as soon as it accepts one"
        )
    if isinstance(reason, OutcomeUnknown):
        return (
            f"whether the provider accepted a submission is not known ({reason}); the others go "
            "out one at a time until it accepts one"
        )
    return f"the provider does not accept submissions right now ({reason}); trying again"
