"""Fifty jobs wait while the provider takes nothing for ten minutes, on a clock moved by hand."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from bot.domain.jobs import JobState, NoticeKind
from bot.loops.wakeups import Wakeups
from bot.provider.client import GENERATIONS, Provider
from sandbox.aimlapi import AimlapiStandIn, error_body
from sandbox.scenario import Rule
from tests.bot.generate.parts import a_submitter
from tests.bot.generate.submitting import is_in_doubt
from tests.factories import HandClock, Stored

WAITING = 50
AT_MOST_RUNNING = 10
OUTAGE_S = 600


@dataclass(frozen=True)
class Outage:
    """Why nothing is accepted, and whether the host must act."""

    name: str
    fault: Callable[[Rule], Rule]
    host_must_act: bool = False

    def __str__(self) -> str:
        return self.name


REFUSALS = [
    Outage("key", lambda rule: rule.respond(401, error_body(401, "no")), host_must_act=True),
    Outage("credits", lambda rule: rule.respond(403, error_body(403, "no")), host_must_act=True),
    Outage("busy", lambda rule: rule.respond(429, error_body(429, "no"))),
    Outage("down", lambda rule: rule.respond(503, error_body(503, "no"))),
]
UNKNOWN = [
    Outage("bad gateway", lambda rule: rule.respond(502, "<html>")),
    Outage("cut", lambda rule: rule.reset_before()),
]


class Queue:
    """Fifty waiting jobs of as many members, and the submitter."""

    def __init__(self, stored: Stored, provider: Provider, stand_in: AimlapiStandIn) -> None:
        self.stored = stored
        self.stand_in = stand_in
        self.submitter = a_submitter(stored, provider, Wakeups(), at_most_running=AT_MOST_RUNNING)

    async def wait_through(self, outage: Outage) -> Rule:
        """Ten minutes in which nothing is accepted."""
        rule = outage.fault(self.stand_in.scenario.on("POST", GENERATIONS, times=None))
        for member_id in range(1, WAITING + 1):
            await self.stored.queue(member_id=member_id)
        clock = self.stored.clock
        end = clock() + timedelta(seconds=OUTAGE_S)
        while clock() < end:
            await self.submitter.run_once()
            assert await self.submitter.run_once() == 0  # nothing more before the next probe
            pause = await self.stored.stores.pauses.current()
            at = pause.probe_at if pause else end
            # A probe that is due waits while what is in doubt takes up all places.
            clock.now = at if at > clock() else clock() + timedelta(seconds=10)
        self.stand_in.scenario.clear()
        return rule

    async def work_off(self) -> None:
        """Submit what waits, and let each generation end at once."""
        self.stored.clock.advance(60)
        while await self.submitter.run_once():
            for job in await self.stored.jobs.claim_polls(100, self.stored.clock(), lease_s=1):
                await self.stored.jobs.cancel(job.id, self.stored.clock(), source=job.state)
            self.stored.clock.advance(60)


@pytest.fixture
def database_url(tmp_path: Path) -> str:
    """One kind of database is enough here: the store's own tests run on both."""
    return f"sqlite:///{tmp_path / 'compose.db'}"


@pytest.fixture
def queue(stored: Stored, provider: Provider, stand_in: AimlapiStandIn) -> Queue:
    return Queue(stored, provider, stand_in)


async def delayed(stored: Stored) -> int:
    """How many members were told that they have to wait."""
    told = 0
    while due := await stored.notices.claim_due(1000, stored.clock(), lease_s=1):
        told += sum(notice.kind is NoticeKind.DELAYED for notice, _ in due)
    return told


@pytest.mark.parametrize("outage", REFUSALS, ids=str)
async def test_all_jobs_go_out_once_the_provider_accepts_again(
    stored: Stored, clock: HandClock, queue: Queue, outage: Outage
) -> None:
    rule = await queue.wait_through(outage)
    # The first jobs went out together; from then on one at a time: 2, 4, 8 … 60 s apart.
    assert rule.hits <= AT_MOST_RUNNING + 15
    assert await stored.count(JobState.QUEUED) == WAITING
    pause = await stored.stores.pauses.current()
    assert pause is not None
    assert pause.host_must_act is outage.host_must_act
    assert await delayed(stored) == WAITING
    clock.advance(60)
    await queue.work_off()
    assert len(queue.stand_in.generations) == WAITING
    assert await stored.count(JobState.QUEUED) == 0


@pytest.mark.parametrize("outage", UNKNOWN, ids=str)
async def test_few_jobs_are_in_doubt_while_outcomes_are_unknown(
    stored: Stored, queue: Queue, outage: Outage
) -> None:
    rule = await queue.wait_through(outage)
    assert rule.hits <= AT_MOST_RUNNING + 15
    doubted = await stored.count(JobState.SUBMITTING)
    assert doubted == rule.hits  # each may have been billed, and none was sent twice
    await queue.work_off()
    assert len(queue.stand_in.generations) == WAITING - doubted


async def test_new_trouble_is_not_an_old_one_when_nothing_was_submitted_in_between(
    stored: Stored, clock: HandClock, queue: Queue
) -> None:
    broken = queue.stand_in.scenario.on("POST", GENERATIONS, times=2).respond(502, "<html>")
    for _ in range(2):
        job = await stored.queue()
        waiting = await stored.receive()
        assert await queue.submitter.run_once() == 1
        assert await is_in_doubt(stored, job)
        assert (await stored.job(waiting.id)).state is JobState.RECEIVED
        pause = await stored.stores.pauses.current()
        assert pause is not None
        assert pause.lasted_s(clock()) == 0
        clock.advance(3600)
    assert broken.hits == 2
