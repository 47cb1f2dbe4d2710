"""`make bench`: prints a table; exits with 0 also where a goal is missed, for it measures."""

import argparse
import asyncio
import sys
import time
from collections.abc import Awaitable, Callable

from bench import answers, audio, beside_bare, detection, posting, spending, store, waiting
from bench.machine import describe
from bench.table import Figure, show


async def _detection() -> list[Figure]:
    return detection.measure()


FIGURES: dict[int, tuple[str, Callable[[], Awaitable[list[Figure]]]]] = {
    1: ("first answers", answers.measure),
    2: ("detection lag", _detection),
    3: ("posting", posting.measure),
    4: ("memory and CPU", waiting.measure_load),
    5: ("restart", waiting.measure_restart),
    6: ("store", store.measure),
    7: ("sound", audio.measure),
    8: ("beside a bare bot", beside_bare.measure),
    9: ("spending", spending.measure),
}


async def main(only: list[int]) -> None:
    """The figures asked for, one after another; interrupted, those that are there."""
    figures: list[Figure] = []
    machine = describe()
    try:
        for number, (name, measure) in FIGURES.items():
            if only and number not in only:
                continue
            began_s = time.monotonic()
            sys.stderr.write(f"{number}. {name} … ")
            sys.stderr.flush()
            figures += await measure()
            sys.stderr.write(f"{time.monotonic() - began_s:.0f} s\n")
    finally:
        sys.stdout.write(f"{machine}\n\n{show(figures)}\n")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument(
        "--only", type=int, action="append", choices=FIGURES, help="a figure's number; repeatable"
    )
    asyncio.run(main(parser.parse_args().only or []))
