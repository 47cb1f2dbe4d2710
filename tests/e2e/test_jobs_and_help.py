"""`/jobs` and `/help`, as members experience them."""

from typing import Any

import pytest

from bot import words
from sandbox.driver import Call, MessageView
from tests.e2e.conftest import OpenStage
from tests.e2e.reader import Reader, opened_shelf, titles
from tests.e2e.shared import until
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

QUEUED = "queued for member"


async def queue(stage: Stage, name: str, *prompts: str) -> list[MessageView]:
    """Ask for tracks in #general; the cards, once all of them are queued."""
    before = stage.log().count(QUEUED)
    asked = [
        await stage.member(name).slash("compose", channel="general", prompt=p) for p in prompts
    ]
    cards = [await call.answered() for call in asked]
    await until(stage, lambda: stage.log().count(QUEUED) == before + len(prompts))
    return cards


async def jobs(stage: Stage, name: str, **options: Any) -> Call:
    return await stage.member(name).slash("jobs", channel="general", **options)


async def test_jobs_shows_what_waits_and_runs_and_cancels_it_after_a_restart(
    open_stage: OpenStage,
) -> None:
    async with open_stage(speed=1.0, MAX_CONCURRENT_GENERATIONS="1") as stage:
        ben = stage.member()
        _, second = await queue(stage, "Ben", "number one", "number two")
        await stage.world.state.bus.wait_until(lambda: len(stage.provider.generations) == 1)
        listed = await (await jobs(stage, "Ben")).answered()
        assert listed.ephemeral
        for shown in (
            "Number one",
            "being composed",
            "Number two",
            "number 1 in the queue",
            second.id,
        ):
            assert shown in listed.text
        assert listed.text.count("ready any moment now") == 2  # tracks take a second here
        await stage.bot.stop()
        await stage.bot.start()
        await stage.bot.ready()
        after = await (await ben.click(listed, label="Cancel 2")).answered()
        assert "Number two" not in after.text
        assert [button["label"] for button in after.buttons] == ["Cancel 1"]
        await ben.wait_for_edit(second, lambda message: "Cancelled" in message.text)
        gone = await (await ben.click(after, label="Cancel 1")).answered()
        assert "None of your tracks" in gone.text
        assert [one.body["prompt"] for one in stage.provider.generations] == ["number one"]


async def test_many_jobs_are_cancelled_by_a_select(open_stage: OpenStage) -> None:
    async with open_stage(speed=1.0, MAX_CONCURRENT_GENERATIONS="1") as stage:
        await queue(stage, "Ben", *(f"number {number}" for number in range(7)))
        ben, listed = stage.member(), await (await jobs(stage, "Ben")).answered()
        [select] = listed.selects
        last = select["options"][-1]
        assert last["label"] == "7. Number 6"
        chosen = await ben.choose(listed, custom_id=select["custom_id"], values=[last["value"]])
        assert len((await chosen.answered()).selects[0]["options"]) == 6


async def test_jobs_that_have_no_room_move_up_as_others_are_cancelled(
    open_stage: OpenStage,
) -> None:
    async with open_stage(speed=1.0, MAX_JOBS_PER_MEMBER_PER_DAY="0") as stage:
        busy = {"message": "slow down", "statusCode": 429}
        stage.provider.scenario.on("POST", "/v2/generate/audio", times=None).respond(429, busy)
        ben, ada = stage.member(), stage.member("Ada")
        for _ in range(8):
            prompt = "warm tape and slow rain on a tin roof"
            call = await ben.slash("compose", channel="general", prompt=prompt, variations=4)
            await call.answered()
        await until(stage, lambda: stage.log().count(QUEUED) == 32)
        for who, options, jobs in ((ben, {}, 32), (ada, {"everyone": True}, 31)):
            listed = await (await who.slash("jobs", channel="general", options=options)).answered()
            [select] = listed.selects
            shown = len(select["options"])
            assert f"and {jobs - shown} more" in listed.text
            first = select["options"][0]["value"]
            chosen = await who.choose(listed, custom_id=select["custom_id"], values=[first])
            after = await chosen.answered()
            assert first not in [one["value"] for one in after.selects[0]["options"]]
            assert f"and {jobs - shown - 1} more" in after.text


async def test_jobs_of_all_are_for_moderators(open_stage: OpenStage) -> None:
    async with open_stage(speed=1.0, MAX_CONCURRENT_GENERATIONS="1") as stage:
        [card] = await queue(stage, "Ben", "number one")
        assert "None of your tracks" in await private_answer(await jobs(stage, "Chika"))
        refused = await private_answer(await jobs(stage, "Chika", everyone=True))
        assert "moderators" in refused
        ada = stage.member("Ada")
        listed = await (await jobs(stage, "Ada", everyone=True)).answered()
        assert f"<@{stage.member().user_id}>" in listed.text
        assert not listed.mentions
        after = await (await ada.click(listed, label="Cancel 1")).answered()
        assert "Nothing is in progress" in after.text
        await ada.wait_for_edit(card, lambda message: "Cancelled" in message.text)


async def test_job_that_has_ended_meanwhile_is_not_cancelled(open_stage: OpenStage) -> None:
    async with open_stage(speed=1.0) as stage:
        ben = stage.member()
        [card] = await queue(stage, "Ben", "number one")
        listed = await (await jobs(stage, "Ben")).answered()
        await (await ben.click(card, label="Cancel")).acknowledged()
        await (await ben.click(listed, label="Cancel 1")).acknowledged()
        said = await ben.wait_for_message(lambda message: "already cancelled" in message.text)
        assert said.ephemeral


async def test_help_says_what_is_left_and_opens_an_example(open_stage: OpenStage) -> None:
    async with open_stage(speed=1.0, MAX_JOBS_PER_MEMBER_PER_DAY="3") as stage:
        ben = stage.member()
        await queue(stage, "Ben", "number one")
        shown = await (await ben.slash("help", channel="general")).answered()
        assert shown.ephemeral
        for said in ("2 of your 3 tracks", "</tracks:", "</top:", "about 0.06 USD", "**Apps**"):
            assert said in shown.text
        ids = {one["name"]: one["id"] for one in stage.world.commands.all(None)}
        assert f"</compose:{ids['compose']}>" in shown.text
        assert [button["label"] for button in shown.buttons] == list(words.EXAMPLES)
        await stage.bot.stop()
        await stage.bot.start()
        await stage.bot.ready()
        example = shown.buttons[0]["label"]
        dialog = await ben.click(shown, label=example)
        await dialog.acknowledged()
        assert dialog.modal
        assert len(stage.provider.generations) <= 1
        card = await (await ben.fill_modal(dialog, {})).answered()
        assert example in card.text


async def test_help_says_why_one_can_not_compose_here(stage: Stage) -> None:
    ben = stage.member()
    refused = await private_answer(await ben.slash("help", channel="quiet-corner"))
    assert "Attach Files" in refused
    assert "</tracks:" in refused
    direct = await private_answer(await ben.slash("help", channel="@Compose Bot"))
    assert "but not here" in direct
    assert "/top" not in direct


async def test_lists_are_the_same_on_postgresql(open_stage: OpenStage, postgres_url: str) -> None:
    async with (
        open_stage(speed=1.0, DATABASE_URL=postgres_url, MAX_CONCURRENT_GENERATIONS="1") as stage,
        opened_shelf(postgres_url) as shelf,
    ):
        reader = Reader(stage, shelf, "Reader")
        for number in range(12):
            await reader.put(f"100% song {number}", liked_by=number)
        first = await reader.tracks(search="100%")
        assert titles(first)[0] == "100% song 11"
        second = await (await reader.member.click(first, label="Next")).answered()
        assert titles(second) == ["100% song 1", "100% song 0"]
        top = await (await reader.member.slash("top", channel=reader.place.channel)).answered()
        assert titles(top)[0] == "100% song 11"
        await queue(stage, "Ben", "number one", "number two")
        assert "number 1 in the queue" in (await (await jobs(stage, "Ben")).answered()).text
        assert "18 of your 20" in (await (await help_for(stage)).answered()).text


async def help_for(stage: Stage) -> Call:
    return await stage.member().slash("help", channel="general")
