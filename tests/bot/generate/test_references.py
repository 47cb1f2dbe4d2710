"""What is seen of a cover's audio before its request is stored, and how its link is kept alive."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from aiohttp import web

from bot import words
from bot.audio.workshop import Workshop
from bot.domain.models import ReferenceAudio, Span
from bot.domain.problems import NotTaken
from bot.domain.requests import Reference
from bot.errors import DeliveryLater, ReferenceLost, ReferenceTrouble, WorkshopTrouble
from bot.generate import references as references_module
from bot.generate.references import STILL_NEEDED, References, link_ends_at
from bot.provider import audio_file
from bot.provider.audio_file import AudioFetcher
from tests.bot.audio.takes import encoded, noise, packed
from tests.bot.provider.clips import wav as silence
from tests.bot.provider.test_audio_file import Handler, sends, serving
from tests.bot.provider.test_glimpse import parts_of
from tests.factories import NOW, HandClock

FRESH = "https://cdn.example/fresh.wav"
RATE_HZ = 8_000
LIMITS = ReferenceAudio(parameter="url", seconds=Span(least=6, most=360), most_bytes=50 << 20)


def linked_until(moment: datetime | str, *, message_id: int | None = 5) -> Reference:
    ends = moment if isinstance(moment, str) else f"{int(moment.timestamp()):x}"
    url = f"https://cdn.example/hum.wav?ex={ends}&is=0&hm=0&"
    return Reference(url=url, file_name="hum.wav", channel_id=4, message_id=message_id)


class Discord:
    """What is asked for a fresh link, and what it answers."""

    def __init__(self, answer: str | None = FRESH) -> None:
        self.answer = answer
        self.asked: list[Reference] = []
        self.trouble = False

    async def fresh_link(self, reference: Reference) -> str | None:
        self.asked.append(reference)
        if self.trouble:
            raise DeliveryLater("Discord answered 500")
        return self.answer


@contextlib.asynccontextmanager
async def opened(
    discord: Discord | None = None, url: str = "http://127.0.0.1"
) -> AsyncIterator[References]:
    fresh_link = (discord or Discord()).fresh_link
    async with AudioFetcher.open(url) as fetcher, Workshop.open() as workshop:
        await (
            workshop.warm_up()
        )  # the first start may take all the time there is, on a busy machine
        yield References(fetcher, workshop, fresh_link, HandClock())


# --- looking ------------------------------------------------------------------------------------


async def problem_with(handler: Handler, limits: ReferenceAudio = LIMITS) -> str | None:
    """What the member is told of audio on this server, if anything."""
    async with serving(handler) as url, opened(url=url) as references:
        given = Reference(url=f"{url}/hum.wav", file_name="hum.wav")
        try:
            assert await references.look_at(given, limits) == given
        except NotTaken as error:
            return words.not_taken(error.problems)
    return None


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time enough to look, also on a busy machine."""
    monkeypatch.setattr(references_module, "LOOK_WITHIN_S", 20.0)


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("give", [sends, parts_of])
@pytest.mark.parametrize(
    ("seconds", "told"),
    [(5, "yours has 5 seconds"), (6, None), (360, None), (361, "yours has 361 seconds")],
)
async def test_length_must_be_one_that_the_model_takes(
    give: Callable[[bytes], Handler], seconds: int, told: str | None
) -> None:
    problem = await problem_with(give(silence(seconds * RATE_HZ)))
    assert (told in problem) if told and problem else problem == told


@pytest.mark.usefixtures("patient")
async def test_length_is_told_by_the_end_of_the_file_where_that_has_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(audio_file, "FIRST_BYTES", 50_000)
    monkeypatch.setattr(audio_file, "LAST_BYTES", 70_000)
    short = replace(LIMITS, seconds=Span(least=1, most=10))
    song = encoded("ogg", noise(20))
    assert "yours has 20 seconds" in str(await problem_with(parts_of(song), short))
    assert await problem_with(sends(song), short) is None


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("give", [sends, parts_of])
@pytest.mark.parametrize("repeated", [1, 1_000_000])
async def test_what_is_no_audio_is_refused_whatever_its_size(
    give: Callable[[bytes], Handler], repeated: int
) -> None:
    assert "`hum.wav` isn't audio" in str(await problem_with(give(b"la " * repeated)))


@pytest.mark.usefixtures("patient")
async def test_audio_is_not_called_something_else_when_its_sound_can_not_be_read() -> None:
    unknown = bytearray(silence(10 * RATE_HZ))
    unknown[20:22] = b"\x40\x00"  # a kind of ADPCM that FFmpeg does not open here
    problem = str(await problem_with(sends(bytes(unknown))))
    assert "`hum.wav` looks like audio, but I can't read the sound" in problem


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize("codec", ["adpcm_ms", "adpcm_ima_wav"])
async def test_length_of_a_wav_with_packed_samples_is_looked_at(codec: str) -> None:
    assert await problem_with(sends(packed("wav", codec, noise(8)))) is None
    assert "yours has 3 seconds" in str(await problem_with(sends(packed("wav", codec, noise(3)))))


@pytest.mark.usefixtures("patient")
async def test_all_links_of_a_chained_ogg_count() -> None:
    chained = encoded("ogg", noise(4)) + encoded("ogg", noise(3, seed=2))
    assert await problem_with(sends(chained)) is None
    short = encoded("ogg", noise(2)) + encoded("ogg", noise(3, seed=2))
    assert "yours has 5 seconds" in str(await problem_with(sends(short)))


@pytest.mark.usefixtures("patient")
async def test_what_may_be_audio_goes_on_when_too_little_of_it_is_seen() -> None:
    cover_picture = b"ID3\x04\0\0\x01\x00\x00\x00" + bytes(1 << 21) + silence(RATE_HZ)
    assert await problem_with(sends(cover_picture)) is None


@pytest.mark.usefixtures("patient")
async def test_too_large_audio_is_refused_by_what_the_server_says_of_it() -> None:
    handler = sends(silence(10 * RATE_HZ), 206, {"Content-Range": "bytes 0-9/60000000"})
    assert "up to 50 MB (yours has 57 MB)" in str(await problem_with(handler))


@pytest.mark.usefixtures("patient")
@pytest.mark.parametrize(
    "handler",
    [sends(b"gone", 404), sends(b""), sends(b"", 302, {"Location": "http://10.0.0.1"})],
    ids=["404", "empty", "forbidden address"],
)
async def test_audio_goes_on_when_it_cant_be_fetched(handler: Handler) -> None:
    assert await problem_with(handler) is None


async def test_audio_goes_on_when_its_server_is_slow(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(references_module, "LOOK_WITHIN_S", 0.05)
    released = asyncio.Event()

    async def slow(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    try:
        assert await problem_with(slow) is None
    finally:
        released.set()


@pytest.mark.usefixtures("patient")
async def test_audio_goes_on_when_the_workshop_is_busy(monkeypatch: pytest.MonkeyPatch) -> None:
    async def busy(*_: object, **__: object) -> None:
        raise WorkshopTrouble("64 files wait for a worker already")

    monkeypatch.setattr(Workshop, "measure", busy)
    assert await problem_with(sends(silence(RATE_HZ))) is None


# --- links --------------------------------------------------------------------------------------


async def test_link_that_lives_is_not_asked_for_anew() -> None:
    discord = Discord()
    alive = linked_until(NOW + STILL_NEEDED + timedelta(seconds=1))
    async with opened(discord) as references:
        assert await references.fresh(alive) == alive
    assert discord.asked == []


@pytest.mark.parametrize("left_s", [-1, 0, 60, STILL_NEEDED.total_seconds()])
async def test_link_that_ends_soon_is_replaced(left_s: float) -> None:
    ending = linked_until(NOW + timedelta(seconds=left_s))
    async with opened() as references:
        assert (await references.fresh(ending)).url == FRESH


async def test_link_without_an_end_is_taken_as_it_is() -> None:
    async with opened(Discord(answer=None)) as references:
        for endless in (linked_until(""), linked_until("soon"), linked_until("f" * 20)):
            assert await references.fresh(endless) == endless


async def test_link_is_used_to_its_end_when_there_is_no_fresh_one() -> None:
    async with opened(Discord(answer=None)) as references:
        ending = linked_until(NOW + timedelta(seconds=1))
        assert await references.fresh(ending) == ending
        with pytest.raises(ReferenceLost):
            await references.fresh(linked_until(NOW))


async def test_forgotten_link_is_found_again_by_its_message() -> None:
    forgotten = Reference(url="", file_name="hum.wav", channel_id=4, message_id=5)
    async with opened() as references:
        assert (await references.fresh(forgotten)).url == FRESH


async def test_nothing_is_lost_when_discord_has_trouble() -> None:
    discord = Discord()
    discord.trouble = True
    async with opened(discord) as references:
        with pytest.raises(ReferenceTrouble):
            await references.fresh(linked_until(NOW))
        ended = linked_until(NOW)
        assert await references.look_at(ended, LIMITS) == ended


async def test_member_is_asked_for_the_audio_when_it_is_gone() -> None:
    async with opened(Discord(answer=None)) as references:
        with pytest.raises(NotTaken, match="AudioGone"):
            await references.look_at(linked_until(NOW), LIMITS)


def test_end_of_a_link_is_read_as_discord_writes_it() -> None:
    # The example of Discord's documentation, Reference > Signed Attachment CDN URLs.
    url = "https://cdn.discordapp.com/attachments/1/2/3?ex=65d903de&is=65c68ede&hm=2481f30d&"
    ends_at = link_ends_at(Reference(url=url, file_name="3"))
    assert ends_at is not None
    assert ends_at.isoformat() == "2024-02-23T20:45:18+00:00"
