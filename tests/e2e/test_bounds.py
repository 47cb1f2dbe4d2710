"""What a member may do without end, and how they are told that they may not."""

import pytest

from bot.domain.jobs import JobState
from tests.e2e.reader import opened_shelf
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def test_member_is_told_when_attempts_are_used_up_and_others_go_on(stage: Stage) -> None:
    ben, ada = stage.member("Ben"), stage.member("Ada")
    async with opened_shelf(f"sqlite:///{stage.folder / 'compose.db'}") as shelf:
        for _ in range(60):
            await shelf.put(member_id=ben.user_id, state=JobState.CANCELLED)
    told = await private_answer(await ben.slash("compose", prompt="rain"))
    assert "You've tried 60 times in the last 24 hours" in told
    assert "Nothing was started" in told
    assert stage.provider.generations == []
    await (await ada.slash("compose", prompt="lo-fi rain")).answered()
    await stage.track(ada, "lo-fi rain")
