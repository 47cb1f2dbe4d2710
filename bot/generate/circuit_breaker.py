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
forgets the pause nor begins at 2 seconds again. Nothing says who has the probe. It is the job that
is `submitting`: while there is one, a pause lets no other out. If the process with the probe dies,
its job is given up as any abandoned submission is, and the next job may be the probe.

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

What is guaranteed: at most one submission at a time while the provider accepts nothing, over all
processes, and free refusals cost nobody a place in the queue. What is not: that no job is lost to
an outage. The probe is a real job, and where outcomes stay unknown, each probe costs one: some
fourteen in ten minutes. Nor does the pause say how long it will be. Members are told that they
wait, not until when.
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
