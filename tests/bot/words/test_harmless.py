"""Hostile text: it shows as it was typed, pings nobody, and fits."""

import re
import unicodedata

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.words.markdown import harmless

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


@given(ANY_TEXT)
def test_harmless_text_hides_no_mention_from_discords_own_finder(text: str) -> None:
    shown = harmless(text + "<@200000000000000001>", 2000)
    assert not re.search(r"<@!?([0-9]{15,20})>", shown)
    assert discord.utils.escape_mentions(shown) == shown
