"""Hostile text: it shows as it was typed, pings nobody, fits, and names files safely."""

import re
import time
import unicodedata

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import file_name, harmless, is_blank, title_of
from tests.factories import a_brief, a_job

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)
PINGS = re.compile(r"@everyone|@here|(?<!\\)<(@[!&]?\d|#\d|t:|a?:\w+:\d|/\w|id:)")


@pytest.mark.parametrize(
    "text",
    [
        "@everyone",
        "@here now",
        "<@200000000000000001>",
        "<@!200000000000000001>",
        "<@&200000000000000001>",
        "<@1>",
        "<#300000000000000001>",
        "<t:1700000000:R>",
        "<:cat:1>",
        "<a:cat:1>",
        "</compose:1>",
        "<id:customize>",
        "https://x.example/@everyone",
        "https://x.example/<@200000000000000001>",
        "<https://x.example/|@here>",
        "\\<@200000000000000001>",
    ],
)
def test_harmless_text_pings_nobody(text: str) -> None:
    shown = harmless(text, 200)
    # What is escaped twice is not escaped: look at the text without pairs of backslashes.
    assert not PINGS.search(shown.replace("\\\\", ""))


@pytest.mark.parametrize(
    "text", ["**b**", "__u__", "||s||", "`c`", "~~x~~", "# h", "> q", "[a](b)"]
)
def test_harmless_text_shows_markdown_as_typed(text: str) -> None:
    shown = harmless(text, 200)
    assert shown != text
    assert shown.replace("\\", "") == text


@given(ANY_TEXT, st.integers(1, 60))
@example("*" * 100, 10)
@example("\\" * 100, 9)
@example("@everyone" * 9, 20)
@example("<@1>" * 30, 11)
def test_harmless_text_never_exceeds_its_limit(text: str, limit: int) -> None:
    assert len(harmless(text, limit)) <= limit


@given(ANY_TEXT)
def test_harmless_text_has_no_control_characters(text: str) -> None:
    shown = harmless(text, 1000)
    assert all(char == "\n" or unicodedata.category(char) != "Cc" for char in shown)


@given(st.text("*_`~|\\[]()<>@#ab ", max_size=80), st.integers(5, 60))
def test_harmless_text_ends_without_a_dangling_escape_when_it_is_cut(text: str, limit: int) -> None:
    shown = harmless(text, limit).removesuffix("…")
    backslashes = len(shown) - len(shown.rstrip("\\"))
    assert backslashes % 2 == 0


def test_harmless_text_is_left_alone_when_it_is_harmless() -> None:
    text = "lo-fi rain, warm tape, 70 bpm (no drums!) — été 雨\nsecond line"
    assert harmless(text, 200) == text


@pytest.mark.parametrize(
    "text", ["", " \t\n", "\u200b\u200d\ufeff", "\x00\x1b", "\u3164", "\u2800 "]
)
def test_text_is_blank_when_nothing_can_be_seen(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize("text", ["a", " . ", "🌧", "雨", "\u200ba"])
def test_text_is_not_blank_when_something_can_be_seen(text: str) -> None:
    assert not is_blank(text)


# --- titles -------------------------------------------------------------------------------------


def title(prompt: str) -> str:
    return title_of(a_job(brief=a_brief(prompt=prompt)))


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
    assert title_of(a_job(title=own)) == own
    assert title_of(a_job(title="a\x00 b\n" + "x" * 500)) == "a b " + "x" * 56
    assert title_of(a_job(title="\u200b")) == "Lo-fi rain"


def test_title_is_found_at_once_when_a_prompt_is_one_long_word() -> None:
    began_s = time.process_time()
    assert title("x" * 4000) == "X" + "x" * 59
    assert time.process_time() - began_s < 0.1


@given(ANY_TEXT, ANY_TEXT)
def test_title_is_one_plain_short_line(prompt: str, own: str) -> None:
    shown = title_of(a_job(brief=a_brief(prompt=prompt), title=own))
    assert not is_blank(shown)
    assert shown == " ".join(shown.split())
    assert len(shown) <= 60
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in shown)
    shown.encode()


# --- file names ---------------------------------------------------------------------------------


def name(prompt: str) -> str:
    return file_name(a_job(id="0123456789abcdef", brief=a_brief(prompt=prompt)), ".wav")


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


@given(ANY_TEXT)
def test_harmless_text_hides_no_mention_from_discords_own_finder(text: str) -> None:
    shown = harmless(text + "<@200000000000000001>", 2000)
    assert not re.search(r"<@!?([0-9]{15,20})>", shown)
    assert discord.utils.escape_mentions(shown) == shown
