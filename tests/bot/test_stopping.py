"""A process that hangs after it was asked to stop ends all the same."""

import asyncio
import signal
import sys

from bot import stopping

HANGS = """
import asyncio, time
from bot import stopping
stopping.AT_THE_LATEST_S = 0.2

async def main():
    stop = stopping.on_signal()
    print("ready", flush=True)
    await stop.wait()
    time.sleep(60)  # a database that does not answer, say

asyncio.run(main())
"""


async def test_process_ends_in_good_standing_when_something_hangs() -> None:
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", HANGS, stdout=asyncio.subprocess.PIPE
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(20):
            assert await process.stdout.readline() == b"ready\n"
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


def test_limits_leave_time_for_a_good_end() -> None:
    assert stopping.IN_FLIGHT_S + 2 < stopping.AT_THE_LATEST_S < 10
