"""How the parts tell each other that there is something to do, without knowing each other."""

import asyncio
from collections.abc import Callable
from enum import StrEnum


class Bell(StrEnum):
    """One for each loop: rung by whoever puts down work for it, or frees a place in it."""

    SUBMIT = "submit"
    POLL = "poll"
    DELIVER = "deliver"
    SETTLE = "settle"
    CARDS = "cards"


class Bells:
    """The bells of this process. `on_ring` carries the sound on to other processes."""

    def __init__(self, on_ring: Callable[[Bell], None] | None = None) -> None:
        self._events = {bell: asyncio.Event() for bell in Bell}
        self._on_ring = on_ring

    def event(self, bell: Bell) -> asyncio.Event:
        """What the loop waits for, and clears."""
        return self._events[bell]

    def ring(self, bell: Bell) -> None:
        """There is work for this loop, here or in any process."""
        self.hear(bell)
        if self._on_ring:
            self._on_ring(bell)

    def hear(self, bell: Bell) -> None:
        """Another process rang."""
        self._events[bell].set()
