"""Which texts show nothing."""

import pytest

from bot.domain.characters import is_blank


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
