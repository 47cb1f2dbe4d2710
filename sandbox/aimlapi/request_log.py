"""The requests of a key and what became of them. Rows come late, as from an analytics pipeline.

AI/ML API docs: Usage Logs > Get request logs.
"""

from collections import defaultdict, deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from multidict import MultiMapping

from sandbox.aimlapi.catalogue import CREDITS_PER_USD, OneOf
from sandbox.aimlapi.generations import Generation
from sandbox.aimlapi.ledger_page import page_limit
from sandbox.aimlapi.moments import Window, zulu

CALLS_A_MINUTE: Final = 200
LAG_S: Final = 5.0
MAX_MODELS: Final = 50
_STATUSES: Final = OneOf(("succeeded", "failed"))


@dataclass(frozen=True, kw_only=True)
class LogTerms:
    """When a row appears; how late isn't documented, nor whether a running generation has one.

    - `lag_s`: so long after the end of the generation
    - `from_submission`: after the submission instead, yet never before the end
    - `while_running`: after the submission, and before the end too: then as succeeded, and without
      a cost until it has ended
    """

    lag_s: float = LAG_S
    from_submission: bool = False
    while_running: bool = False


@dataclass(slots=True)
class RequestLog:
    """All submissions that reached their model, and who has asked for them in the last minute."""

    submissions: list[Generation] = field(default_factory=list)
    _calls: defaultdict[str, deque[datetime]] = field(default_factory=lambda: defaultdict(deque))

    def counts_call(self, key: str, now: datetime) -> bool:
        """Count a key's call; whether the rate limit still allows it."""
        calls = self._calls[key]
        while calls and now - calls[0] >= timedelta(minutes=1):
            calls.popleft()
        if len(calls) >= CALLS_A_MINUTE:
            return False
        calls.append(now)
        return True

    def listed(self, key: str, terms: LogTerms, now: datetime, speed: float) -> list[Generation]:
        """What has a row by now, newest first."""
        lag_s = terms.lag_s / speed
        return [
            submission
            for submission in reversed(self.submissions)
            if submission.key == key and _is_listed(submission, terms, lag_s, now)
        ]


def _is_listed(submission: Generation, terms: LogTerms, lag_s: float, now: datetime) -> bool:
    if not terms.while_running and not submission.has_ended(now):
        return False
    counts_from_submission = terms.while_running or terms.from_submission
    begin = submission.submitted_at if counts_from_submission else submission.ended_at
    return (now - begin).total_seconds() >= lag_s


def log_page(
    listed: Sequence[Generation], query: MultiMapping[str], now: datetime
) -> dict[str, Any]:
    """The page that the query asks for. Raises ValueError with what is wrong with the query."""
    window = Window.asked_for(query, now)
    statuses, models = query.getall("status", []), query.getall("model", [])
    limit, offset = page_limit(query), _offset(query.get("offset", "0"))
    for status in statuses:
        if issue := _STATUSES.issue(status):
            raise ValueError(f"status: {issue}")
    if len(models) > MAX_MODELS:
        raise ValueError(f"model: Expected at most {MAX_MODELS} values, received {len(models)}")
    wanted = [
        submission
        for submission in listed
        if submission.submitted_at in window
        and (not statuses or outcome(submission, now) in statuses)
        and (not models or {submission.model.name, submission.model.id_suffix} & set(models))
    ]
    rows = [_as_json(submission, now) for submission in wanted[offset : offset + limit]]
    total = len(wanted)
    has_more = offset + limit < total
    pagination = {"limit": limit, "offset": offset, "total": total, "has_more": has_more}
    return {"data": rows, "pagination": pagination}


def outcome(submission: Generation, now: datetime) -> str:
    """The status in its row."""
    return "failed" if submission.status(now) == "error" else "succeeded"


def _offset(text: str) -> int:
    if not text.isascii() or not text.isdigit():
        raise ValueError(f"offset: Expected an integer of at least 0, received {text!r}")
    return int(text)


def _as_json(submission: Generation, now: datetime) -> dict[str, Any]:
    charged = submission.charged_credits(now)
    return {
        "created": zulu(submission.submitted_at),
        "status": outcome(submission, now),
        "origin": "api",
        "model": submission.model.name,
        "cost": {"usd": charged / CREDITS_PER_USD, "credits": charged},
        "tokens": {"input": 0, "output": 0, "total": 0},
        "request_id": submission.request_id,
        "inference_id": submission.inference_id,
        "client_request_id": submission.client_request_id,
    }
