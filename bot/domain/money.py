"""Money: what the provider counts in credits, and the host in USD. Credits are whole numbers, so
sums are exact.

Source: AI/ML API docs, Account Balance: 3,120,000 credits are 1.56 USD.
"""

import math
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Final

CREDITS_PER_USD: Final = 2_000_000


class CostSource(StrEnum):
    """Where the cost of a job is known from."""

    FREE = "free"  # it ended in a way that costs nothing
    USAGE = "usage"  # the provider's answer about the generation
    HEADERS = "headers"  # that answer's headers
    LOGS = "logs"  # the provider's log of requests
    LEDGER = "ledger"  # the account's charges
    ESTIMATE = "estimate"  # in sums alone, of jobs whose cost isn't known: what they hold


@dataclass(frozen=True, kw_only=True)
class Priced:
    """What a request may cost, if that's known, and as how many tracks of a day it counts."""

    credits: int | None = None
    counts_as: int = 1


def credits_of(usd: float) -> int:
    """What an amount is in credits; a part of one counts as a whole one."""
    # By its digits, or 0.0011 USD would come to 2,200.0000000000005 credits, and so to 2,201.
    return math.ceil(Decimal(str(usd)) * CREDITS_PER_USD)


def usd_of(whole_credits: int) -> float:
    """What credits are in USD."""
    return whole_credits / CREDITS_PER_USD
