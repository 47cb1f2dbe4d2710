"""A process that hangs after it was asked to stop ends all the same."""

import asyncio
import os
import signal
import sys

import pytest

from bot import stopping
from bot.workers.pulse import LEAVE_WITHIN_S

PROGRAM = """
import asyncio, logging, time
from bot import stopping
stopping.AT_THE_LATEST_S = 0.2
logging.basicConfig()

async def main():
    stop = stopping.on_signal()
    print("ready", flush=True)
    await stop.wait()
    while True:
        {hangs}

asyncio.run(main())
"""
HANGS = ["time.sleep(60)  # a database that does not answer, say", "logging.error('x' * 200)"]


@pytest.mark.parametrize("hangs", HANGS, ids=["loop", "log that nobody reads"])
async def test_process_ends_in_good_standing_when_something_hangs(hangs: str) -> None:
    unread, log = os.pipe()
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", PROGRAM.format(hangs=hangs)),
        stdout=asyncio.subprocess.PIPE,
        stderr=log,
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
        os.close(unread)
        os.close(log)


def test_limits_leave_time_for_a_good_end() -> None:
    ended_s = stopping.IN_FLIGHT_S + stopping.CUT_OFF_S + LEAVE_WITHIN_S
    assert ended_s < stopping.AT_THE_LATEST_S
    assert stopping.AT_THE_LATEST_S + stopping.LAST_WORD_S < 10
