"""What the host is told of, in which words."""

import socket
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from bot.domain.causes import Cause
from bot.store.pause_store import Pause, PauseReason

PAUSED_S: Final = 300.0
# Without a probe for so long, nobody waits for the provider.
IDLE_AFTER_S: Final = 120.0


OF_ACCOUNT: Final = (Cause.KEY, Cause.BALANCE)
# How long a cause lasts before the host is told. A pause knows by itself how long it has lasted.
AT_ONCE: Final = (Cause.PAUSED, Cause.BUDGET, Cause.PRICE, Cause.DRIFT)
LASTS_S: Final = dict.fromkeys(Cause, 60.0) | dict.fromkeys(AT_ONCE, 0.0)


@dataclass(frozen=True, kw_only=True)
class Sight:
    """What a look at a cause has shown: whether it is there now, and what to say about it.

    `place` tells apart what one cause can have several of: machines, models, days.
    """

    cause: Cause
    is_there: bool
    text: str = ""
    place: str = ""


def of_pause(pause: Pause | None, now: datetime) -> Sight:
    """A rejected key has a cause of its own, and what nobody waits for is no trouble."""
    if pause is None or pause.reason is PauseReason.KEY_REJECTED:
        return Sight(cause=Cause.PAUSED, is_there=False)
    is_idle = (now - pause.probe_at).total_seconds() > IDLE_AFTER_S
    return Sight(
        cause=Cause.PAUSED,
        is_there=pause.lasted_s(now) >= PAUSED_S and not is_idle,
        text=(
            f"AI/ML API has taken no requests since {pause.began_at:%H:%M} UTC"
            f"{f': {pause.advice}' if pause.advice else ''}. Requests wait, and go out as soon as "
            "it takes them again. The log has its answer."
        ),
    )


def of_disk(*, has_room: bool) -> Sight:
    """Each machine has its own."""
    machine = socket.gethostname()[:64]
    text = f"The disk of {machine} is nearly full. No new requests are taken until there's room."
    return Sight(cause=Cause.DISK, is_there=not has_room, place=machine, text=text)


def of_database(trouble: str | None) -> Sight:
    """`trouble` ends a sentence about the database."""
    text = f"The database {trouble}. The bot goes on by itself once the database is well."
    return Sight(cause=Cause.DATABASE, is_there=trouble is not None, text=text)
