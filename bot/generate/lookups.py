"""Look-ups in the provider's logs: what became of submissions, and what tracks cost.

The provider has no idempotency key, and an answer can get lost: the connection breaks, the process
dies, something on the way answers instead. Then nobody knows whether the request was taken and
billed. But each POST carries a name, `<job>.<submission>`, and the logs list requests by it.

While a job is in doubt, it stays `submitting` and its card says so. What the logs can say:
    succeeded   The job goes on with that generation, as if the answer had come.
    failed      It cost nothing: back into the queue, once. A row speaks for its own submission
                only, so the row of an earlier one changes nothing.
    nothing     Rows come late, and whether a running generation has one is not documented. So the
                logs are asked again, for five minutes or twice the model's usual time. Then the job
                fails as `interrupted`: only its member can submit it again.

A job that failed like that is looked for for another day. What turns up is always delivered: as
usual, or, if its member has asked for it again meanwhile, quietly, for `/tracks`. Jobs that waited
in a backup that was restored are in doubt, too, and fail once the logs know nothing of them. A
row that failed is nothing to go by there: the job may have been submitted again since the backup.

Where the logs can't be read, or not to the end, nothing is known. If they don't exist, or not for
this key, jobs are given up at once, else after half a minute: members can decide then, and nothing
is lost, since the search goes on. After a change of key, its logs don't list the requests of the
one before.

One process reads for all (`TurnStore`), and one look serves all jobs that wait for one. The same
look settles costs that no answer named; what the logs don't know, the account's ledger might.
"""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.jobs import NO_REASON, FailureKind, Job, JobState
from bot.domain.money import CostSource
from bot.errors import (
    DatabaseTrouble,
    GenerationUnknown,
    LogsUnavailable,
    ProviderError,
    RateLimited,
)
from bot.generate.costs import Costs
from bot.generate.generations import Generations
from bot.generate.request_log import Account, Log, read, windows
from bot.logs import about_job
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.provider.client import Provider
from bot.provider.records import LoggedRequest
from bot.provider.wire import Generation
from bot.store.interruptions import GIVEN_UP
from bot.store.lookup_store import LookUpStore
from bot.store.turn_store import Turn, TurnStore

TURN: Final = "logs"
LEASE_S: Final = 180.0
# A look that takes longer stops there, well before its turn is over; the next one goes on.
READ_WITHIN_S: Final = 100.0
LOOK_WITHIN_S: Final = 130.0
READ_EVERY_S: Final = 5.0
LATER_EVERY_S: Final = 15.0
OFTEN_FOR_S: Final = 120.0
# The first look comes so soon after the outcome became unknown.
FIRST_AFTER_S: Final = 2.0
DOUBTED_FOR_S: Final = 300.0
# How long logs that can't be read are waited for; jobs of a restored backup can wait longer.
AWAY_FOR_S: Final = 30.0
RESTORED_AWAY_FOR_S: Final = 3600.0
SEARCHED_FOR: Final = timedelta(days=1)
# What was given up is asked about so often at first, and so seldom in the end.
SEARCHED_EVERY: Final = (timedelta(seconds=15), timedelta(minutes=5))

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Away:
    """The logs can't be read: for now, or `for_good`."""

    why: str
    for_good: bool = False


@dataclass(eq=False)
class LookUps(Worker[Turn]):
    """Asks the provider's logs about the jobs that want it."""

    lookups: LookUpStore
    turns: TurnStore
    provider: Provider
    generations: Generations
    wakeups: Wakeups
    clock: Clock

    def __post_init__(self) -> None:
        super().__init__(slots=1, wakeup=self.wakeups.event(Wakeup.LOOK_UP), clock=self.clock)

    async def claim(self, limit: int) -> Sequence[Turn]:  # noqa: ARG002
        """The turn to read, if any job wants it and nobody has it."""
        now = self.clock()
        due_at = await self.lookups.due_at()
        if due_at is None or due_at > now:
            return []
        turn = await self.turns.take(TURN, now, lease_s=LEASE_S)
        return [turn] if turn else []

    async def next_due_at(self) -> datetime | None:
        """The next job, but not before the next turn."""
        due_at = await self.lookups.due_at()
        turn_at = await self.turns.next_due_at(TURN) if due_at else None
        at = max(due_at, turn_at) if due_at and turn_at else due_at
        return at if at and at > self.clock() else None

    async def handle(self, turn: Turn) -> None:
        """One look, and what it means for each job: those in doubt first, for members wait."""
        wait_s, until = READ_EVERY_S, self.clock() + timedelta(seconds=LOOK_WITHIN_S)
        try:
            jobs = await self.lookups.waiting(self.clock())
            found = await self._read(jobs)
            if isinstance(found, RateLimited):
                # However long that is, members don't wait for it.
                wait_s = min(max(wait_s, found.retry_after_s or 0.0), AWAY_FOR_S)
                found = Away(why=str(found))
            for job in sorted(jobs, key=lambda job: not job.in_doubt):
                if self.clock() >= until:
                    break
                with about_job(job.id):
                    await self._learn_safely(job, found)
        finally:
            await self.turns.done(turn.name, self.clock() + timedelta(seconds=wait_s))

    async def _read(self, jobs: Sequence[Job]) -> Log | Away | RateLimited:
        try:
            stretches = windows(jobs, self.clock())
            found = await read(self.provider, stretches, within_s=READ_WITHIN_S)
        except RateLimited as error:
            return error
        except LogsUnavailable as error:
            self._said.say("logs", "the provider's logs can't be asked: %s", error)
            return Away(why=str(error), for_good=True)
        except ProviderError as error:
            self._said.say("logs", "the provider's logs can't be read for now: %s", error)
            return Away(why=str(error))
        self._said.over("logs", "the provider's logs can be read again")
        return found

    async def _learn_safely(self, job: Job, found: Log | Away) -> None:
        """Nothing that is odd about one job may stand in the way of all that come after it."""
        try:
            await self._learn(job, found)
        except DatabaseTrouble:
            raise
        except Exception:
            log.exception("what the logs say of it can't be taken in")
            if job.in_doubt:
                await self._wait_or_give_up(job, found)
            else:
                await self.lookups.later(job.id, self.clock() + SEARCHED_EVERY[1])

    async def _learn(self, job: Job, found: Log | Away) -> None:
        account = found.of(job) if isinstance(found, Log) else Account()
        if account.unread:
            found = Away(why="not all of them could be read")
        in_doubt = job.state is JobState.SUBMITTING or _is_given_up(job)
        if account.credits is not None:
            await self.lookups.settle(
                job.id, account.credits, CostSource.LOGS, is_over=not in_doubt
            )
        if in_doubt:
            await self._resolve(job, account, found)
        elif account.credits is None:
            await Costs(self.lookups, self.provider, self.clock).settle(job, account)

    # --- what became of a submission --------------------------------------------------------

    async def _resolve(self, job: Job, account: Account, found: Log | Away) -> None:
        if account.made or account.open:
            generation = await self._generation(job, (*account.made, *account.open))
            if generation is not None:
                await self._go_on(job, generation, (*account.made, *account.open)[0])
                return
        if account.failed and not self._may_have_gone_out_again(job):
            await self._failed(job)
        elif not job.in_doubt:
            await self._search_on(job)
        else:
            await self._wait_or_give_up(job, found)

    async def _generation(self, job: Job, rows: Sequence[LoggedRequest]) -> Generation | None:
        """What the provider has under one of the ids that might be meant; `None` if nothing."""
        for row in rows:
            for name in await self._names(job, row):
                try:
                    generation = await self.provider.fetch(name)
                except GenerationUnknown:
                    continue
                except ProviderError as error:
                    log.info("it is in the logs, but can't be fetched yet: %s", error)
                    return None
                ids = {"id": name, "inference_id": row.inference_id}
                return generation.model_copy(update=ids)
        return None

    async def _names(self, job: Job, row: LoggedRequest) -> list[str]:
        """The logs might leave out how the ids of this model's generations end."""
        name = row.inference_id
        if name is None:
            return []
        if ":" in name:
            return [name, name.partition(":")[0]]
        model = job.request.model
        suffix = await self.lookups.known_suffix(model) or f":{model.rpartition('/')[2]}"
        return [name, name + suffix]

    async def _go_on(self, job: Job, generation: Generation, row: LoggedRequest) -> None:
        log.warning("the logs know of it: it goes on as generation %s", generation.id)
        now = self.clock()
        # Only what can be is believed: budgets, costs and the end of its patience go by it.
        submitted_at = min(max(row.created or now, job.created_at), now)
        await self.generations.begin(job, generation, submitted_at=submitted_at)
        await self.generations.end_at_once(job.id, generation)
        self.wakeups.wake(Wakeup.POLL)

    async def _failed(self, job: Job) -> None:
        now = self.clock()
        if job.state is not JobState.SUBMITTING:
            if job.in_doubt:
                await self._give_up(job, "the logs say that it failed")
            await self.lookups.settle(job.id, 0, CostSource.FREE)
        elif job.failed_at_provider:
            await self.generations.fail(
                job, FailureKind.GENERATION, NO_REASON, source=JobState.SUBMITTING
            )
        elif await self.lookups.queue_again(job, now):
            log.info("the logs say that it failed, which is free: it is submitted once more")
            self.wakeups.wake(Wakeup.SUBMIT)

    async def _wait_or_give_up(self, job: Job, found: Log | Away) -> None:
        now = self.clock()
        since = job.unsure_since or now
        if isinstance(found, Away):
            within_s = RESTORED_AWAY_FOR_S if job.restored_at else AWAY_FOR_S
            if found.for_good or now - since >= timedelta(seconds=within_s):
                await self._give_up(job, f"the provider's logs can't be read: {found.why}")
                return
        elif self._is_of_other_key(job):
            await self._give_up(job, "the key has changed, and its logs don't know this request")
            return
        elif now - since >= timedelta(seconds=self._doubted_for_s(job)):
            await self._give_up(job, "the provider's logs don't know this request")
            return
        is_new = now - since < timedelta(seconds=OFTEN_FOR_S)
        wait_s = READ_EVERY_S if is_new else LATER_EVERY_S
        await self.lookups.later(job.id, now + timedelta(seconds=wait_s))

    async def _give_up(self, job: Job, why: str) -> None:
        now = self.clock()
        search_at = now + SEARCHED_EVERY[0]
        if job.state is JobState.SUBMITTING:
            given_up = await self.lookups.interrupt(
                job.id, why, now, search_at, submission=job.submission
            )
        else:
            given_up = await self.lookups.tell_restored(job.id, now, search_at)
        if given_up:
            log.warning("given up for now, but the search goes on for a day: %s", why)
            self.generations.given_up(job)

    def _may_have_gone_out_again(self, job: Job) -> bool:
        """A backup doesn't know what was submitted after it was made."""
        return job.restored_at is not None and self.clock() - job.restored_at < SEARCHED_FOR

    def _is_of_other_key(self, job: Job) -> bool:
        return job.submitted_with not in {None, self.provider.key_mark}

    def _doubted_for_s(self, job: Job) -> float:
        return max(DOUBTED_FOR_S, 2 * self.generations.estimates.usual_s(job.request.model))

    async def _search_on(self, job: Job) -> None:
        now = self.clock()
        passed = now - (job.finished_at or now)
        often, seldom = SEARCHED_EVERY
        wait = min(max(passed / 20, often), seldom)
        await self.lookups.later(job.id, None if passed >= SEARCHED_FOR else now + wait)


def _is_given_up(job: Job) -> bool:
    return job.failure_kind in GIVEN_UP and job.generation_id is None
