"""The catalogue of music models: adding one is adding an entry.

Source: the provider's OpenAPI file of each model, and its page for what the model is good for.
Lengths of texts are in characters, both bounds included.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from bot.domain.prices import Price, a_track, started

PROMPT_LIMIT = 4000  # a modal's text field holds no more
NEGATIVE_PROMPT_LIMIT = 1000
VARIATIONS_LIMIT = 4


@dataclass(frozen=True, kw_only=True)
class Span:
    """A range with both bounds included."""

    least: int
    most: int

    def __contains__(self, value: int) -> bool:
        return self.least <= value <= self.most


@dataclass(frozen=True, kw_only=True)
class Seconds(Span):
    """How long a track may be, in seconds; the provider calls it `parameter`, in other units."""

    usual: int
    parameter: str
    units_per_s: int


@dataclass(frozen=True, kw_only=True)
class Lyrics(Span):
    """Words to be sung. Without any, `instead` is sent, if the model can do without."""

    instead: Mapping[str, Any] | None = None


@dataclass(frozen=True, kw_only=True)
class ReferenceAudio:
    """Audio to be sung or played anew; the provider fetches it from the address in `parameter`."""

    parameter: str
    seconds: Span
    most_bytes: int


@dataclass(frozen=True, kw_only=True)
class Model:
    """A music model: what it takes, and what to expect of it.

    `usual_s` is about how long a generation takes, until there are durations to judge by.
    `price` is what a track is taken to cost as long as nothing better is known: rather too much
    than too little, since it comes from other sellers. `instrumental` is the parameter that leaves
    out voices, where there is one. A model with a `reference` makes covers. `colour` is RGB.
    """

    id: str
    name: str
    usual_s: float
    price: Price
    colour: int
    prompt: Span = field(default=Span(least=1, most=PROMPT_LIMIT))
    negative_prompt: bool = False
    seed: bool = False
    seconds: Seconds | None = None
    lyrics: Lyrics | None = None
    instrumental: str | None = None
    reference: ReferenceAudio | None = None

    @property
    def sings(self) -> bool:
        """Whether its tracks may have voices."""
        return self.lyrics is not None


LYRIA_2 = Model(
    id="google/lyria2",
    name="Google Lyria 2",
    usual_s=35.0,
    price=a_track("0.06"),
    colour=0x3D7EDB,
    negative_prompt=True,
    seed=True,
)
STABLE_AUDIO = Model(
    id="stable-audio",
    name="Stable Audio",
    usual_s=55.0,
    price=started("0.10", seconds=30),
    colour=0x8E63CE,
    seconds=Seconds(least=1, most=47, usual=30, parameter="seconds_total", units_per_s=1),
)
ELEVEN_MUSIC = Model(
    id="elevenlabs/eleven_music",
    name="Eleven Music",
    usual_s=45.0,
    price=started("0.75", seconds=60),
    colour=0x2F9E8F,
    prompt=Span(least=1, most=2000),
    seconds=Seconds(least=10, most=300, usual=10, parameter="music_length_ms", units_per_s=1000),
)
MUSIC_1_5 = Model(
    id="minimax/music-1.5",
    name="MiniMax Music 1.5",
    usual_s=60.0,
    price=a_track("0.20"),
    colour=0xC98A2B,
    prompt=Span(least=10, most=300),
    lyrics=Lyrics(least=10, most=3000),
)
MUSIC_2_0 = Model(
    id="minimax/music-2.0",
    name="MiniMax Music 2.0",
    usual_s=60.0,
    price=a_track("0.20"),
    colour=0xD0723A,
    prompt=Span(least=10, most=2000),
    lyrics=Lyrics(least=10, most=3000),
)
MUSIC_2_6 = Model(
    id="minimax/music-2.6",
    name="MiniMax Music 2.6",
    usual_s=60.0,
    price=a_track("0.20"),
    colour=0xC9566B,
    prompt=Span(least=10, most=2000),
    lyrics=Lyrics(least=10, most=3000, instead={"lyrics_optimizer": True}),
    instrumental="is_instrumental",
)
MUSIC_COVER = Model(
    id="minimax/music-cover",
    name="MiniMax Cover",
    usual_s=60.0,
    price=a_track("0.20"),
    colour=0x5C8A3A,
    prompt=Span(least=10, most=2000),
    lyrics=Lyrics(least=10, most=3000, instead={}),
    reference=ReferenceAudio(
        parameter="reference_audio_url", seconds=Span(least=6, most=360), most_bytes=50 << 20
    ),
)

MODELS = {
    model.id: model
    for model in (
        LYRIA_2,
        STABLE_AUDIO,
        ELEVEN_MUSIC,
        MUSIC_1_5,
        MUSIC_2_0,
        MUSIC_2_6,
        MUSIC_COVER,
    )
}
LONGEST_S = max(model.seconds.most for model in MODELS.values() if model.seconds)


def model_named(typed: str) -> Model | None:
    """The model that a member means, by its id or its name in any case; `None` if there is none."""
    wanted = typed.strip().casefold()
    for model in MODELS.values():
        if wanted in {model.id.casefold(), model.name.casefold()}:
            return model
    return None


def name_of(model_id: str) -> str:
    """What members read; a job may outlive its model's entry."""
    return MODELS[model_id].name if model_id in MODELS else model_id
