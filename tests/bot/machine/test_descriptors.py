"""The limit of open files, in a process of its own: it can't be raised again once lowered."""

import subprocess
import sys

import pytest

from sandbox.stack import ROOT

SEEN = """
import resource
from bot.machine.descriptors import raise_limit
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (64, {hard}))
raise_limit()
print(resource.getrlimit(resource.RLIMIT_NOFILE)[0])
"""


@pytest.mark.skipif(sys.platform == "win32", reason="there is no such limit")
@pytest.mark.parametrize(("hard", "raised"), [(256, 256), (64, 64)])
def test_soft_limit_is_raised_to_the_hard_one(hard: int, raised: int) -> None:
    done = subprocess.run(
        [sys.executable, "-c", SEEN.format(hard=hard)],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert int(done.stdout) == raised
