"""The dialog: typing a request, and fixing one that could not be taken, without typing it again."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.jobs import JobState, Rung
from sandbox.driver import Call, DriverFile, MemberDriver, MessageView, OptionError
from tests.bot.provider.clips import WAV
from tests.e2e.conftest import OpenStage
from tests.e2e.place import Place
from tests.e2e.shared import Records, quick_sandbox, reply_to, shared_stage
from tests.e2e.stage import Stage
from tests.e2e.test_database_faults import locked

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
LYRICS = "walking home in the rain again"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with shared_stage(tmp_path_factory.mktemp("fixing"), quick_sandbox()) as opened:
        yield opened


async def refused(member: MemberDriver, **options: Any) -> MessageView:
    """The private answer to a request that can't be taken as it is."""
    answer = await (await member.slash("compose", options=options)).answered()
    assert answer.ephemeral
    assert answer.buttons[-1]["label"] == "Edit", answer
    return answer


async def edit(member: MemberDriver, answer: MessageView) -> Call:
    """The dialog behind the answer's button."""
    call = await member.click(answer, label="Edit")
    await call.acknowledged()
    return call


def fields(call: Call) -> dict[str, Any]:
    """What the dialog is filled in with, by custom_id."""
    assert call.modal is not None
    found = {}
    for label in call.modal["components"]:
        field = label["component"]
        chosen = [one["value"] for one in field.get("options", ()) if one.get("default")]
        found[field["custom_id"]] = chosen or field.get("value", field.get("default"))
    return found


async def dialog(place: Place, **options: Any) -> Call:
    """The dialog for what was refused because its prompt can't be seen."""
    typed = {"prompt": "\u200b", **options}
    call = await place.member.slash("compose", channel=place.channel, options=typed)
    return await edit(place.member, await call.answered())


async def generated(stage: Stage, member: MemberDriver, call: Call) -> dict[str, Any]:
    """What the provider was asked for, in the end."""
    card = await call.answered()
    await reply_to(stage, member, card)
    return dict(stage.provider.generations[-1].body)


async def test_dialog_asks_for_the_prompt_when_it_was_blank(stage: Stage) -> None:
    place = Place(stage, "Typist")
    call = await dialog(place, seed=7)
    with pytest.raises(OptionError):
        await place.member.fill_modal(call, {"prompt": ""})
    sent = await place.member.fill_modal(call, {"prompt": PROMPT, "negative_prompt": "drums"})
    body = await generated(stage, place.member, sent)
    assert (body["prompt"], body["negative_prompt"], body["seed"]) == (PROMPT, "drums", 7)


async def test_dialog_holds_all_that_was_typed_when_it_is_fixed_after_a_restart(
    stage: Stage,
) -> None:
    place = Place(stage, "Singer")
    member = place.member
    opened = await dialog(place, private=True)
    typed = {"prompt": PROMPT, "lyrics": LYRICS, "negative_prompt": "drums"}
    call = await member.fill_modal(opened, typed)
    answer = await call.answered()
    assert "Google Lyria 2 takes no `lyrics`" in answer.text
    assert "you gave `walking home" in answer.text

    await stage.bot.stop()
    await stage.bot.start()
    await stage.bot.ready()
    fixing = await edit(member, answer)
    assert fields(fixing) == {
        "prompt": PROMPT,
        "model": ["google/lyria2"],
        "negative_prompt": "drums",
        "lyrics": LYRICS,
        "private": True,
    }

    sent = await member.fill_modal(fixing, {"lyrics": ""})
    card = await sent.answered()
    assert card.ephemeral
    assert await Records(stage).until_told(sent) is Rung.INTERACTION
    assert stage.provider.generations[-1].body["negative_prompt"] == "drums"


async def test_dialog_can_be_sent_after_a_restart(stage: Stage) -> None:
    place = Place(stage, "Slow")
    opened = await dialog(place, seed=9)
    await stage.bot.stop()
    await stage.bot.start()
    await stage.bot.ready()
    sent = await place.member.fill_modal(opened, {"prompt": PROMPT})
    assert (await generated(stage, place.member, sent))["seed"] == 9


async def test_dialog_shows_the_options_that_stand_in_the_way(stage: Stage) -> None:
    member = Place(stage, "Mender").member
    answer = await refused(member, prompt=PROMPT, model="stable-audio", seed=7, seconds=5000)
    assert "Stable Audio takes no `seed` (you gave `7`)" in answer.text
    assert "can be 1–47 seconds long (you asked for 5000)" in answer.text
    fixing = await edit(member, answer)
    shown = fields(fixing)
    assert (shown["seed"], shown["seconds"], shown["model"]) == ("7", "5000", ["stable-audio"])

    sent = await member.fill_modal(fixing, {"seed": "", "seconds": "a lot"})
    again = await sent.answered()
    assert "`seconds` must be a whole number (you typed `a lot`)" in again.text
    sent = await member.fill_modal(await edit(member, again), {"seconds": "20"})
    body = await generated(stage, member, sent)
    assert body["seconds_total"] == 20
    assert "seed" not in body


async def test_place_can_be_fixed_by_making_the_track_private(stage: Stage) -> None:
    ben = stage.member()
    call = await ben.slash("compose", channel="quiet-corner", prompt=PROMPT)
    answer = await call.answered()
    assert "Attach Files" in answer.text
    sent = await ben.fill_modal(await edit(ben, answer), {"private": True})
    assert (await sent.answered()).ephemeral
    assert await Records(stage).until_told(sent) is Rung.INTERACTION


async def test_text_is_in_the_answer_when_it_could_not_be_stored(stage: Stage) -> None:
    place = Place(stage, "Unstored")
    opened = await dialog(place)
    with locked(stage.folder / "compose.db"):
        typed = {"prompt": PROMPT, "lyrics": LYRICS, "model": "MiniMax Music 2.6"}
        sent = await place.member.fill_modal(opened, typed)
        answer = await sent.answered()
    assert answer.ephemeral
    assert "nothing was started" in answer.text
    assert PROMPT in answer.text
    assert LYRICS in answer.text


async def test_long_text_is_a_file_when_it_could_not_be_stored(stage: Stage) -> None:
    place = Place(stage, "Longwinded")
    opened = await place.member.slash("studio", channel=place.channel)
    await opened.acknowledged()
    typed = {"prompt": "slow " * 500, "lyrics": LYRICS * 60, "negative_prompt": "drums"}
    with locked(stage.folder / "compose.db"):
        answer = await (await place.member.fill_modal(opened, typed)).answered()
    assert "Nothing was started.\nWhat you typed is in the file." in answer.text
    (file,) = answer.attachments
    text = (await place.member.fetch(file)).decode()
    for option, value in typed.items():
        assert f"{option}:\n{value}" in text


async def test_options_that_the_dialog_does_not_show_are_told_when_nothing_can_be_stored(
    stage: Stage,
) -> None:
    place = Place(stage, "Unshown")
    with locked(stage.folder / "compose.db"):
        audio = DriverFile("hum.wav", WAV)
        call = await place.member.slash("cover", channel=place.channel, audio=audio, private=True)
        answer = await call.answered()
    assert "nothing was started" in answer.text
    assert "audio:\nhum.wav" in answer.text
    assert "private:\nTrue" in answer.text


async def test_text_is_kept_when_discord_does_not_take_the_card(stage: Stage) -> None:
    place = Place(stage, "Cardless")
    opened = await dialog(place)
    refusal = stage.discord.scenario.on("POST", "/api/v10/interactions/.+", times=1)
    refusal.respond(400, {"message": "Invalid Form Body", "code": 50035})
    sent = await place.member.fill_modal(opened, {"prompt": PROMPT})
    answer = await sent.answered()
    assert "nothing was started" in answer.text
    assert Records(stage).state(sent) is JobState.CANCELLED
    fixing = await edit(place.member, answer)
    assert fields(fixing)["prompt"] == PROMPT
    again = await place.member.fill_modal(fixing, {})
    assert (await generated(stage, place.member, again))["prompt"] == PROMPT


async def test_dialog_opens_in_time_when_nothing_can_be_stored(stage: Stage) -> None:
    place = Place(stage, "Unkept")
    idea = await place.member.say(PROMPT, channel=place.channel)
    with locked(stage.folder / "compose.db"):
        opened = await place.member.menu("Compose from this message", idea)
        await opened.acknowledged()
    sent = await place.member.fill_modal(opened, {})
    assert (await generated(stage, place.member, sent))["prompt"] == PROMPT


async def test_text_is_kept_when_the_daily_limit_is_reached(open_stage: OpenStage) -> None:
    async with open_stage(MAX_JOBS_PER_MEMBER_PER_DAY="1") as stage:
        ben = stage.member()
        await (await ben.slash("compose", prompt="the first")).answered()
        answer = await refused(ben, prompt=PROMPT)
        assert fields(await edit(ben, answer))["prompt"] == PROMPT
