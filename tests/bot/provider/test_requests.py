"""Requests as each model takes them: the published schemas are the judge."""

import json
from typing import Any

import pytest
from openapi_schema_validator import OAS30Validator

from bot.domain.drafts import Draft, checked
from bot.domain.models import MODELS
from bot.domain.requests import Reference
from bot.provider.requests import body_of
from tests.contract import published
from tests.factories import ALL_MODELS, a_draft

FILES = {
    "google/lyria2": "lyria-2.json",
    "stable-audio": "stable-audio.json",
    "elevenlabs/eleven_music": "eleven_music.json",
    "minimax/music-1.5": "music-1.5.json",
    "minimax/music-2.0": "music-2.0.json",
    "minimax/music-2.6": "music-2.6.json",
    "minimax/music-cover": "music-cover.json",
}
PROMPT = "lo-fi rain, warm tape, 70 bpm"
LYRICS = "walking home in the rain again"
REFERENCE = Reference(url="https://cdn.example/a.mp3?ex=1", file_name="a.mp3")


def a_full_draft(model_id: str) -> Draft:
    """Everything that the model takes."""
    model = MODELS[model_id]
    return a_draft(
        prompt=PROMPT,
        model=model_id,
        negative_prompt="drums" if model.negative_prompt else None,
        seed=5 if model.seed else None,
        seconds=model.seconds.most if model.seconds else None,
        lyrics=LYRICS if model.lyrics else None,
        reference=REFERENCE if model.reference else None,
    )


def a_bare_draft(model_id: str) -> Draft:
    """As little as the model takes."""
    model = MODELS[model_id]
    needs_lyrics = model.lyrics is not None and model.lyrics.instead is None
    return a_draft(
        prompt=PROMPT,
        model=model_id,
        lyrics=LYRICS if needs_lyrics else None,
        reference=REFERENCE if model.reference else None,
    )


def schema_of(model_id: str) -> dict[str, Any]:
    document = json.loads((published.PROVIDER_FOLDER / FILES[model_id]).read_text())
    [operation] = [path["post"] for path in document["paths"].values() if "post" in path]
    schema: dict[str, Any] = operation["requestBody"]["content"]["application/json"]["schema"]
    return schema


def test_every_model_has_a_published_schema() -> None:
    assert set(FILES) == set(MODELS)


@pytest.mark.published
@pytest.mark.parametrize("a_draft", [a_full_draft, a_bare_draft])
@pytest.mark.parametrize("model_id", MODELS)
def test_body_is_as_published_when_the_draft_is_taken(model_id: str, a_draft: Any) -> None:
    schema = schema_of(model_id)
    body = body_of(checked(a_draft(model_id), ALL_MODELS))
    OAS30Validator(schema).validate(body)
    assert body.keys() <= schema["properties"].keys()


@pytest.mark.parametrize(
    ("draft", "expected"),
    [
        (a_draft(model="stable-audio", seconds=12), {"seconds_total": 12}),
        (a_draft(model="elevenlabs/eleven_music", seconds=12), {"music_length_ms": 12_000}),
        (a_draft(model="minimax/music-2.6"), {"lyrics_optimizer": True}),
        (a_draft(model="minimax/music-2.6", instrumental=True), {"is_instrumental": True}),
        (a_draft(model="minimax/music-2.6", lyrics=LYRICS), {"lyrics": LYRICS}),
        (
            a_draft(model="minimax/music-cover", reference=REFERENCE),
            {"reference_audio_url": REFERENCE.url},
        ),
        (a_draft(seed=0), {"model": "google/lyria2", "seed": 0}),
    ],
)
def test_wish_becomes_the_models_own_parameter(draft: Draft, expected: dict[str, object]) -> None:
    body = body_of(checked(draft.having(prompt=PROMPT), ALL_MODELS))
    if "model" not in expected:
        assert set(body) - {"model", "prompt"} == set(expected)
    assert expected.items() <= body.items()
