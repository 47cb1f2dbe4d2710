"""The studio's dialog: within Discord's limits, whoever opens it, with hints where one types."""

from typing import Any

import pytest

from bot.domain.models import ELEVEN_MUSIC, LYRIA_2, MODELS, MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer
from bot.domain.studio import Start
from bot.domain.styles import NAME_LIMIT, STYLES_LIMIT, Style
from cogs.studio import STUDIO_ID, StudioModal
from tests.factories import ALL_MODELS

MANY = [
    Style(name=f"{number:02}".ljust(NAME_LIMIT, "x"), model=LYRIA_2.id, words="y" * 1000)
    for number in range(STYLES_LIMIT)
]
STARTS = [
    Start(model=LYRIA_2),
    Start(model=ELEVEN_MUSIC, seconds=300, style=MANY[7]),
    *(Start(model=model) for model in MODELS.values() if not model.reference),
]


def shown(begin: Start, styles: list[Style]) -> dict[str, dict[str, Any]]:
    """The fields as Discord gets them, each with its label and hint."""
    labels = StudioModal(begin, styles, ALL_MODELS).to_dict()["components"]
    return {
        label["component"]["custom_id"]: {
            **label["component"],
            "label": label["label"],
            "description": label.get("description") or "",
        }
        for label in labels
    }


@pytest.mark.parametrize("begin", STARTS)
@pytest.mark.parametrize("styles", [[], MANY[:1], MANY])
def test_dialog_keeps_to_discords_limits(begin: Start, styles: list[Style]) -> None:
    match = STUDIO_ID.fullmatch(StudioModal(begin, styles, ALL_MODELS).custom_id)
    assert match
    assert match["model"] == begin.model.id
    fields = shown(begin, styles)
    last = "style" if styles else "negative_prompt"
    assert list(fields) == ["model", "prompt", "lyrics", "seconds", last]
    for field in fields.values():
        assert len(field["label"]) <= 45
        assert len(field["description"]) <= 100
        for option in field.get("options", ()):
            assert len(option["label"]) <= 100
            assert 0 < len(option["description"]) <= 100
        assert sum(option.get("default", False) for option in field.get("options", ())) <= 1


def test_only_models_on_offer_can_be_chosen() -> None:
    offer = Offer.of([STABLE_AUDIO.id, MUSIC_COVER.id, LYRIA_2.id])
    labels = StudioModal(Start(model=LYRIA_2), [], offer).to_dict()["components"]
    options = labels[0]["component"]["options"]
    assert [one["value"] for one in options] == [STABLE_AUDIO.id, LYRIA_2.id]
    assert [one["value"] for one in options if one["default"]] == [LYRIA_2.id]


def test_hints_are_at_the_fields_they_are_about() -> None:
    fields = shown(Start(model=LYRIA_2), MANY)
    assert "English" in fields["prompt"]["description"]
    assert "[Verse] and [Chorus]" in fields["lyrics"]["description"]
    assert "some make just 10" in fields["seconds"]["description"]
    assert fields["style"]["min_values"] == 0
    assert not fields["style"]["required"]


def test_last_style_is_chosen_when_the_member_used_one() -> None:
    options = shown(Start(model=LYRIA_2, style=MANY[7]), MANY)["style"]["options"]
    assert [one["value"] for one in options if one["default"]] == [MANY[7].name]
