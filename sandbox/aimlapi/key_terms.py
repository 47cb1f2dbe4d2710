"""What a key may be used for, as its owner has set it.

AI/ML API docs: API Keys > Get key. What calls are refused with is the stand-in's own wording, but
for the verification, which people have quoted.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sandbox.aimlapi.errors import LIMIT_REACHED, NO_SCOPE, NOT_VERIFIED

MADE_AT: Final = "2026-02-18T06:57:29.232Z"
PREFIX_LENGTH: Final = 8
AUDIO: Final = "model:audio"


@dataclass(frozen=True, kw_only=True)
class KeyTerms:
    """`scopes` and `limit_usd` are `None` where there is no bound. `verified` is about the account.

    `spent_this_month_usd` was spent before the stand-in opened; what its generations cost is added.
    A management key can read about other keys, but not the account's ledger.
    """

    scopes: Sequence[str] | None = None
    limit_usd: float | None = None
    retention: str = "month"
    spent_this_month_usd: float = 0.0
    disabled: bool = False
    verified: bool = True
    is_management: bool = False

    def refusal(self, spent_usd: float) -> str | None:
        """Why a track is refused with 403, if it is. `spent_usd` counts towards the limit."""
        if not self.verified:
            return NOT_VERIFIED
        if self.scopes is not None and AUDIO not in self.scopes:
            return NO_SCOPE
        if self.limit_usd is not None and spent_usd >= self.limit_usd:
            return LIMIT_REACHED
        return None

    def as_json(self, key: str, monthly_usage_usd: float) -> dict[str, Any]:
        """The `data` of the answer."""
        limit = {"retention": self.retention, "threshold": self.limit_usd}
        return {
            "name": "sandbox",
            "disabled": self.disabled,
            "prefix": key[:PREFIX_LENGTH],
            "scopes": None if self.scopes is None else list(self.scopes),
            "limit": None if self.limit_usd is None else limit,
            "created_at": MADE_AT,
            "updated_at": MADE_AT,
            "monthly_usage": monthly_usage_usd,
        }


def period_start(retention: str, now: datetime) -> datetime:
    """When the period of a limit began: at 00:00 UTC, or never."""
    today = now.replace(hour=0, minute=0, second=0, microsecond=0)
    match retention:
        case "day":
            return today
        case "week":
            return today - timedelta(days=today.weekday())
        case "month":
            return today.replace(day=1)
    return datetime.min.replace(tzinfo=UTC)
