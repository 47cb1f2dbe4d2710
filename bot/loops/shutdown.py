"""The end of the workers, so that nothing of them goes on behind the back of what follows."""

import asyncio
import time
from collections.abc import Sequence
from typing import Any

from bot.loops.stop_signal import CUT_OFF_S
from bot.loops.worker import Worker


async def wind_down(
    workers: Sequence[Worker[Any]], loops: Sequence[asyncio.Task[None]], *, within_s: float
) -> None:
    """Each worker's loop first, then what it had started; what takes longer is cut off.

    Nothing of it goes on afterwards, unless it can't even be cut off within `CUT_OFF_S`.
    """
    ending = [
        asyncio.create_task(_finish(worker, loop, within_s))
        for worker, loop in zip(workers, loops, strict=True)
    ]
    # A loop that waits for a database in trouble must not keep the process.
    _, late = await asyncio.wait([*loops, *ending], timeout=within_s + CUT_OFF_S)
    for task in late:
        task.cancel()
    await asyncio.gather(*loops, *ending, return_exceptions=True)


async def _finish(worker: Worker[Any], loop: asyncio.Task[None], within_s: float) -> None:
    ends_at_s = time.monotonic() + within_s
    await asyncio.wait([loop], timeout=within_s)
    await worker.finish(max(ends_at_s - time.monotonic(), 0.0))
