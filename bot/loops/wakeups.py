"""How the parts tell each other that there is something to do, without knowing each other."""

import asyncio
from collections.abc import Callable
from enum import StrEnum


class Wakeup(StrEnum):
    """One for each loop: sent by whoever puts down work for it, or frees a place in it."""

    SUBMIT = "submit"
    POLL = "poll"
    LOOK_UP = "look_up"
    DELIVER = "deliver"
    SETTLE = "settle"
    CARDS = "cards"


class Wakeups:
    """Those of this process. `on_wake` carries each on to the other processes."""

    def __init__(self, on_wake: Callable[[Wakeup], None] | None = None) -> None:
        self._events = {wakeup: asyncio.Event() for wakeup in Wakeup}
        self._on_ring = on_wake

    def event(self, wakeup: Wakeup) -> asyncio.Event:
        """What the loop waits for, and clears."""
        return self._events[wakeup]

    def wake(self, wakeup: Wakeup) -> None:
        """There is work for this loop, here or in any process."""
        self.heard(wakeup)
        if self._on_ring:
            self._on_ring(wakeup)

    def heard(self, wakeup: Wakeup) -> None:
        """Another process has work for this loop."""
        self._events[wakeup].set()
