"""How the parts tell each other that there is something to do, without knowing each other."""

import asyncio
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Bells:
    """One for each loop: rung by whoever puts down work for it, or frees a place in it."""

    submit: asyncio.Event = field(default_factory=asyncio.Event)
    poll: asyncio.Event = field(default_factory=asyncio.Event)
    deliver: asyncio.Event = field(default_factory=asyncio.Event)
    settle: asyncio.Event = field(default_factory=asyncio.Event)
