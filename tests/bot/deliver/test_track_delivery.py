"""A finished track goes out as the best thing that fits: a file, a smaller one, a link."""

from collections.abc import Callable

import pytest
import sqlalchemy as sa

from bot.deliver.retry_policy import FILE_PATIENCE, PATIENT_TRIES
from bot.deliver.track_delivery import FORMS, WORKSHOP_TRIES
from bot.domain.jobs import Rung
from bot.domain.models import LYRIA_2
from bot.domain.requests import AudioFormat, Relation
from bot.errors import (
    AudioUnavailable,
    AudioUnusable,
    Unreachable,
    UploadTooLarge,
    WorkshopTrouble,
)
from bot.store.database.tables import jobs
from sandbox.scenario import Rule
from tests.bot.deliver.conftest import Post
from tests.bot.provider.clips import WAV
from tests.factories import CHANNEL_ID, MEMBER_ID, a_request

# --- the track ----------------------------------------------------------------------------------


async def test_track_is_posted_as_one_file_that_mentions_its_member(post: Post) -> None:
    job = await post.finished()
    await post.deliver()
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
    await post.deliver()
    [sent] = post.messenger.sent
    assert sent.file is None
    assert sent.link == job.audio_url
    assert await post.is_closed()


async def test_track_is_converted_when_it_is_larger_than_the_channel_takes(post: Post) -> None:
    await post.finished(upload_limit_bytes=len(WAV) - 1)
    post.workshop.sizes_bytes = {AudioFormat.FLAC: len(WAV), AudioFormat.MP3: 1000}
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.what.file_name, sent.file) == ("lo-fi-rain.mp3", bytes(1000))
    [(limit_bytes, preferred, tags)] = post.workshop.asked
    assert (limit_bytes, preferred) == (len(WAV) - 1, AudioFormat.ORIGINAL)
    assert (tags.title, tags.prompt, tags.model) == ("Lo-fi rain", "lo-fi rain", "Google Lyria 2")


async def test_track_is_converted_when_its_member_asked_for_a_format(post: Post) -> None:
    await post.finished(request=a_request(audio_format=AudioFormat.OPUS))
    post.workshop.sizes_bytes = {AudioFormat.FLAC: 1, AudioFormat.OPUS: 2}
    await post.deliver()
    [sent] = post.messenger.sent
    assert sent.what.file_name == "lo-fi-rain.ogg"


async def test_smaller_forms_are_tried_with_the_same_nonce_when_discord_finds_it_too_large(
    post: Post,
) -> None:
    job = await post.finished()
    post.workshop.sizes_bytes = {AudioFormat.FLAC: 2000, AudioFormat.MP3: 1000}
    post.messenger.fail("post", UploadTooLarge("40005"), UploadTooLarge("40005"))
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.what.file_name, sent.nonce) == ("lo-fi-rain.mp3", (await post.notice(job)).nonce)
    assert [asked[0] for asked in post.workshop.asked] == [len(WAV) - 1, 1999]


async def test_track_is_a_link_when_discord_finds_every_form_too_large(post: Post) -> None:
    await post.finished()
    post.workshop.sizes_bytes = dict(zip(AudioFormat, (9, 2000, 1000, 500), strict=True))
    del post.workshop.sizes_bytes[AudioFormat.ORIGINAL]
    post.messenger.fail("post", *[UploadTooLarge("40005")] * FORMS)
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert await post.is_closed()


async def test_link_names_the_limit_of_a_request_when_a_file_may_be_larger(post: Post) -> None:
    await post.finished(upload_limit_bytes=100 << 20)
    post.files().respond(200, b"RIFF", headers={"Content-Length": str(60 << 20)})
    await post.deliver()
    [sent] = post.messenger.sent
    assert "larger than the 24 MB" in sent.what.content


async def test_track_shows_what_is_heard_in_it(post: Post) -> None:
    job = await post.finished()
    await post.deliver()
    [sent] = post.messenger.sent
    assert sent.what.picture == post.workshop.examined.picture
    assert "33 seconds, about 70 beats per minute" in sent.what.picture_alt_text
    assert post.workshop.colours == [LYRIA_2.colour]
    stored = await post.stored.job(job.id)
    assert (stored.duration_s, stored.tempo_bpm) == (32.8, 70.2)


async def test_tempo_is_told_in_the_octave_that_the_prompt_names(post: Post) -> None:
    job = await post.finished(request=a_request(prompt="techno, 140 bpm"))
    await post.deliver()
    [sent] = post.messenger.sent
    assert (await post.stored.job(job.id)).tempo_bpm == 140.4
    assert sent.what.embed is not None
    assert "about 140 bpm" in [field.value for field in sent.what.embed.fields]
    assert "about 140 beats per minute" in sent.what.picture_alt_text


async def test_track_is_posted_later_with_its_picture_when_the_workshop_is_in_trouble(
    post: Post,
) -> None:
    await post.finished()
    post.workshop.fail("examine", WorkshopTrouble("busy"))
    await post.deliver()
    assert post.messenger.sent == []
    post.clock.advance(2)
    await post.deliver()
    [sent] = post.messenger.sent
    assert sent.what.picture is not None


async def test_track_is_posted_without_a_picture_when_the_workshop_stays_in_trouble(
    post: Post,
) -> None:
    await post.finished(request=a_request(audio_format=AudioFormat.MP3))
    for errand in ("warm up", "examine", "fit"):
        post.workshop.fail(errand, *[WorkshopTrouble("busy")] * 9)
    for _ in range(WORKSHOP_TRIES + 1):
        await post.deliver()
        post.clock.advance(2)
    [sent] = post.messenger.sent
    assert (sent.file, sent.what.picture) == (WAV, None)
    assert sent.what.embed is not None
    assert sent.what.embed.image.url is None


async def test_track_is_a_link_when_it_can_not_be_played(post: Post) -> None:
    await post.finished()
    post.workshop.fail("examine", AudioUnusable("noise"))
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert "isn't an audio file" in sent.what.content


async def test_track_is_fetched_again_when_it_turns_out_to_be_cut_off(post: Post) -> None:
    await post.finished()
    post.files(times=1).respond(200, WAV[:500])
    post.workshop.fail("examine", AudioUnavailable("ends early"))
    await post.deliver()
    assert [sent.file for sent in post.messenger.sent] == [WAV]
    assert post.workshop.heard == [(WAV[:500], False), (WAV, False)]


async def test_track_names_what_it_was_made_from(post: Post) -> None:
    parent = await post.finished(member_id=77)
    await post.deliver()
    await post.finished(parent_id=parent.id, relation=Relation.REMIX)
    await post.deliver()
    embed = post.messenger.sent[-1].what.embed
    assert embed is not None
    assert "Remix of **Lo-fi rain** by <@77>" in (embed.description or "")


async def test_track_is_a_link_when_what_came_is_not_audio(post: Post) -> None:
    await post.finished()
    post.files().respond(200, b"\x89PNG\r\n")
    post.workshop.fail("examine", AudioUnusable("no sound"))
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert "isn't an audio file" in sent.what.content


async def test_track_is_fetched_later_when_a_page_came_in_its_place(post: Post) -> None:
    await post.finished()
    post.files(times=2).respond(200, "<html>")
    post.workshop.fail("examine", *[AudioUnusable("no sound")] * 2)
    for _ in range(3):
        assert post.messenger.sent == []
        await post.deliver()
        post.clock.advance(4)
    assert [sent.file for sent in post.messenger.sent] == [WAV]


async def test_track_is_a_link_soon_when_pages_keep_coming_in_its_place(post: Post) -> None:
    await post.finished()
    post.files().respond(200, {"error": "try again later"})
    post.workshop.fail("examine", *[AudioUnusable("no sound")] * 99)
    for seconds in (1, 1, 2, 3, 14):
        await post.deliver()
        assert post.messenger.sent == []
        post.clock.advance(seconds)
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.file, bool(sent.link)) == (None, True)
    assert "isn't an audio file" in sent.what.content


async def test_page_does_not_go_out_as_a_track_when_nothing_can_be_decoded(post: Post) -> None:
    await post.finished()
    post.files(times=3).respond(200, "<html>")
    for errand in ("warm up", "examine"):
        post.workshop.fail(errand, *[WorkshopTrouble("busy")] * 99)
    for _ in range(4):
        assert post.messenger.sent == []
        await post.deliver()
        post.clock.advance(4)
    assert [sent.file for sent in post.messenger.sent] == [WAV]


async def test_page_is_not_kept_as_a_track_when_nobody_can_be_told(post: Post) -> None:
    job = await post.finished()
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, *[Unreachable("closed")] * 9)
    post.files(times=2).respond(200, "<html>")
    post.workshop.fail("examine", *[AudioUnusable("no sound")] * 2)
    await post.deliver_until_told()
    held = await post.held.get(job.id)
    assert held is not None
    assert held.content == WAV


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
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.file, sent.link) == (None, None)
    assert not url or url not in sent.what.content
    assert await post.is_closed()


async def test_track_is_told_without_a_link_when_its_address_is_refused_after_a_redirect(
    post: Post,
) -> None:
    await post.finished()
    post.files().respond(302, "", headers={"Location": "http://10.0.0.1/x"})
    await post.deliver()
    [sent] = post.messenger.sent
    assert (sent.file, sent.link) == (None, None)


async def test_link_is_in_the_text_when_it_is_too_long_for_a_button(post: Post) -> None:
    url = f"{post.stand_in.url}/cdn/x?signature=" + "a" * 700
    await post.finished(url=url, upload_limit_bytes=1)
    post.files().respond(200, WAV)
    await post.deliver()
    [sent] = post.messenger.sent
    assert sent.link is None
    assert f"<{url}>" in sent.what.content
    assert len(sent.what.content) <= 2000


@pytest.mark.parametrize("rest", ["", "a" * 600])
async def test_link_is_to_the_letter_but_harmless(post: Post, rest: str) -> None:
    address = f"{post.stand_in.url}/cdn/a%3Ab(1)!.wav?sig=%2A%28x%29&t=aB%2Bc%2f%3D%3D&e=~{rest}"
    await post.finished(url=f"{address}> @everyone", upload_limit_bytes=1)
    post.files().respond(200, WAV)
    await post.deliver()
    [sent] = post.messenger.sent
    shown = sent.link or sent.what.content.rpartition("\n")[2].strip("<>")
    assert shown == f"{address}%3E%20@everyone"


async def test_link_is_left_out_when_it_is_too_long_for_a_message(post: Post) -> None:
    await post.finished(url=f"{post.stand_in.url}/cdn/x?s=" + "a" * 5000, upload_limit_bytes=1)
    post.files().respond(200, WAV)
    await post.deliver()
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
    await post.deliver()
    assert post.messenger.sent == []
    post.clock.advance(2)
    await post.deliver()
    assert [sent.file for sent in post.messenger.sent] == [WAV]


async def test_track_is_fetched_from_its_new_address_when_the_provider_names_one(
    post: Post,
) -> None:
    job = await post.finished(url=f"{post.stand_in.url}/cdn/generations/old/output.wav")
    await post.deliver()
    assert post.messenger.sent == []
    assert "/old/" not in ((await post.stored.job(job.id)).audio_url or "/old/")
    post.clock.advance(2)
    await post.deliver()
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
        await post.deliver()
        assert not any(sent.link for sent in post.messenger.sent)
        post.clock.advance(60)
    await post.deliver()
    [late, sent] = post.messenger.sent
    assert "file is late" in late.what.content
    assert (sent.file, bool(sent.link)) == (None, True)
    assert await post.is_closed()
