"""Styles: what they add to a request, and whose fault a problem is."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.domain.drafts import checked
from bot.domain.models import ELEVEN_MUSIC, MUSIC_1_5, MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer
from bot.domain.problems import NotTaken
from bot.domain.requests import AudioFormat
from bot.domain.styles import Style, checked_style, key_of
from tests.factories import ALL_MODELS, a_draft
from tests.markdown import outline

PROMPT = "night train"
FULL = Style(
    name="Night",
    model=ELEVEN_MUSIC.id,
    negative_prompt="drums",
    seconds=60,
    audio_format=AudioFormat.FLAC,
    words="warm tape",
)


def a_style(**values: Any) -> Style:
    return Style(**{"name": "Night", **values})


def test_style_is_told_off_when_its_model_is_not_on_offer() -> None:
    offer = Offer.of([STABLE_AUDIO.id])
    with pytest.raises(NotTaken) as caught:
        checked_style(FULL, offer)
    assert words.style_not_saved(caught.value.problems).startswith("Eleven Music isn't available")
    draft = a_draft(prompt=PROMPT)
    with pytest.raises(NotTaken) as caught:
        checked(FULL.applied_to(draft), offer)
    told = words.not_taken(FULL.named_in(caught.value.problems, draft))
    assert "Your style `Night` uses `Eleven Music`, which I don't have any more" in told


def test_style_adds_what_the_draft_lacks() -> None:
    request = FULL.applied_to(a_draft(prompt=PROMPT, negative_prompt=" ")).request
    assert (
        request
        == a_draft(
            prompt="night train, warm tape",
            model=ELEVEN_MUSIC.id,
            negative_prompt="drums",
            seconds=60,
            audio_format=AudioFormat.FLAC,
        ).request
    )


def test_what_is_given_wins_over_the_style() -> None:
    own: dict[str, Any] = {
        "model": "Stable Audio",
        "negative_prompt": "hiss",
        "seconds": 0,
        "audio_format": AudioFormat.MP3,
    }
    request = FULL.applied_to(a_draft(prompt=PROMPT, **own)).request
    assert {name: vars(request)[name] for name in own} == own


@pytest.mark.parametrize(
    ("prompt", "joined"),
    [
        ("rain", "rain, warm tape"),
        (" rain\n", "rain, warm tape"),
        ("Rain.", "Rain. warm tape"),
        ("rain,", "rain, warm tape"),
        (" \u200b", " \u200b"),
    ],
)
def test_words_come_after_the_prompt_and_are_none_by_themselves(prompt: str, joined: str) -> None:
    assert a_style(words="warm tape").applied_to(a_draft(prompt=prompt)).request.prompt == joined


def problems(style: Style, **typed: Any) -> str:
    """What the member is told when they use it."""
    draft = a_draft(**{"prompt": PROMPT, **typed})
    with pytest.raises(NotTaken) as caught:
        checked(style.applied_to(draft), ALL_MODELS)
    return words.not_taken(style.named_in(caught.value.problems, draft))


@pytest.mark.parametrize(
    ("style", "typed", "told"),
    [
        (a_style(model="suno/v3"), {}, "`Night` uses `suno/v3`, which I don't have any more"),
        (a_style(seconds=60), {}, "takes no `seconds`"),
        (a_style(seconds=60), {"model": "stable-audio"}, "1–47 seconds"),
        (a_style(negative_prompt="hiss"), {"model": "stable-audio"}, "takes no `negative_prompt`"),
        (a_style(model=MUSIC_1_5.id), {"prompt": "x" * 20}, "needs `lyrics`"),
        (a_style(words="y" * 4000), {}, "words of your style `Night` count, too"),
    ],
)
def test_problem_names_the_style_that_it_comes_from(
    style: Style, typed: dict[str, Any], told: str
) -> None:
    said = problems(style, **typed)
    assert told in said
    assert "your style `Night`" in said.replace("Your", "your")


@pytest.mark.parametrize("typed", [{"seed": -1}, {"seconds": 9}, {"model": "suno"}])
def test_problem_of_what_was_typed_does_not_blame_the_style(typed: dict[str, Any]) -> None:
    assert "style" not in problems(a_style(words="warm tape"), **typed)


@pytest.mark.parametrize(
    ("style", "told"),
    [
        (a_style(), "at least one option"),
        (a_style(words=" \u200b"), "at least one option"),
        (a_style(name="\x00\u202e ", words="x"), "1 to 40 characters"),
        (a_style(name="x" * 41, words="x"), "1 to 40 characters"),
        (a_style(model="suno"), "no model called `suno`"),
        (a_style(model="google/lyria2", seconds=20), "takes no `seconds`"),
        (a_style(model="stable-audio", seconds=48), "1–47 seconds"),
        (a_style(model=MUSIC_1_5.id, words="x" * 300), "up to 300 characters"),
        (a_style(model=MUSIC_COVER.id), "/cover"),
    ],
)
def test_style_is_not_taken_when_it_could_never_work(style: Style, told: str) -> None:
    with pytest.raises(NotTaken) as caught:
        checked_style(style, ALL_MODELS)
    said = words.style_not_saved(caught.value.problems)
    assert told in said
    assert "\n- " not in f"\n{said}"


def test_style_is_saved_in_a_clean_form() -> None:
    typed = a_style(name=" Night\n\u202edrive ", model="eleven music", words=" warm ", seconds=60)
    assert checked_style(typed, ALL_MODELS) == a_style(
        name="Night drive", model=ELEVEN_MUSIC.id, words="warm", seconds=60
    )


def test_model_that_only_sings_can_be_saved_without_lyrics() -> None:
    assert checked_style(a_style(model=MUSIC_1_5.id), ALL_MODELS).model == MUSIC_1_5.id


@pytest.mark.parametrize(
    ("one", "other"),
    [("Night", " nIGHT "), ("STRASSE", "straße"), ("Café", "Cafe\u0301"), ("a b", "a\t\n b")],
)
def test_spellings_of_a_name_are_the_same(one: str, other: str) -> None:
    assert key_of(one) == key_of(other)


@given(st.text(max_size=40))
def test_any_name_is_found_again_in_capitals_and_shown_on_one_line(typed: str) -> None:
    try:
        style = checked_style(a_style(name=typed, words="x"), ALL_MODELS)
    except NotTaken:
        return
    assert key_of(style.name) == key_of(typed)
    assert len(words.style_choice(style)) <= 100
    assert "\n" not in words.style_choice(style)


def test_foreign_text_is_harmless_in_answers() -> None:
    hostile = a_style(name="@everyone [x](https://evil.example)", words="**bold** <@1>")
    assert outline(words.style_saved(hostile)) == ["bold", *["code"] * 4]
