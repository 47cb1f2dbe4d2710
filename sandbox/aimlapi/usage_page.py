"""What a key has spent in a window, by model and by day.

AI/ML API docs: API Key Usage > Get detailed key usage.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from zoneinfo import ZoneInfo, available_timezones

from sandbox.aimlapi.catalogue import CREDITS_PER_USD, OneOf
from sandbox.aimlapi.generations import Generation
from sandbox.aimlapi.moments import Window, zulu
from sandbox.aimlapi.request_log import outcome

_GROUPINGS: Final = OneOf(("day", "model", "day,model"))


def usage_page(
    listed: Sequence[Generation], query: Mapping[str, str], now: datetime
) -> dict[str, Any]:
    """The answer, from the requests that have a row in the logs. Raises ValueError with what is
    wrong with the query.
    """
    window = Window.asked_for(query, now)
    counted = [submission for submission in listed if submission.submitted_at in window]
    groups = {} if "group_by" not in query else {"groups": _groups(counted, query, now)}
    return {
        "api_key_prefix": query.get("key_prefix"),
        "start": zulu(window.start),
        "end": zulu(window.end),
        "spend": _spend(counted, now),
        "currency": "USD",
        "requests": _charged(counted, now),
        "models": _models(counted, now),
        **groups,
    }


def _models(counted: Iterable[Generation], now: datetime) -> list[dict[str, Any]]:
    by_model = defaultdict(list)
    for submission in counted:
        by_model[submission.model.name].append(submission)
    models = [
        {"model": name, "spend": _spend(some, now), "requests": _charged(some, now)}
        for name, some in by_model.items()
        if _charged(some, now)
    ]
    return sorted(models, key=lambda model: -float(str(model["spend"])))


def _groups(
    counted: Iterable[Generation], query: Mapping[str, str], now: datetime
) -> list[dict[str, Any]]:
    if issue := _GROUPINGS.issue(query["group_by"]):
        raise ValueError(f"group_by: {issue}")
    if (name := query.get("tz", "UTC")) not in available_timezones():
        raise ValueError(f"tz: Expected the name of an IANA zone, received {name!r}")
    zone, parts = ZoneInfo(name), query["group_by"].split(",")
    groups = defaultdict(list)
    for submission in counted:
        day = submission.submitted_at.astimezone(zone).date().isoformat()
        place = {"day": day, "model": submission.model.name}
        groups[tuple(place[part] for part in parts)].append(submission)
    return [
        dict(zip(parts, place, strict=True)) | _totals(some, now)
        for place, some in sorted(groups.items())
    ]


def _totals(some: Sequence[Generation], now: datetime) -> dict[str, Any]:
    failed = sum(outcome(submission, now) == "failed" for submission in some)
    return {
        "spend": _spend(some, now),
        "tokens": {"input": 0, "output": 0, "total": 0},
        "requests": {
            "total": len(some),
            "charged": _charged(some, now),
            "succeeded": len(some) - failed,
            "failed": failed,
        },
    }


def _spend(some: Iterable[Generation], now: datetime) -> float:
    return sum(submission.charged_credits(now) for submission in some) / CREDITS_PER_USD


def _charged(some: Iterable[Generation], now: datetime) -> int:
    return sum(submission.charged_credits(now) > 0 for submission in some)
