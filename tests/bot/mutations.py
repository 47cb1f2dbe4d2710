"""Gateway events as the stand-in sends them, and what becomes of them when one thing is wrong."""

import copy
import json
import random
from collections.abc import Iterator, Sequence
from typing import Any

from sandbox.discord import DiscordStandIn
from sandbox.driver import MemberDriver

ODD: Sequence[Any] = (
    None, "", "x", "\x00\ud83d", -1, 0, 2**70, 1e308, True, [], {}, [None], {"id": None}, "9" * 400,
)  # fmt: skip


async def valid_events(stand_in: DiscordStandIn, member: MemberDriver) -> list[Any]:
    """What a connection begins with, a command, a press, and a new thread."""
    answer = await (await member.slash("help")).answered()
    await member.click(answer, custom_id=answer.buttons[0]["custom_id"])
    await member.start_thread("a thread", channel="general")
    return sent_events(stand_in)


def sent_events(stand_in: DiscordStandIn) -> list[Any]:
    """All that was sent to the bot so far."""
    [session] = [one for one in stand_in.gateway.sessions.values() if one.connection]
    return [json.loads(frame) for _, _, frame in session._sent]


def mutated(events: Sequence[Any], *, count: int, seed: int) -> Iterator[str]:
    """So many frames; in each one value, somewhere, is missing or of another kind."""
    chance = random.Random(seed)  # noqa: S311
    for _ in range(count):
        event = copy.deepcopy(chance.choice(events))
        _spoil(event, chance)
        yield json.dumps(event)


def _spoil(event: Any, chance: random.Random) -> None:
    places = list(_places(event["d"], event, "d"))
    parent, key = chance.choice(places)
    if chance.random() < 0.3:
        del parent[key]
    else:
        parent[key] = copy.deepcopy(chance.choice(ODD))


def _places(value: Any, parent: Any, key: Any) -> Iterator[tuple[Any, Any]]:
    """Wherever something could be missing or something else."""
    yield parent, key
    below: Any = {}
    if isinstance(value, dict):
        below = value
    elif isinstance(value, list):
        below = dict(enumerate(value))
    for name, inner in below.items():
        yield from _places(inner, value, name)
