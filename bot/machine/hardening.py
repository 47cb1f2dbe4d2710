"""What the process does first of all, so that others on the machine learn nothing from it."""

import os

from bot.machine import file_modes as private
from bot.machine import linux


def harden() -> str | None:
    """Keep files, memory and environment private; if some of that can't be done, why.

    An undumpable process has no core dump, and `environ`, `mem` and the like below its `/proc`
    belong to root: another process of the same user, such as a worker that a hostile file has taken
    over, can neither read them nor attach to it. Source: PR_SET_DUMPABLE(2const), proc_pid(5).
    """
    os.umask(private.OF_OTHERS)
    try:
        linux.prctl(linux.PR_SET_DUMPABLE, 0)
    except OSError as error:
        return f"other processes of this user can read the bot's memory: {error.strerror}"
    return None
