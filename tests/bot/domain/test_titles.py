"""What tracks and their files are called, whatever was typed."""

import re
import time
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.domain.characters import is_blank
from bot.domain.titles import file_name
from tests.factories import a_job, a_request

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)


def title(prompt: str) -> str:
    return words.title_of(a_job(request=a_request(prompt=prompt)))


@pytest.mark.parametrize(
    ("prompt", "called"),
    [
        ("lo-fi rain, warm tape, 70 bpm", "Lo-fi rain"),
        ("calm piano\nfor a late evening", "Calm piano"),
        ("slow waltz - quiet", "Slow waltz"),
        ("1.5 seconds of noise", "1.5 seconds of noise"),
        ("a slow piano over the sound of rain", "A slow piano over the sound"),
        ("please write a song about the sea", "Please write a song"),
        ("NASA countdown", "NASA countdown"),
        ("iPad melody", "iPad melody"),
        ("été à Paris", "Été à Paris"),
        ("straße", "Straße"),
        ("雨の夜、静かなピアノ", "雨の夜"),
        ("雨" * 50, "雨" * 30),
        ("x" * 500, "X" + "x" * 59),
        ("مطر في المدينة، بيانو", "مطر في المدينة"),
        ("**bold** _move_ `x`", "Bold move x"),
        ("# heading", "Heading"),
        ("<@200000000000000001> hello", "Hello"),
        ("@everyone dance", "Everyone dance"),
        ("https://evil.example/x calm", "Calm"),
        ("\u202egnp.exe rain", "Gnp.exe rain"),
        ("a\x00b\ud800c", "A b c"),
        ("..., !! , second clause", "Second clause"),
        ("☔", "☔"),
        ("\U0001faff", "\U0001faff"),
        ("👨\u200d👩\u200d👧" * 20, "👨\u200d👩\u200d👧" * 7),
        ("👍🏽" * 40, "👍🏽" * 15),
        ("\u0301" * 200, "Untitled track"),
        ("", "Untitled track"),
        ("...", "Untitled track"),
    ],
)
def test_title_is_the_first_clause_of_the_prompt(prompt: str, called: str) -> None:
    assert title(prompt) == called


def test_title_is_the_members_own_when_there_is_one() -> None:
    own = "sunday mornings, at ten, with coffee and a newspaper"
    assert words.title_of(a_job(title=own)) == own
    assert words.title_of(a_job(title="a\x00 b\n" + "x" * 500)) == "a b " + "x" * 56
    assert words.title_of(a_job(title="\u200b")) == "Lo-fi rain"


def test_title_is_found_at_once_when_a_prompt_is_one_long_word() -> None:
    began_s = time.process_time()
    assert title("x" * 4000) == "X" + "x" * 59
    assert time.process_time() - began_s < 0.5


@given(ANY_TEXT, ANY_TEXT)
def test_title_is_one_plain_short_line(prompt: str, own: str) -> None:
    shown = words.title_of(a_job(request=a_request(prompt=prompt), title=own))
    assert not is_blank(shown)
    assert shown == " ".join(shown.split())
    assert len(shown) <= 60
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in shown)
    shown.encode()


# --- file names ---------------------------------------------------------------------------------


def name(prompt: str) -> str:
    return file_name(title(prompt), "0123456789abcdef", ".wav")


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("Lo-fi rain, warm tape!", "lo-fi-rain.wav"),
        ("Été à Zürich", "ete-a-zurich.wav"),
        ("Łódź, straße", "lodz.wav"),
        ("雨", "track-012345.wav"),
        ("Дождь ночью", "track-012345.wav"),
        ("雨 and tape", "and-tape-012345.wav"),
        ("☔", "track-012345.wav"),
        ("con", "track-con.wav"),
        ("COM1", "track-com1.wav"),
        ("../../etc/passwd", "etc-passwd.wav"),
        ("x" * 500, "x" * 60 + ".wav"),
    ],
)
def test_file_is_named_after_its_title(prompt: str, named: str) -> None:
    assert name(prompt) == named


@given(ANY_TEXT)
def test_file_name_is_one_every_system_takes(prompt: str) -> None:
    named = name(prompt)
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?\.wav", named)
    assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)\.wav", named)
    assert len(named) <= 64 + len("track--012345")
