"""Hostile text: it shows as it was typed, pings nobody, fits, and names files safely."""

import re
import time
import unicodedata

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import file_name, harmless, is_blank, title_of
from tests.factories import a_job, a_request

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


@given(st.text("*_`~|\\[]()<>@#:/.-1 ab\n", min_size=1, max_size=80), st.integers(1, 60))
@example("*" * 4000, 1000)
@example("[a](b) " * 600, 200)
def test_harmless_text_fills_its_room_when_it_is_cut(text: str, limit: int) -> None:
    shown = harmless(text, limit)
    if len(whole := harmless(text, 9000)) <= limit:
        assert shown == whole
        return
    kept = shown.removesuffix("…")
    assert len(shown) >= limit - 1
    assert whole.startswith(kept) or limit < 3
    backslashes = len(kept) - len(kept.rstrip("\\"))
    assert backslashes % 2 == 0


@pytest.mark.parametrize(
    "one",
    ["👨\u200d👩\u200d👧", "👍🏽", "🇩🇪", "e\u0301", "❤\ufe0f", "🏴\U000e0067\U000e0062\U000e007f"],
)
def test_harmless_text_ends_with_a_whole_character_when_it_is_cut(one: str) -> None:
    for limit in range(1, 40):
        kept = harmless(one * 20, limit).removesuffix("…")
        assert kept == one * (len(kept) // len(one))
        assert len(kept) > limit - 1 - len(one)


def test_harmless_text_fills_its_room_when_it_is_one_pile_of_accents() -> None:
    assert len(harmless("a" + "\u0301" * 4000, 1000)) == 1000


@pytest.mark.parametrize(
    "mark", [*"\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f\u061c"]
)
def test_harmless_text_turns_nothing_around_it(mark: str) -> None:
    assert harmless(f"a{mark}b", 200) == "ab"


@pytest.mark.parametrize("line_break", ["\n", "\r", "\r\n", "\v", "\f", "\x85", "\u2028", "\u2029"])
def test_harmless_text_knows_every_line_break(line_break: str) -> None:
    assert harmless(f"a{line_break}- b{line_break}1. c", 200) == "a\n\\- b\n1\\. c"


def test_harmless_text_is_left_alone_when_it_is_harmless() -> None:
    text = "lo-fi: F# minor, 4/4, 1.5 s, like hum.wav (no drums!) — été 雨 - fine\nsecond line"
    assert harmless(text, 200) == text


@pytest.mark.parametrize(
    "text",
    [
        *("", " \t\n", "\u200b\u200d\ufeff", "\x00\x1b", "\u3164", "\u2800 ", "\u115f\u1160\uffa0"),
        *("\ufe0f", "\u034f", "\u180b", "\u180f", "\u17b4\u17b5", "\U000e0101", "\U000e0041"),
        *("\u0301", "\u20e3 \ufe0f", "\u00ad", "\u061c", "\u2061\u2064", "\u2065", "\ufff0\ufff9"),
        *(
            "\U000e0fff",
            "\U0001d173",
            "\U0001d159",
            "\U0001bca0",
            "\ufdd0\uffff\U0010ffff",
            "\ud800",
        ),
    ],
)
def test_text_is_blank_when_nothing_can_be_seen(text: str) -> None:
    assert is_blank(text)


@pytest.mark.parametrize(
    "text", ["a", " . ", "🌧", "雨", "\u200ba", "❤\ufe0f", "1\ufe0f\u20e3", "\U0001faff"]
)
def test_text_is_not_blank_when_something_can_be_seen(text: str) -> None:
    assert not is_blank(text)


# --- titles -------------------------------------------------------------------------------------


def title(prompt: str) -> str:
    return title_of(a_job(request=a_request(prompt=prompt)))


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
    assert title_of(a_job(title=own)) == own
    assert title_of(a_job(title="a\x00 b\n" + "x" * 500)) == "a b " + "x" * 56
    assert title_of(a_job(title="\u200b")) == "Lo-fi rain"


def test_title_is_found_at_once_when_a_prompt_is_one_long_word() -> None:
    began_s = time.process_time()
    assert title("x" * 4000) == "X" + "x" * 59
    assert time.process_time() - began_s < 0.5


@given(ANY_TEXT, ANY_TEXT)
def test_title_is_one_plain_short_line(prompt: str, own: str) -> None:
    shown = title_of(a_job(request=a_request(prompt=prompt), title=own))
    assert not is_blank(shown)
    assert shown == " ".join(shown.split())
    assert len(shown) <= 60
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in shown)
    shown.encode()


# --- file names ---------------------------------------------------------------------------------


def name(prompt: str) -> str:
    return file_name(a_job(id="0123456789abcdef", request=a_request(prompt=prompt)), ".wav")


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
