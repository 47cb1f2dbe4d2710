"""What members and the provider write, as two foreign parsers of Discord's markdown see it."""

import re
from collections.abc import Iterator

import discord
import pytest

from bot import words
from bot.deliver import announcements
from bot.deliver.cards import status_card as cards
from bot.deliver.track_embed import track_embed
from bot.domain.characters import printable
from bot.domain.jobs import FailureKind, Job, JobState
from bot.domain.places import Place
from bot.domain.problems import AudioNotRead, NotANumber, NotAudio, OptionNotTaken, UnknownModel
from bot.domain.requests import Relation
from bot.domain.visibility import Ancestor
from bot.generate.expectations import Expectation
from bot.store.track_store import ListedTrack
from bot.words.markdown import harmless
from cogs.ui.track_list import track_lines
from tests.factories import NOW, a_job, a_request
from tests.markdown import ALREADY_PLAIN, EXAMPLES, live, outline, seen, typed

ROOM = 4000


def check(text: str) -> None:
    shown = harmless(text, ROOM)
    assert not live(shown), (text, shown)
    assert seen(shown) == re.sub(r"[\s\u200b]", "", printable(text)), (text, shown)


@pytest.mark.parametrize("text", [*EXAMPLES, *ALREADY_PLAIN])
def test_text_shows_as_it_was_typed_when_it_is_markdown(text: str) -> None:
    check(text)


def test_text_shows_as_it_was_typed_when_it_is_anything() -> None:
    for seed in range(500):
        check(typed(seed))


@pytest.mark.soak
def test_text_shows_as_it_was_typed_when_it_is_any_of_20000() -> None:
    for seed in range(500, 20_500):
        check(typed(seed))


def test_text_is_never_live_when_it_is_cut_anywhere() -> None:
    text = " ".join(EXAMPLES)
    for limit in range(1, 400, 7):
        assert not live(harmless(text, limit))


@pytest.mark.parametrize("text", EXAMPLES)
def test_parsers_find_what_is_live_when_it_is_not_escaped(text: str) -> None:
    assert live(text)


# --- where it is shown --------------------------------------------------------------------------


def places(text: str) -> Iterator[str]:
    """Every kind of place in which texts of members or of the provider stand among ours."""
    job = a_job(
        state=JobState.FAILED,
        title=text,
        relation=Relation.REMIX,
        request=a_request(prompt=text, negative_prompt=text),
        failure_kind=FailureKind.GENERATION,
        failure_reason=text,
        finished_at=NOW,
        guild_id=1,
    )
    parent = Ancestor(job=job, visible=True)
    yield from texts_of(track_embed(job, parent=parent))
    yield from texts_of(cards.waiting_card(job, Expectation(at=NOW))[0])
    yield from texts_of(cards.ended_card(job, message_url=None)[0])
    yield announcements.failure(job).content
    yield "\n".join(track_lines([a_track(job), a_track(job)], authors=True))
    yield from refusals(text)


def refusals(text: str) -> Iterator[str]:
    yield words.not_taken([UnknownModel(text), OptionNotTaken("lyrics", "Lyria", text)])
    yield words.not_taken([NotANumber("seed", text)])
    yield words.not_taken([NotAudio(text), AudioNotRead(text)])


def a_track(job: Job) -> ListedTrack:
    place = Place(guild_id=1, channel_id=2, message_id=3)
    return ListedTrack(job=job, likes=2, held=False, places=(place,))


def texts_of(embed: discord.Embed) -> Iterator[str]:
    yield embed.title or ""
    yield embed.description or ""
    yield from (str(field.value) for field in embed.fields)


@pytest.mark.parametrize("text", EXAMPLES)
def test_nothing_of_a_text_is_live_wherever_it_is_shown(text: str) -> None:
    for hostile, plain in zip(places(text), places("rain"), strict=True):
        assert outline(hostile) == outline(plain)
