"""From words to a style: what the prompt asks for and the negative prompt forbids."""

import re
from dataclasses import dataclass, replace
from typing import Final


@dataclass(frozen=True, slots=True)
class Style:
    """How a piece is to be played.

    - `swing`: how late the off-beat sixteenths come, as a share of a sixteenth
    - `chords`, `lead`: the instruments of the two roles; `broken`: chords as arpeggios
    - `bass`, `drums`: the names of patterns, empty for none
    - `textures`: rain, vinyl
    - `space`: how much reverb, 0 to 1; `drive`: how hard the sum is saturated
    """

    bpm: float
    minor: bool
    chords: tuple[str, ...]
    lead: tuple[str, ...] = ()
    broken: bool = False
    bass: str = ""
    drums: str = ""
    swing: float = 0.0
    textures: tuple[str, ...] = ()
    space: float = 0.25
    drive: float = 1.0


_DEFAULT: Final = Style(96, False, ("keys",), ("bells",), bass="pop", drums="pop")

# Where a prompt names several genres, the first of this list wins.
_GENRES: Final[dict[str, Style]] = {
    r"lo-?fi|chill-?hop|study": Style(
        76, False, ("keys",), ("bells",), False, "pop", "boombap", 0.28, ("vinyl",), 0.22, 1.5
    ),
    r"ambient|drone|meditat\w*|sleep|calm": Style(
        62, False, ("pad", "strings"), ("bells",), False, "whole", space=0.6
    ),
    r"techno|rave|industrial": Style(
        128, True, ("pad",), ("synth",), True, "offbeat", "four", drive=1.8
    ),
    r"house|disco|dance|club|edm": Style(
        122, False, ("keys", "pad"), ("synth",), False, "offbeat", "house", drive=1.4
    ),
    r"jazz\w*|swing|bossa": Style(
        112, True, ("piano",), ("flute",), False, "walking", "ride", 0.6, space=0.2
    ),
    r"orchestral|cinematic|epic|classical|symphon\w+": Style(
        84, True, ("strings", "pad"), ("flute",), False, "whole", "toms", space=0.5
    ),
    r"rock|punk|metal|grunge|indie": Style(
        132, True, ("guitar",), ("guitar",), False, "eighths", "rock", space=0.15, drive=2.4
    ),
    r"hip-?hop|trap|rap|beats?": Style(
        86, True, ("keys",), ("bells",), False, "pop", "boombap", 0.2, drive=1.5
    ),
    r"folk|acoustic|country|ballad": Style(
        92, False, ("guitar",), ("flute",), True, "pop", "", space=0.2
    ),
    r"synth-?wave|retro\w*|80s|chip\w*|8-bit": Style(
        104, True, ("pad",), ("synth",), True, "eighths", "rock", drive=1.4
    ),
}
_INSTRUMENTS: Final[dict[str, str]] = {
    r"pianos?": "piano",
    r"rhodes|keys|keyboards?|organ": "keys",
    r"guitars?|ukulele|banjo|harp": "guitar",
    r"strings?|violins?|violas?|cellos?|orchestra": "strings",
    r"flutes?|clarinets?|oboes?|sax\w*|trumpets?|whistles?": "flute",
    r"bells?|glockenspiel|music box|marimba|vibraphone|chimes?": "bells",
    r"synths?|synthesi[sz]ers?|lead": "synth",
    r"pads?|choirs?|atmosphere": "pad",
}
_LEADS: Final = frozenset({"flute", "bells", "synth"})
_STRUCK: Final = frozenset({"piano", "keys", "guitar"})  # these can take the melody as well
_DRUMS: Final = r"drums?|drumkit|percussion|beats?|kick|snare"
_BASS: Final = r"bass|bassline|sub"
_TEXTURES: Final = {r"rain\w*|storm|ocean|water": "rain", r"vinyl|crackles?|cassette|tape": "vinyl"}
_MINOR: Final = r"minor|sad|dark|melanchol\w+|moody|sombre|somber|mysterious|night|lonely|tense"
_MAJOR: Final = r"major|happy|bright|joyful|cheerful|sunny|uplifting|warm|hopeful|playful"
_TEMPI: Final = {r"slow\w*|gentle|relax\w*|lullaby": 0.86, r"fast\w*|energetic|driving|upbeat": 1.2}


def read_style(prompt: str, negative_prompt: str = "") -> Style:
    """The style that the words describe; of two opposites, the one said last in the list wins."""
    text = prompt.lower()
    excluded = negative_prompt.lower() + " " + " ".join(_excluded_within(text))
    style = next((s for words, s in _GENRES.items() if _says(text, words)), _DEFAULT)
    style = _with_mood(style, text)
    style = _with_instruments(style, text)
    return _without(style, excluded)


def _with_mood(style: Style, text: str) -> Style:
    if _says(text, _MINOR):
        style = replace(style, minor=True)
    elif _says(text, _MAJOR):
        style = replace(style, minor=False)
    if marked := re.search(r"\b(\d{2,3})\s*-?bpm\b", text):
        return replace(style, bpm=min(max(float(marked[1]), 50.0), 190.0))
    factor = next((f for words, f in _TEMPI.items() if _says(text, words)), 1.0)
    return replace(style, bpm=style.bpm * factor)


def _with_instruments(style: Style, text: str) -> Style:
    named = [name for words, name in _INSTRUMENTS.items() if _says(text, words)]
    chords = tuple(name for name in named if name not in _LEADS)
    lead = tuple(name for name in named if name in _LEADS)
    lead = lead or tuple(name for name in chords if name in _STRUCK)[:1]
    textures = tuple(name for words, name in _TEXTURES.items() if _says(text, words))
    return replace(
        style,
        chords=chords or style.chords,
        lead=lead or style.lead,
        textures=tuple(dict.fromkeys(style.textures + textures)),
        drums=style.drums or ("pop" if _says(text, _DRUMS) else ""),
        bass=style.bass or ("pop" if _says(text, _BASS) else ""),
    )


def _without(style: Style, excluded: str) -> Style:
    gone = {name for words, name in _INSTRUMENTS.items() if _says(excluded, words)}
    gone |= {name for words, name in _TEXTURES.items() if _says(excluded, words)}
    return replace(
        style,
        chords=tuple(n for n in style.chords if n not in gone) or ("pad",),
        lead=tuple(n for n in style.lead if n not in gone),
        textures=tuple(n for n in style.textures if n not in gone),
        drums="" if _says(excluded, _DRUMS) else style.drums,
        bass="" if _says(excluded, _BASS) else style.bass,
    )


def _excluded_within(text: str) -> list[str]:
    return re.findall(r"\b(?:no|without)\s+(\w+)", text)


def _says(text: str, words: str) -> bool:
    return re.search(rf"\b(?:{words})\b", text) is not None
