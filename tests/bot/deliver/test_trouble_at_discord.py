"""Trouble at Discord: notices are tried again, looked for, or held, and never told twice."""

import asyncio

import pytest

from bot.deliver.deliverer import LEASE_S
from bot.deliver.retry_policy import DISCORD_PATIENCE, FILE_PATIENCE, PATIENT_TRIES
from bot.domain.jobs import JobState, NoticeKind, Rung
from bot.errors import (
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    NotUnderstood,
    Unreachable,
)
from tests.bot.deliver.conftest import Post
from tests.bot.fakes import DM_CHANNEL_ID
from tests.bot.provider.clips import WAV
from tests.factories import CHANNEL_ID, MEMBER_ID

# --- trouble at Discord -------------------------------------------------------------------------


@pytest.mark.parametrize("error", [DeliveryLater("429"), DeliveryUnsure("reset")])
async def test_notice_is_tried_again_with_the_same_nonce_when_discord_has_trouble(
    post: Post, error: DeliveryError
) -> None:
    job = await post.finished()
    post.messenger.fail("post", error)
    await post.deliver()
    assert (await post.notice(job)).unsure is isinstance(error, DeliveryUnsure)
    post.clock.advance(1)
    await post.deliver()
    [sent] = post.messenger.sent
    assert sent.nonce == (await post.notice(job)).nonce
    assert post.messenger.searches == []


async def test_tries_are_less_and_less_frequent_when_trouble_lasts(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", *[DeliveryLater("503")] * 400)
    tries = 0
    for _ in range(3600):
        tries += await post.deliverer.run_once()
        due_at = await post.stored.notices.next_due_at()
        assert due_at is not None
        assert 1 <= (due_at - post.clock()).total_seconds() <= 60
        if due_at - job.created_at > 2 * FILE_PATIENCE:
            break
        post.clock.now = due_at
    assert 60 <= tries <= 90


async def test_notice_is_held_when_trouble_lasts_longer_than_a_day(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", *[DeliveryLater("503")] * (PATIENT_TRIES + 1))
    post.clock.advance(DISCORD_PATIENCE.total_seconds() + 1)
    for _ in range(PATIENT_TRIES):  # the bot may have been away: age alone gives nothing up
        await post.deliver()
        assert (await post.notice(job)).rung is None
        post.clock.advance(60)
    await post.deliver()
    assert (await post.notice(job)).rung is Rung.HELD


async def test_notice_is_held_when_discord_answers_in_ever_new_words_for_a_day(post: Post) -> None:
    job = await post.finished()
    odd = [NotUnderstood("?", code=77_000 + number) for number in range(PATIENT_TRIES + 1)]
    post.messenger.fail("post", *odd)
    post.clock.advance(DISCORD_PATIENCE.total_seconds() + 1)
    for _ in range(PATIENT_TRIES + 1):
        assert (await post.notice(job)).rung is None
        await post.deliver()
        post.clock.advance(60)
    assert (await post.notice(job)).rung is Rung.HELD


async def test_earlier_message_is_found_when_the_outcome_was_unknown(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliver()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliver()
    assert post.messenger.sent == []
    assert (await post.notice(job)).message_id == 4711
    assert post.messenger.searches == [(CHANNEL_ID, job.id, "result")]
    assert await post.is_closed()


async def test_track_is_posted_again_when_the_search_finds_nothing(post: Post) -> None:
    await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliver()
    post.clock.advance(3600)
    await post.deliver()
    assert post.messenger.searches
    assert len(post.messenger.sent) == 1


async def test_track_is_held_when_the_outcome_is_unknown_and_history_is_closed(
    post: Post,
) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    post.messenger.readable = False
    await post.deliver()
    post.clock.advance(3600)
    await post.deliver()
    assert post.messenger.sent == []
    assert (await post.notice(job)).rung is Rung.HELD


async def test_outcome_stays_unknown_when_the_search_itself_fails(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliver()
    post.messenger.fail("find", DeliveryLater("503"))
    post.clock.advance(3600)
    await post.deliver()
    assert (await post.notice(job)).unsure
    assert post.messenger.sent == []


async def test_outcome_stays_unknown_when_a_later_try_surely_came_to_nothing(post: Post) -> None:
    await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"), DeliveryLater("429"))
    await post.deliver()
    post.clock.advance(1)
    await post.deliver()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliver()
    assert post.messenger.sent == []


async def test_outcome_stays_unknown_when_the_file_could_not_be_fetched_after_it(
    post: Post,
) -> None:
    await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliver()
    post.files(times=1).respond(503)
    post.clock.advance(1)
    await post.deliver()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliver()
    assert post.messenger.sent == []


async def test_direct_message_is_looked_for_where_it_would_be_when_its_outcome_was_unknown(
    post: Post,
) -> None:
    job = await post.finished()
    for way in ("post", "edit"):
        post.messenger.fail(way, Unreachable("closed"))
    post.messenger.fail("direct", DeliveryUnsure("reset"))
    await post.deliver()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliver()
    assert post.messenger.sent == []
    assert {search[0] for search in post.messenger.searches} == {DM_CHANNEL_ID}
    assert (await post.notice(job)).rung is Rung.DIRECT_MESSAGE


async def test_no_other_way_is_taken_while_the_outcome_of_one_is_unknown(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"), Unreachable("50013"))
    await post.deliver()
    post.clock.advance(1)
    await post.deliver()
    assert post.messenger.sent == []
    assert (await post.notice(job)).rung is Rung.HELD


async def test_audio_is_kept_when_no_way_is_left(post: Post) -> None:
    job = await post.finished()
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliver()
    held = await post.held.get(job.id)
    assert held is not None
    assert (held.file_name, held.content) == ("lo-fi-rain.wav", WAV)


@pytest.mark.parametrize("outcome", ["track", "failure"])
async def test_card_leads_to_what_is_held_when_no_way_is_left(post: Post, outcome: str) -> None:
    await (post.finished() if outcome == "track" else post.stored.fail())
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, *[Unreachable("closed")] * 2)
    post.messenger.fail("card", DeliveryLater("503"))
    await post.deliver_until_told()
    [(embed, _)] = post.messenger.cards
    assert "/tracks" in (embed.description or "")
    assert await post.is_closed()


async def test_notice_is_held_when_the_card_is_gone_too(post: Post) -> None:
    job = await post.finished()
    for way in ("post", "edit", "direct", "card"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliver()
    assert (await post.notice(job)).rung is Rung.HELD
    assert await post.is_closed()


async def test_member_is_told_once_that_nothing_was_started(post: Post) -> None:
    job = await post.stored.receive()
    now = post.clock()
    told = NoticeKind.UNSTARTED
    assert await post.stored.jobs.cancel(job.id, now, source=JobState.RECEIVED, notice=told)
    await post.deliver_until_told()
    [sent] = post.messenger.sent
    assert (sent.way, sent.labels) == ("post", ["Recipe"])
    assert f"<@{MEMBER_ID}>" in sent.what.content
    assert "cost nothing" in sent.what.content
    assert await post.is_closed()


async def test_notice_is_held_without_audio_when_the_file_is_gone(post: Post) -> None:
    job = await post.finished(url="https://10.0.0.1/x")
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliver()
    assert await post.held.get(job.id) is None
    assert (await post.notice(job)).rung is Rung.HELD


async def test_message_is_looked_for_when_the_process_died_while_sending(post: Post) -> None:
    await post.finished()
    dead = post.stored.as_worker("two")
    notice = await dead.claim_notice()
    await dead.notices.record_attempt(notice.id, Rung.CHANNEL, post.clock())
    post.messenger.there = 4711
    post.clock.advance(LEASE_S)
    await post.deliver()
    assert post.messenger.sent == []
    assert post.messenger.searches


async def test_two_processes_tell_a_member_once(post: Post) -> None:
    await post.finished()
    await asyncio.gather(post.deliverer.run_once(), post.deliverer.run_once())
    assert len(post.messenger.sent) == 1
