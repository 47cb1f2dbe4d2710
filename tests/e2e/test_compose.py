"""`/compose`, as members experience it."""

import io
import wave

import pytest

from sandbox.aimlapi.generations import Audio, Fate
from sandbox.discord.interaction import ANSWER_WITHIN
from sandbox.driver import InteractionFailed
from tests.bot.provider.clips import wav
from tests.e2e.conftest import OpenStage
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"


async def test_track_is_delivered_to_the_one_who_asked(stage: Stage) -> None:
    ben = stage.member()
    call = await ben.slash(
        "compose", channel="music-jam", prompt=PROMPT, negative_prompt="drums", seed=7
    )
    card = await call.answered()
    assert not card.ephemeral
    for named in (PROMPT, "Google Lyria 2", "7", "drums", "<t:"):
        assert named in card.text
    assert [button["label"] for button in card.buttons] == ["Cancel"]

    track = await stage.track(ben, PROMPT)

    (attachment,) = track.attachments
    assert attachment["filename"] == "lo-fi-rain.wav"
    assert attachment["content_type"].startswith("audio/")
    with wave.open(io.BytesIO(await ben.fetch(attachment))) as audio:
        assert audio.getframerate() == 48_000
        assert 32 < audio.getnframes() / 48_000 < 33
    assert f"<@{ben.user_id}>" in track.content
    assert [user["id"] for user in track.mentions] == [str(ben.user_id)]
    assert track.reference is not None
    assert track.reference["message_id"] == card.id

    done = await ben.wait_for_edit(card, lambda message: "ready" in message.text)
    assert track.id in done.text
    assert f"/{track.channel_id}/{track.id})" in done.text
    assert not done.buttons
    (generation,) = stage.provider.generations
    assert generation.body == {
        "model": "google/lyria2",
        "prompt": PROMPT,
        "negative_prompt": "drums",
        "seed": 7,
    }


async def test_hostile_prompt_is_shown_as_text_and_pings_nobody(stage: Stage) -> None:
    ada, ben = stage.member("Ada"), stage.member("Ben")
    prompt = f"@everyone <@{ada.user_id}> **bold** [x](https://evil.example) `code` ||s|| \n# big"
    card = await (await ben.slash("compose", channel="general", prompt=prompt)).answered()
    assert card.mentions == []
    assert "**bold**" not in card.text
    assert r"\*\*bold\*\*" in card.text

    track = await stage.track(ben, "bold")

    assert [user["id"] for user in track.mentions] == [str(ben.user_id)]
    assert not track.raw["mention_everyone"]


async def test_blank_prompt_is_answered_privately_and_costs_nothing(stage: Stage) -> None:
    call = await stage.member().slash("compose", prompt="  \u200b ")
    assert "empty" in await private_answer(call)
    assert not stage.provider.generations


async def test_place_is_refused_where_the_bot_may_not_attach_files(stage: Stage) -> None:
    call = await stage.member().slash("compose", channel="quiet-corner", prompt=PROMPT)
    answer = await private_answer(call)
    assert "Attach Files" in answer
    assert "manages this server" in answer
    assert not stage.provider.generations


async def test_server_that_is_not_allowed_gets_a_private_answer(open_stage: OpenStage) -> None:
    async with open_stage(ALLOWED_GUILD_IDS="81384788765712384, 1") as stage:
        answer = await private_answer(await stage.member().slash("compose", prompt=PROMPT))
        assert "can't compose on this server" in answer
        assert not stage.provider.generations


async def test_daily_limit_refuses_the_next_one_and_spares_others(open_stage: OpenStage) -> None:
    async with open_stage(MAX_JOBS_PER_MEMBER_PER_DAY="2") as stage:
        ben = stage.member()
        for number in range(2):
            await (await ben.slash("compose", prompt=f"{PROMPT} {number}")).answered()
        answer = await private_answer(await ben.slash("compose", prompt=PROMPT))
        assert "2 tracks" in answer
        assert "<t:" in answer
        chika = stage.member("Chika")
        assert not (await (await chika.slash("compose", prompt=PROMPT)).answered()).ephemeral


async def test_too_large_track_is_delivered_as_a_link(stage: Stage) -> None:
    stage.provider.plan(_big_track())
    ben = stage.member()
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    track = await stage.bot.watch(
        ben.wait_for_message(lambda message: "larger than the 10 MB" in message.text)
    )
    assert not track.attachments
    assert track.buttons[0]["url"].startswith(stage.provider.url)


async def test_interaction_that_came_too_late_is_not_paid_for(stage: Stage) -> None:
    answer = stage.discord.scenario.on("POST", r"/api/v10/interactions/.+/callback").hold_before()
    call = await stage.member().slash("compose", prompt=PROMPT)
    await stage.bot.watch(answer.reached())
    stage.discord.advance(ANSWER_WITHIN.total_seconds())
    with pytest.raises(InteractionFailed):
        await call.answered()
    answer.release()
    # The next request goes the same way later: had the first been paid, it would show by then.
    ben = stage.member("Chika")
    await (await ben.slash("compose", prompt="calm piano")).answered()
    await stage.track(ben, "calm piano")
    assert [generation.body["prompt"] for generation in stage.provider.generations] == [
        "calm piano"
    ]


async def test_member_is_told_privately_when_discord_refuses_the_card(stage: Stage) -> None:
    rule = stage.discord.scenario.on("POST", r"/api/v10/interactions/.+/callback")
    rule.respond(400, {"code": 50035, "message": "Invalid Form Body", "errors": {}})
    answer = await private_answer(await stage.member().slash("compose", prompt=PROMPT))
    assert "nothing was started" in answer
    assert "shorter" in answer
    # The next request goes the same way later: had the first been paid, it would show by then.
    ben = stage.member("Chika")
    await (await ben.slash("compose", prompt="calm piano")).answered()
    await stage.track(ben, "calm piano")
    assert len(stage.provider.generations) == 1


async def test_first_answer_is_given_again_when_something_in_between_refused_it(
    stage: Stage,
) -> None:
    rule = stage.discord.scenario.on("POST", r"/api/v10/interactions/.+/callback", times=2)
    rule.respond(403, "<!doctype html><title>Access denied</title>")
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    await stage.track(ben, PROMPT)
    assert (rule.hits, len(stage.provider.generations)) == (2, 1)


async def test_nothing_more_is_said_when_discord_gave_the_interaction_up(stage: Stage) -> None:
    # Only the first answer meets this; the stand-in would take a second one.
    rule = stage.discord.scenario.on("POST", r"/api/v10/interactions/.+/callback")
    rule.respond(404, {"code": 10062, "message": "Unknown interaction"})
    call = await stage.member().slash("compose", prompt=PROMPT)
    with pytest.raises(InteractionFailed):
        await call.answered()
    assert not stage.provider.generations


async def test_first_answer_cut_off_after_it_was_taken_still_leads_to_a_track(stage: Stage) -> None:
    stage.discord.scenario.on("POST", r"/api/v10/interactions/.+/callback").reset_after()
    ben = stage.member()
    card = await (await ben.slash("compose", prompt=PROMPT)).answered()
    track = await stage.track(ben, PROMPT)
    assert track.reference is not None
    assert track.reference["message_id"] == card.id
    assert len(stage.provider.generations) == 1


async def test_first_answer_cut_off_before_it_was_taken_is_not_paid_for(stage: Stage) -> None:
    stage.discord.scenario.on("POST", r"/api/v10/interactions/.+/callback").reset_before()
    with pytest.raises(InteractionFailed):
        await (await stage.member().slash("compose", prompt=PROMPT)).answered()
    ben = stage.member("Chika")
    await (await ben.slash("compose", prompt="calm piano")).answered()
    await stage.track(ben, "calm piano")
    assert len(stage.provider.generations) == 1


async def test_repeated_interaction_makes_one_track(stage: Stage) -> None:
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    stage.discord.gateway.replay_last("INTERACTION_CREATE")
    await stage.track(ben, PROMPT)
    assert len(stage.provider.generations) == 1


def _big_track() -> Fate:
    """A WAV just above the 50 MiB that are fetched at all."""
    return Fate(audio=Audio(wav((50 << 20) // 2), "audio/wav", "out.wav"))


async def test_card_shows_the_place_in_the_queue_while_others_are_before_it(
    open_stage: OpenStage,
) -> None:
    async with open_stage(speed=1.0, MAX_CONCURRENT_GENERATIONS="1") as stage:
        ben, chika = stage.member(), stage.member("Chika")
        first = await (await ben.slash("compose", channel="general", prompt="one")).answered()
        second = await (await ben.slash("compose", channel="general", prompt="two")).answered()
        other = await (await chika.slash("compose", channel="general", prompt="three")).answered()
        # Ben has his turn already: Chika's first goes before his second.
        waiting = await stage.bot.watch(
            chika.wait_for_edit(other, lambda message: "Place in the queue\n1" in message.text)
        )
        assert "in the queue" in waiting.text
        assert [button["label"] for button in waiting.buttons] == ["Cancel"]
        for card in (second, first):
            await (await ben.click(card, label="Cancel")).acknowledged()
        await stage.bot.watch(
            chika.wait_for_edit(other, lambda message: "Place" not in message.text)
        )
        assert [one.body["prompt"] for one in stage.provider.generations] == ["one", "three"]
