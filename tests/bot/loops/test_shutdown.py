"""Workers at the end: what they claimed at the last moment ends with the rest."""

import asyncio

import pytest

from bot.clock import utc_now
from bot.loops import shutdown as winding_down
from bot.loops.shutdown import wind_down
from bot.loops.worker import Worker


class Slow(Worker[int]):
    """Claims one item, once it may, and works on it for ever."""

    def __init__(self) -> None:
        super().__init__(slots=1, wakeup=asyncio.Event(), clock=utc_now)
        self.may_claim = asyncio.Event()
        self.claiming = asyncio.Event()
        self.outcome: str | None = None

    async def claim(self, limit: int) -> list[int]:
        del limit
        self.claiming.set()
        await self.may_claim.wait()
        return [1]

    async def handle(self, item: int) -> None:
        del item
        self.outcome = "started"
        try:
            await asyncio.Event().wait()
        finally:
            self.outcome = "cut off"

    async def next_due_at(self) -> None:
        return None


@pytest.mark.parametrize(
    ("database_answers", "outcome"), [(True, "cut off"), (False, None)], ids=["claimed", "hangs"]
)
async def test_what_was_being_claimed_is_cut_off_with_the_rest(
    monkeypatch: pytest.MonkeyPatch, *, database_answers: bool, outcome: str | None
) -> None:
    monkeypatch.setattr(winding_down, "CUT_OFF_S", 0.05)
    slow, stop = Slow(), asyncio.Event()
    loop = asyncio.create_task(slow.run(stop))
    async with asyncio.timeout(40):
        await slow.claiming.wait()
        stop.set()
        if database_answers:
            slow.may_claim.set()
        await wind_down([slow], [loop], within_s=0.05)
    assert slow.outcome == outcome
    assert loop.done()
