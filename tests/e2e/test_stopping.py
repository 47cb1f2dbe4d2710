"""Stopping in good order, and one bot for one database."""

import asyncio
import os
import re
import signal

import pytest

from tests.e2e.stage import Stage
from tests.e2e.test_running import run_bot

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
STOP_LIMIT_S = 10.0


async def test_stop_in_the_middle_of_an_upload_is_quick_and_posts_nothing_twice(
    stage: Stage,
) -> None:
    upload = stage.discord.scenario.on("POST", r"/api/v10/channels/\d+/messages").hold_before()
    ben = stage.member()
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    await stage.bot.watch(upload.reached())
    clock = asyncio.get_running_loop().time
    asked_at = clock()
    assert await stage.bot.stop() == 0
    assert clock() - asked_at < STOP_LIMIT_S
    upload.release()
    await stage.bot.start()
    await stage.bot.ready()
    card = ben.messages("general")[0]
    await stage.bot.watch(ben.wait_for_edit(card, lambda message: "is ready" in message.text))
    assert len([message for message in ben.messages("general") if message.attachments]) == 1
    assert len(stage.provider.generations) == 1


async def test_interrupt_ends_it_like_a_stop(stage: Stage) -> None:
    os.kill(stage.bot.pid, signal.SIGINT)
    # Nothing is in flight, so the default stop has nothing left to do.
    assert await stage.bot.stop(STOP_LIMIT_S) == 0
    assert "Traceback" not in stage.log()


async def test_second_bot_on_the_same_file_refuses_to_start(stage: Stage) -> None:
    env = stage.sandbox.bot_env(stage.folder / "compose.db")
    code, _, err = await run_bot(env, stage.folder)
    assert code == 1
    assert re.search(r"another bot is running on .*compose\.db", err)
    assert "Traceback" not in err
    ben = stage.member()
    await (await ben.slash("compose", prompt=PROMPT)).answered()
    await stage.track(ben, PROMPT)


async def test_next_bot_may_start_after_a_kill(stage: Stage) -> None:
    await stage.bot.kill()
    await stage.bot.start()
    await stage.bot.ready()
