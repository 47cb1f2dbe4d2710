"""Money: what the provider counts in credits, and the host in USD.

Source: AI/ML API docs, Account Balance: 3,120,000 credits are 1.56 USD.
"""

import math
from dataclasses import dataclass
from enum import StrEnum

CREDITS_PER_USD = 2_000_000


class CostSource(StrEnum):
    """Where the cost of a job is known from."""

    FREE = "free"  # it ended in a way that costs nothing
    ANSWER = "answer"  # the provider's answer about the generation
    LOGS = "logs"  # the provider's log of requests
    LEDGER = "ledger"  # the account's charges


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What a request may cost, if that's known, and as how many tracks of a day it counts."""

    credits: int | None = None
    counts_as: int = 1


def credits_of(usd: float) -> int:
    """Whole credits, rounded up: what is held must do."""
    return math.ceil(round(usd * CREDITS_PER_USD, 3))


def usd_of(credits_: int) -> float:
    """USD for so many credits."""
    return credits_ / CREDITS_PER_USD
