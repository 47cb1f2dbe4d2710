"""What is doubted is fetched once more, and believed when the evidence is there."""

import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
from aiohttp import web

from bot.audio.formats import AudioFormat
from bot.deliver.hearing import Hearing
from bot.deliver.mastering import Master, Mastering
from bot.errors import AudioUnavailable, AudioUnusable, ComposeError, PageInstead
from bot.provider.audio_file import AudioFetcher
from tests.bot.fakes import FakeWorkshop
from tests.bot.provider.clips import WAV, wav
from tests.bot.provider.test_audio_file import serving
from tests.factories import Stored, a_job

CUT, NO_SOUND = AudioUnavailable("it ends early"), AudioUnusable("there is no sound in it")
OTHER = wav(1000)
PICTURE = b"\x89PNG\r\n\x1a\n\0"
HTML = b"<!doctype html>"


@dataclass(frozen=True)
class Answer:
    """One answer of the file server; in chunks, it does not say how much is to come."""

    body: bytes
    status: int = 200
    chunked: bool = False

    def __call__(self) -> web.Response:
        response = web.Response(status=self.status, body=self.body)
        if self.chunked:
            response.enable_chunked_encoding()
        return response


Hear = Callable[..., "contextlib.AbstractAsyncContextManager[Master]"]


@pytest.fixture
def workshop() -> FakeWorkshop:
    return FakeWorkshop()


@pytest.fixture
def hear(stored: Stored, workshop: FakeWorkshop) -> Hear:
    """What is heard where the file server gives these answers; a further request fails."""

    @contextlib.asynccontextmanager
    async def hear(*answers: Answer) -> AsyncIterator[Master]:
        left = iter(answers)

        async def handler(_: web.Request) -> web.StreamResponse:
            return next(left)()

        async with serving(handler) as url, AudioFetcher.open(url) as fetcher:
            hearing = Hearing(fetcher, Mastering(workshop, stored.jobs, AudioFormat.ORIGINAL))
            async with hearing.open(a_job(), f"{url}/x", patient=True) as master:
                assert next(left, None) is None
                yield master

    return hear


async def test_file_is_fetched_once_when_nothing_is_wrong_with_it(hear: Hear) -> None:
    async with hear(Answer(WAV)) as master:
        assert (master.audio.size_bytes, master.whole) == (len(WAV), False)


@pytest.mark.parametrize(
    "answers",
    [
        (Answer(WAV), Answer(WAV)),
        (Answer(WAV, chunked=True), Answer(WAV, chunked=True)),
        (Answer(WAV, chunked=True), Answer(WAV)),
        (Answer(WAV), Answer(WAV, chunked=True)),
        (Answer(WAV), Answer(b"", 404)),  # a link that works once
        (Answer(WAV), Answer(bytes([*WAV[:-1], 1]))),  # made anew for each, and as announced
    ],
)
async def test_doubted_file_is_what_it_is_when_it_came_as_announced_or_twice(
    hear: Hear, workshop: FakeWorkshop, answers: tuple[Answer, ...]
) -> None:
    workshop.fail("examine", CUT)
    async with hear(*answers) as master:
        assert master.audio.size_bytes == len(WAV)
        assert master.whole
        assert master.examined is workshop.examined
    assert [whole for _, whole in workshop.heard] == [False, True]


async def test_second_file_is_taken_when_the_first_had_been_cut_off(
    hear: Hear, workshop: FakeWorkshop
) -> None:
    workshop.fail("examine", CUT)
    async with hear(Answer(OTHER), Answer(WAV)) as master:
        assert (master.audio.size_bytes, master.whole) == (len(WAV), False)


@pytest.mark.parametrize(
    ("answers", "doubts"),
    [
        ((Answer(OTHER, chunked=True), Answer(WAV, chunked=True)), (CUT, CUT)),
        ((Answer(OTHER), Answer(WAV)), (CUT, CUT)),  # it is still being written
        ((Answer(WAV, chunked=True), Answer(b"", 503)), (CUT,)),
        ((Answer(PICTURE, chunked=True), Answer(b"", 503)), (NO_SOUND,)),
    ],
)
async def test_file_is_to_be_fetched_later_when_it_may_have_been_cut_off(
    hear: Hear,
    workshop: FakeWorkshop,
    answers: tuple[Answer, ...],
    doubts: tuple[ComposeError, ...],
) -> None:
    workshop.fail("examine", *doubts)
    with pytest.raises(AudioUnavailable) as caught:
        async with hear(*answers):
            pass
    assert not isinstance(caught.value, PageInstead)


@pytest.mark.parametrize(
    "answers",
    [
        (Answer(PICTURE), Answer(PICTURE)),
        (Answer(PICTURE), Answer(PICTURE + b"\0")),
        (Answer(PICTURE), Answer(b"", 404)),
    ],
)
async def test_file_is_unusable_when_a_second_one_is_no_audio_either(
    hear: Hear, workshop: FakeWorkshop, answers: tuple[Answer, ...]
) -> None:
    workshop.fail("examine", NO_SOUND, NO_SOUND)
    with pytest.raises(AudioUnusable):
        async with hear(*answers):
            pass


@pytest.mark.parametrize("before", [(), (Answer(PICTURE),)])
async def test_page_is_a_passing_trouble_when_it_is_no_audio(
    hear: Hear, workshop: FakeWorkshop, before: tuple[Answer, ...]
) -> None:
    workshop.fail("examine", NO_SOUND, NO_SOUND)
    with pytest.raises(PageInstead):
        async with hear(*before, Answer(HTML)):
            pass


async def test_decoding_decides_when_a_file_looks_like_a_page(hear: Hear) -> None:
    async with hear(Answer(HTML)) as master:
        assert master.audio.page
        assert master.examined is not None
