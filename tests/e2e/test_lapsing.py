"""Nobody tops up for more than a day: no request of yesterday is paid for."""

from datetime import timedelta
from functools import partial
from pathlib import Path

import pytest

from tests.e2e.kill.outage import age
from tests.e2e.pressing import labels
from tests.e2e.shared import quick_sandbox, replies_to, shared_stage
from tests.e2e.test_submission_faults import compose_many, delays, finished

pytestmark = pytest.mark.e2e

STALE = 3


async def test_stale_requests_lapse_for_free_when_the_account_is_topped_up_a_day_later(
    tmp_path: Path,
) -> None:
    async with shared_stage(tmp_path, quick_sandbox()) as stage:
        stage.provider.empty_account()
        calls = await compose_many(stage, STALE)
        for call in calls:
            waits = call.member.wait_for_message(partial(delays, call.member))
            await stage.bot.watch(waits)
        await stage.bot.stop()
        age(stage.folder / "compose.db", timedelta(hours=25))
        stage.provider.top_up(100)
        await stage.bot.start()
        await stage.bot.ready()
        lapsed = [await finished(stage, call) for call in calls]
        for told in lapsed:
            assert "waited too long" in told.content
            assert "cost nothing" in told.content
            assert labels(told)[0] == "Try again"
        assert not stage.provider.generations
        assert [len(replies_to(one.member, await one.answered())) for one in calls] == [2] * STALE
        for call, told in zip(calls, lapsed, strict=True):
            again = await call.member.click(told, label="Try again")
            assert (await finished(stage, again)).attachments
        assert len(stage.provider.generations) == STALE
