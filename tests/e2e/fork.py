"""Where a forked bot begins. Loads nothing that the bot doesn't load."""

import importlib
import os
import sys
import tempfile
from pathlib import Path


def be_the_bot(env: dict[str, str], folder: Path, log: Path, module: str) -> None:
    """What an exec would have done, and then the module's `main`."""
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
    sys.exit(importlib.import_module(module).main())
