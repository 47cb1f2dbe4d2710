"""What a host is told of, since nobody else can fix it."""

from enum import StrEnum
from typing import Final


class Cause(StrEnum):
    """Why the host is told something."""

    KEY = "key"
    BALANCE = "balance"
    PAUSED = "paused"
    DATABASE = "database"
    DISK = "disk"
    BUDGET = "budget"
    PRICE = "price"
    DRIFT = "drift"
    KEY_LIMIT = "key limit"


# These keep requests from the music service.
DELAYING: Final = (Cause.KEY, Cause.BALANCE, Cause.PAUSED)
