"""What members and hosts learn when the provider does not make the track, or not now."""

import math
from collections.abc import Callable

import pytest

from sandbox.aimlapi import error_body
from sandbox.aimlapi.generations import Fate
from sandbox.driver import MemberDriver, MessageView
from tests.e2e.conftest import OpenStage
from tests.e2e.pressing import forge_id
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
GENERATE = "/v2/generate/audio"


async def turned_down(stage: Stage, member: MemberDriver) -> MessageView:
    """What the channel reads of a request that the provider's filter refused."""
    return await stage.bot.watch(
        member.wait_for_message(lambda m: "turned this request down" in m.content)
    )


async def test_reason_of_a_refusal_is_told_to_whoever_asks_and_not_in_public(
    stage: Stage,
) -> None:
    hint = "blocked by recitation checks: it names **Adele**"
    stage.provider.scenario.on("POST", GENERATE).respond(400, error_body(400, hint))
    ben, chika = stage.member(), stage.member("Chika")
    card = await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    told = await turned_down(stage, ben)
    assert "recitation" not in told.text
    assert "It cost nothing" in told.content
    assert "names of artists" in told.content
    assert [user["id"] for user in told.mentions] == [str(ben.user_id)]
    assert [button["label"] for button in told.buttons] == ["Edit", "Why?", "Try again", "Recipe"]
    drawn = await ben.wait_for_edit(card, lambda message: "couldn't be made" in message.text)
    assert "recitation" not in drawn.text
    await stage.bot.kill()
    await stage.bot.start()
    await stage.bot.ready()
    for member in (ben, chika):
        why = await private_answer(await member.click(told, label="Why?"))
        assert r"blocked by recitation checks: it names \*\*Adele\*\*" in why


async def test_filter_at_a_later_stage_is_a_refusal_too(stage: Stage) -> None:
    stage.provider.plan(Fate(error={"name": "Error", "message": "Blocked by the safety filter"}))
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    told = await turned_down(stage, ben)
    assert "safety" not in told.text
    assert "safety filter" in await private_answer(await ben.click(told, label="Why?"))


@pytest.mark.parametrize("seed", [None, 7])
@pytest.mark.parametrize("press", ["Try again", "Edit"])
async def test_refused_request_goes_out_with_another_seed_unless_it_was_typed(
    stage: Stage, seed: int | None, press: str
) -> None:
    stage.provider.plan(Fate(error={"name": "Error", "message": "blocked by recitation checks"}))
    ben = stage.member()
    options = {"prompt": PROMPT, **({} if seed is None else {"seed": seed})}
    await (await ben.slash("compose", channel="general", options=options)).answered()
    pressed = await ben.click(await turned_down(stage, ben), label=press)
    if press == "Edit":
        await pressed.acknowledged()
        pressed = await ben.fill_modal(pressed, {"prompt": PROMPT})
    await pressed.answered()
    await stage.track(ben, PROMPT)
    first, second = (generation.body["seed"] for generation in stage.provider.generations)
    assert (first == second) is (seed is not None)
    assert seed in {None, first}


async def test_hint_and_suggestion_are_told_when_they_lie_deep_in_the_answer(stage: Stage) -> None:
    issue = {"path": ["prompt"], "message": "It names [an artist](https://evil.example)"}
    body = {"error": {"issues": [issue], "data": {"prompt_suggestion": "warm jazz at night"}}}
    stage.provider.scenario.on("POST", GENERATE).respond(400, body)
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    why = await private_answer(await ben.click(await turned_down(stage, ben), label="Why?"))
    assert "prompt: It names" in why
    assert "Suggestion: warm jazz at night" in why
    assert "{" not in why


async def test_reason_of_a_private_refusal_is_its_members_alone(stage: Stage) -> None:
    stage.provider.scenario.on("POST", GENERATE).respond(400, error_body(400, "names Adele"))
    ben, chika = stage.member(), stage.member("Chika")
    public = stage.provider.scenario.on("POST", GENERATE)
    call = await ben.slash("compose", channel="general", prompt="secret song", private=True)
    assert (await call.answered()).ephemeral
    told = await stage.bot.watch(
        ben.wait_for_message(lambda m: m.ephemeral and any(b["label"] == "Why?" for b in m.buttons))
    )
    assert "Adele" not in told.text
    assert "names Adele" in await private_answer(await ben.click(told, label="Why?"))
    (why,) = [button for button in told.buttons if button["label"] == "Why?"]
    public.respond(400, error_body(400, "no"))
    await (await chika.slash("compose", channel="general", prompt=PROMPT)).answered()
    own = await turned_down(stage, chika)
    forged = await forge_id(chika, own, why["custom_id"])
    assert "Adele" not in "".join(message.text for message in forged.messages())
    assert "don't remember" in await private_answer(forged)


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
    stage.provider.scenario.on("GET", "/v2/logs", times=None).respond(404, error_body(404, "no"))
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
        assert "set AIMLAPI_KEY" in stage.log()
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
