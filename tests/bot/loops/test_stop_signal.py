"""A process that hangs after it was asked to stop ends all the same."""

import asyncio
import os
import signal
import sys

import pytest

from bot.loops import stop_signal as stopping
from bot.loops.heartbeat import LEAVE_WITHIN_S

PROGRAM = """
import asyncio, logging, time
from bot.loops import stop_signal as stopping
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
        async with asyncio.timeout(40):
            assert await process.stdout.readline() == b"ready\n"
            process.send_signal(signal.SIGTERM)
            assert await process.wait() == 0
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
        os.close(unread)
        os.close(log)


ENDS = """
import asyncio, logging, signal
from bot.loops import stop_signal as stopping
logging.basicConfig(level="INFO")
{before}

async def main():
    stop = stopping.on_signal()
    print("ready", flush=True)
    await stop.wait()

asyncio.run(main())
"""
IGNORED = "signal.signal(signal.SIGHUP, signal.SIG_IGN)  # as nohup does"


async def ended_by(program: str, *numbers: signal.Signals) -> tuple[int | None, str]:
    """The exit code and the log of a program that is sent these, one after the other."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    try:
        assert process.stdout is not None
        async with asyncio.timeout(40):
            assert await process.stdout.readline() == b"ready\n"
            for number in numbers:
                process.send_signal(number)
            _, log = await process.communicate()
            return process.returncode, log.decode()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
async def test_signal_to_end_is_named_and_obeyed(number: signal.Signals) -> None:
    code, log = await ended_by(ENDS.format(before=""), number)
    assert code == 0
    assert f"asked to stop by {number.name}" in log


async def test_closed_terminal_is_ignored_when_whoever_started_the_bot_wants_that() -> None:
    program = ENDS.format(before=IGNORED)
    code, log = await ended_by(program, signal.SIGHUP, signal.SIGTERM)
    assert code == 0
    assert "SIGHUP" not in log
    assert "SIGTERM" in log


def test_limits_leave_time_for_a_good_end() -> None:
    ended_s = stopping.IN_FLIGHT_S + stopping.CUT_OFF_S + LEAVE_WITHIN_S
    assert ended_s < stopping.AT_THE_LATEST_S
    assert stopping.AT_THE_LATEST_S + stopping.LAST_WORD_S < 10
