"""The limits of each model, against what the provider publishes."""

import json
import re
from typing import Any

import pytest

from sandbox.aimlapi.catalogue import MODELS, checked
from tests.contract import published

LYRICS = "[Verse]\nStreetlights flicker"


def _published_schemas() -> dict[str, dict[str, Any]]:
    schemas = {}
    for file in published.PROVIDER_FOLDER.glob("*.json"):
        for path in json.loads(file.read_text())["paths"].values():
            if "post" in path:
                body = path["post"]["requestBody"]["content"]["application/json"]["schema"]
                schemas[body["title"]] = body
    return schemas


@pytest.mark.published
def test_models_and_parameters_are_the_published_ones_when_compared() -> None:
    schemas = _published_schemas()

    assert MODELS.keys() == schemas.keys()
    for name, schema in schemas.items():
        assert {*MODELS[name].fields, "model"} == schema["properties"].keys()
        assert MODELS[name].required | {"model"} == set(schema["required"])


@pytest.mark.published
def test_limits_are_the_published_ones_when_compared() -> None:
    for name, schema in _published_schemas().items():
        for member, limits in schema["properties"].items():
            field = MODELS[name].fields.get(member)
            for keyword, attribute in (
                ("minLength", "least"),
                ("maxLength", "most"),
                ("minimum", "least"),
                ("maximum", "most"),
            ):
                if keyword in limits:
                    assert getattr(field, attribute) == limits[keyword], (name, member)


@pytest.mark.parametrize(
    "body",
    [
        {"model": "google/lyria2", "prompt": "x" * 5000, "negative_prompt": "", "seed": 0},
        {"model": "google/lyria2", "prompt": "rain", "seed": 3.0, "unheard_of": True},
        {"model": "stable-audio", "prompt": "rain", "seconds_total": 47, "steps": 1000},
        {"model": "elevenlabs/eleven_music", "prompt": "p" * 2000, "music_length_ms": 300_000},
        {"model": "minimax/music-1.5", "prompt": "p" * 300, "lyrics": LYRICS},
        {
            "model": "minimax/music-2.0",
            "prompt": "p" * 2000,
            "lyrics": LYRICS,
            "audio_setting": {"audio_sample_rate": 44100, "format": "wav"},
        },
        {"model": "minimax/music-2.6", "prompt": "rain", "is_instrumental": True},
        {"model": "minimax/music-2.6", "prompt": "rain", "lyrics_optimizer": True},
        {"model": "minimax/music-cover", "prompt": "p" * 10, "reference_audio_url": "https://x/y"},
    ],
)
def test_body_is_accepted_when_within_limits(body: dict[str, Any]) -> None:
    assert checked(body).name == body["model"]


@pytest.mark.parametrize(
    ("body", "hint"),
    [
        ([], "Expected object, received array"),
        ({}, "received None"),
        ({"model": "suno"}, "Expected 'google/lyria2' | 'stable-audio'"),
        ({"model": "google/lyria2"}, "prompt: Required"),
        ({"model": "google/lyria2", "prompt": 5}, "Expected string, received number"),
        ({"model": "google/lyria2", "prompt": "x", "seed": -1}, "seed: Too small"),
        ({"model": "google/lyria2", "prompt": "x", "seed": 1.5}, "Expected integer"),
        ({"model": "google/lyria2", "prompt": "x", "seed": float("inf")}, "Expected integer"),
        ({"model": "google/lyria2", "prompt": "x", "seed": True}, "received boolean"),
        ({"model": "stable-audio", "prompt": "x", "seconds_total": 48}, "Expected at most 47"),
        ({"model": "minimax/music-1.5", "prompt": "p" * 301, "lyrics": LYRICS}, "received 301"),
        ({"model": "minimax/music-1.5", "prompt": "p" * 10}, "lyrics: Required"),
        ({"model": "minimax/music-2.6", "prompt": "p"}, "lyrics: Required"),
        (
            {
                "model": "minimax/music-2.6",
                "is_instrumental": True,
                "audio_setting": {"format": "ogg"},
            },
            "audio_setting: format: Invalid enum value. Expected 'mp3' | 'wav' | 'pcm'",
        ),
    ],
)
def test_body_is_refused_with_a_hint_when_a_limit_is_broken(body: object, hint: str) -> None:
    with pytest.raises(ValueError, match=re.escape(hint)):
        checked(body)


def test_all_issues_are_told_when_there_are_several() -> None:
    with pytest.raises(ValueError, match=r"(?s)prompt: .*seed: "):
        checked({"model": "google/lyria2", "seed": -1})


def test_track_is_as_long_as_asked_when_the_model_lets_one_choose() -> None:
    assert MODELS["stable-audio"].track_length_s({"seconds_total": 12}) == 12
    assert MODELS["elevenlabs/eleven_music"].track_length_s({"music_length_ms": 20_000}) == 20
    assert MODELS["google/lyria2"].track_length_s({}) == 32.768
