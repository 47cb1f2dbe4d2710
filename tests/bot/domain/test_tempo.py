"""A prompt decides between a tempo and its double, and nothing else."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.tempo import OCTAVES, in_named_octave, named_bpm


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("lo-fi rain, warm tape, 70 bpm", [(70, 70)]),
        ("a 120-bpm groove", [(120, 120)]),
        ("70BPM", [(70, 70)]),
        ("BPM: 120", [(120, 120)]),
        ("120 b.p.m.", [(120, 120)]),
        ("\uff11\uff12\uff10 bpm", [(120, 120)]),
        ("90 beats per minute", [(90, 90)]),
        ("90 beats/min", [(90, 90)]),
        ("90 Schläge pro Minute", [(90, 90)]),
        ("90 battements par minute", [(90, 90)]),
        ("90 pulsaciones por minuto", [(90, 90)]),
        ("tempo 90", [(90, 90)]),
        ("im Tempo von etwa 90, ruhig", [(90, 90)]),
        ("\u2669 = 96", [(96, 96)]),
        ("techno at 128", [(128, 128)]),
        ("techno at 128\ndark", [(128, 128)]),
        ("techno @128 with bass", [(128, 128)]),
        ("87.5 bpm", [(87.5, 87.5)]),
        ("87,5 bpm", [(87.5, 87.5)]),
        ("70-80 bpm", [(70, 80)]),
        ("between 70 and 80 bpm", [(70, 80)]),
        ("tempo 80 \u2013 70", [(70, 80)]),
        ("70 bis 80 Schläge", [(70, 80)]),
        ("70 bpm, then 140 bpm", [(70, 70), (140, 140)]),
        ("808 and 140 bpm", [(140, 140)]),
        ("1980s drums, 4/4 at 120 bpm", [(120, 120)]),
    ],
)
def test_tempo_is_read_when_it_is_named(prompt: str, named: list[tuple[float, float]]) -> None:
    assert list(named_bpm(prompt)) == named


@pytest.mark.parametrize(
    "prompt",
    [
        "slow rain",
        "808 drums from the 1980s in 4/4, 2 minutes",
        "tempo 4/4",
        "808 bpm",
        "12 bpm",
        "1,000 bpm",
        "version 1.120 bpm",
        "32 beats of silence",
        "recorded at 128 kbit/s",
        "recorded at 96 khz",
        "at 90 degrees",
        "a train at 10:30",
        "at 45 rpm",
        "tempo at 90%",
        "not 140 bpm",
        "faster than 120 bpm",
    ],
)
def test_other_numbers_are_no_tempo(prompt: str) -> None:
    assert list(named_bpm(prompt)) == []


@pytest.mark.parametrize(
    ("measured_bpm", "prompt", "told_bpm"),
    [
        (140.4, "lo-fi, 70 bpm", 70.2),
        (70.2, "techno at 140", 140.4),
        (93.8, "drum and bass, 188 bpm", 187.6),
        (110.0, "doom, 55 bpm", 55.0),
        (150.0, "70-80 bpm", 75.0),
        (75.0, "70-80 bpm", 75.0),
        (140.0, "70 bpm, then 140 bpm", 140.0),  # both are named
        (100.0, "50 bpm, then 200 bpm", 100.0),  # either might be meant
        (100.0, "70 bpm", 100.0),  # the model took its own
        (105.0, "70 bpm", 105.0),  # three halves
        (90.0, "30 bpm", 90.0),  # three times
        (160.0, "70 bpm", 160.0),  # not near enough
        (140.0, "70 violins", 140.0),
        (140.0, "", 140.0),
    ],
)
def test_octave_is_the_prompts_and_the_rest_is_measured(
    measured_bpm: float, prompt: str, told_bpm: float
) -> None:
    assert in_named_octave(measured_bpm, prompt) == pytest.approx(told_bpm)


@given(st.floats(60, 180), st.text() | st.from_regex(r"\d{2,3}(-\d{2,3})? bpm", fullmatch=True))
def test_measurement_is_never_replaced(measured_bpm: float, prompt: str) -> None:
    told_bpm = in_named_octave(measured_bpm, prompt)
    assert told_bpm in {measured_bpm, *(measured_bpm * ratio for ratio in OCTAVES)}


@pytest.mark.parametrize("part", ["tempo ", "at ", "70 ", "70-", "7", "tempo:of of", " ", "not "])
def test_tempo_is_looked_for_at_once_when_a_prompt_repeats_itself(part: str) -> None:
    began_s = time.process_time()
    list(named_bpm((part * 4000)[:4000]))
    assert time.process_time() - began_s < 0.5
