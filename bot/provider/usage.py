"""What a generation has cost, by the answer that says it's finished.

Source: AI/ML API docs, the pages of the music models (`meta.usage`) and on headers of answers.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from bot.domain.money import CostSource
from bot.provider.fields import cost_in, object_or_empty

_HEADERS: Final = ("x-aimlapi-credits-used", "x-aimlapi-usd-spent")
_NUMBER: Final = re.compile(r"\d{1,20}(\.\d{1,20})?(e-\d{1,2})?", re.ASCII | re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Usage:
    """Whole credits, and where they come from; `None` where that can't be read."""

    credits: int | None = None
    source: CostSource | None = None


def usage_in(told: Any) -> Usage:
    """Of `meta.usage`."""
    named = object_or_empty(told)
    return _usage(named.get("credits_used"), named.get("usd_spent"), CostSource.USAGE)


def usage_of(headers: Mapping[str, str]) -> Usage:
    """Of the answer's headers. 0 says no more there than that a poll is free."""
    credits_used, usd_spent = (_number(headers.get(name)) for name in _HEADERS)
    return _usage(credits_used, usd_spent, CostSource.HEADERS)


def _usage(credits_used: Any, usd_spent: Any, source: CostSource) -> Usage:
    found = cost_in({"credits": credits_used, "usd": usd_spent})
    return Usage() if found is None else Usage(credits=found, source=source)


def _number(text: str | None) -> float | None:
    text = (text or "").strip()
    return (float(text) or None) if _NUMBER.fullmatch(text) else None
