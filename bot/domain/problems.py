"""Why a request can't go out as it was typed, with the values that a sentence about it needs.

`option` is the name that members type, `given` what they gave, `model` the name that they read.
`words.not_taken` has the sentences.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.domain.models import Span
from bot.errors import ComposeError


@dataclass(frozen=True)
class EmptyPrompt:
    """Nothing can be seen in the prompt."""


@dataclass(frozen=True)
class UnknownModel:
    """There is no model of this name."""

    given: str


@dataclass(frozen=True)
class ModelNotOffered:
    """The host doesn't allow this model, or the provider doesn't have it any more."""

    model: str


@dataclass(frozen=True)
class CoversNotOffered:
    """No model on offer makes covers."""


@dataclass(frozen=True)
class OptionNotTaken:
    """The model has no such parameter."""

    option: str
    model: str
    given: str


@dataclass(frozen=True)
class WrongLength:
    """A text has too many characters for the model, or too few."""

    option: str
    model: str
    taken: Span
    given: int


@dataclass(frozen=True)
class NotANumber:
    """Something else was typed into a field of the dialog."""

    option: str
    given: str


@dataclass(frozen=True)
class OutOfRange:
    """A number is too large for the model, or for any, or too small."""

    option: str
    model: str
    taken: Span
    given: int


@dataclass(frozen=True)
class LyricsMissing:
    """The model only sings."""

    model: str


@dataclass(frozen=True)
class AlwaysSings:
    """`instrumental` was asked of a model that can't leave out the voice."""

    model: str


@dataclass(frozen=True)
class LyricsToInstrumental:
    """Words to be sung were given, and no voice is wanted."""


@dataclass(frozen=True)
class AudioMissing:
    """The model makes new versions of existing audio."""

    model: str


@dataclass(frozen=True)
class AudioNotTaken:
    """The model only reads; `other` is the one that listens."""

    model: str
    other: str


@dataclass(frozen=True)
class NotAudio:
    """The attachment is something else."""

    file_name: str


@dataclass(frozen=True)
class AudioNotRead:
    """It begins as audio does, but the sound in it is packed in a way that we don't know."""

    file_name: str


@dataclass(frozen=True)
class AudioSize:
    """The file is larger than what the model takes."""

    most_bytes: int
    given_bytes: int


@dataclass(frozen=True)
class AudioLength:
    """The audio is longer or shorter than what the model takes."""

    taken: Span
    given_s: float


@dataclass(frozen=True)
class AudioGone:
    """The audio for a cover is no longer where it was."""


@dataclass(frozen=True)
class UnknownStyle:
    """The member has no style of this name."""

    given: str


@dataclass(frozen=True)
class BadStyleName:
    """Nothing can be seen in it, or it has more characters than `most`."""

    most: int


@dataclass(frozen=True)
class EmptyStyle:
    """A style that sets nothing."""


@dataclass(frozen=True)
class OfStyle:
    """Not what was typed is the problem, but what the member's style of this name adds to it."""

    style: str
    problem: "Problem"


NumberProblem = NotANumber | OutOfRange
AudioProblem = (
    AudioMissing | AudioNotTaken | AudioGone | NotAudio | AudioNotRead | AudioSize | AudioLength
)
StyleProblem = UnknownStyle | BadStyleName | EmptyStyle | OfStyle
Problem = (
    EmptyPrompt
    | UnknownModel
    | ModelNotOffered
    | CoversNotOffered
    | OptionNotTaken
    | WrongLength
    | LyricsMissing
    | LyricsToInstrumental
    | AlwaysSings
    | NumberProblem
    | AudioProblem
    | StyleProblem
)


class NotTaken(ComposeError):
    """A request can't go out as it was typed. `problems` are all that stands in its way."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("; ".join(map(str, problems)))
        self.problems = problems
