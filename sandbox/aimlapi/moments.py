"""Moments and spans of time as the provider writes and reads them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Final, Self

LONGEST_WINDOW: Final = timedelta(days=92)
_PERIOD: Final = re.compile(r"([1-9][0-9]{0,5})([hd])", re.ASCII)


def zulu(moment: datetime) -> str:
    """An aware moment in the provider's way, to the millisecond: `2026-07-02T03:04:05.000Z`."""
    text = moment.astimezone(UTC).isoformat(timespec="milliseconds")
    return text.replace("+00:00", "Z")


@dataclass(frozen=True, slots=True)
class Window:
    """What a report covers: from `start` on, before `end`.

    AI/ML API docs: API Key Usage > Choosing the time window.
    """

    start: datetime
    end: datetime

    def __contains__(self, moment: datetime) -> bool:
        return self.start <= moment < self.end

    @classmethod
    def asked_for(cls, query: Mapping[str, str], now: datetime) -> Self:
        """By `period`, or by `start` and `end`. Raises ValueError with what is wrong."""
        is_absolute = "start" in query and "end" in query
        if ("period" in query) == is_absolute or ("start" in query) != ("end" in query):
            raise ValueError("Provide either period or both start and end, never both")
        if is_absolute:
            window = cls(_moment("start", query["start"]), _moment("end", query["end"]))
        else:
            window = cls(now - _length(query["period"]), now)
        if window.end < window.start:
            raise ValueError("end: Expected no earlier than start")
        _check_length(window.end - window.start)
        return window


def _length(period: str) -> timedelta:
    if (found := _PERIOD.fullmatch(period)) is None:
        raise ValueError(f"period: Expected an integer followed by h or d, received {period!r}")
    length = int(found[1]) * (timedelta(hours=1) if found[2] == "h" else timedelta(days=1))
    _check_length(length)
    return length


def _check_length(length: timedelta) -> None:
    if length > LONGEST_WINDOW:
        raise ValueError("The window must not exceed 92 days")


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError(f"{name}: Expected ISO-8601, received {text!r}") from None
