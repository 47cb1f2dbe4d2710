"""`/studio`: the dialog, and what it begins with."""

from typing import Any

import pytest

from sandbox.driver import Call, OptionError
from tests.e2e.place import Place
from tests.e2e.shared import reply_to
from tests.e2e.stage import private_answer
from tests.e2e.test_fixing import edit, fields
from tests.e2e.test_styles import NIGHT, PROMPT, body_of, compose, save

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def open_studio(place: Place) -> Call:
    call = await place.member.slash("studio", channel=place.channel)
    await call.acknowledged()
    return call


async def sent(place: Place, studio: Call, **values: Any) -> Call:
    return await place.member.fill_modal(studio, {"prompt": PROMPT, **values})


async def test_command_without_a_prompt_is_not_sent(place: Place) -> None:
    with pytest.raises(OptionError, match="prompt: This option is required"):
        await place.member.slash("compose", channel=place.channel, seed=7)


async def test_studio_makes_a_track_of_what_is_typed(place: Place) -> None:
    studio = await open_studio(place)
    assert fields(studio) == {
        "model": ["google/lyria2"],
        "prompt": None,
        "lyrics": None,
        "seconds": None,
        "negative_prompt": None,
    }
    with pytest.raises(OptionError):
        await place.member.fill_modal(studio, {"prompt": ""})
    body = await body_of(place, await sent(place, studio, negative_prompt="drums"))
    assert (body["prompt"], body["negative_prompt"]) == (PROMPT, "drums")


async def test_studio_begins_with_what_was_used_last(place: Place) -> None:
    await save(place, "Night", **NIGHT)
    await save(place, "Day", words="bright")
    call = await compose(place, style="Night")
    await reply_to(place.stage, place.member, await call.answered())
    shown = fields(await open_studio(place))
    assert shown == {
        "model": ["elevenlabs/eleven_music"],
        "prompt": None,
        "lyrics": None,
        "seconds": "60",
        "style": ["Night"],
    }
    call = await compose(place, model="stable-audio", seconds=20)
    await reply_to(place.stage, place.member, await call.answered())
    shown = fields(await open_studio(place))
    assert (shown["model"], shown["seconds"]) == (["stable-audio"], "20")
    assert not shown["style"]


async def test_chosen_style_counts_where_the_dialog_was_left_as_it_was(place: Place) -> None:
    await save(place, "Night", **NIGHT)
    body = await body_of(place, await sent(place, await open_studio(place), style=["Night"]))
    assert body == {
        "model": NIGHT["model"],
        "prompt": f"{PROMPT}, warm tape, 70 bpm",
        "music_length_ms": 60_000,
    }
    studio = await open_studio(place)
    body = await body_of(place, await sent(place, studio, style=[], seconds="20"))
    assert (body["prompt"], body["music_length_ms"]) == (PROMPT, 20_000)


async def test_filled_in_length_is_dropped_when_the_chosen_model_takes_none(place: Place) -> None:
    call = await compose(place, model="elevenlabs/eleven_music")
    await reply_to(place.stage, place.member, await call.answered())
    studio = await open_studio(place)
    assert fields(studio)["seconds"] == "30"
    body = await body_of(place, await sent(place, studio, model=["google/lyria2"]))
    assert body["model"] == "google/lyria2"


async def test_all_that_was_typed_is_kept_when_the_studio_is_refused(place: Place) -> None:
    await save(place, "Night", **NIGHT)
    studio = await open_studio(place)
    call = await sent(place, studio, style=["Night"], lyrics="walking home", seconds="a lot")
    answer = await call.answered()
    assert "must be a whole number" in answer.text
    again = await place.member.fill_modal(await edit(place.member, answer), {"seconds": "20"})
    answer = await again.answered()
    assert "Eleven Music takes no `lyrics`" in answer.text
    fixing = await edit(place.member, answer)
    assert fields(fixing)["lyrics"] == "walking home"
    body = await body_of(place, await place.member.fill_modal(fixing, {"lyrics": ""}))
    assert (body["prompt"], body["music_length_ms"]) == (f"{PROMPT}, warm tape, 70 bpm", 20_000)


async def test_studio_can_be_sent_after_its_style_was_deleted(place: Place) -> None:
    await save(place, "Night", **NIGHT)
    studio = await open_studio(place)
    await (
        await place.member.slash("style delete", channel=place.channel, style="Night")
    ).answered()
    call = await sent(place, studio, style=["Night"])
    assert "You don't have a style called `Night`" in await private_answer(call)
    assert fields(await edit(place.member, await call.answered()))["prompt"] == PROMPT
