"""Refusals offer what helps as buttons: one press starts the track, and only one."""

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio

from bot.domain.jobs import Rung
from sandbox.driver import MessageView
from tests.e2e.conftest import OpenStage
from tests.e2e.place import Place
from tests.e2e.pressing import forge_id, labels
from tests.e2e.shared import Records, quick_sandbox, reply_to, shared_stage
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
LYRICS = "walking home in the rain again"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with shared_stage(tmp_path_factory.mktemp("remedies"), quick_sandbox()) as opened:
        yield opened


async def refused(place: Place, **options: Any) -> MessageView:
    """The private answer to a request that can't be taken as it is."""
    call = await place.member.slash(
        "compose", channel=place.channel, options={"prompt": PROMPT, **options}
    )
    answer = await call.answered()
    assert answer.ephemeral
    return answer


async def body_after(place: Place, answer: MessageView, label: str) -> dict[str, Any]:
    """What the provider was asked for after a press, once the track was delivered."""
    card = await (await place.member.click(answer, label=label)).answered()
    assert not card.ephemeral, card
    await reply_to(place.stage, place.member, card)
    return dict(place.stage.provider.generations[-1].body)


async def test_press_sends_the_request_with_what_helps_and_all_else_as_typed(
    stage: Stage,
) -> None:
    place = Place(stage, "Changer")
    answer = await refused(place, model="stable-audio", seconds=60)
    assert labels(answer) == ["Shorten to 47 seconds", "Use Eleven Music", "Edit"]
    body = await body_after(place, answer, "Use Eleven Music")
    assert (body["model"], body["music_length_ms"]) == ("elevenlabs/eleven_music", 60_000)
    # the other one is another track
    body = await body_after(place, answer, "Shorten to 47 seconds")
    assert (body["model"], body["seconds_total"]) == ("stable-audio", 47)


async def test_button_works_after_a_restart_and_for_its_member_alone(stage: Stage) -> None:
    place, other = Place(stage, "Singer"), Place(stage, "Neighbour")
    answer = await refused(place, lyrics=LYRICS, negative_prompt="drums")
    (button,) = [one for one in answer.buttons if one["label"] == "Send without lyrics"]
    await stage.bot.kill()
    await stage.bot.start()
    await stage.bot.ready()

    own = await refused(other, lyrics=LYRICS)
    before = len(stage.provider.generations)
    forged = await forge_id(other.member, own, button["custom_id"])
    assert "don't have that text" in await private_answer(forged)
    assert len(stage.provider.generations) == before

    body = await body_after(place, answer, "Send without lyrics")
    assert (body["prompt"], body["negative_prompt"]) == (PROMPT, "drums")
    assert "lyrics" not in body


async def test_button_makes_one_track_however_often_it_is_pressed(stage: Stage) -> None:
    place = Place(stage, "Impatient")
    member, before = place.member, len(stage.provider.generations)
    answer = await refused(place, seed=5, model="stable-audio")
    presses = await asyncio.gather(
        *(member.click(answer, label="Send without a seed") for _ in range(3))
    )
    answers = [await press.answered() for press in presses]
    cards = [one for one in answers if not one.ephemeral]
    assert len(cards) == 1
    await reply_to(stage, member, cards[0])
    late = await private_answer(await member.click(answer, label="Send without a seed"))
    assert "You've started this one already" in late
    assert f"/{cards[0].channel_id}/{cards[0].id}\n" in late
    told = [one.text for one in answers if one.ephemeral]
    assert all("started this one already" in text for text in told)
    assert len(stage.provider.generations) == before + 1


async def test_number_that_is_none_can_be_left_out(stage: Stage) -> None:
    place = Place(stage, "Counter")
    answer = await refused(place, model="stable-audio", seconds=5000)
    dialog = await place.member.click(answer, label="Edit")
    await dialog.acknowledged()
    sent = await place.member.fill_modal(dialog, {"seconds": "a lot"})
    again = await sent.answered()
    assert labels(again) == ["Send without a length", "Edit"]
    body = await body_after(place, again, "Send without a length")
    assert body.get("seconds_total", 30) == 30


async def test_place_is_no_obstacle_when_the_track_is_made_private(stage: Stage) -> None:
    ben = stage.member()
    call = await ben.slash("compose", channel="quiet-corner", prompt=PROMPT)
    answer = await call.answered()
    assert labels(answer) == ["Send it just to me", "Edit"]
    sent = await ben.click(answer, label="Send it just to me")
    assert (await sent.answered()).ephemeral
    assert await Records(stage).until_told(sent) is Rung.INTERACTION


async def test_daily_limit_counts_for_remedies_too(open_stage: OpenStage) -> None:
    async with open_stage(MAX_JOBS_PER_MEMBER_PER_DAY="1") as stage:
        ben = stage.member()
        call = await ben.slash("compose", prompt=PROMPT, lyrics=LYRICS)
        answer = await call.answered()
        await (await ben.slash("compose", prompt="the first")).answered()
        for _ in range(2):  # what was refused can be pressed again
            pressed = await ben.click(answer, label="Send without lyrics")
            assert "for today" in await private_answer(pressed)
