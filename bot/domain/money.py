"""Money, in the provider's credits: whole numbers, so sums are exact."""

import math
from decimal import Decimal
from enum import StrEnum
from typing import Final

CREDITS_PER_USD: Final = 2_000_000


def credits_of(usd: float) -> int:
    """What an amount is in credits; a part of one counts as a whole one."""
    # By its digits, or 0.0011 USD would come to 2,200.0000000000005 credits, and so to 2,201.
    return math.ceil(Decimal(str(usd)) * CREDITS_PER_USD)


def usd(credits: int) -> float:  # noqa: A002 - the provider's unit
    """What credits are in USD."""
    return credits / CREDITS_PER_USD


class CostSource(StrEnum):
    """Who says what a track has cost."""

    USAGE = "usage"  # the generation's own account, in the answer that it was finished with
    HEADERS = "headers"  # of that answer
