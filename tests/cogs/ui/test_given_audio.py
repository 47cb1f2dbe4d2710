"""Audio that members hand over, and the requests it makes."""

from typing import Any

import pytest

from bot import words
from bot.client import Interaction
from bot.domain.drafts import Draft
from bot.domain.models import MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer
from bot.domain.problems import NotTaken
from bot.domain.requests import Reference, Relation
from cogs.ui.given_audio import GivenAudio, cover_of, with_uploaded
from cogs.ui.request_modal import UNSTORED, RequestModal
from tests.cogs.interactions import a_client, a_dialog, an_interaction
from tests.factories import ALL_MODELS, a_draft

REFERENCE = Reference(url="https://cdn.example/a.mp3", file_name="a.mp3")
UPLOADED = {"id": "7", "url": "https://cdn.example/hum.ogg", "filename": "hum.ogg", "size": 9}


def a_file(**changes: Any) -> GivenAudio:
    values: dict[str, Any] = {"id": 7, "url": REFERENCE.url, "file_name": "a.mp3", "size_bytes": 9}
    return GivenAudio(**values | changes)


def audio_field(draft: Draft) -> dict[str, Any]:
    """The place for a file in the dialog."""
    labels = RequestModal(draft, UNSTORED, ALL_MODELS).to_dict()["components"]
    assert len(labels) <= 5
    [label] = [one for one in labels if one["component"]["custom_id"] == "audio"]
    assert len(label["description"]) <= 100
    return {**label["component"], "hint": label["description"]}


def sent(*files: dict[str, Any]) -> Interaction:
    """A dialog with these files in it."""
    return an_interaction(a_client(offer=ALL_MODELS), **a_dialog("compose:modal:new", *files))


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, None),
        ({"file_name": "hum", "content_type": "audio/x-new"}, None),
        ({"file_name": "HUM.WAV"}, None),
        ({"file_name": "clip.mp4", "content_type": "video/mp4"}, "`clip.mp4` isn't audio"),
        ({"file_name": "mp3"}, "`mp3` isn't audio"),
        ({"size_bytes": 50 << 20}, None),
        ({"size_bytes": (50 << 20) + 1}, "up to 50 MB"),
        ({"length_s": 6.2}, None),
        ({"length_s": 4.0}, "yours has 4 seconds"),
    ],
)
def test_file_is_judged_by_what_discord_says_of_it(
    changes: dict[str, Any], told: str | None
) -> None:
    problem = a_file(**changes).problem(MUSIC_COVER)
    assert (told is None) if problem is None else str(told) in words.not_taken([problem])


def test_unfit_file_is_left_out_of_the_request_it_came_with() -> None:
    typed = a_draft(prompt="as a waltz", private=True)
    draft = cover_of(a_file(file_name="a.txt"), typed, MUSIC_COVER)
    assert draft == typed.having(model=MUSIC_COVER.name, relation=Relation.COVER)


def test_dialog_wants_audio_only_where_there_is_none() -> None:
    assert audio_field(a_draft(relation=Relation.COVER))["required"]
    kept = audio_field(
        a_draft(reference=REFERENCE, private=True, lyrics="la", seed=-1, variations=9)
    )
    assert not kept["required"]
    assert "a.mp3" in kept["hint"]
    audio_field(a_draft(reference=Reference(url="", file_name="a" * 300 + ".mp3")))


def test_dialog_has_no_place_for_audio_where_it_is_no_cover() -> None:
    labels = RequestModal(a_draft(relation=Relation.REMIX), UNSTORED, ALL_MODELS).to_dict()[
        "components"
    ]
    assert "audio" not in {label["component"]["custom_id"] for label in labels}


@pytest.mark.parametrize(
    ("relation", "parent_id"), [(Relation.COVER, None), (Relation.REMIX, "0" * 16)]
)
def test_other_audio_makes_it_no_cover_of_the_same_track(
    relation: Relation, parent_id: str | None
) -> None:
    before = a_draft(reference=REFERENCE, relation=relation, parent_id="0" * 16)
    draft = with_uploaded(sent(UPLOADED), before)
    reference = draft.request.reference
    assert reference is not None
    assert reference.file_name == "hum.ogg"
    assert (draft.relation, draft.parent_id) == (relation, parent_id)


def test_audio_stays_when_no_other_is_given() -> None:
    before = a_draft(reference=REFERENCE, relation=Relation.COVER, parent_id="0" * 16)
    assert with_uploaded(sent(), before) == before


def test_file_is_refused_when_no_model_on_offer_makes_covers() -> None:
    client = a_client(offer=Offer.of([STABLE_AUDIO.id]))
    dialog = an_interaction(client, **a_dialog("compose:modal:new", UPLOADED))
    with pytest.raises(NotTaken, match="CoversNotOffered"):
        with_uploaded(dialog, a_draft(relation=Relation.COVER))


def test_other_file_is_refused_when_it_is_no_audio() -> None:
    with pytest.raises(NotTaken, match="NotAudio"):
        with_uploaded(sent(UPLOADED | {"filename": "hum.txt"}), a_draft(reference=REFERENCE))
