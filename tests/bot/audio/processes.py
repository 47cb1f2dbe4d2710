"""Waiting for the end of processes that may be anybody's children."""

import os
import select


class Watched:
    """A process that is running now; Linux and its process file descriptors only."""

    def __init__(self, pid: int) -> None:
        self._descriptor = os.pidfd_open(pid)

    def ended(self, within_s: float) -> bool:
        """Whether it is gone, or goes within that time."""
        readable, _, _ = select.select([self._descriptor], [], [], within_s)
        return bool(readable)

    def close(self) -> None:
        os.close(self._descriptor)
