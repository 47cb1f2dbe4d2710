"""Recipes: one line where it can be, and nothing that is left out."""

import dataclasses
from typing import Any

import pytest

from bot.domain.drafts import Draft
from bot.domain.recipes import OPTIONS, command_of, listed, typed
from bot.domain.requests import AudioFormat, Reference, Request
from cogs.compose import Compose
from cogs.cover import Cover
from tests.factories import FULL_REQUEST, a_draft, a_request

LYRICS = "one\ntwo"
REFERENCE = Reference(url="https://cdn.example/hum.wav", file_name="hum.wav")


def test_command_names_every_option_that_was_given() -> None:
    assert command_of(a_request()) == "/compose prompt:lo-fi rain model:Google Lyria 2 seed:3"
    full = a_request(
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
    command = command_of(a_request(model="stable-audio", seed=None))
    assert command == "/compose prompt:lo-fi rain model:Stable Audio"


@pytest.mark.parametrize(
    "prompt",
    ["a\nb", "a\u2028b", "loud, seed:7", "model:x", "theme with variations: 4", "private: no"],
)
def test_there_is_no_command_for_what_one_line_can_not_hold(prompt: str) -> None:
    request = a_request(prompt=prompt)
    assert command_of(request) is None
    assert f"prompt:\n{prompt}\n" in listed(request)


def test_listed_options_are_whole() -> None:
    request = a_request(lyrics=LYRICS, seconds=12)
    assert listed(request) == (
        "/compose\n\nprompt:\nlo-fi rain\n\nmodel:\nGoogle Lyria 2\n\nlyrics:\none\ntwo"
        "\n\nseconds:\n12\n\nseed:\n3"
    )


@pytest.mark.parametrize("name", [field.name for field in dataclasses.fields(Request)])
def test_no_option_is_left_out_of_a_recipe(name: str) -> None:
    reference = FULL_REQUEST.reference if name == "reference" else None
    request = dataclasses.replace(FULL_REQUEST, reference=reference)
    without: Any = {name: getattr(Request(), name)}
    assert listed(dataclasses.replace(request, **without)) != listed(request)


def test_cover_is_asked_for_by_its_own_command() -> None:
    request = a_request(model="minimax/music-cover", seed=None, reference=REFERENCE)
    assert command_of(request) == "/cover prompt:lo-fi rain"
    # "seed" is no option of that command, "audio" is.
    assert command_of(dataclasses.replace(request, prompt="seed: grass")) is not None
    assert command_of(dataclasses.replace(request, prompt="warm audio: tape")) is None


def test_options_are_those_that_the_commands_have() -> None:
    commands: dict[str, Any] = {"/compose": Compose.compose, "/cover": Cover.cover}
    for name, command in commands.items():
        assert set(OPTIONS[name]) == {one.display_name for one in command.parameters}


def test_all_that_was_typed_is_told_of_a_draft() -> None:
    assert typed(Draft()) == ""
    draft = a_draft(
        prompt="lo-fi rain", model="stable-audio", seconds=9, variations=2, private=True
    )
    assert typed(draft) == (
        "prompt:\nlo-fi rain\n\nmodel:\nStable Audio\n\nseconds:\n9"
        "\n\nvariations:\n2\n\nprivate:\nTrue"
    )
    cover = a_draft(prompt="as a waltz", reference=REFERENCE)
    assert typed(cover) == "audio:\nhum.wav\n\nprompt:\nas a waltz"
