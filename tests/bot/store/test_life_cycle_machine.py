"""Several workers on one database, in any order, dying at any moment: what must hold all the time.

Each step is one that a process of the bot takes: a claim, or storing what came of it. Between the
two it may die, its lease may run out, and others go on.
"""

import asyncio
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule, run_state_machine_as_test
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.jobs import FINAL_KINDS, MOVES, TERMINAL, FailureKind, JobState, NoticeKind, Rung
from bot.generate.admission import CANCELLABLE
from bot.store.database.engine import open_database
from bot.store.database.tables import jobs, metadata, notices
from bot.store.process_store import ALIVE_S, ProcessStore
from tests.databases import do_not_sync
from tests.factories import AUDIO_URL, CARD_ID, NO_LIMITS, HandClock, Stored, a_new_job

AT_MOST_RUNNING = 3
LEASE_S = 60.0
WORKERS = 3
BEAT_S = ALIVE_S * 0.75
NEVER_OVERDUE_S = 1e8
SEARCH = settings(
    max_examples=10,
    stateful_step_count=30,
    deadline=None,
    database=None,
    phases=(Phase.generate,),  # making a failure shorter takes minutes
    suppress_health_check=list(HealthCheck),
)
A_WORKER = st.integers(0, WORKERS - 1)
OUTCOMES = ["taken", "refused", "unknown", "dies", "cut off"]

T = TypeVar("T")


@dataclass
class Process:
    """A living worker, and what it has in its hands until when."""

    stored: Stored
    beats: ProcessStore
    hands: dict[tuple[str, object], datetime] = field(default_factory=dict)

    def first(self, kind: str) -> Any:
        """Take one thing of this kind out of the hands."""
        for key in self.hands:
            if key[0] == kind:
                del self.hands[key]
                return key[1]
        return None


class LifeCycle(RuleBasedStateMachine):
    """The rules and what must hold after each."""

    def __init__(self, runner: asyncio.Runner, engine: AsyncEngine) -> None:
        super().__init__()
        self._runner = runner
        self._engine = engine
        self._clock = HandClock()
        self._born = 0
        self._paid: dict[str, str] = {}  # generation → job, as the provider sees it
        self._states: dict[str, JobState] = {}
        self._told: list[tuple[str, NoticeKind]] = []
        self._answers: dict[str, str] = {}  # job → generation, with a process taken for dead
        self._revived: set[str] = set()
        self._batches: dict[str, list[str]] = {}  # the takes of each, in their order
        self._run(self._wipe())
        self._processes = [self._be_born() for _ in range(WORKERS)]

    def _run(self, steps: Coroutine[Any, Any, T]) -> T:
        return self._runner.run(steps)

    async def _wipe(self) -> None:
        async with self._engine.begin() as connection:
            for table in reversed(metadata.sorted_tables):
                await connection.execute(sa.delete(table))

    def _be_born(self) -> Process:
        self._born += 1
        name = f"worker {self._born}"
        beats = ProcessStore(self._engine, name)
        self._run(beats.beat(self._clock()))
        return Process(Stored(self._engine, self._clock, name), beats)

    def _take(self, process: Process, kind: str, *things: object) -> None:
        for thing in things:
            for other in self._processes:
                assert (kind, thing) not in other.hands, f"{kind} {thing} is claimed twice"
            process.hands[kind, thing] = self._clock() + timedelta(seconds=LEASE_S)

    # --- members ----------------------------------------------------------------------------

    @rule(
        worker=A_WORKER,
        member=st.integers(1, 3),
        server=st.sampled_from([None, 1, 2]),
        variations=st.sampled_from([1, 1, 3]),
    )
    def ask(self, worker: int, member: int, server: int | None, variations: int) -> None:
        process = self._processes[worker]
        new = a_new_job(member_id=member, guild_id=server, variations=variations)
        receiving = process.stored.jobs.receive(new, NO_LIMITS, self._clock(), lease_s=45)
        takes = self._run(receiving).jobs
        for job in takes:
            process.hands["answer", job.id] = self._clock() + timedelta(seconds=45)
        if variations > 1:
            self._batches[new.id] = [job.id for job in takes]

    @rule(worker=A_WORKER, taken=st.booleans())
    def answer(self, worker: int, taken: bool) -> None:
        process = self._processes[worker]
        if job_id := process.first("answer"):
            store = process.stored.jobs
            if taken:
                self._run(store.accept(job_id, CARD_ID, self._clock()))
            else:
                self._run(store.cancel(job_id, self._clock(), source=JobState.RECEIVED))

    @rule(worker=A_WORKER, choice=st.integers(0, 20))
    def cancel(self, worker: int, choice: int) -> None:
        waiting = [id_ for id_, state in self._states.items() if state is JobState.QUEUED]
        running = [id_ for id_, state in self._states.items() if state is JobState.GENERATING]
        if found := waiting + running:
            job_id = found[choice % len(found)]
            store, source = self._processes[worker].stored.jobs, self._states[job_id]
            assert self._run(store.cancel(job_id, self._clock(), source=source))

    @rule(worker=A_WORKER, choice=st.integers(0, 20))
    def cancel_all_takes(self, worker: int, choice: int) -> None:
        """As their card does, which its member may see before we know that it is there."""
        if not self._batches:
            return
        store = self._processes[worker].stored.jobs
        for job_id in list(self._batches.values())[choice % len(self._batches)]:
            source = self._states[job_id]
            if source in CANCELLABLE:
                assert self._run(store.cancel(job_id, self._clock(), source=source))

    # --- the loops --------------------------------------------------------------------------

    @rule(worker=A_WORKER)
    def settle(self, worker: int) -> None:
        process = self._processes[worker]
        store, now = process.stored.jobs, self._clock()
        found = self._run(store.claim_unanswered(5, now, lease_s=LEASE_S))
        self._take(process, "answer", *(job.id for job in found))

    @rule(worker=A_WORKER, limit=st.integers(1, 5))
    def claim_submissions(self, worker: int, limit: int) -> None:
        process = self._processes[worker]
        claimed = self._run(
            process.stored.jobs.claim_submissions(
                limit,
                self._clock(),
                at_most_running=AT_MOST_RUNNING,
                overdue_s=NEVER_OVERDUE_S,
                lease_s=LEASE_S,
            )
        )
        assert len(claimed) <= limit
        self._take(process, "submission", *(job.id for job in claimed))

    @rule(worker=A_WORKER, outcome=st.sampled_from(OUTCOMES))
    def submit(self, worker: int, outcome: str) -> None:
        process = self._processes[worker]
        if (job_id := process.first("submission")) is None:
            return
        store, now = process.stored.jobs, self._clock()
        if outcome == "refused":
            assert self._run(store.requeue(job_id, now))
            return
        assert job_id not in self._paid.values(), "paid twice"
        generation_id = f"generation of {job_id}"
        self._paid[generation_id] = job_id
        if outcome == "taken":
            assert self._run(store.start_generation(job_id, generation_id, now))
        elif outcome == "unknown":
            kind, source = FailureKind.INTERRUPTED, JobState.SUBMITTING
            assert self._run(store.fail(job_id, kind, "lost", now, source=source))
        else:
            self.die(worker)
            if outcome == "cut off":
                self._answers[job_id] = generation_id

    @rule(worker=A_WORKER)
    def get_answer_late(self, worker: int) -> None:
        """A process that only seemed dead comes back with what the provider said."""
        if self._answers:
            job_id, generation_id = self._answers.popitem()
            store, now = self._processes[worker].stored.jobs, self._clock()
            in_time = self._run(store.start_generation(job_id, generation_id, now))
            assert in_time or self._run(store.revive(job_id, generation_id, now))
            if not in_time:
                self._revived.add(job_id)

    @rule(worker=A_WORKER)
    def doubt_abandoned(self, worker: int) -> None:
        store = self._processes[worker].stored.jobs
        for job_id in self._run(store.doubt_abandoned(self._clock())):
            for process in self._processes:
                assert ("submission", job_id) not in process.hands, "its process is alive"

    @rule(worker=A_WORKER, limit=st.integers(1, 5))
    def claim_polls(self, worker: int, limit: int) -> None:
        process = self._processes[worker]
        store, now = process.stored.jobs, self._clock()
        claimed = self._run(store.claim_polls(limit, now, lease_s=LEASE_S))
        assert len(claimed) <= limit
        self._take(process, "poll", *(job.id for job in claimed))

    @rule(worker=A_WORKER, answer=st.sampled_from(["pending", "done", "error"]))
    def poll(self, worker: int, answer: str) -> None:
        process = self._processes[worker]
        if (job_id := process.first("poll")) is None:
            return
        store, now = process.stored.jobs, self._clock()
        was_running = self._states[job_id] is JobState.GENERATING
        if answer == "pending":
            moved = self._run(store.poll_again(job_id, now + timedelta(seconds=1)))
        elif answer == "done":
            moved = self._run(store.succeed(job_id, AUDIO_URL, now))
        else:
            kind, source = FailureKind.GENERATION, JobState.GENERATING
            moved = self._run(store.fail(job_id, kind, "no", now, source=source))
        assert moved == was_running

    @rule(worker=A_WORKER, limit=st.integers(1, 5))
    def claim_notices(self, worker: int, limit: int) -> None:
        process = self._processes[worker]
        store, now = process.stored.notices, self._clock()
        claimed = self._run(store.claim_due(limit, now, lease_s=LEASE_S))
        assert len(claimed) <= limit
        self._take(process, "notice", *(notice for notice, _ in claimed))

    @rule(worker=A_WORKER, works=st.booleans())
    def tell(self, worker: int, works: bool) -> None:
        process = self._processes[worker]
        if (notice := process.first("notice")) is None:
            return
        store, now = process.stored.notices, self._clock()
        if notice.message_id is not None:  # the card of a job that failed a second time
            self._run(store.close(notice, now))
            return
        self._run(store.record_attempt(notice.id, Rung.CHANNEL, now))
        if not works:
            later = now + timedelta(seconds=1)
            self._run(store.put_off(notice.id, later, "busy", unsure=False))
            return
        told = store.told(notice.id, Rung.CHANNEL, now, channel_id=1, message_id=2)
        self._run(told)
        self._run(store.close(notice, now))
        self._told.append((notice.job_id, notice.kind))

    # --- time and death ---------------------------------------------------------------------

    @rule(seconds=st.sampled_from([1.0, BEAT_S, ALIVE_S, 2 * LEASE_S]))
    def wait(self, seconds: float) -> None:
        """The living beat; what takes longer than its lease was given up by its own time-out."""
        end = self._clock() + timedelta(seconds=seconds)
        while self._clock() < end:
            self._clock.advance(min(BEAT_S, (end - self._clock()).total_seconds()))
            for process in self._processes:
                self._run(process.beats.beat(self._clock()))
                process.hands = {k: v for k, v in process.hands.items() if v > self._clock()}

    @rule(worker=A_WORKER)
    def die(self, worker: int) -> None:
        self._processes[worker] = self._be_born()

    @rule(worker=A_WORKER)
    def leave(self, worker: int) -> None:
        self._run(self._processes[worker].beats.leave())
        self._processes[worker] = self._be_born()

    # --- what must hold ---------------------------------------------------------------------

    @invariant()
    def promises_hold(self) -> None:
        rows, told = self._run(self._read())
        states = {row.id: JobState(row.state) for row in rows}
        for job_id, state in states.items():
            before = self._states.get(job_id, JobState.RECEIVED)
            assert state is before or state in MOVES[before], f"{before} → {state}"
        at_provider = (JobState.SUBMITTING, JobState.GENERATING)
        there = [id_ for id_, state in states.items() if state in at_provider]
        assert len(set(there) - self._revived) <= AT_MOST_RUNNING
        generations = {row.id: row.generation_id for row in rows if row.generation_id}
        assert all(self._paid.get(name) == job_id for job_id, name in generations.items())
        for job_id in self._paid.values():
            assert states[job_id] not in (JobState.RECEIVED, JobState.QUEUED), "to be paid again"
        assert len(told) == len(set(told)), "a notice is there twice"
        assert len(self._told) == len(set(self._told)), "somebody was told twice"
        final = {(job_id, kind) for job_id, kind in told if kind in FINAL_KINDS}
        expected = {(id_, _FINAL[state]) for id_, state in states.items() if state in _FINAL}
        given_up = {(job_id, NoticeKind.FAILURE) for job_id in self._revived}
        assert expected <= final <= expected | given_up
        for batch_id, job_ids in self._batches.items():
            self._is_shown_whole(batch_id, job_ids, states)
        self._states = states

    def _is_shown_whole(
        self, batch_id: str, job_ids: list[str], states: dict[str, JobState]
    ) -> None:
        """What the card of variations is drawn from: each of them once, as it is."""
        takes = self._run(self._processes[0].stored.stores.batches.takes(batch_id))
        assert [take.job.id for take in takes] == job_ids
        assert [take.job.take for take in takes] == [1, 2, 3]
        for take in takes:
            assert take.job.state is states[take.job.id]
            kind = _FINAL.get(take.job.state)
            told = kind is not None and (take.job.id, kind) in self._told
            message_id = take.told.message_id if take.told else None
            assert message_id == (2 if told else None) or take.job.id in self._revived

    async def _read(self) -> tuple[list[Any], list[tuple[str, NoticeKind]]]:
        async with self._engine.connect() as connection:
            rows = list(await connection.execute(sa.select(jobs)))
            kinds = await connection.execute(sa.select(notices.c.job_id, notices.c.kind))
            return rows, [(job_id, NoticeKind(kind)) for job_id, kind in kinds]

    def teardown(self) -> None:
        """All processes die; a new one brings every job to its end."""
        self._processes = [self._be_born()]
        self.wait(ALIVE_S)
        self.doubt_abandoned(0)
        self.promises_hold()
        while self._answers:
            self.get_answer_late(0)
            self.promises_hold()
        rounds = 0
        store = self._processes[0].stored.notices
        while (
            set(self._states.values()) - TERMINAL
            or self._processes[0].hands
            or self._run(store.next_due_at())
            or not rounds
        ):
            self._work_off()
            rounds += 1
            assert rounds < 100, "a job never comes to its end"
        assert set(self._states.values()) <= TERMINAL
        expected = {(id_, _FINAL[state]) for id_, state in self._states.items() if state in _FINAL}
        given_up = {(job_id, NoticeKind.FAILURE) for job_id in self._revived}
        assert expected <= set(self._told) <= expected | given_up

    def _work_off(self) -> None:
        process = self._processes[0]
        steps: tuple[tuple[Callable[[int], None], Callable[[], None]], ...] = (
            (self.settle, lambda: self.answer(0, taken=True)),
            (lambda _: self.claim_submissions(0, 5), lambda: self.submit(0, "taken")),
            (lambda _: self.claim_polls(0, 5), lambda: self.poll(0, "done")),
            (lambda _: self.claim_notices(0, 5), lambda: self.tell(0, works=True)),
        )
        for claim, finish in steps:
            claim(0)
            self.promises_hold()
            while process.hands:
                finish()
            self.promises_hold()
        self.wait(1.0)


_FINAL = {JobState.SUCCEEDED: NoticeKind.RESULT, JobState.FAILED: NoticeKind.FAILURE}


@pytest.mark.timeout(300)  # thousands of statements: between 8 s and 40 s, more on a busy machine
def test_promises_hold_when_workers_die_at_any_moment(database_url: str) -> None:
    with asyncio.Runner() as runner:
        opened = AsyncExitStack()
        engine = runner.run(opened.enter_async_context(open_database(database_url)))
        try:
            runner.run(do_not_sync(engine))

            class Bound(LifeCycle):
                def __init__(self) -> None:
                    super().__init__(runner, engine)

            run_state_machine_as_test(Bound, settings=SEARCH)
        finally:
            runner.run(opened.aclose())
