"""Delivering: each notice reaches its member once, as the best thing that fits."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from bot import words
from bot.delivery import deliverer
from bot.delivery.deliverer import LEASE_S
from bot.delivery.patience import DISCORD_PATIENCE, FILE_PATIENCE, PATIENT_TRIES
from bot.delivery.track_delivery import FORMS
from bot.errors import (
    AudioUnavailable,
    AudioUnusable,
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    Unreachable,
    UploadTooLarge,
    WorkshopTrouble,
)
from bot.jobs import (
    AudioFormat,
    FailureKind,
    Job,
    JobState,
    NoticeKind,
    Relation,
    Rung,
)
from bot.provider.models import LYRIA_2
from bot.store.held_store import HeldAudio
from bot.store.tables import jobs
from sandbox.aimlapi import Fate
from sandbox.scenario import Rule
from tests.bot.delivery.conftest import Post
from tests.bot.delivery.fakes import DM_CHANNEL_ID
from tests.bot.provider.clips import WAV
from tests.factories import CHANNEL_ID, MEMBER_ID, a_brief

# --- the track ----------------------------------------------------------------------------------


async def test_track_is_posted_as_one_file_that_mentions_its_member(post: Post) -> None:
    job = await post.finished()
    assert await post.deliverer.run_once() == 1
    [sent] = post.messenger.sent
    assert (sent.way, sent.file) == ("post", WAV)
    assert sent.what.file_name == "lo-fi-rain.wav"
    assert f"<@{MEMBER_ID}>" in sent.what.content
    notice = await post.notice(job)
    assert sent.nonce == notice.nonce
    assert (notice.rung, notice.message_channel_id) == (Rung.CHANNEL, CHANNEL_ID)
    assert len(post.messenger.cards) == 1


async def test_nothing_is_left_to_do_when_the_track_was_told(post: Post) -> None:
    job = await post.finished()
    await post.deliver_until_told()
    assert len(post.messenger.sent) == 1
    assert await post.is_closed()
    assert (await post.stored.job(job.id)).interaction_token is None


async def test_track_is_a_link_when_it_is_larger_than_the_channel_takes(post: Post) -> None:
    job = await post.finished(upload_limit_bytes=len(WAV) - 1)
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert sent.file is None
    assert sent.link == job.audio_url
    assert await post.is_closed()


async def test_track_is_converted_when_it_is_larger_than_the_channel_takes(post: Post) -> None:
    await post.finished(upload_limit_bytes=len(WAV) - 1)
    post.workshop.sizes_bytes = {AudioFormat.FLAC: len(WAV), AudioFormat.MP3: 1000}
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.what.file_name, sent.file) == ("lo-fi-rain.mp3", bytes(1000))
    [(limit_bytes, preferred, tags)] = post.workshop.asked
    assert (limit_bytes, preferred) == (len(WAV) - 1, AudioFormat.ORIGINAL)
    assert (tags.title, tags.prompt, tags.model) == ("Lo-fi rain", "lo-fi rain", "Google Lyria 2")


async def test_track_is_converted_when_its_member_asked_for_a_format(post: Post) -> None:
    await post.finished(brief=a_brief(audio_format=AudioFormat.OPUS))
    post.workshop.sizes_bytes = {AudioFormat.FLAC: 1, AudioFormat.OPUS: 2}
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert sent.what.file_name == "lo-fi-rain.ogg"


async def test_smaller_forms_are_tried_with_the_same_nonce_when_discord_finds_it_too_large(
    post: Post,
) -> None:
    job = await post.finished()
    post.workshop.sizes_bytes = {AudioFormat.FLAC: 2000, AudioFormat.MP3: 1000}
    post.messenger.fail("post", UploadTooLarge("40005"), UploadTooLarge("40005"))
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.what.file_name, sent.nonce) == ("lo-fi-rain.mp3", (await post.notice(job)).nonce)
    assert [asked[0] for asked in post.workshop.asked] == [len(WAV) - 1, 1999]


async def test_track_is_a_link_when_discord_finds_every_form_too_large(post: Post) -> None:
    await post.finished()
    post.workshop.sizes_bytes = dict(zip(AudioFormat, (9, 2000, 1000, 500), strict=True))
    del post.workshop.sizes_bytes[AudioFormat.ORIGINAL]
    post.messenger.fail("post", *[UploadTooLarge("40005")] * FORMS)
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert await post.is_closed()


async def test_link_names_the_limit_of_a_request_when_a_file_may_be_larger(post: Post) -> None:
    await post.finished(upload_limit_bytes=100 << 20)
    post.files().respond(200, b"RIFF", headers={"Content-Length": str(60 << 20)})
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert "larger than the 24 MB" in sent.what.content


async def test_track_shows_what_is_heard_in_it(post: Post) -> None:
    job = await post.finished()
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert sent.what.picture == post.workshop.examined.picture
    assert "33 seconds, about 70 beats per minute" in sent.what.picture_alt_text
    assert post.workshop.colours == [LYRIA_2.colour]
    stored = await post.stored.job(job.id)
    assert (stored.duration_s, stored.tempo_bpm) == (32.8, 70.2)


async def test_track_is_posted_later_with_its_picture_when_the_workshop_is_in_trouble(
    post: Post,
) -> None:
    await post.finished()
    post.workshop.fail("examine", WorkshopTrouble("busy"))
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    await post.deliver_until_told()
    [sent] = post.messenger.sent
    assert sent.what.picture is not None


async def test_track_is_posted_without_a_picture_when_the_workshop_stays_in_trouble(
    post: Post,
) -> None:
    await post.finished(brief=a_brief(audio_format=AudioFormat.MP3))
    for errand in ("warm up", "examine", "fit"):
        post.workshop.fail(errand, *[WorkshopTrouble("busy")] * 9)
    await post.deliver_until_told()
    [sent] = post.messenger.sent
    assert (sent.file, sent.what.picture) == (WAV, None)
    assert sent.what.embed is not None
    assert sent.what.embed.image.url is None


async def test_track_is_a_link_when_it_can_not_be_played(post: Post) -> None:
    await post.finished()
    post.workshop.fail("examine", AudioUnusable("noise"))
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert "not an audio file" in sent.what.content


async def test_track_is_fetched_again_when_it_turns_out_to_be_cut_off(post: Post) -> None:
    await post.finished()
    post.workshop.fail("examine", AudioUnavailable("ends early"))
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    post.clock.advance(2)
    await post.deliverer.run_once()
    assert [sent.file for sent in post.messenger.sent] == [WAV]


async def test_track_names_what_it_was_made_from(post: Post) -> None:
    parent = await post.finished(member_id=77)
    await post.deliverer.run_once()
    await post.finished(parent_id=parent.id, relation=Relation.REMIX)
    await post.deliverer.run_once()
    embed = post.messenger.sent[-1].what.embed
    assert embed is not None
    assert "Remix of **Lo-fi rain** by <@77>" in (embed.description or "")


async def test_track_is_a_link_when_what_came_is_not_audio(post: Post) -> None:
    await post.finished()
    post.files().respond(200, "<html>")
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert "not an audio file" in sent.what.content


@pytest.mark.parametrize(
    "url",
    [
        "http://169.254.169.254/latest/meta-data/",
        "file:///etc/passwd",
        "https://user:secret@cdn.example/x",
        "javascript:alert(1)",
        "",
        "\ud800",
    ],
)
async def test_address_is_neither_fetched_nor_shown_when_it_is_refused(
    post: Post, url: str
) -> None:
    await post.finished(url=url)
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.file, sent.link) == (None, None)
    assert not url or url not in sent.what.content
    assert await post.is_closed()


async def test_track_is_told_without_a_link_when_its_address_is_refused_after_a_redirect(
    post: Post,
) -> None:
    await post.finished()
    post.files().respond(302, "", headers={"Location": "http://10.0.0.1/x"})
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.file, sent.link) == (None, None)


async def test_link_is_in_the_text_when_it_is_too_long_for_a_button(post: Post) -> None:
    url = f"{post.stand_in.url}/cdn/x?signature=" + "a" * 700
    await post.finished(url=url, upload_limit_bytes=1)
    post.files().respond(200, WAV)
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert sent.link is None
    assert f"<{url}>" in sent.what.content
    assert len(sent.what.content) <= 2000


async def test_link_is_left_out_when_it_is_too_long_for_a_message(post: Post) -> None:
    await post.finished(url=f"{post.stand_in.url}/cdn/x?s=" + "a" * 5000, upload_limit_bytes=1)
    post.files().respond(200, WAV)
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert len(sent.what.content) <= 2000


async def test_track_is_not_told_when_it_was_deleted_before(post: Post) -> None:
    job = await post.finished()
    async with post.stored.engine.begin() as connection:
        await connection.execute(sa.update(jobs).values(deleted_at=post.clock()))
    await post.deliver_until_told()
    assert post.messenger.sent == []
    assert (await post.notice(job)).rung is None
    assert await post.is_closed()


# --- a file that is not there -------------------------------------------------------------------


async def test_track_is_posted_later_when_its_file_is_not_there_yet(post: Post) -> None:
    await post.finished()
    post.files(times=1).respond(404)
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    post.clock.advance(2)
    await post.deliverer.run_once()
    assert [sent.file for sent in post.messenger.sent] == [WAV]


async def test_track_is_fetched_from_its_new_address_when_the_provider_names_one(
    post: Post,
) -> None:
    job = await post.finished(url=f"{post.stand_in.url}/cdn/generations/old/output.wav")
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    assert "/old/" not in ((await post.stored.job(job.id)).audio_url or "/old/")
    post.clock.advance(2)
    await post.deliverer.run_once()
    assert [sent.file for sent in post.messenger.sent] == [WAV]


@pytest.mark.parametrize(
    "fault",
    [
        lambda rule: rule.respond(404),
        lambda rule: rule.respond(503),
        lambda rule: rule.respond(200, b""),
        lambda rule: rule.truncate(100),
        lambda rule: rule.reset_before(),
    ],
)
async def test_track_is_a_link_when_its_file_stays_away(
    post: Post, fault: Callable[[Rule], object]
) -> None:
    await post.finished()
    fault(post.files())
    post.clock.advance(FILE_PATIENCE.total_seconds() + 1)
    for _ in range(PATIENT_TRIES):  # the bot may have been away: age alone gives nothing up
        await post.deliverer.run_once()
        assert post.messenger.sent == []
        post.clock.advance(60)
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert await post.is_closed()


# --- the ladder ---------------------------------------------------------------------------------


async def test_member_is_told_through_the_interaction_when_the_channel_is_closed(
    post: Post,
) -> None:
    job = await post.finished()
    post.messenger.fail("post", Unreachable("50001"))
    await post.deliverer.run_once()
    assert [(sent.way, sent.file) for sent in post.messenger.sent] == [("edit", WAV)]
    assert (await post.notice(job)).rung is Rung.INTERACTION
    assert post.messenger.cards == []  # the track has taken its place


@pytest.mark.parametrize("hidden", [{"private": True}, {"outside": True}])
async def test_copy_is_kept_when_nobody_can_fetch_the_message_again(
    post: Post, hidden: dict[str, Any]
) -> None:
    job = await post.finished(**hidden)
    await post.deliverer.run_once()
    assert [sent.way for sent in post.messenger.sent] == ["edit"]
    assert await post.held.get(job.id) == HeldAudio(file_name="lo-fi-rain.wav", content=WAV)
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
    monkeypatch.setattr("bot.delivery.track_delivery.LARGEST_BYTES", len(WAV) - 1)
    job = await post.finished(private=True)
    await post.deliver_until_told()
    assert [sent.file for sent in post.messenger.sent] == [WAV]
    assert await post.held.get(job.id) is None
    assert await post.is_closed()


async def test_member_gets_a_direct_message_when_the_token_is_dead_too(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", Unreachable("50001"))
    post.messenger.fail("edit", Unreachable("50027"))
    await post.deliverer.run_once()
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
    monkeypatch.setattr("bot.delivery.track_delivery.LARGEST_BYTES", len(WAV) - 1)
    job = await post.finished()
    if size_bytes:
        post.workshop.sizes_bytes = {AudioFormat.FLAC: len(WAV), AudioFormat.MP3: size_bytes}
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliver_until_told()
    assert (await post.notice(job)).rung is Rung.HELD
    kept = await post.held.get(job.id)
    assert kept == (
        HeldAudio(file_name="lo-fi-rain.mp3", content=bytes(1000)) if size_bytes else None
    )


async def test_held_track_is_kept_later_when_it_can_not_be_made_smaller_now(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.delivery.track_delivery.LARGEST_BYTES", len(WAV) - 1)
    job = await post.finished()
    post.workshop.sizes_bytes = {AudioFormat.MP3: 1000}
    post.workshop.fail("fit", WorkshopTrouble("busy"))
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, *[Unreachable("closed")] * 2)
    await post.deliverer.run_once()
    assert await post.held.get(job.id) is None
    await post.deliver_until_told()
    assert await post.held.get(job.id)
    assert (await post.notice(job)).rung is Rung.HELD


# --- trouble at Discord -------------------------------------------------------------------------


@pytest.mark.parametrize("error", [DeliveryLater("429"), DeliveryUnsure("reset")])
async def test_notice_is_tried_again_with_the_same_nonce_when_discord_has_trouble(
    post: Post, error: DeliveryError
) -> None:
    job = await post.finished()
    post.messenger.fail("post", error)
    await post.deliverer.run_once()
    assert (await post.notice(job)).unsure is isinstance(error, DeliveryUnsure)
    post.clock.advance(1)
    await post.deliverer.run_once()
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
        await post.deliverer.run_once()
        assert (await post.notice(job)).rung is None
        post.clock.advance(60)
    await post.deliverer.run_once()
    assert (await post.notice(job)).rung is Rung.HELD


async def test_earlier_message_is_found_when_the_outcome_was_unknown(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliverer.run_once()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    assert (await post.notice(job)).message_id == 4711
    assert post.messenger.searches == [(CHANNEL_ID, job.id, "result")]
    assert await post.is_closed()


async def test_track_is_posted_again_when_the_search_finds_nothing(post: Post) -> None:
    await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliverer.run_once()
    post.clock.advance(3600)
    await post.deliverer.run_once()
    assert post.messenger.searches
    assert len(post.messenger.sent) == 1


async def test_track_is_held_when_the_outcome_is_unknown_and_history_is_closed(
    post: Post,
) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    post.messenger.readable = False
    await post.deliverer.run_once()
    post.clock.advance(3600)
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    assert (await post.notice(job)).rung is Rung.HELD


async def test_outcome_stays_unknown_when_the_search_itself_fails(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliverer.run_once()
    post.messenger.fail("find", DeliveryLater("503"))
    post.clock.advance(3600)
    await post.deliverer.run_once()
    assert (await post.notice(job)).unsure
    assert post.messenger.sent == []


async def test_outcome_stays_unknown_when_a_later_try_surely_came_to_nothing(post: Post) -> None:
    await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"), DeliveryLater("429"))
    await post.deliverer.run_once()
    post.clock.advance(1)
    await post.deliverer.run_once()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliverer.run_once()
    assert post.messenger.sent == []


async def test_outcome_stays_unknown_when_the_file_could_not_be_fetched_after_it(
    post: Post,
) -> None:
    await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliverer.run_once()
    post.files(times=1).respond(503)
    post.clock.advance(1)
    await post.deliverer.run_once()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliverer.run_once()
    assert post.messenger.sent == []


async def test_direct_message_is_looked_for_where_it_would_be_when_its_outcome_was_unknown(
    post: Post,
) -> None:
    job = await post.finished()
    for way in ("post", "edit"):
        post.messenger.fail(way, Unreachable("closed"))
    post.messenger.fail("direct", DeliveryUnsure("reset"))
    await post.deliverer.run_once()
    post.messenger.there = 4711
    post.clock.advance(3600)
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    assert {search[0] for search in post.messenger.searches} == {DM_CHANNEL_ID}
    assert (await post.notice(job)).rung is Rung.DIRECT_MESSAGE


async def test_no_other_way_is_taken_while_the_outcome_of_one_is_unknown(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"), Unreachable("50013"))
    await post.deliverer.run_once()
    post.clock.advance(1)
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    assert (await post.notice(job)).rung is Rung.HELD


async def test_audio_is_kept_when_no_way_is_left(post: Post) -> None:
    job = await post.finished()
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliverer.run_once()
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
    assert "/tracks" in (embed.fields[-1].value or "")
    assert await post.is_closed()


async def test_notice_is_held_when_the_card_is_gone_too(post: Post) -> None:
    job = await post.finished()
    for way in ("post", "edit", "direct", "card"):
        post.messenger.fail(way, Unreachable("closed"))
    await post.deliverer.run_once()
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
    await post.deliverer.run_once()
    assert await post.held.get(job.id) is None
    assert (await post.notice(job)).rung is Rung.HELD


async def test_message_is_looked_for_when_the_process_died_while_sending(post: Post) -> None:
    await post.finished()
    dead = post.stored.as_worker("two")
    notice = await dead.claim_notice()
    await dead.notices.record_attempt(notice.id, Rung.CHANNEL, post.clock())
    post.messenger.there = 4711
    post.clock.advance(LEASE_S)
    await post.deliverer.run_once()
    assert post.messenger.sent == []
    assert post.messenger.searches


async def test_two_processes_tell_a_member_once(post: Post) -> None:
    await post.finished()
    await asyncio.gather(post.deliverer.run_once(), post.deliverer.run_once())
    assert len(post.messenger.sent) == 1


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
    await post.deliverer.run_once()
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
    await post.deliverer.run_once()
    [sent] = post.messenger.sent
    assert sent.labels[-1] == "Cancel"
    assert post.messenger.cards == []
    assert (await post.stored.job(job.id)).interaction_token == job.interaction_token
    assert await post.is_closed()


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
    generation = await post.provider.submit(a_brief())
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
    await post.deliverer.run_once()
    await revive_and_finish(post, job, generation_id)
    await post.deliver_until_told()
    assert [sent.file for sent in post.messenger.sent] == [None, WAV]
    titles = [embed.title for embed, _ in post.messenger.cards]
    assert titles == [words.CARD_FAILED, words.CARD_READY]
    assert await post.is_closed()


async def test_other_members_are_told_when_one_delivery_breaks(
    post: Post, caplog: pytest.LogCaptureFixture
) -> None:
    await post.finished(interaction_id=1)
    await post.finished(interaction_id=2)
    post.messenger.fail("post", DeliveryError("of a kind that nobody expected"))
    await post.deliverer.run_once()
    assert len(post.messenger.sent) == 1
    assert "failed on one item" in caplog.text


# --- time ---------------------------------------------------------------------------------------


async def test_try_that_takes_too_long_counts_as_one(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(deliverer, "TRY_WITHIN_S", 0.05)
    job = await post.finished()
    post.workshop.pause("examine")
    await post.deliverer.run_once()
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
    await post.deliverer.run_once()
    notice = await post.notice(job)
    assert (notice.attempts, notice.unsure) == (1, True)


async def test_outcome_is_unknown_when_the_audio_can_not_be_kept_after_the_last_try(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    job = await post.finished()
    post.messenger.fail("post", *[DeliveryLater("503")] * PATIENT_TRIES)
    post.clock.advance(DISCORD_PATIENCE.total_seconds() + 1)
    for _ in range(PATIENT_TRIES):
        await post.deliverer.run_once()
        post.clock.advance(60)

    async def cut_off(*_arguments: object, **_options: object) -> None:
        post.files().respond(503)
        raise DeliveryUnsure("reset")

    monkeypatch.setattr(post.messenger, "post", cut_off)
    await post.deliverer.run_once()
    assert (await post.notice(job)).unsure
