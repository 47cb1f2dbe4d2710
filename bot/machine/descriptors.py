"""How many files and connections the process may have open."""

import contextlib
import sys
from typing import Final

# Enough for any number of members; some systems' hard limits are beyond what loops can look at.
WANTED: Final = 65_536


def raise_limit() -> None:
    """Take what the system allows: its soft limit is often 1024, for the sake of old programs."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = WANTED if hard == resource.RLIM_INFINITY else min(WANTED, hard)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return
    with contextlib.suppress(ValueError, OSError):  # macOS says no to some numbers
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))
