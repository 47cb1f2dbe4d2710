"""Taking requests in: who may, when to expect a track, and changing one's mind."""

import asyncio
from dataclasses import replace
from datetime import datetime

import pytest

from bot.domain.drafts import Draft
from bot.domain.jobs import JobState
from bot.errors import DailyLimitReached, DatabaseTrouble, NoRoom
from bot.generate.admission import CANCELLABLE, Admission
from bot.generate.first_answer import Declined, FirstAnswer, Taken, Unclear, Unknowable
from bot.loops.wakeups import Wakeup, Wakeups
from bot.store.draft_store import DraftStore
from bot.store.receiving import DailyLimits
from tests.bot.generate.parts import estimates_on
from tests.factories import (
    AUDIO_URL,
    CARD_ID,
    MEMBER_ID,
    NO_LIMITS,
    HandClock,
    Stored,
    a_draft,
    a_new_job,
)

SOON_S = 30.0


def an_admission(
    stored: Stored,
    *,
    wakeups: Wakeups | None = None,
    limits: DailyLimits = NO_LIMITS,
    at_most_running: int = 2,
    drafts: DraftStore | None = None,
    has_room: bool = True,
) -> Admission:
    return Admission(
        stored.jobs,
        drafts or DraftStore(stored.engine),
        estimates_on(stored, at_most_running=at_most_running),
        limits=limits,
        wakeups=wakeups or Wakeups(),
        clock=stored.clock,
        has_room=lambda: has_room,
    )


async def test_nothing_is_stored_when_the_disk_is_nearly_full(stored: Stored) -> None:
    with pytest.raises(NoRoom):
        await an_admission(stored, has_room=False).admit(a_new_job(), within_s=SOON_S)
    assert await stored.count(JobState.RECEIVED) == 0


async def test_job_is_expected_after_the_usual_time_when_nobody_waits(
    stored: Stored, clock: HandClock
) -> None:
    admitted = await an_admission(stored).admit(a_new_job(), within_s=SOON_S)
    assert admitted.job.state is JobState.RECEIVED
    assert (admitted.expected_at - clock()).total_seconds() == 35


async def test_job_is_expected_a_round_later_when_all_places_are_taken(
    stored: Stored, clock: HandClock
) -> None:
    for _ in range(2):
        await stored.queue()
    admitted = await an_admission(stored).admit(a_new_job(), within_s=SOON_S)
    assert (admitted.expected_at - clock()).total_seconds() == 70


async def test_job_is_expected_after_what_was_seen_when_there_is_experience(
    stored: Stored, clock: HandClock
) -> None:
    for seconds in (50, 20, 25):
        job = await stored.generate()
        await stored.jobs.poll_again(job.id, clock.advance(seconds))
        await stored.jobs.succeed(job.id, AUDIO_URL, clock())
    admitted = await an_admission(stored).admit(a_new_job(), within_s=SOON_S)
    assert (admitted.expected_at - clock()).total_seconds() == 25


async def test_limit_is_passed_on_when_it_is_reached(stored: Stored) -> None:
    admission = an_admission(stored, limits=DailyLimits(per_member=1, whole_bot=0))
    await admission.admit(a_new_job(), within_s=SOON_S)
    with pytest.raises(DailyLimitReached):
        await admission.admit(a_new_job(), within_s=SOON_S)


async def test_job_that_is_stored_too_late_for_an_answer_is_trouble_and_never_goes_out(
    stored: Stored,
) -> None:
    new = a_new_job()
    with pytest.raises(DatabaseTrouble):
        await an_admission(stored).admit(new, within_s=0)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    await asyncio.gather(*left)
    assert (await stored.job(new.id)).state is JobState.RECEIVED


async def test_job_is_queued_and_the_bell_rung_when_discord_took_the_card(stored: Stored) -> None:
    wakeups = Wakeups()
    job = await stored.receive()
    await an_admission(stored, wakeups=wakeups).settle(job, Taken(CARD_ID))
    assert (await stored.job(job.id)).state is JobState.QUEUED
    assert (await stored.job(job.id)).card_message_id == CARD_ID
    assert wakeups.event(Wakeup.SUBMIT).is_set()


async def test_job_is_cancelled_when_discord_did_not_take_the_card(stored: Stored) -> None:
    job = await stored.receive()
    await an_admission(stored).settle(job, Declined("Unknown interaction"))
    assert (await stored.job(job.id)).state is JobState.CANCELLED


async def test_late_refusal_changes_nothing_when_the_job_is_queued(stored: Stored) -> None:
    job = await stored.queue()
    await an_admission(stored).settle(job, Declined("Unknown interaction"))
    assert (await stored.job(job.id)).state is JobState.QUEUED


@pytest.mark.parametrize("state", sorted(CANCELLABLE))
async def test_job_is_cancelled_when_it_waits_or_runs(stored: Stored, state: JobState) -> None:
    wakeups = Wakeups()
    cancelled = await an_admission(stored, wakeups=wakeups).cancel(await stored.bring_to(state))
    assert cancelled is not None
    assert cancelled.state is JobState.CANCELLED
    assert (await stored.job(cancelled.id)).state is JobState.CANCELLED
    assert wakeups.event(Wakeup.SUBMIT).is_set()


@pytest.mark.parametrize("state", sorted(set(JobState) - CANCELLABLE))
async def test_job_is_not_cancelled_when_it_is_too_late(stored: Stored, state: JobState) -> None:
    job = await stored.bring_to(state)
    assert await an_admission(stored).cancel(job) is None
    assert (await stored.job(job.id)).state is state


async def test_job_is_not_cancelled_when_what_is_known_of_it_is_old(stored: Stored) -> None:
    job = await stored.submit()
    old = replace(job, state=JobState.QUEUED)
    assert await an_admission(stored).cancel(old) is None
    assert (await stored.job(job.id)).state is JobState.SUBMITTING


async def test_job_is_cancelled_when_its_answer_was_taken_just_now(stored: Stored) -> None:
    received = await stored.receive()
    assert await stored.jobs.accept(received.id, CARD_ID, stored.clock())
    assert await an_admission(stored).cancel(received)
    assert (await stored.job(received.id)).state is JobState.CANCELLED


@pytest.mark.parametrize(
    "answer", [Taken(CARD_ID), Declined("why"), Unclear("why"), Unknowable("why")]
)
async def test_cancelled_job_stays_so_whatever_is_learnt_of_its_answer(
    stored: Stored, answer: FirstAnswer
) -> None:
    job, wakeups = await stored.receive(), Wakeups()
    admission = an_admission(stored, wakeups=wakeups)
    assert await admission.cancel(job)
    wakeups.event(Wakeup.SUBMIT).clear()
    await admission.settle(job, answer)
    assert (await stored.job(job.id)).state is JobState.CANCELLED
    assert await stored.notices.of_job(job.id) == []
    assert not wakeups.event(Wakeup.SUBMIT).is_set()


# --- what was typed -----------------------------------------------------------------------------


class SlowDrafts(DraftStore):
    """A database that answers when it is let."""

    def __init__(self, stored: Stored) -> None:
        super().__init__(stored.engine)
        self.may_answer = asyncio.Event()

    async def keep(self, draft: Draft, member_id: int, now: datetime) -> str:
        await self.may_answer.wait()
        return await super().keep(draft, member_id, now)

    async def get(self, draft_id: str, member_id: int) -> Draft | None:
        await self.may_answer.wait()
        return await super().get(draft_id, member_id)


async def test_draft_is_given_back_to_its_member_alone(stored: Stored) -> None:
    admission = an_admission(stored)
    draft_id = await admission.keep(a_draft(prompt="lo-fi rain"), MEMBER_ID)
    assert await admission.draft(draft_id, MEMBER_ID) == a_draft(prompt="lo-fi rain")
    assert await admission.draft(draft_id, MEMBER_ID + 1) is None


async def test_draft_is_trouble_soon_when_the_database_does_not_answer(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.generate.admission.KEEP_WITHIN_S", 0.01)
    drafts = SlowDrafts(stored)
    admission = an_admission(stored, drafts=drafts)
    with pytest.raises(DatabaseTrouble):
        await admission.keep(a_draft(prompt="lo-fi rain"), MEMBER_ID)
    with pytest.raises(DatabaseTrouble):
        await admission.draft("0" * 16, MEMBER_ID)
    left = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    drafts.may_answer.set()
    await asyncio.gather(*left)
