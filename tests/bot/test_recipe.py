"""Recipes: one line where it can be, and nothing that is left out."""

import pytest

from bot.jobs import AudioFormat, Reference
from bot.recipe import command_of, listed
from tests.factories import a_brief

LYRICS = "one\ntwo"


def test_command_names_every_option_that_was_given() -> None:
    assert command_of(a_brief()) == "/compose prompt:lo-fi rain model:Google Lyria 2 seed:3"
    full = a_brief(
        model="minimax/music-2.6",
        negative_prompt="drums",
        lyrics="la la la",
        seconds=30,
        instrumental=True,
        seed=0,
        audio_format=AudioFormat.FLAC,
    )
    assert command_of(full) == (
        "/compose prompt:lo-fi rain model:MiniMax Music 2.6 negative_prompt:drums "
        "lyrics:la la la seconds:30 instrumental:True seed:0 format:flac"
    )


def test_model_without_seed_has_none_in_its_command() -> None:
    command = command_of(a_brief(model="stable-audio", seed=None))
    assert command == "/compose prompt:lo-fi rain model:Stable Audio"


@pytest.mark.parametrize("prompt", ["a\nb", "a\u2028b", "loud, seed:7", "model:x"])
def test_there_is_no_command_for_what_one_line_can_not_hold(prompt: str) -> None:
    brief = a_brief(prompt=prompt)
    assert command_of(brief) is None
    assert f"prompt:\n{prompt}\n" in listed(brief)


def test_listed_options_are_whole() -> None:
    brief = a_brief(lyrics=LYRICS, seconds=12)
    assert listed(brief) == (
        "/compose\n\nprompt:\nlo-fi rain\n\nmodel:\nGoogle Lyria 2\n\nlyrics:\none\ntwo"
        "\n\nseconds:\n12\n\nseed:\n3"
    )


def test_cover_is_asked_for_by_its_own_command() -> None:
    reference = Reference(url="https://cdn.example/hum.wav", file_name="hum.wav")
    brief = a_brief(model="minimax/music-cover", seed=None, reference=reference)
    assert command_of(brief) == "/cover prompt:lo-fi rain"
