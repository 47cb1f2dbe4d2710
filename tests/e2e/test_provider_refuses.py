"""What members and hosts learn when the provider does not make the track, or not now."""

import math
from collections.abc import Callable

import pytest

from sandbox.aimlapi import error_body
from sandbox.aimlapi.generations import Fate
from sandbox.driver import MessageView
from tests.e2e.conftest import OpenStage
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
GENERATE = "/v2/generate/audio"


async def test_rejected_request_is_told_with_the_providers_hint(stage: Stage) -> None:
    hint = "Body validation error: prompt: Expected at most 600 characters, **Received** 601"
    stage.provider.scenario.on("POST", GENERATE).respond(400, error_body(400, hint))
    ben = stage.member()
    card = await (await ben.slash("compose", prompt=PROMPT)).answered()
    told = await stage.bot.watch(ben.wait_for_message(lambda m: "did not take" in m.content))
    assert r"\*\*Received\*\* 601" in told.content
    assert [user["id"] for user in told.mentions] == [str(ben.user_id)]
    await ben.wait_for_edit(card, lambda message: "couldn't be made" in message.text)


async def test_hint_and_suggestion_are_told_when_they_lie_deep_in_the_answer(stage: Stage) -> None:
    issue = {"path": ["prompt"], "message": "It names [an artist](https://evil.example)"}
    body = {"error": {"issues": [issue], "data": {"prompt_suggestion": "warm jazz at night"}}}
    stage.provider.scenario.on("POST", GENERATE).respond(400, body)
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    told = await stage.bot.watch(ben.wait_for_message(lambda m: "did not take" in m.content))
    assert "prompt: It names" in told.content
    assert "Suggestion: warm jazz at night" in told.content
    assert "{" not in told.content


async def test_key_is_not_blamed_when_a_firewall_refuses(stage: Stage) -> None:
    page = stage.provider.scenario.on("POST", GENERATE, times=2)
    page.respond(403, "<!doctype html><title>Just a moment…</title>")
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    await stage.track(ben, PROMPT)
    assert "AIMLAPI_KEY" not in stage.log()
    assert not any("has to wait" in message.content for message in ben.messages())


async def test_failed_generation_can_be_tried_again_by_its_member_only(stage: Stage) -> None:
    stage.provider.plan(Fate(error={"name": "moderation", "message": "Not with that name in it"}))
    ben, chika = stage.member(), stage.member("Chika")
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    told = await stage.bot.watch(ben.wait_for_message(lambda m: "Not with that name" in m.content))

    answer = await private_answer(await chika.click(told, label="Try again"))
    assert "Only the member who asked" in answer
    await (await ben.click(told, label="Try again")).answered()
    assert "already" in await private_answer(await ben.click(told, label="Try again"))
    await stage.track(ben, PROMPT)
    assert len(stage.provider.generations) == 2


async def test_failed_generation_can_be_reworded_by_its_member_after_a_restart(
    stage: Stage,
) -> None:
    stage.provider.plan(Fate(error={"name": "moderation", "message": "Not with that name in it"}))
    ben, chika = stage.member(), stage.member("Chika")
    await (await ben.slash("compose", channel="general", prompt=PROMPT, seed=4)).answered()
    told = await stage.bot.watch(ben.wait_for_message(lambda m: "Not with that name" in m.content))
    await stage.bot.kill()
    await stage.bot.start()
    await stage.bot.ready()

    answer = await private_answer(await chika.click(told, label="Edit"))
    assert "Only the member who asked" in answer
    dialog = await ben.click(told, label="Edit")
    await dialog.acknowledged()
    assert PROMPT in str(dialog.modal)
    reworded = "lo-fi rain, no names at all"
    await (await ben.fill_modal(dialog, {"prompt": reworded})).answered()
    await stage.track(ben, reworded)
    asked = [generation.body for generation in stage.provider.generations]
    assert [(body["prompt"], body["seed"]) for body in asked] == [(PROMPT, 4), (reworded, 4)]


async def test_submission_with_unknown_outcome_is_never_repeated_unasked(stage: Stage) -> None:
    stage.provider.scenario.on("POST", GENERATE).reset_after()
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    told = await stage.bot.watch(
        ben.wait_for_message(lambda m: "might have been paid for" in m.content)
    )
    assert len(stage.provider.generations) == 1
    await (await ben.click(told, label="Try again")).answered()
    await stage.track(ben, PROMPT)
    assert len(stage.provider.generations) == 2


async def test_wrong_key_pauses_and_goes_on_once_it_works(open_stage: OpenStage) -> None:
    async with open_stage() as stage:
        rejected = stage.provider.scenario.on("POST", GENERATE, times=2)
        rejected.respond(401, error_body(401, "Unauthorized"))
        ben = stage.member()
        await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
        told = await stage.bot.watch(ben.wait_for_message(lambda m: "has to wait" in m.content))
        assert "not your fault" in told.content
        assert "Check AIMLAPI_KEY" in stage.log()
        await stage.track(ben, PROMPT)
        assert len(stage.provider.generations) == 1
        waiting = [message for message in ben.messages() if "has to wait" in message.content]
        assert len(waiting) == 1


async def test_jobs_wait_without_credits_and_finish_after_a_top_up(stage: Stage) -> None:
    stage.provider.empty_account()
    ben, chika = stage.member(), stage.member("Chika")
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    await (await chika.slash("compose", channel="general", prompt="calm piano")).answered()
    for member in (ben, chika):
        words = f"<@{member.user_id}> your track has to wait"
        await stage.bot.watch(member.wait_for_message(_says(words)))
    assert "balance" in stage.log()
    stage.provider.top_up(10)
    await stage.track(ben, PROMPT)
    await stage.track(chika, "calm piano")
    assert len(stage.provider.generations) == 2


async def test_overdue_track_is_told_about(open_stage: OpenStage) -> None:
    async with open_stage(GENERATION_TIMEOUT_S="2") as stage:
        stage.provider.plan(Fate(duration_s=math.inf))
        ben = stage.member()
        await (await ben.slash("compose", prompt=PROMPT)).answered()
        told = await stage.bot.watch(ben.wait_for_message(lambda m: "than usual" in m.content))
        assert [button["label"] for button in told.buttons] == ["Check again", "Cancel"]


async def test_busy_provider_is_asked_again(stage: Stage) -> None:
    busy = stage.provider.scenario.on("POST", GENERATE)
    busy.respond(429, error_body(429, "Too many requests"), headers={"Retry-After": "1"})
    down = stage.provider.scenario.on("POST", GENERATE)
    down.respond(503, error_body(503, "Service unavailable"))
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    await stage.track(ben, PROMPT)
    assert (busy.hits, down.hits, len(stage.provider.generations)) == (1, 1, 1)


def _says(words: str) -> Callable[[MessageView], bool]:
    return lambda message: words in message.content
