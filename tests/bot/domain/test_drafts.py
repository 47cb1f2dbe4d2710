"""What a model takes of what members type, and what they are told of the rest."""

import dataclasses
import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.domain.drafts import NOTHING, Draft, checked, in_the_way
from bot.domain.models import LYRIA_2, MODELS, MUSIC_2_6, MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer
from bot.domain.problems import NotTaken
from bot.domain.requests import Reference, Relation, Request
from tests import factories
from tests.factories import ALL_MODELS, FULL_REQUEST, a_job, a_request

PROMPT = "lo-fi rain, warm tape"
LYRICS = "walking home in the rain again"
REFERENCE = Reference(url="https://cdn.example/a.mp3", file_name="a.mp3")


def a_draft(**changes: Any) -> Draft:
    """A request that the model of every test takes, unless the test changes it."""
    return factories.a_draft(**{"prompt": PROMPT} | changes)


def problems(draft: Draft, offer: Offer = ALL_MODELS) -> str:
    """What the member is told."""
    with pytest.raises(NotTaken) as caught:
        checked(draft, offer)
    return words.not_taken(caught.value.problems)


def test_draft_goes_out_as_typed_when_the_model_takes_it() -> None:
    request = checked(a_draft(prompt=f" {PROMPT}\n", negative_prompt="drums", seed=7), ALL_MODELS)
    assert request == a_request(prompt=PROMPT, negative_prompt="drums", seed=7)


BLANKS = ["", "  \n", "\x00\x07", "\u200b", "\ufe0f", "\u034f\u180b", "\u17b4", "\U000e0101 \u0301"]


@pytest.mark.parametrize("blank", [None, *BLANKS])
def test_optional_texts_are_none_when_they_are_blank(blank: str | None) -> None:
    request = checked(a_draft(negative_prompt=blank, lyrics=blank), ALL_MODELS)
    assert request.negative_prompt is None
    assert request.lyrics is None


@pytest.mark.parametrize("blank", BLANKS)
def test_prompt_is_not_taken_when_it_is_blank(blank: str) -> None:
    assert "prompt is empty" in problems(a_draft(prompt=blank))


@pytest.mark.parametrize("typed", ["elevenlabs/eleven_music", "Eleven Music", " eleven MUSIC "])
def test_model_is_known_by_its_id_or_its_name(typed: str) -> None:
    assert checked(a_draft(model=typed), ALL_MODELS).model == "elevenlabs/eleven_music"


@pytest.mark.parametrize(
    ("draft", "told"),
    [
        (a_draft(prompt="  "), ("prompt", "empty")),
        (a_draft(model="suno"), ("suno", "`model`")),
        (a_draft(model="stable-audio", seed=4), ("Stable Audio", "`seed`", "`4`")),
        (a_draft(model="stable-audio", seconds=48), ("Stable Audio", "1–47 seconds", "48")),
        (a_draft(seconds=20), ("Google Lyria 2", "`seconds`", "`20`")),
        (a_draft(seed=-1), ("`seed`", "-1")),
        (a_draft(model="stable-audio", negative_prompt="hiss"), ("`negative_prompt`", "hiss")),
        (a_draft(negative_prompt="x" * 1001), ("`negative_prompt`", "1000", "1001")),
        (a_draft(model="minimax/music-1.5"), ("MiniMax Music 1.5", "`lyrics`")),
        (a_draft(model="minimax/music-1.5", lyrics="la"), ("`lyrics`", "at least 10", "2")),
        (
            a_draft(model="minimax/music-2.0", lyrics="x" * 3001),
            ("`lyrics`", "up to 3000", "3001"),
        ),
        (
            a_draft(model="minimax/music-1.5", prompt="x" * 301, lyrics=LYRICS),
            ("`prompt`", "up to 300", "301"),
        ),
        (a_draft(model="minimax/music-2.6", prompt="rain"), ("`prompt`", "at least 10", "4")),
        (a_draft(lyrics=LYRICS), ("Google Lyria 2", "`lyrics`", "walking home")),
        (a_draft(model="minimax/music-2.0", lyrics=LYRICS, instrumental=True), ("always sings",)),
        (
            a_draft(model="minimax/music-2.6", lyrics=LYRICS, instrumental=True),
            ("`lyrics` and `instrumental`",),
        ),
        (a_draft(model="minimax/music-cover"), ("/cover",)),
        (a_draft(reference=REFERENCE), ("can't listen", "MiniMax Cover")),
        (a_draft(variations=5), ("1–4 versions", "5")),
    ],
)
def test_member_is_told_option_limit_and_value_when_the_model_does_not_take_it(
    draft: Draft, told: tuple[str, ...]
) -> None:
    said = problems(draft)
    assert all(word in said for word in told), said


NOT_LYRIA = Offer.of([STABLE_AUDIO.id, MUSIC_2_6.id])


@pytest.mark.parametrize(
    ("typed", "name"),
    [
        (LYRIA_2.id, "Google Lyria 2"),
        (" google lyria 2", "Google Lyria 2"),
        (MUSIC_COVER.id, "MiniMax Cover"),
    ],
)
def test_model_is_refused_by_its_name_when_it_is_not_on_offer(typed: str, name: str) -> None:
    said = problems(a_draft(model=typed, seconds=5000), NOT_LYRIA)
    assert said == f"{name} isn't available here. Choose another model.\nNothing was started."


def test_default_is_the_first_model_on_offer() -> None:
    assert checked(a_draft(), NOT_LYRIA).model == STABLE_AUDIO.id


def test_nothing_is_taken_when_all_models_are_withdrawn() -> None:
    said = problems(a_draft(), replace(NOT_LYRIA, withdrawn=lambda: MODELS))
    assert "Stable Audio isn't available here" in said


@pytest.mark.parametrize(
    "draft",
    [
        a_draft(model=MUSIC_COVER.name, reference=REFERENCE, relation=Relation.COVER),
        a_draft(model=MUSIC_COVER.id, reference=REFERENCE, relation=Relation.AGAIN),
        a_draft(model=STABLE_AUDIO.id, reference=REFERENCE),
        a_draft(relation=Relation.COVER),
    ],
)
def test_cover_is_refused_when_no_model_on_offer_makes_any(draft: Draft) -> None:
    assert problems(draft, NOT_LYRIA).startswith("I can't make covers here.")


def test_all_problems_are_told_at_once() -> None:
    said = problems(a_draft(prompt="", seconds=3, lyrics=LYRICS))
    assert "prompt" in said
    assert "`seconds`" in said
    assert "`lyrics`" in said


def test_value_is_shown_harmlessly_when_it_is_long_or_breaks_out() -> None:
    said = problems(a_draft(model="`@everyone`" + "x" * 500))
    assert len(said) < 300
    assert said.count("`") == 4


TEXT = st.text(max_size=40)


@given(
    prompt=TEXT,
    lyrics=st.none() | TEXT,
    negative_prompt=st.none() | TEXT,
    seconds=st.none() | st.integers(),
    seed=st.none() | st.integers(),
    instrumental=st.booleans(),
    model=st.sampled_from([None, *MODELS]),
)
def test_any_draft_is_either_taken_or_told_why_not(**typed: object) -> None:
    try:
        told = [checked(a_draft(**typed), ALL_MODELS).model]
    except NotTaken as error:
        told = [words.not_taken([problem]) for problem in error.problems]
    assert told
    assert all(sentence.strip() for sentence in told)


FULL_DRAFT = Draft(
    request=FULL_REQUEST,
    variations=4,
    private=True,
    parent_id="0" * 16,
    relation=Relation.COVER,
    retry_of="1" * 16,
)


def test_draft_survives_the_store_with_everything_in_it() -> None:
    assert all(value != NOTHING[name] for name, value in FULL_DRAFT.values().items())
    assert Draft.from_json(FULL_DRAFT.to_json()) == FULL_DRAFT
    assert Draft.from_json(Draft().to_json()) == Draft()


def test_draft_is_stored_flat_whatever_it_is_made_of() -> None:
    stored = json.loads(FULL_DRAFT.to_json())
    assert set(stored) == {
        *(field.name for field in dataclasses.fields(Request)),
        *(field.name for field in dataclasses.fields(Draft)),
    } - {"request"}
    assert (stored["seed"], stored["reference"]["file_name"]) == (7, "hum.wav")


def test_draft_is_read_when_it_was_stored_with_no_model() -> None:
    stored = (
        '{"prompt":"rain","model":null,"seed":7,"reference":null,"variations":2,"private":true}'
    )
    assert Draft.from_json(stored) == factories.a_draft(
        prompt="rain", seed=7, variations=2, private=True
    )


@pytest.mark.parametrize("content", ["", "{", "[]", '{"prompt": 3}', "null"])
def test_what_is_no_draft_is_refused(content: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        Draft.from_json(content)


def test_draft_of_a_job_asks_for_the_same() -> None:
    job = a_job(request=a_request(negative_prompt="drums", seed=9))
    assert checked(Draft.of(job), ALL_MODELS) == job.request
    child = Draft.of(job, Relation.AGAIN).reseeded()
    assert (child.parent_id, child.relation, child.request.seed) == (job.id, Relation.AGAIN, None)


@pytest.mark.parametrize(
    ("changes", "names"),
    [
        ({}, []),
        ({"prompt": ""}, []),
        ({"model": "no such model", "seed": 7}, []),
        ({"lyrics": LYRICS, "seconds": 20}, ["lyrics", "seconds"]),
        ({"model": "stable-audio", "seed": 7, "seconds": 20}, ["seed"]),
        (
            {"model": "minimax/music-2.6", "lyrics": LYRICS, "instrumental": True},
            ["lyrics", "instrumental"],
        ),
        ({"variations": 99}, ["variations"]),
    ],
)
def test_options_are_in_the_way_when_the_request_would_do_better_without(
    changes: dict[str, Any], names: list[str]
) -> None:
    options = ("negative_prompt", "lyrics", "seconds", "instrumental", "seed", "variations")
    assert in_the_way(a_draft(**changes), options, ALL_MODELS) == names


def test_draft_can_be_stored_when_it_holds_half_a_surrogate_pair() -> None:
    draft = a_draft(prompt="rain \ud83c", lyrics="\udf27")
    stored = Draft.from_json(draft.to_json())
    assert (stored.request.prompt, stored.request.lyrics) == ("rain ?", "?")
