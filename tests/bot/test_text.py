"""Hostile text: it shows as it was typed, pings nobody, fits, and names files safely."""

import re
import unicodedata

import discord
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.text import compose_command, file_name, harmless, is_blank
from tests.factories import a_brief

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


@pytest.mark.parametrize(
    ("prompt", "name"),
    [
        ("Lo-fi rain, warm tape!", "lo-fi-rain-warm-tape.wav"),
        ("Été à Zürich", "ete-a-zurich.wav"),
        ("雨", "track.wav"),
        ("con", "track-con.wav"),
        ("COM1", "track-com1.wav"),
        ("../../etc/passwd", "etc-passwd.wav"),
        ("a\x00b\ud800c", "a-bc.wav"),
        ("x" * 500, "x" * 60 + ".wav"),
    ],
)
def test_file_is_named_after_its_prompt(prompt: str, name: str) -> None:
    assert file_name(prompt, ".wav") == name


@given(ANY_TEXT)
def test_file_name_is_one_every_system_takes(prompt: str) -> None:
    name = file_name(prompt, ".wav")
    assert re.fullmatch(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?\.wav", name)
    assert len(name) <= 64 + len("track-")


def test_command_repeats_the_whole_request() -> None:
    assert compose_command(a_brief()) == "/compose prompt:lo-fi rain seed:3"
    full = compose_command(a_brief(negative_prompt="drums", seed=0))
    assert full == "/compose prompt:lo-fi rain negative_prompt:drums seed:0"


@given(ANY_TEXT)
def test_harmless_text_hides_no_mention_from_discords_own_finder(text: str) -> None:
    shown = harmless(text + "<@200000000000000001>", 2000)
    assert not re.search(r"<@!?([0-9]{15,20})>", shown)
    assert discord.utils.escape_mentions(shown) == shown
