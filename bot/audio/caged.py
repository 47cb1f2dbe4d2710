"""Where a worker process begins: it locks itself in first, and only then loads what reads files."""

import json
import os
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from bot.audio.cage import steps as cage
from bot.errors import in_short


def main(given: Path, made: Path) -> None:
    """Say what became of the start, in one line (`process.Greeting`), and work until stdin ends."""
    answers = _private_stdout()
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the bot decides when; it may still need the answer
    missing = cage.enter(given=given, made=made)
    try:
        from bot.audio import worker  # noqa: PLC0415 - with NumPy, which starts threads
    except ImportError as error:
        _say(answers, missing=missing, broken=in_short(error))
        return
    _say(answers, missing=missing)
    worker.main(answers)


def _say(answers: BinaryIO, **greeting: object) -> None:
    answers.write(json.dumps(greeting).encode() + b"\n")
    answers.flush()


def _private_stdout() -> BinaryIO:
    """Answers go where no library can print: what they print to stdout is lost."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
