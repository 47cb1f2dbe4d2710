"""Money over the wire: what members read when the budget is used up, and what is sent all the same.

The stand-in's price of the default model is known to the bot from its list.
"""

import asyncio

import pytest

from sandbox.driver import MemberDriver, MessageView
from tests.e2e.conftest import OpenStage
from tests.e2e.pressing import labels
from tests.e2e.shared import until
from tests.e2e.test_fixing import edit, fields

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
# Lyria 2 costs 0.06 USD: enough for two tracks and not for three, and for one alone.
FOR_TWO = "0.17"
FOR_ONE = "0.07"
SLOW = 0.1


async def asked(member: MemberDriver, prompt: str) -> MessageView:
    return await (await member.slash("compose", prompt=prompt)).answered()


async def test_two_of_ten_are_made_when_all_ask_at_once_and_the_budget_is_for_two(
    open_stage: OpenStage,
) -> None:
    async with open_stage(BUDGET_USD_PER_DAY=FOR_TWO, MAX_JOBS_PER_MEMBER_PER_DAY="0") as stage:
        ben = stage.member()
        answers = await asyncio.gather(*(asked(ben, f"song {number}") for number in range(10)))
        refused = [answer for answer in answers if answer.ephemeral]
        assert len(refused) == 8
        for answer in refused:
            assert answer.text.startswith("What's left of today's budget isn't enough")
            assert "You can ask again <t:" in answer.text
        await until(stage, lambda: len(stage.provider.generations) == 2)
        fixing = await edit(ben, refused[0])
        assert fields(fixing)["prompt"].startswith("song ")


async def test_request_never_fits_when_it_costs_more_than_the_budget(
    open_stage: OpenStage,
) -> None:
    async with open_stage(BUDGET_USD_PER_MONTH="0.01") as stage:
        answer = await asked(stage.member(), PROMPT)
        assert "more than I can spend on tracks in a whole month" in answer.text
        assert "<t:" not in answer.text
        assert stage.provider.generations == []


async def test_what_still_fits_is_offered_when_a_request_counts_as_more_tracks_than_are_left(
    open_stage: OpenStage,
) -> None:
    async with open_stage(MAX_JOBS_PER_MEMBER_PER_DAY="3") as stage:
        ben = stage.member()
        await asked(ben, PROMPT)
        call = await ben.slash("compose", prompt=PROMPT, variations=4)
        answer = await call.answered()
        assert answer.text.startswith("This counts as 4 tracks, and you have 2 left of your 3")
        assert labels(answer) == ["Make 2 versions", "Edit"]
        card = await (await ben.click(answer, label="Make 2 versions")).answered()
        assert not card.ephemeral
        await until(stage, lambda: len(stage.provider.generations) == 3)


async def test_member_is_told_once_when_the_budget_was_lowered_while_a_track_waits(
    open_fresh: OpenStage,
) -> None:
    async with open_fresh(speed=SLOW, MAX_CONCURRENT_GENERATIONS="1") as stage:
        ben = stage.member()
        for number in range(3):
            await asked(ben, f"song {number}")
        await until(stage, lambda: len(stage.provider.generations) == 1)
        await stage.bot.kill()
        stage.bot._env = {**stage.bot._env, "BUDGET_USD_PER_DAY": FOR_ONE}
        telling = asyncio.create_task(
            ben.wait_for_message(lambda message: "everyone shares is used up" in message.text)
        )
        await stage.bot.start()
        await stage.bot.ready()
        told = await telling
        assert "a new one starts <t:" in told.text
        await (await ben.click(told, label="Cancel")).acknowledged()
        assert len(stage.provider.generations) == 1
