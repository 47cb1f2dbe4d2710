"""Where a forked bot begins. Loads nothing that the bot doesn't load."""

import os
import sys
import tempfile
from pathlib import Path

from bot.__main__ import main


def be_the_bot(env: dict[str, str], folder: Path, log: Path) -> None:
    """What an exec would have done, and then `python -m bot`."""
    os.setsid()
    with log.open("ab", buffering=0) as written:
        for output in (sys.stdout, sys.stderr):
            os.dup2(written.fileno(), output.fileno())
    sys.stdout.reconfigure(write_through=True)  # type: ignore[union-attr]
    os.environ.clear()
    os.environ.update(env)
    os.chdir(folder)
    tempfile.tempdir = None
    sys.argv = ["bot"]
    sys.exit(main())
