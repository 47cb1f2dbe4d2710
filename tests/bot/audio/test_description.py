"""The alt text says what the ear would say of the loudness."""

from collections.abc import Callable

import pytest

from bot.audio.description import ALT_TEXT_LIMIT, describe
from tests.bot.audio.sounds import a_sound, an_envelope


def course(level: Callable[[float], float]) -> str:
    """The sentence on a piece of 100 seconds."""
    return describe(a_sound(duration_s=100, envelope=an_envelope(level))).partition(". ")[2]


def test_length_and_tempo_are_said() -> None:
    text = describe(a_sound(duration_s=125, tempo_bpm=119.6))
    assert text.startswith(
        "Waveform of the track: 2 minutes 5 seconds, about 120 beats per minute."
    )


def test_no_tempo_is_said_when_none_is_known() -> None:
    assert "beats" not in describe(a_sound())


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        pytest.param(lambda _: 0.2, "It's about equally loud from start to end.", id="even"),
        pytest.param(
            lambda x: min(0.2, 0.01 + 0.475 * x),
            "It starts quietly, builds up until 0:24 and stops without fading out.",
            id="builds up",
        ),
        pytest.param(
            lambda x: 0.2 if x > 0.3 else 0.02,
            "It starts quietly, is loud from 0:30 on and stops without fading out.",
            id="leaps",
        ),
        pytest.param(
            lambda x: 0.2 if x > 0.3 else 0.0,
            "It starts with silence, is loud from 0:30 on and stops without fading out.",
            id="silence first",
        ),
        pytest.param(
            lambda x: 0.02 if 0.4 < x < 0.6 else 0.2,
            "It starts at full loudness, gets quieter from 0:40 to 1:00 and "
            "stops without fading out.",
            id="quiet passage",
        ),
        pytest.param(
            lambda x: 0.0 if 0.4 < x < 0.6 else 0.2,
            "It starts at full loudness, is silent from 0:40 to 1:00 and stops without fading out.",
            id="pause",
        ),
        pytest.param(
            lambda x: 0.2 if x < 0.8 else 0.2 * (1 - x) ** 2 * 25,
            "It starts at full loudness and fades out from 1:26 on.",
            id="long fade",
        ),
        pytest.param(
            lambda x: 0.2 if x < 0.98 else 0.0,
            "It starts at full loudness and fades out at the end.",
            id="short fade",
        ),
        pytest.param(
            lambda x: 0.2 if x < 0.7 else 0.07,
            "It starts at full loudness and gets quieter from 1:10 on.",
            id="quieter end",
        ),
    ],
)
def test_course_of_loudness_is_told(level: Callable[[float], float], expected: str) -> None:
    assert course(level) == expected


def test_single_notes_and_gaps_between_them_do_not_count() -> None:
    def level(x: float) -> float:
        return 0.2 if round(x * 600) % 12 < 7 else 0.001

    assert course(level) == "It's about equally loud from start to end."


def test_loud_moment_is_no_beginning_and_no_end_of_a_passage() -> None:
    def level(x: float) -> float:
        moment = x < 0.02 or 0.1 < x < 0.12 or 0.6 < x < 0.62
        return 0.2 if moment or 0.2 < x < 0.5 or x > 0.7 else 0.02

    assert course(level) == (
        "It starts quietly, is loud from 0:20 on, gets quieter from 0:50 to 1:10 and "
        "stops without fading out."
    )


def test_only_the_longest_passages_are_told_when_there_are_many() -> None:
    def level(x: float) -> float:
        return 0.02 if round(x * 600) % 60 > 32 and x < 0.9 else 0.2

    text = describe(a_sound(duration_s=100, envelope=an_envelope(level)))
    assert text.count("gets quieter") == 3
    assert len(text) <= ALT_TEXT_LIMIT


def test_silence_is_said() -> None:
    silent = a_sound(envelope=an_envelope(lambda _: 0.0), peak_db=-120, loudness_db=-120)
    assert describe(silent).endswith("There's nothing to hear in it.")


def test_very_quiet_sound_is_called_so() -> None:
    quiet = a_sound(envelope=an_envelope(lambda _: 0.001), peak_db=-54, loudness_db=-60)
    assert describe(quiet).endswith("All of it is very quiet.")


@pytest.mark.parametrize("columns", [1, 2, 3, 150, 600])
@pytest.mark.parametrize("duration_s", [0.0001, 0.05, 1.04, 1.96, 3, 59.6, 60, 1800])
def test_any_length_is_described(duration_s: float, columns: int) -> None:
    envelope = an_envelope(lambda _: 0.2, columns)
    text = describe(a_sound(duration_s=duration_s, envelope=envelope))
    assert "  " not in text
    assert text.endswith(".")
    assert " 1 seconds" not in text
    assert "60 seconds" not in text
