"""Requests coming in: duplicates, other tries, daily limits, and text no database would like."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.domain.drafts import SEED_LIMIT, Draft, checked
from bot.domain.jobs import FailureKind, JobState
from bot.domain.requests import AudioFormat, Relation, Request
from bot.errors import (
    AlreadyReceived,
    AlreadyRetried,
    AttemptsUsedUp,
    ComposeError,
    DailyLimitReached,
    FoundAfterAll,
)
from bot.store import receiving
from bot.store.receiving import DailyLimits
from tests.factories import (
    ALL_MODELS,
    CARD_ID,
    FULL_REQUEST,
    MEMBER_ID,
    NO_LIMITS,
    Stored,
    a_new_job,
    a_request,
)

DAY_S = 24 * 3600
BIG = 2**63 - 1


async def test_job_comes_back_as_it_was_given(stored: Stored) -> None:
    new = a_new_job(
        interaction_id=BIG,
        guild_id=None,
        upload_limit_bytes=BIG,
        request=a_request(
            prompt="räin 🌧️\n'); DROP TABLE jobs; --", negative_prompt="drums", seed=SEED_LIMIT
        ),
    )
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    job = await stored.job(new.id)
    assert received.jobs[0] == job
    assert (job.request, job.interaction_id, job.guild_id) == (new.request, BIG, None)
    assert (job.state, job.created_at) == (JobState.RECEIVED, stored.clock())
    assert job.interaction_token == new.interaction_token


async def test_all_that_was_asked_for_comes_back(stored: Stored) -> None:
    assert all(value != getattr(Request(), name) for name, value in vars(FULL_REQUEST).items())
    new = a_new_job(
        request=FULL_REQUEST, private=True, outside=True, relation=Relation.COVER, guild_id=None
    )
    receipt = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    job = await stored.job(new.id)
    assert receipt.jobs[0] == job
    assert vars(job) == vars(job) | {
        name: it for name, it in vars(new).items() if name != "variations"
    }
    assert isinstance(job.request.audio_format, AudioFormat)
    assert isinstance(job.relation, Relation)


@pytest.mark.parametrize("text", ["rain\x00drops", "rain\ud800drops", "\udfff\ud83d"])
async def test_job_is_stored_when_its_text_is_not_storable(stored: Stored, text: str) -> None:
    request = a_request(prompt=text, negative_prompt=text)
    job = await stored.generate(request=request)
    assert "\x00" not in job.request.prompt
    assert job.request.prompt.encode()
    url = f"https://cdn.example/{text}"
    assert await stored.jobs.succeed(job.id, url, stored.clock())


async def test_failure_is_stored_when_its_reason_is_not_storable(stored: Stored) -> None:
    job = await stored.fail(FailureKind.GENERATION, "a\ud800b\x00c")
    assert job.failure_reason == "a?bc"


async def test_interaction_makes_one_job_when_the_gateway_repeats_it(stored: Stored) -> None:
    first = await stored.receive()
    with pytest.raises(AlreadyReceived):
        await stored.receive(interaction_id=first.interaction_id)
    assert await stored.count(JobState.RECEIVED) == 1


async def test_interaction_makes_one_job_when_two_copies_come_at_once(stored: Stored) -> None:
    copies = [stored.receive(interaction_id=5) for _ in range(5)]
    outcomes = await asyncio.gather(*copies, return_exceptions=True)
    assert sum(isinstance(outcome, AlreadyReceived) for outcome in outcomes) == 4
    assert await stored.count(JobState.RECEIVED) == 1


async def test_repeated_interaction_is_told_apart_when_the_limit_is_reached(
    stored: Stored,
) -> None:
    limits = DailyLimits(per_member=1, whole_bot=1)
    first = await stored.receive(limits)
    with pytest.raises(AlreadyReceived):
        await stored.receive(limits, interaction_id=first.interaction_id)


async def test_jobs_that_wait_or_run_are_counted_when_one_comes(stored: Stored) -> None:
    for state in (JobState.SUCCEEDED, JobState.CANCELLED, JobState.GENERATING, JobState.QUEUED):
        await stored.bring_to(state)
    received = await stored.jobs.receive(a_new_job(), NO_LIMITS, stored.clock(), lease_s=45)
    assert received.jobs_ahead == 2


# --- other tries --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "state",
    [JobState.RECEIVED, JobState.QUEUED, JobState.GENERATING, JobState.SUCCEEDED],
)
async def test_second_retry_is_refused_when_the_first_is_under_way_or_done(
    stored: Stored, state: JobState
) -> None:
    failed = await stored.fail()
    other = await stored.bring_to(state, retry_of=failed.id)
    with pytest.raises(AlreadyRetried) as refused:
        await stored.receive(retry_of=failed.id)
    assert refused.value.other_id == other.id


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
async def test_second_retry_is_taken_when_the_first_came_to_nothing(
    stored: Stored, state: JobState
) -> None:
    failed = await stored.fail()
    await stored.bring_to(state, retry_of=failed.id)
    again = await stored.receive(retry_of=failed.id)
    assert again.retry_of == failed.id


@pytest.mark.parametrize("state", [JobState.GENERATING, JobState.SUCCEEDED])
async def test_retry_is_refused_when_the_job_was_found_after_all(
    stored: Stored, state: JobState
) -> None:
    found = await stored.bring_to(state)
    with pytest.raises(FoundAfterAll):
        await stored.receive(retry_of=found.id)
    assert await stored.queue() is not None


async def test_one_retry_is_taken_when_the_button_is_pressed_twice_at_once(
    stored: Stored,
) -> None:
    failed = await stored.fail()
    presses = [stored.receive(retry_of=failed.id) for _ in range(4)]
    outcomes = await asyncio.gather(*presses, return_exceptions=True)
    assert sum(isinstance(outcome, AlreadyRetried) for outcome in outcomes) == 3


async def test_retry_is_refused_when_the_job_it_repeats_does_not_exist(stored: Stored) -> None:
    with pytest.raises((ComposeError, sa.exc.IntegrityError)):
        await stored.receive(retry_of="f" * 16)
    assert await stored.count(JobState.RECEIVED) == 0


# --- variations ---------------------------------------------------------------------------------


async def test_each_variation_can_be_remixed_when_the_seeds_reach_the_largest(
    stored: Stored,
) -> None:
    new = a_new_job(request=a_request(seed=SEED_LIMIT - 1), variations=4)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    assert [job.request.seed for job in received.jobs] == [SEED_LIMIT - 1, SEED_LIMIT, 0, 1]
    for job in received.jobs:
        assert checked(Draft.of(job, Relation.REMIX), ALL_MODELS).seed == job.request.seed


# --- daily limits -------------------------------------------------------------------------------

TWO = DailyLimits(per_member=2, whole_bot=0)
MANY = DailyLimits(per_member=9, whole_bot=0)


async def test_member_is_refused_when_the_limit_is_reached(stored: Stored) -> None:
    first = await stored.queue()
    stored.clock.advance(100)
    await stored.queue()
    with pytest.raises(DailyLimitReached) as caught:
        await stored.receive(TWO)
    error = caught.value
    assert (error.limit, error.whole_bot) == (2, False)
    assert (error.free_at - first.created_at).total_seconds() == DAY_S


async def test_member_gets_the_next_track_at_the_moment_that_was_named(stored: Stored) -> None:
    await stored.queue()
    stored.clock.advance(100)
    await stored.queue()
    with pytest.raises(DailyLimitReached) as caught:
        await stored.receive(TWO)
    stored.clock.now = caught.value.free_at
    await stored.receive(TWO)
    with pytest.raises(DailyLimitReached):
        await stored.receive(TWO)


async def test_free_moment_is_right_when_the_limit_was_lowered(stored: Stored) -> None:
    for _ in range(3):
        last = await stored.queue()
        stored.clock.advance(60)
    with pytest.raises(DailyLimitReached) as caught:
        await stored.receive(DailyLimits(per_member=1, whole_bot=0))
    assert (caught.value.free_at - last.created_at).total_seconds() == DAY_S


async def test_other_members_are_not_refused_when_one_has_used_theirs_up(stored: Stored) -> None:
    for _ in range(2):
        await stored.queue(member_id=1)
    await stored.receive(TWO, member_id=2)


async def test_everyone_is_refused_when_the_bots_limit_is_reached(stored: Stored) -> None:
    for member_id in (1, 2):
        await stored.queue(member_id=member_id)
    with pytest.raises(DailyLimitReached) as caught:
        await stored.receive(DailyLimits(per_member=0, whole_bot=2), member_id=3)
    assert caught.value.whole_bot


@pytest.mark.parametrize("state", [JobState.FAILED, JobState.CANCELLED])
async def test_job_does_not_count_when_it_cost_nothing(stored: Stored, state: JobState) -> None:
    for _ in range(2):
        await stored.bring_to(state)
    await stored.receive(TWO)


@pytest.mark.parametrize(
    "state", [JobState.RECEIVED, JobState.QUEUED, JobState.GENERATING, JobState.SUCCEEDED]
)
async def test_job_counts_when_it_may_cost_something(stored: Stored, state: JobState) -> None:
    for _ in range(2):
        await stored.bring_to(state)
    with pytest.raises(DailyLimitReached):
        await stored.receive(TWO)


async def test_job_counts_when_it_was_cancelled_while_it_ran(stored: Stored) -> None:
    for _ in range(2):
        job = await stored.generate()
        await stored.jobs.cancel(job.id, stored.clock(), source=JobState.GENERATING)
    with pytest.raises(DailyLimitReached):
        await stored.receive(TWO)


async def test_last_place_goes_to_one_when_several_ask_at_once(stored: Stored) -> None:
    asks = [stored.receive(TWO) for _ in range(6)]
    outcomes = await asyncio.gather(*asks, return_exceptions=True)
    assert sum(isinstance(outcome, DailyLimitReached) for outcome in outcomes) == 4


async def test_no_limit_holds_when_it_is_zero(stored: Stored) -> None:
    for _ in range(30):
        await stored.receive(NO_LIMITS)
    assert await stored.count(JobState.RECEIVED) == 30


FIVE = DailyLimits(per_member=5, whole_bot=0)


async def test_dear_track_counts_as_several(stored: Stored) -> None:
    await stored.queue(counts_as=3)
    await stored.receive(FIVE, counts_as=2)
    assert await stored.stores.queue.counted_today(MEMBER_ID, stored.clock()) == 5
    with pytest.raises(DailyLimitReached):
        await stored.receive(FIVE)


async def test_free_moment_is_when_enough_of_the_newest_fit_beside_the_new_one(
    stored: Stored,
) -> None:
    created = []
    for counts_as in (1, 3, 1):
        created.append((await stored.queue(counts_as=counts_as)).created_at)
        stored.clock.advance(60)
    with pytest.raises(DailyLimitReached) as caught:
        await stored.receive(FIVE, counts_as=2)
    assert (caught.value.free_at - created[1]).total_seconds() == DAY_S
    stored.clock.now = caught.value.free_at
    await stored.receive(FIVE, counts_as=4)


@pytest.mark.parametrize(
    ("counts_as", "variations", "left"), [(3, 1, 2), (1, 3, 2), (6, 1, 2), (5, 2, 2)]
)
async def test_request_that_doesnt_fit_is_told_what_it_counts_as_and_what_is_left(
    stored: Stored, counts_as: int, variations: int, left: int
) -> None:
    await stored.bring_to(JobState.FAILED, counts_as=2)
    await stored.queue(counts_as=3)
    await stored.queue(member_id=77)
    new = a_new_job(counts_as=counts_as, variations=variations)
    with pytest.raises(DailyLimitReached) as caught:
        await stored.jobs.receive(new, FIVE, stored.clock(), lease_s=45)
    assert (caught.value.counts_as, caught.value.left) == (counts_as * variations, left)


async def test_nothing_is_left_when_the_limit_was_lowered(stored: Stored) -> None:
    await stored.queue(counts_as=9)
    with pytest.raises(DailyLimitReached) as caught:
        await stored.receive(FIVE)
    assert caught.value.left == 0


async def test_dear_tracks_of_all_count_as_several(stored: Stored) -> None:
    limits = DailyLimits(per_member=0, whole_bot=5)
    await stored.receive(limits, member_id=1, counts_as=4)
    with pytest.raises(DailyLimitReached):
        await stored.receive(limits, member_id=2, counts_as=2)
    await stored.receive(limits, member_id=2)


# --- attempts -----------------------------------------------------------------------------------


@pytest.fixture
def three_attempts(monkeypatch: pytest.MonkeyPatch) -> None:
    """So that a test need not make sixty."""
    monkeypatch.setattr(receiving, "ATTEMPTS_A_DAY", 3)


def test_attempts_are_sixty_a_day() -> None:
    assert receiving.ATTEMPTS_A_DAY == 60


@pytest.mark.usefixtures("three_attempts")
@pytest.mark.parametrize("limits", [TWO, MANY, NO_LIMITS])
async def test_member_is_refused_when_attempts_are_used_up_that_came_to_nothing(
    stored: Stored, limits: DailyLimits
) -> None:
    first = await stored.bring_to(JobState.CANCELLED)
    for state in (JobState.FAILED, JobState.CANCELLED):
        stored.clock.advance(1)
        await stored.bring_to(state)
    with pytest.raises(AttemptsUsedUp) as caught:
        await stored.receive(limits)
    assert caught.value.limit == 3
    assert (caught.value.free_at - first.created_at).total_seconds() == DAY_S
    stored.clock.now = caught.value.free_at
    await stored.receive(limits)


@pytest.mark.usefixtures("three_attempts")
async def test_tracks_are_attempts_too_where_they_have_a_limit(stored: Stored) -> None:
    await stored.succeed()
    for _ in range(2):
        await stored.bring_to(JobState.CANCELLED)
    with pytest.raises(AttemptsUsedUp):
        await stored.receive(TWO)


@pytest.mark.usefixtures("three_attempts")
@pytest.mark.parametrize("limits", [MANY, NO_LIMITS])
async def test_tracks_are_no_attempts_where_more_of_them_are_allowed(
    stored: Stored, limits: DailyLimits
) -> None:
    for _ in range(5):
        await stored.succeed()
    await stored.receive(limits)


@pytest.mark.usefixtures("three_attempts")
async def test_attempts_of_one_are_nobody_elses(stored: Stored) -> None:
    for _ in range(3):
        await stored.bring_to(JobState.CANCELLED, member_id=1)
    await stored.receive(TWO, member_id=2)


@pytest.mark.usefixtures("three_attempts")
async def test_each_variation_is_an_attempt(stored: Stored) -> None:
    for _ in range(2):
        await stored.bring_to(JobState.CANCELLED)
    new = a_new_job(variations=2)
    with pytest.raises(AttemptsUsedUp):
        await stored.jobs.receive(new, TWO, stored.clock(), lease_s=45)
    await stored.receive(TWO)


@pytest.mark.usefixtures("three_attempts")
async def test_last_attempt_goes_to_one_when_several_ask_at_once(stored: Stored) -> None:
    for _ in range(2):
        await stored.bring_to(JobState.CANCELLED)
    asks = [stored.receive(TWO) for _ in range(5)]
    outcomes = await asyncio.gather(*asks, return_exceptions=True)
    assert sum(isinstance(outcome, AttemptsUsedUp) for outcome in outcomes) == 4


async def test_attempts_are_counted_in_an_index(stored: Stored) -> None:
    if stored.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plans depend on how full the tables are")
    query = (
        "EXPLAIN QUERY PLAN SELECT created_at FROM jobs WHERE created_at > '2026' "
        "AND member_id = 1 ORDER BY created_at DESC LIMIT 1 OFFSET 60"
    )
    async with stored.engine.connect() as connection:
        plan = " ".join(row.detail for row in await connection.execute(sa.text(query)))
    assert "COVERING INDEX ix_jobs_member_id_created_at" in plan


async def test_card_is_remembered_when_discord_took_the_answer(stored: Stored) -> None:
    job = await stored.queue()
    assert job.card_message_id == CARD_ID
