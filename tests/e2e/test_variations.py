"""Several takes of one request: a card, a thread, a vote."""

import asyncio
import time
from functools import partial
from pathlib import Path

import pytest

from sandbox.aimlapi import Fate
from sandbox.driver import Call, MemberDriver, MessageView
from sandbox.stack import Sandbox
from tests.e2e.place import Place
from tests.e2e.shared import Records, shared_stage, short_track, until
from tests.e2e.stage import SPEED, Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
LONG_S = 100.0


def _has_audio_of(title: str, message: MessageView) -> bool:
    return bool(message.audio) and title in message.text


def _both_told(card: MessageView) -> bool:
    return "Your 2 versions are ready" in card.text and card.text.count("Listen") == 2


async def _two_takes(ben: MemberDriver, *, private: bool = False) -> Call:
    return await ben.slash(
        "compose", channel="general", prompt=PROMPT, variations=2, private=private
    )


async def test_takes_come_in_a_thread_and_the_card_names_the_favourite(stage: Stage) -> None:
    ada, ben = stage.member("Ada"), stage.member()
    call = await ben.slash("compose", channel="general", prompt=PROMPT, variations=2, seed=5)
    card = await call.answered()
    assert "Composing 2 versions" in card.text
    thread = await stage.bot.watch(ben.wait_for_thread(card))
    for take in (1, 2):
        wanted = f"(take {take})"
        message = await stage.bot.watch(
            ben.wait_for_message(partial(_has_audio_of, wanted), channel=thread)
        )
        assert f"<@{ben.user_id}>" in message.content
        assert [file["filename"] for file in message.audio] == [f"lo-fi-rain-take-{take}.wav"]
    assert sorted(one.body["seed"] for one in stage.provider.generations) == [5, 6]
    last = [message for message in ben.messages(thread) if message.audio][-1]
    assert [pinged.id for pinged in ben.pings(thread)] == [last.id]
    await stage.bot.watch(ben.wait_for_edit(card, _both_told))
    await ada.click(message, label="Like")
    favourite = await stage.bot.watch(ben.wait_for_edit(card, lambda m: "Most liked" in m.text))
    assert "Take 2" in favourite.text
    assert not [m for m in ben.messages("general") if m.audio]


async def test_cancel_on_the_card_stops_all_that_can_be_stopped(stage: Stage) -> None:
    busy = {"message": "slow down", "statusCode": 429}
    stage.provider.scenario.on("POST", "/v2/generate/audio", times=None).respond(429, busy)
    ben = stage.member()
    call = await ben.slash("compose", channel="general", prompt=PROMPT, variations=3)
    card = await call.answered()
    await until(stage, lambda: "trying again" in stage.log())
    await ben.click(card, label="Cancel")
    ended = await stage.bot.watch(ben.wait_for_edit(card, lambda m: "they cost nothing" in m.text))
    assert "Take 1, Take 2 and Take 3" in ended.text
    assert ended.text.count("Cancelled before") == 1
    assert not ended.buttons


async def test_failure_pings_when_it_comes_last(stage: Stage) -> None:
    error = {"name": "Error", "message": "out of ideas"}
    stage.provider.plan(Fate(duration_s=0), Fate(duration_s=LONG_S * SPEED, error=error))
    ben = stage.member()
    card = await (await _two_takes(ben)).answered()
    thread = await stage.bot.watch(ben.wait_for_thread(card))
    track = await stage.bot.watch(ben.wait_for_message(lambda m: m.audio, channel=thread))
    assert not ben.pings()
    stage.sandbox.clock.advance(LONG_S)
    failure = await stage.bot.watch(
        ben.wait_for_message(lambda m: "out of ideas" in m.content, channel=thread)
    )
    assert [pinged.id for pinged in ben.pings()] == [failure.id]
    mention = f"<@{ben.user_id}>"
    assert [mention in message.content for message in (track, failure)] == [True, True]


async def test_private_takes_notify_once_by_direct_message(stage: Stage) -> None:
    ben = stage.member()
    await (await _two_takes(ben, private=True)).answered()
    direct = "@Compose Bot"

    def tracks() -> list[MessageView]:
        return [message for message in ben.messages(direct) if message.audio]

    await stage.bot.watch(ben.wait_for_message(lambda m: m.audio, channel=direct))
    await until(stage, lambda: len(tracks()) == 2)
    assert [pinged.id for pinged in ben.pings()] == [tracks()[-1].id]
    assert all(f"<@{ben.user_id}>" in track.content for track in tracks())


async def test_takes_come_in_the_channel_when_the_card_is_in_a_thread(stage: Stage) -> None:
    ben = stage.member()
    thread = await ben.start_thread("takes", channel="general")
    call = await ben.slash("compose", channel=thread, prompt=PROMPT, variations=2)
    card = await call.answered()
    await stage.bot.watch(ben.wait_for_edit(card, _both_told))
    assert len([m for m in ben.messages(thread) if m.audio]) == 2


async def test_likes_of_one_member_delay_nobody(tmp_path: Path) -> None:
    sandbox = Sandbox(
        speed=1.0, provider={"render": short_track, "durations": [1.0]}
    )  # with Discord's limits
    async with shared_stage(tmp_path, sandbox) as stage:
        ben, ada, elsewhere = stage.member(), stage.member("Ada"), Place(stage, "elsewhere")
        call = await ben.slash("compose", channel="general", prompt=PROMPT, variations=2)
        card = await call.answered()
        await stage.bot.watch(ben.wait_for_edit(card, _both_told))
        thread = await ben.wait_for_thread(card)
        takes = [message for message in ben.messages(thread) if message.audio]

        async def like_on() -> None:
            while True:
                for take in takes:
                    await (await ada.click(take, label="Like")).acknowledged()

        elsewhere.own_guild()
        liking = asyncio.create_task(like_on())
        began_s = time.monotonic()
        records = Records(stage)
        try:
            asked = [(await elsewhere.compose())[0] for _ in range(3)]
            for one in asked:
                await records.until_told(one)
        finally:
            liking.cancel()
        took_s = time.monotonic() - began_s
        assert max(records.seconds_until_told(one) for one in asked) < 6
        edits = [
            one
            for one in stage.discord.traffic.exchanges
            if one.method == "PATCH" and one.path.endswith(f"/messages/{card.id}")
        ]
        assert len(edits) < 8 + took_s / 3


async def test_takes_are_delivered_once_when_the_bot_is_killed_in_between(stage: Stage) -> None:
    upload = stage.discord.scenario.on("POST", r"/api/v10/channels/\d+/messages").hold_after()
    ben = stage.member()
    call = await ben.slash("compose", channel="general", prompt=PROMPT, variations=2)
    card = await call.answered()
    await stage.bot.watch(upload.reached())
    await stage.bot.kill()
    upload.drop()
    await stage.bot.start()
    await stage.bot.ready()
    await stage.bot.watch(ben.wait_for_edit(card, _both_told, timeout_s=60))
    thread = await ben.wait_for_thread(card)
    assert len([m for m in ben.messages(thread) if m.audio]) == 2
    assert not [m for m in ben.messages("general") if m.audio]
    assert len(stage.provider.generations) == 2
