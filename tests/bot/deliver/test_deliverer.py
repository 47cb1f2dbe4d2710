"""Delivering: each notice reaches its member once, as the best thing that fits."""

import logging
from datetime import UTC, datetime
from typing import Any

import pytest

from bot import words
from bot.deliver import deliverer
from bot.deliver.cards.status_card import shown_title
from bot.deliver.retry_policy import DISCORD_PATIENCE, PATIENT_TRIES
from bot.domain.causes import Cause
from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind, Rung
from bot.domain.requests import AudioFormat
from bot.errors import (
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    Unreachable,
    WorkshopTrouble,
)
from bot.store.held_store import KeptAudio
from sandbox.aimlapi import Fate
from tests.bot.deliver.conftest import Post
from tests.bot.fakes import DM_CHANNEL_ID
from tests.bot.provider.clips import WAV
from tests.factories import MEMBER_ID, a_request

# --- the ladder ---------------------------------------------------------------------------------


async def test_member_is_told_through_the_interaction_when_the_channel_is_closed(
    post: Post,
) -> None:
    job = await post.finished()
    post.messenger.fail("post", Unreachable("50001"))
    await post.deliver()
    assert [(sent.way, sent.file) for sent in post.messenger.sent] == [("edit", WAV)]
    assert (await post.notice(job)).rung is Rung.INTERACTION
    assert post.messenger.cards == []  # the track has taken its place


@pytest.mark.parametrize("hidden", [{"private": True}, {"outside": True}])
async def test_copy_is_kept_when_nobody_can_fetch_the_message_again(
    post: Post, hidden: dict[str, Any]
) -> None:
    job = await post.finished(**hidden)
    await post.deliver()
    assert [sent.way for sent in post.messenger.sent] == ["edit"]
    assert await post.held.get(job.id) == KeptAudio(file_name="lo-fi-rain.wav", content=WAV)
    assert await post.stored.notices.held_for(job.member_id, 5) == []


async def test_no_copy_is_kept_when_a_message_has_the_track(post: Post) -> None:
    public, private = await post.finished(), await post.finished(private=True)
    post.messenger.fail("edit", Unreachable("50027"))
    await post.deliver_until_told()
    assert sorted(sent.way for sent in post.messenger.sent) == ["direct", "post"]
    for job in (public, private):
        assert await post.held.get(job.id) is None


async def test_delivery_is_done_when_its_copy_can_not_be_kept(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.track_delivery.MASTER_LIMIT_BYTES", len(WAV) - 1)
    job = await post.finished(private=True)
    await post.deliver_until_told()
    assert [sent.file for sent in post.messenger.sent] == [WAV]
    assert await post.held.get(job.id) is None
    assert await post.is_closed()


async def test_member_gets_a_direct_message_when_the_token_is_dead_too(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", Unreachable("50001"))
    post.messenger.fail("edit", Unreachable("50027"))
    await post.deliver()
    assert [(sent.way, sent.file) for sent in post.messenger.sent] == [("direct", WAV)]
    notice = await post.notice(job)
    assert (notice.rung, notice.message_channel_id) == (Rung.DIRECT_MESSAGE, DM_CHANNEL_ID)


async def test_track_is_held_when_no_way_is_left(post: Post) -> None:
    job = await post.finished()
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliver_until_told()
    assert post.messenger.sent == []
    assert (await post.notice(job)).rung is Rung.HELD
    assert await post.is_closed()


@pytest.mark.parametrize("size_bytes", [1000, None])
async def test_held_track_is_kept_in_a_form_that_discord_could_take(
    post: Post, monkeypatch: pytest.MonkeyPatch, size_bytes: int | None
) -> None:
    monkeypatch.setattr("bot.deliver.track_delivery.MASTER_LIMIT_BYTES", len(WAV) - 1)
    job = await post.finished()
    if size_bytes:
        post.workshop.sizes_bytes = {AudioFormat.FLAC: len(WAV), AudioFormat.MP3: size_bytes}
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliver_until_told()
    assert (await post.notice(job)).rung is Rung.HELD
    kept = await post.held.get(job.id)
    assert kept == (
        KeptAudio(file_name="lo-fi-rain.mp3", content=bytes(1000)) if size_bytes else None
    )


async def test_held_track_is_kept_later_when_it_can_not_be_made_smaller_now(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.deliver.track_delivery.MASTER_LIMIT_BYTES", len(WAV) - 1)
    job = await post.finished()
    post.workshop.sizes_bytes = {AudioFormat.MP3: 1000}
    post.workshop.fail("fit", WorkshopTrouble("busy"))
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, *[Unreachable("closed")] * 2)
    await post.deliver()
    assert await post.held.get(job.id) is None
    await post.deliver_until_told()
    assert await post.held.get(job.id)
    assert (await post.notice(job)).rung is Rung.HELD


# --- the card -----------------------------------------------------------------------------------


@pytest.mark.parametrize("error", [DeliveryLater("429"), DeliveryUnsure("reset")])
async def test_only_the_card_is_tried_again_when_the_member_was_told(
    post: Post, error: DeliveryError
) -> None:
    await post.finished()
    post.messenger.fail("card", error)
    await post.deliver_until_told()
    assert len(post.messenger.sent) == 1
    assert len(post.messenger.cards) == 1
    assert await post.is_closed()


async def test_notice_is_closed_when_the_card_is_gone(post: Post) -> None:
    await post.finished()
    post.messenger.fail("card", Unreachable("10008"))
    await post.deliver_until_told()
    assert len(post.messenger.sent) == 1
    assert await post.is_closed()


# --- other notices ------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", FailureKind)
async def test_failure_is_told_with_a_button_for_another_try(post: Post, kind: FailureKind) -> None:
    job = await post.stored.fail(kind, "**@everyone** \ud800 <@1>")
    await post.deliver()
    [sent] = post.messenger.sent
    assert "Try again" in sent.labels
    assert f"<@{MEMBER_ID}>" in sent.what.content
    assert "@everyone" not in sent.what.content
    assert len(post.messenger.cards) == 1
    assert (await post.notice(job, NoticeKind.FAILURE)).rung is Rung.CHANNEL


@pytest.mark.parametrize(
    ("kind", "state"),
    [(NoticeKind.OVERDUE, JobState.GENERATING), (NoticeKind.DELAYED, JobState.QUEUED)],
)
async def test_delay_is_told_and_leaves_card_and_token_alone(
    post: Post, kind: NoticeKind, state: JobState
) -> None:
    job = await post.stored.bring_to(state)
    await post.stored.notices.add(job.id, kind, post.clock())
    await post.deliver()
    [sent] = post.messenger.sent
    assert sent.labels[-1] == "Cancel"
    assert post.messenger.cards == []
    assert (await post.stored.job(job.id)).interaction_token == job.interaction_token
    assert await post.is_closed()


async def test_budget_is_told_of_with_when_it_starts_again(post: Post) -> None:
    job = await post.stored.queue(held_credits=100)
    await post.stored.notices.add(job.id, NoticeKind.DELAYED, post.clock())
    await post.deliver()
    [sent] = post.messenger.sent
    midnight = datetime(2026, 11, 23, tzinfo=UTC)
    assert sent.what.content == words.delayed_by_budget(job.member_id, midnight)
    assert sent.labels == ["Cancel"]


@pytest.mark.parametrize(
    ("kind", "state"),
    [
        (NoticeKind.OVERDUE, JobState.CANCELLED),
        (NoticeKind.DELAYED, JobState.CANCELLED),
        (NoticeKind.DELAYED, JobState.GENERATING),
    ],
)
async def test_delay_is_not_told_when_it_is_over(
    post: Post, kind: NoticeKind, state: JobState
) -> None:
    job = await post.stored.bring_to(state)
    await post.stored.notices.add(job.id, kind, post.clock())
    await post.deliver_until_told()
    assert post.messenger.sent == []
    assert await post.is_closed()


async def interrupted(post: Post) -> tuple[Job, str]:
    """A job that is given up, though the provider took it; it and its generation's id."""
    post.stand_in.plan(Fate(duration_s=0))
    generation = await post.provider.submit(a_request(), request_id="job.1")
    job = await post.stored.submit()
    kind, source = FailureKind.INTERRUPTED, JobState.SUBMITTING
    assert await post.stored.jobs.fail(job.id, kind, "?", post.clock(), source=source)
    return job, generation.id


async def revive_and_finish(post: Post, job: Job, generation_id: str) -> None:
    assert await post.stored.jobs.revive(job.id, generation_id, post.clock())
    done = await post.provider.fetch(generation_id)
    assert done.audio_url is not None
    assert await post.stored.jobs.succeed(job.id, done.audio_url, post.clock())


async def test_track_alone_is_told_when_a_job_came_back_before_its_failure_was(post: Post) -> None:
    job, generation_id = await interrupted(post)
    [claimed] = await post.stored.notices.claim_due(1, post.clock(), lease_s=60)
    await revive_and_finish(post, job, generation_id)
    await post.stored.notices.put_off(claimed[0].id, post.clock(), "busy", unsure=False)
    await post.deliver_until_told()
    assert [sent.file for sent in post.messenger.sent] == [WAV]
    assert await post.is_closed()


async def test_track_is_told_all_the_same_when_a_job_came_back_after_its_failure_was(
    post: Post,
) -> None:
    job, generation_id = await interrupted(post)
    await post.deliver()
    await revive_and_finish(post, job, generation_id)
    await post.deliver_until_told()
    assert [sent.file for sent in post.messenger.sent] == [None, WAV]
    (failed, _), (ready, _) = post.messenger.cards
    assert failed.title == words.card_failed()
    assert words.ready(shown_title(job), MEMBER_ID) in (ready.description or "")
    assert await post.is_closed()


async def test_other_members_are_told_when_one_delivery_breaks(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await post.finished(interaction_id=1)
    await post.finished(interaction_id=2)
    post.messenger.fail("post", DeliveryError("of a kind that nobody expected"))
    await post.deliver()
    assert len(post.messenger.sent) == 1
    assert "failed on one item" in caplog.text


async def test_way_that_stays_closed_is_said_once(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    job = await post.finished()
    for way, error in (
        ("post", Unreachable("50013")),
        ("edit", Unreachable("50027")),
        ("direct", DeliveryLater("503")),
    ):
        post.messenger.fail(way, *[error] * 6)
    await post.deliver_until_told()
    assert (await post.notice(job)).attempts == 6
    assert caplog.text.count("not by channel: 50013") == 1
    assert caplog.text.count("could not deliver") == 1


# --- time ---------------------------------------------------------------------------------------


async def test_try_that_takes_too_long_counts_as_one(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "TRY_WITHIN_S", 0.05)
    job = await post.finished()
    post.workshop.pause("examine")
    await post.deliver()
    notice = await post.notice(job)
    assert (notice.attempts, notice.unsure) == (1, False)
    assert post.messenger.sent == []


async def test_outcome_is_unknown_when_a_try_takes_too_long_while_posting(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def take_too_long(*_arguments: object, **_options: object) -> None:
        raise TimeoutError

    monkeypatch.setattr(post.messenger, "post", take_too_long)
    job = await post.finished()
    await post.deliver()
    notice = await post.notice(job)
    assert (notice.attempts, notice.unsure) == (1, True)


async def test_outcome_is_unknown_when_the_audio_can_not_be_kept_after_the_last_try(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await post.finished()
    post.messenger.fail("post", *[DeliveryLater("503")] * PATIENT_TRIES)
    post.clock.advance(DISCORD_PATIENCE.total_seconds() + 1)
    for _ in range(PATIENT_TRIES):
        await post.deliver()
        post.clock.advance(60)

    async def cut_off(*_arguments: object, **_options: object) -> None:
        post.files().respond(503)
        raise DeliveryUnsure("reset")

    monkeypatch.setattr(post.messenger, "post", cut_off)
    await post.deliver()
    assert (await post.notice(job)).unsure


@pytest.mark.parametrize("larger", [False, True])
async def test_direct_message_speaks_the_members_language_and_the_channel_the_servers(
    post: Post, *, larger: bool
) -> None:
    limit: dict[str, Any] = {"upload_limit_bytes": 1} if larger else {}
    await post.finished(server_locale="en-GB", member_locale="de", **limit)
    post.messenger.fail("post", Unreachable("50001"))
    post.messenger.fail("edit", Unreachable("50027"))
    await post.deliver()
    await post.finished(server_locale="en-GB", member_locale="de", **limit)
    await post.deliver()
    direct, posted = post.messenger.sent
    assert (direct.way, posted.way) == ("direct", "post")
    with words.speaking("de"):
        assert words.track_ready(MEMBER_ID) in direct.what.content
        assert words.button_again() in direct.labels
        assert (words.too_large(1) in direct.what.content) is larger
    assert words.track_ready(MEMBER_ID) in posted.what.content


async def test_failure_by_direct_message_speaks_the_members_language(post: Post) -> None:
    await post.stored.fail(server_locale="en-GB", member_locale="de")
    post.messenger.fail("post", Unreachable("50001"))
    post.messenger.fail("edit", Unreachable("50027"))
    await post.deliver()
    [direct] = post.messenger.sent
    with words.speaking("de"):
        assert words.button_try_again() in direct.labels


@pytest.mark.parametrize("told", [False, True])
async def test_delayed_member_hears_that_the_host_knows_when_the_host_was_told(
    post: Post, told: bool
) -> None:
    job = await post.stored.queue()
    await post.stored.notices.add(job.id, NoticeKind.DELAYED, post.clock())
    alerts = post.stored.stores.alerts
    await alerts.claim(Cause.BALANCE, "", post.clock(), lease_s=60)
    if told:
        await alerts.told(Cause.BALANCE, "", post.clock())
    await post.deliver()
    [sent] = post.messenger.sent
    assert (words.host_told() in sent.what.content) is told
