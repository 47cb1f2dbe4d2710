"""The music models on offer and the limits of their parameters, as the provider publishes them.

AI/ML API docs: the OpenAPI file on each model's page under Music Models. Generation times are the
stand-in's own, of the right size.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

CREDITS_PER_USD: Final = 2_000_000
"""The ratio in the docs' examples: 3,120,000 credits for 1.56 USD (Account Balance)."""


@dataclass(frozen=True, slots=True)
class Text:
    """A string with its length in characters."""

    least: int = 0
    most: int | None = None

    def issue(self, value: object) -> str | None:
        """What is wrong with the value, with the hints Expected and received."""
        if not isinstance(value, str):
            return _wrong_type("string", value)
        if len(value) < self.least:
            return f"Too short. Expected at least {self.least} characters, received {len(value)}"
        if self.most is not None and len(value) > self.most:
            return f"Too long. Expected at most {self.most} characters, received {len(value)}"
        return None


@dataclass(frozen=True, slots=True)
class Integer:
    """A whole number within bounds, both included."""

    least: int
    most: int | None = None

    def issue(self, value: object) -> str | None:
        """What is wrong with the value, with the hints Expected and received."""
        is_number = isinstance(value, int | float) and not isinstance(value, bool)
        if not is_number or (isinstance(value, float) and not value.is_integer()):
            return _wrong_type("integer", value)
        if value < self.least:  # type: ignore[operator]
            return f"Too small. Expected at least {self.least}, received {value}"
        if self.most is not None and value > self.most:  # type: ignore[operator]
            return f"Too big. Expected at most {self.most}, received {value}"
        return None


@dataclass(frozen=True, slots=True)
class Flag:
    """True or false."""

    def issue(self, value: object) -> str | None:
        """What is wrong with the value, with the hints Expected and received."""
        return None if isinstance(value, bool) else _wrong_type("boolean", value)


@dataclass(frozen=True, slots=True)
class OneOf:
    """One of a few values."""

    choices: Sequence[str | int]

    def issue(self, value: object) -> str | None:
        """What is wrong with the value, with the hints Expected and received."""
        if any(value == choice and type(value) is type(choice) for choice in self.choices):
            return None
        expected = " | ".join(repr(choice) for choice in self.choices)
        return f"Invalid enum value. Expected {expected}, received {value!r}"


@dataclass(frozen=True, slots=True)
class Group:
    """An object with optional members."""

    members: Mapping[str, "Field"]

    def issue(self, value: object) -> str | None:
        """The first thing wrong with the value, with the hints Expected and received."""
        if not isinstance(value, dict):
            return _wrong_type("object", value)
        for name, field in self.members.items():
            if name in value and (issue := field.issue(value[name])):
                return f"{name}: {issue}"
        return None


Field = Text | Integer | Flag | OneOf | Group


@dataclass(frozen=True, slots=True)
class Model:
    """What one model accepts, and how long it takes.

    `typical_s` is the median of its generation time; `length_s` the length of what it makes.
    """

    name: str
    fields: Mapping[str, Field]
    required: frozenset[str]
    typical_s: float
    length_s: float

    @property
    def id_suffix(self) -> str:
        """What ends its generations' ids: `google/lyria2` gives `…:lyria2`."""
        return self.name.rpartition("/")[2]

    def issues(self, body: Mapping[str, Any]) -> list[str]:
        """All that is wrong with a request body; unknown members are ignored."""
        found = []
        for name, field in self.fields.items():
            if name not in body and name not in self.required:
                continue
            if issue := field.issue(body[name]) if name in body else _MISSING:
                found.append(f"{name}: {issue}")
        return found + self._lyrics_issue(body)

    def _lyrics_issue(self, body: Mapping[str, Any]) -> list[str]:
        if "is_instrumental" not in self.fields or body.get("is_instrumental"):
            return []
        if body.get("lyrics") or body.get("lyrics_optimizer"):
            return []
        return [f"lyrics: {_MISSING} (unless is_instrumental or lyrics_optimizer is true)"]

    def track_length_s(self, body: Mapping[str, Any]) -> float:
        """How long the track for this (valid) request gets, in seconds."""
        asked = self.with_usual_length(body)
        if "music_length_ms" in self.fields:
            return float(asked["music_length_ms"]) / 1000
        return float(asked.get("seconds_total", self.length_s))

    def with_usual_length(self, body: Mapping[str, Any]) -> dict[str, Any]:
        """The request with the length it gets, if it asks for none where it could."""
        usual = {"music_length_ms": self.length_s * 1000, "seconds_total": self.length_s}
        return {name: usual[name] for name in usual.keys() & self.fields.keys()} | dict(body)


_MISSING: Final = "Required. Expected a value, received undefined"

_RATES: Final = OneOf((16_000, 24_000, 32_000, 44_100))
_ENCODING: Final = {
    "bitrate": OneOf((32_000, 64_000, 128_000, 256_000)),
    "format": OneOf(("mp3", "wav", "pcm")),
}
_AUDIO_SETTING: Final = Group({"audio_sample_rate": _RATES, **_ENCODING})
_LYRICS: Final = Text(10, 3000)
_SUNG: Final = frozenset({"prompt", "lyrics"})

MODELS: Final[Mapping[str, Model]] = {
    model.name: model
    for model in (
        Model(
            "google/lyria2",
            # The page's "maximum 600 characters" stands in a sentence about lyrics, which were
            # another model's; the schema itself sets no limit.
            {"prompt": Text(), "negative_prompt": Text(), "seed": Integer(0)},
            frozenset({"prompt"}),
            typical_s=35,
            length_s=32.768,
        ),
        Model(
            "stable-audio",
            {
                "prompt": Text(),
                "seconds_start": Integer(1, 47),
                "seconds_total": Integer(1, 47),
                "steps": Integer(1, 1000),
            },
            frozenset({"prompt"}),
            typical_s=55,
            length_s=30,
        ),
        Model(
            "elevenlabs/eleven_music",
            {"prompt": Text(most=2000), "music_length_ms": Integer(10_000, 300_000)},
            frozenset({"prompt"}),
            typical_s=40,
            length_s=10,
        ),
        Model(
            "minimax/music-1.5",
            {"prompt": Text(10, 300), "lyrics": _LYRICS, "audio_setting": _AUDIO_SETTING},
            _SUNG,
            typical_s=45,
            length_s=45,
        ),
        Model(
            "minimax/music-2.0",
            {"prompt": Text(10, 2000), "lyrics": _LYRICS, "audio_setting": _AUDIO_SETTING},
            _SUNG,
            typical_s=45,
            length_s=45,
        ),
        Model(
            "minimax/music-2.6",
            {
                "prompt": Text(most=2000),
                "lyrics": Text(most=3000),
                "audio_setting": _AUDIO_SETTING,
                "lyrics_optimizer": Flag(),
                "is_instrumental": Flag(),
            },
            frozenset(),
            typical_s=50,
            length_s=45,
        ),
        Model(
            "minimax/music-cover",
            {
                "prompt": Text(10, 2000),
                "reference_audio_url": Text(1),
                "lyrics": _LYRICS,
                "audio_setting": Group({"sample_rate": _RATES, **_ENCODING}),
            },
            frozenset({"prompt", "reference_audio_url"}),
            typical_s=50,
            length_s=45,
        ),
    )
}


def checked(body: object) -> Model:
    """The model a request body is for. Raises ValueError with the issues, one a line."""
    if not isinstance(body, dict):
        raise ValueError(_wrong_type("object", body))  # noqa: TRY004 - the body's value, to us
    name = body.get("model")
    if issue := OneOf(tuple(MODELS)).issue(name):
        raise ValueError(f"model: {issue}")
    model = MODELS[str(name)]
    if issues := model.issues(body):
        raise ValueError("\n".join(issues))
    return model


def _wrong_type(expected: str, value: object) -> str:
    return f"Invalid type. Expected {expected}, received {_json_type(value)}"


def _json_type(value: object) -> str:
    match value:
        case None:
            return "null"
        case bool():
            return "boolean"
        case int() | float():
            return "number"
        case str():
            return "string"
        case list():
            return "array"
        case _:
            return "object"
