"""Thousands of gateway events, each with something wrong: the bot lives, and members are served."""

from pathlib import Path

import pytest

from tests.bot.mutations import mutated, sent_events
from tests.e2e.pressing import press
from tests.e2e.shared import quick_sandbox, shared_stage

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

EVENTS = 2000
AT_ONCE = 20
SEED = 1963


async def test_bot_lives_and_serves_when_thousands_of_events_are_bad(tmp_path: Path) -> None:
    async with shared_stage(tmp_path, quick_sandbox()) as stage:
        ben = stage.member()
        card = await (await ben.slash("compose", prompt="before")).answered()
        track = await stage.track(ben, "before")
        await (await press(ben, track, "Recipe")).answered()
        opened = await ben.slash("studio")
        await (await ben.fill_modal(opened, {"prompt": "from the dialog"})).answered()
        await stage.track(ben, "from the dialog")
        await ben.start_thread("a thread", message=card)

        events = sent_events(stage.discord)
        [session] = [s for s in stage.discord.gateway.sessions.values() if s.connection]
        for number, frame in enumerate(mutated(events, count=EVENTS, seed=SEED), 1):
            assert session.connection
            session.connection.send(frame)
            if number % AT_ONCE == 0:  # an answer says that all before it was read
                await stage.bot.watch((await ben.slash("help")).answered(timeout_s=30))
        while (await (await ben.slash("compose", prompt="afterwards")).answered(30)).ephemeral:
            pass  # "try again": what came before is still being looked at
        await stage.track(ben, "afterwards")
        assert stage.discord.gateway.identifies == 1
        assert "is dropped" in stage.log()
        assert "never retrieved" not in stage.log()
        stage.discord.traffic.exchanges.clear()  # answers to ids and tokens that are none
