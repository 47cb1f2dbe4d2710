"""The dialog: within Discord's limits, filled in with what was typed, and read whatever comes."""

from typing import Any

import discord
import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.domain.drafts import Draft
from bot.domain.models import ELEVEN_MUSIC, LYRIA_2, MODELS, MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer
from bot.domain.requests import AudioFormat, Reference, Relation
from cogs.ui.request_modal import UNSTORED, RequestModal, filled_in
from tests.factories import ALL_MODELS, a_draft

PROMPT = "lo-fi rain, warm tape"
LYRICS = "walking home in the rain again"
REFERENCE = Reference(url="https://cdn.example/a.mp3", file_name="a.mp3")
EVERYTHING = a_draft(
    prompt=PROMPT,
    model="Google Lyria 2",
    negative_prompt="drums",
    lyrics=LYRICS,
    seconds=20,
    instrumental=True,
    seed=7,
    variations=9,
    private=True,
    audio_format=AudioFormat.MP3,
    relation=Relation.REMIX,
    parent_id="0" * 16,
)
DRAFTS = [
    Draft(),
    EVERYTHING,
    *(EVERYTHING.having(model=model.id) for model in MODELS.values()),
    a_draft(prompt="x" * 4000, lyrics="y" * 9000, negative_prompt="a\nb"),
    a_draft(model="no such model"),
    a_draft(model=MUSIC_COVER.id, reference=REFERENCE),
]


def shown(draft: Draft, offer: Offer = ALL_MODELS) -> dict[str, dict[str, Any]]:
    """The dialog's fields as Discord gets them, each with its label and description."""
    labels = RequestModal(draft, UNSTORED, offer).to_dict()["components"]
    return {
        label["component"]["custom_id"]: {**label["component"], **_text(label)} for label in labels
    }


def _text(label: dict[str, Any]) -> dict[str, Any]:
    return {"label": label["label"], "hint": label.get("description") or ""}


@pytest.mark.parametrize("draft", DRAFTS)
def test_dialog_keeps_to_discords_limits(draft: Draft) -> None:
    fields = shown(draft)
    assert {"prompt", "model", "private"} <= set(fields)
    assert len(fields) <= 5
    for field in fields.values():
        assert len(field["label"]) <= 45
        assert len(field["hint"]) <= 100
        assert len(field.get("value") or "") <= field.get("max_length", 4000) <= 4000
        for option in field.get("options", ()):
            assert len(option["label"]) <= 100
            assert len(option["description"]) <= 100
        assert sum(option.get("default", False) for option in field.get("options", ())) <= 1


def test_dialog_asks_for_the_usual_when_nothing_was_typed() -> None:
    assert list(shown(Draft())) == ["prompt", "model", "negative_prompt", "lyrics", "private"]


def test_dialog_shows_what_stands_in_the_way_when_the_model_does_not_take_it() -> None:
    draft = a_draft(prompt=PROMPT, model=STABLE_AUDIO.id, seed=7, seconds=5000)
    fields = shown(draft)
    assert list(fields) == ["prompt", "model", "seconds", "seed", "private"]
    assert (fields["seed"]["value"], fields["seconds"]["value"]) == ("7", "5000")


def test_private_stays_in_sight_when_much_stands_in_the_way() -> None:
    assert shown(EVERYTHING)["private"]["default"] is True


def test_line_breaks_have_a_field_that_holds_them() -> None:
    field = shown(a_draft(negative_prompt="drums\nbass"))["negative_prompt"]
    assert field["style"] == discord.TextStyle.paragraph.value


def test_models_for_covers_are_offered_when_there_is_audio() -> None:
    [option] = shown(a_draft(reference=REFERENCE))["model"]["options"]
    assert option["value"] == MUSIC_COVER.id


@pytest.mark.parametrize("model", [LYRIA_2.id, LYRIA_2.name, "no such model"])
def test_model_is_left_to_the_member_when_the_one_that_was_meant_is_not_there(model: str) -> None:
    offer = Offer.of([STABLE_AUDIO.id, ELEVEN_MUSIC.id, MUSIC_COVER.id])
    field = shown(a_draft(prompt=PROMPT, model=model), offer)["model"]
    assert field["required"]
    assert [one["value"] for one in field["options"]] == [STABLE_AUDIO.id, ELEVEN_MUSIC.id]
    assert not any(one["default"] for one in field["options"])
    told = "" if model == "no such model" else "Google Lyria 2 isn't available here."
    assert field["hint"].startswith(told)


def test_default_is_chosen_when_no_model_was_meant() -> None:
    field = shown(Draft(), Offer.of([STABLE_AUDIO.id, LYRIA_2.id]))["model"]
    assert [one["value"] for one in field["options"] if one["default"]] == [STABLE_AUDIO.id]


def test_list_of_models_is_not_empty_when_all_are_withdrawn() -> None:
    offer = Offer(allowed=[STABLE_AUDIO], withdrawn=lambda: MODELS)
    assert [one["value"] for one in shown(Draft(), offer)["model"]["options"]] == [STABLE_AUDIO.id]


def test_fields_that_were_not_shown_stay_as_they_were() -> None:
    filled = filled_in(EVERYTHING, {"prompt": "other"}, ALL_MODELS)
    assert filled.draft == EVERYTHING.having(prompt="other")
    assert filled.problems == []


def test_fields_that_were_emptied_are_as_if_nothing_was_typed() -> None:
    values = {"seed": "", "seconds": " ", "variations": "", "lyrics": "", "private": False}
    draft = filled_in(EVERYTHING, values, ALL_MODELS).draft
    request = draft.request
    assert (request.seed, request.seconds, draft.variations) == (None, None, 1)
    assert (request.lyrics, draft.private) == ("", False)


@pytest.mark.parametrize("typed", ["a lot", "1.5", "7 or so", "--7", "7\n8"])
def test_number_is_asked_for_again_when_it_is_none(typed: str) -> None:
    filled = filled_in(EVERYTHING, {"seconds": typed, "prompt": "other"}, ALL_MODELS)
    told = words.not_taken(filled.problems)
    assert told.startswith(
        f"`seconds` must be a whole number (you typed `{' '.join(typed.split())}`)"
    )
    request = filled.draft.request
    assert (request.seconds, request.prompt) == (20, "other")


def test_seed_of_another_track_goes_when_the_new_model_takes_none() -> None:
    assert (
        filled_in(EVERYTHING, {"model": [STABLE_AUDIO.id]}, ALL_MODELS).draft.request.seed is None
    )
    own = EVERYTHING.having(relation=None)
    assert filled_in(own, {"model": [STABLE_AUDIO.id]}, ALL_MODELS).draft.request.seed == 7


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=9),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=4,
)
NAMES = list(Draft().values())


@given(st.dictionaries(st.sampled_from(NAMES), JSON))
def test_dialog_is_read_whatever_comes(values: dict[str, Any]) -> None:
    draft = filled_in(EVERYTHING, values, ALL_MODELS).draft
    assert isinstance(draft.request.prompt, str)
    assert draft.relation is Relation.REMIX


def test_length_is_shown_when_the_model_has_several() -> None:
    draft = a_draft(prompt=PROMPT, model=STABLE_AUDIO.id)
    assert list(shown(draft)) == ["prompt", "model", "seconds", "private"]
