"""Settling: what becomes of requests whose first answer came to no clear end."""

from typing import cast

import discord
import pytest

from bot.deliver.buttons import CARD
from bot.deliver.messenger import Messenger
from bot.deliver.reconciler import Reconciler
from bot.domain.jobs import Job, JobState, NoticeKind
from bot.errors import DeliveryLater, Unreachable
from bot.generate.admission import Admission
from bot.loops.wakeups import Wakeup, Wakeups
from bot.rest.bad_answers import BadAnswers
from bot.store.draft_store import DraftStore
from tests.bot.generate.parts import estimates_on
from tests.factories import CARD_ID, NO_LIMITS, HandClock, Stored, a_new_job


class Witness(Messenger):
    """Says of a card what a test decides: its id, `None` for no card, or why nobody knows."""

    def __init__(self) -> None:
        self.by_token: int | Exception | None = None
        self.in_channel: int | Exception | None = None

    async def first_answer(self, _job: Job, _place: NoticeKind | str = CARD) -> int | None:
        return _said(self.by_token)

    async def find(
        self,
        _channel_id: int,
        _job: Job,
        _place: NoticeKind | str,
        *,
        since: int | None = None,  # noqa: ARG002
        direct: bool = False,  # noqa: ARG002
    ) -> discord.Message | None:
        card_id = _said(self.in_channel)
        return None if card_id is None else cast("discord.Message", discord.Object(card_id))


def _said(answer: int | Exception | None) -> int | None:
    if isinstance(answer, Exception):
        raise answer
    return answer


@pytest.fixture
def wakeups() -> Wakeups:
    return Wakeups()


@pytest.fixture
def witness() -> Witness:
    return Witness()


@pytest.fixture
def reconciler(stored: Stored, wakeups: Wakeups, witness: Witness) -> Reconciler:
    admission = Admission(
        stored.jobs,
        DraftStore(stored.engine),
        estimates_on(stored),
        limits=NO_LIMITS,
        wakeups=wakeups,
        clock=stored.clock,
    )
    bad = BadAnswers()
    return Reconciler(
        stored.jobs, admission, witness, bad_answers=bad, wakeups=wakeups, clock=stored.clock
    )


async def left_behind(stored: Stored) -> Job:
    """A received job whose process died some time ago."""
    job = await stored.as_worker("the dead").receive()
    stored.clock.advance(60)
    return job


async def test_job_is_queued_when_its_card_is_there(
    stored: Stored, reconciler: Reconciler, witness: Witness
) -> None:
    job = await left_behind(stored)
    witness.by_token = CARD_ID
    await reconciler.run_once()
    job = await stored.job(job.id)
    assert (job.state, job.card_message_id) == (JobState.QUEUED, CARD_ID)


async def test_card_is_looked_for_in_the_channel_when_the_token_is_dead(
    stored: Stored, reconciler: Reconciler, witness: Witness
) -> None:
    job = await left_behind(stored)
    witness.by_token, witness.in_channel = Unreachable("50027"), CARD_ID
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.QUEUED


@pytest.mark.parametrize("by_token", [None, Unreachable("50027")])
async def test_job_is_cancelled_without_a_word_when_there_is_no_card(
    stored: Stored, reconciler: Reconciler, witness: Witness, by_token: Exception | None
) -> None:
    job = await left_behind(stored)
    witness.by_token = by_token
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.CANCELLED
    assert await stored.notices.of_job(job.id) == []


async def test_member_is_told_when_nobody_knows_of_a_card(
    stored: Stored, reconciler: Reconciler, witness: Witness, wakeups: Wakeups
) -> None:
    job = await left_behind(stored)
    witness.by_token = witness.in_channel = Unreachable("the channel's history can't be read")
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.CANCELLED
    assert (await stored.notice(job.id, NoticeKind.UNSTARTED)).attempts == 0
    assert wakeups.event(Wakeup.DELIVER).is_set()


async def test_member_is_told_once_when_nobody_knows_of_the_card_of_variations(
    stored: Stored, reconciler: Reconciler, witness: Witness
) -> None:
    dead, new = stored.as_worker("the dead"), a_new_job(variations=3)
    takes = (await dead.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)).jobs
    stored.clock.advance(60)
    witness.by_token = witness.in_channel = Unreachable("the channel's history can't be read")
    await reconciler.run_once()
    assert {(await stored.job(take.id)).state for take in takes} == {JobState.CANCELLED}
    told = [len(await stored.notices.of_job(take.id)) for take in takes]
    assert told == [1, 0, 0]


@pytest.mark.parametrize("hidden", ["private", "outside"])
async def test_channel_is_not_asked_for_a_card_that_it_does_not_show(
    stored: Stored, reconciler: Reconciler, witness: Witness, hidden: str
) -> None:
    job = await stored.as_worker("the dead").receive(NO_LIMITS, **{hidden: True})
    stored.clock.advance(60)
    witness.by_token, witness.in_channel = Unreachable("50027"), CARD_ID
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.CANCELLED
    assert (await stored.notice(job.id, NoticeKind.UNSTARTED)).attempts == 0


async def test_job_waits_when_discord_may_still_take_its_answer(
    stored: Stored, reconciler: Reconciler, witness: Witness, clock: HandClock
) -> None:
    job = await stored.receive()
    await stored.jobs.leave_unanswered(job.id, clock())
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.RECEIVED
    witness.by_token = CARD_ID
    clock.advance(3)
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.QUEUED


async def test_job_waits_when_discord_has_trouble(
    stored: Stored, reconciler: Reconciler, witness: Witness, clock: HandClock
) -> None:
    job = await left_behind(stored)
    witness.by_token = DeliveryLater("503")
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.RECEIVED
    witness.by_token = CARD_ID
    clock.advance(60)
    await reconciler.run_once()
    assert (await stored.job(job.id)).state is JobState.QUEUED
