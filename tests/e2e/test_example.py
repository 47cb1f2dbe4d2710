"""The example of CONTRIBUTING.md, word for word."""

import pytest

from sandbox.aimlapi.generations import Fate
from tests.e2e.conftest import OpenStage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def test_failed_generation_is_delivered_when_tried_again(open_stage: OpenStage) -> None:
    async with open_stage(MAX_JOBS_PER_DAY="5") as stage:
        stage.provider.plan(Fate(error={"name": "moderation", "message": "Not that name"}))
        ben = stage.member("Ben")

        card = await (await ben.slash("compose", prompt="calm piano", seed=3)).answered()
        told = await stage.bot.watch(ben.wait_for_message(lambda m: "Not that name" in m.content))
        await ben.wait_for_edit(card, lambda message: "couldn't be made" in message.text)

        await (await ben.click(told, label="Try again")).answered()
        track = await stage.track(ben, "calm piano")
        assert (await ben.fetch(track.attachments[0]))[:4] == b"RIFF"
