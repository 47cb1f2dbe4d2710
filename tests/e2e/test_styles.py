"""Saved styles, as their members meet them."""

from typing import Any

import pytest

from sandbox.driver import Call, MemberDriver
from tests.e2e.place import Place
from tests.e2e.pressing import press
from tests.e2e.shared import reply_to
from tests.e2e.stage import private_answer
from tests.e2e.test_database_faults import locked
from tests.e2e.test_fixing import edit, fields

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "night train"
NIGHT = {"model": "elevenlabs/eleven_music", "seconds": 60, "words": "warm tape, 70 bpm"}


async def save(place: Place, name: str, **options: Any) -> Call:
    """Save a style; the private answer is there."""
    call = await place.member.slash(
        "style save", channel=place.channel, options={"name": name, **options}
    )
    await call.answered()
    return call


async def compose(place: Place, command: str = "compose", **options: Any) -> Call:
    call = await place.member.slash(
        command, channel=place.channel, options={"prompt": PROMPT, **options}
    )
    await call.answered()
    return call


async def body_of(place: Place, call: Call) -> dict[str, Any]:
    """What the provider was asked for."""
    await reply_to(place.stage, place.member, await call.answered())
    return dict(place.stage.provider.generations[-1].body)


async def choices(place: Place, typed: str = "", by: MemberDriver | None = None) -> list[str]:
    """What is proposed at `style`."""
    found = await (by or place.member).autocomplete(
        "compose", "style", typed, channel=place.channel, prompt=PROMPT
    )
    return [choice["value"] for choice in found]


async def test_style_makes_the_track_and_is_written_out_in_the_recipe(place: Place) -> None:
    assert "Eleven Music, 60 s" in await private_answer(await save(place, "Night drive", **NIGHT))
    call = await compose(place, style="night DRIVE")
    track = await reply_to(place.stage, place.member, await call.answered())
    assert place.stage.provider.generations[-1].body == {
        "model": NIGHT["model"],
        "prompt": f"{PROMPT}, warm tape, 70 bpm",
        "music_length_ms": 60_000,
    }
    recipe = await private_answer(await press(place.member, track, "Recipe"))
    assert f"/compose prompt:{PROMPT}, warm tape, 70 bpm model:Eleven Music seconds:60" in recipe
    assert "style:" not in recipe


async def test_what_is_given_wins_over_the_style(place: Place) -> None:
    await save(place, "Night", **NIGHT)
    call = await compose(place, style="Night", seconds=20)
    assert (await body_of(place, call))["music_length_ms"] == 20_000


async def test_style_is_used_with_a_prompt_alone(place: Place) -> None:
    await save(place, "Clean", negative_prompt="drums")
    call = await compose(place, "style use", style="Clean")
    assert (await body_of(place, call))["negative_prompt"] == "drums"


async def test_styles_are_seen_by_their_member_alone(place: Place, other: MemberDriver) -> None:
    await save(place, "Night", **NIGHT)
    await save(place, "Day", words="bright")
    assert await choices(place) == ["Day", "Night"]
    assert await choices(place, "NI") == ["Night"]
    assert await choices(place, by=other) == []
    call = await other.slash("compose", channel=place.channel, prompt=PROMPT, style="Night")
    assert "You don't have a style called `Night`" in await private_answer(call)
    call = await other.slash("style delete", channel=place.channel, style="Night")
    assert "Nothing was deleted" in await private_answer(call)
    assert "is deleted" in await private_answer(
        await place.member.slash("style delete", channel=place.channel, style="night")
    )
    assert await choices(place) == ["Day"]


async def test_style_is_replaced_only_after_a_question(place: Place) -> None:
    await save(place, "Night", **NIGHT)
    question = await (await save(place, " night ", words="cold wind")).answered()
    assert "adds “warm tape, 70 bpm”" in question.text
    assert "adds “cold wind”" in question.text
    assert (await body_of(place, await compose(place, style="Night")))["prompt"].endswith("70 bpm")
    for pressed in [await place.member.click(question, label="Replace it") for _ in range(2)]:
        await pressed.acknowledged()
    after = await place.stage.bot.watch(
        place.member.wait_for_edit(question, lambda message: "Saved" in message.text)
    )
    assert not after.buttons
    assert await choices(place) == ["night"]
    body = await body_of(place, await compose(place, style="Night"))
    assert (body["model"], body["prompt"]) == ("google/lyria2", f"{PROMPT}, cold wind")


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ({"name": "Night"}, "at least one option"),
        ({"name": "\u200b", "words": "warm"}, "needs a name"),
        ({"name": "Night", "model": "suno"}, "no model called `suno`"),
        ({"name": "Night", "model": "google/lyria2", "seconds": 30}, "takes no `seconds`"),
    ],
)
async def test_style_that_can_not_work_is_not_saved(
    place: Place, options: dict[str, Any], told: str
) -> None:
    call = await place.member.slash("style save", channel=place.channel, options=options)
    answer = await private_answer(call)
    assert told in answer
    assert "Nothing was saved." in answer
    assert await choices(place) == []


async def test_refusal_names_the_style_and_keeps_what_was_typed(place: Place) -> None:
    await save(place, "Night", **NIGHT)
    answer = await (await compose(place, style="Night", model="google/lyria2")).answered()
    assert "Google Lyria 2 takes no `seconds`" in answer.text
    assert "comes from your style `Night`" in answer.text
    shown = fields(await edit(place.member, answer))
    assert shown["prompt"] == f"{PROMPT}, warm tape, 70 bpm"
    assert (shown["model"], shown["seconds"]) == (["google/lyria2"], "60")


async def test_prompt_is_kept_when_there_is_no_such_style(place: Place) -> None:
    answer = await (await compose(place, style="@everyone")).answered()
    assert answer.ephemeral
    assert "`@everyone`" in answer.text
    call = await edit(place.member, answer)
    assert fields(call)["prompt"] == PROMPT
    sent = await place.member.fill_modal(call, {})
    assert (await body_of(place, sent))["prompt"] == PROMPT


async def test_style_is_told_with_the_rest_when_nothing_can_be_read(place: Place) -> None:
    with locked(place.stage.folder / "compose.db"):
        answer = await (await compose(place, style="Night")).answered()
    assert "nothing was started" in answer.text
    assert f"prompt:\n{PROMPT}" in answer.text
    assert "style:\nNight" in answer.text
