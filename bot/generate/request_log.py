"""Reading the provider's logs: which stretches of time, how fast, and what they say of a job.

Whatever other programs with the same key leave there is passed over: rows count by their names, and
how much is read is bounded.
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.jobs import Job
from bot.provider.client import Provider
from bot.provider.records import LOG_PAGE_ROWS, LoggedRequest, Outcome

# The provider takes 200 requests a minute, from all processes and from the doctor.
PAGE_EVERY_S: Final = 0.5
PAGES: Final = 100
ROWS: Final = PAGES * LOG_PAGE_ROWS
# Clocks differ, and a row can be dated by the end of its generation. What isn't found is looked for
# from its submission on, however far the provider's clock is ahead.
BEFORE, AFTER, AHEAD = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
# The provider takes no window of more than 92 days.
LONGEST: Final = timedelta(days=91)

Window = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the logs say of one job.

    `made` are the requests that succeeded, `open` those of which it can't be said: what has an
    inference id may be fetched. `unread` says that not all was read that may tell of the job, and
    `failed` that it was, and that the last submission known of surely cost nothing.
    """

    made: Sequence[LoggedRequest] = ()
    open: Sequence[LoggedRequest] = ()
    failed: bool = False
    unread: bool = False

    @property
    def credits(self) -> int | None:
        """What it cost in all, if each that succeeded has a cost. A cost of 0 means that the
        generation still runs."""
        costs = [row.credits for row in self.made if row.credits]
        return sum(costs) if costs and len(costs) == len(self.made) else None


class Log:
    """Rows of the provider's logs, by the names that jobs know, and the stretches left unread."""

    def __init__(self, rows: Iterable[LoggedRequest], unread: Sequence[Window] = ()) -> None:
        self._by_job: Mapping[str, list[LoggedRequest]] = defaultdict(list)
        self._by_inference: Mapping[str, list[LoggedRequest]] = defaultdict(list)
        self._unread = unread
        for row in rows:
            if _submission(row) is not None:
                self._by_job[_job_id(row)].append(row)
            if row.inference_id:
                self._by_inference[row.inference_id].append(row)

    def of(self, job: Job) -> Account:
        """One that succeeded speaks for the job, a failed row for its own submission only, and only
        if no other row contradicts it: what failed is submitted once more."""
        of_job, named = self._by_job.get(job.id, []), self._named(job)
        rows = list(dict.fromkeys([*of_job, *named]))
        last = [row for row in of_job if (_submission(row) or 0) >= job.submission]
        own = [row for row in last if row.client_request_id == job.request_id] + named
        made = [row for row in rows if row.outcome is Outcome.SUCCEEDED]
        unread = any(start <= _start(job) <= end for start, end in self._unread)
        return Account(
            made=_once_each(made),
            open=_once_each(row for row in rows if row.outcome is Outcome.OTHER),
            failed=bool(own)
            and not (made or unread)
            and all(row.outcome is Outcome.FAILED for row in (*last, *named)),
            unread=unread,
        )

    def _named(self, job: Job) -> list[LoggedRequest]:
        """By the ids that the answers to its submission gave; the logs can leave out the suffix."""
        name = job.generation_id or ""
        names = dict.fromkeys([job.inference_id, name, name.partition(":")[0]])
        return [row for name in names if name for row in self._by_inference.get(name, ())]


def _job_id(row: LoggedRequest) -> str:
    return (row.client_request_id or "").rpartition(".")[0]


def _submission(row: LoggedRequest) -> int | None:
    """Which submission of its job it is; `None` for what isn't named as ours are."""
    number = (row.client_request_id or "").rpartition(".")[2]
    return int(number) if number.isdigit() else None


def _once_each(rows: Iterable[LoggedRequest]) -> tuple[LoggedRequest, ...]:
    """One row for each request, the dearest: while it runs, a request has cost nothing yet."""
    dearest: dict[str | None, LoggedRequest] = {}
    for row in rows:
        name = row.inference_id or row.client_request_id
        if name not in dearest or _weight(row) > _weight(dearest[name]):
            dearest[name] = row
    told = {row.client_request_id for row in dearest.values() if row.inference_id}
    return tuple(
        row for row in dearest.values() if row.inference_id or row.client_request_id not in told
    )


def _weight(row: LoggedRequest) -> tuple[int, str]:
    """The dearest; of the same cost always the same, in whatever order they come."""
    return row.credits or 0, row.client_request_id or ""


def windows(jobs: Iterable[Job], now: datetime) -> list[Window]:
    """When the requests of these jobs were made, with some time around; none overlap."""
    merged: list[Window] = []
    for start, end in sorted((_start(job), _end(job, now)) for job in jobs):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        elif start < end:  # a clock that was set back
            merged.append((start, end))
    return [(max(start, end - LONGEST), end) for start, end in merged]


def _start(job: Job) -> datetime:
    # What was submitted after a backup was made is known to the provider alone.
    start = job.first_submitted_at if job.restored_at is None else None
    return (start or job.created_at) - BEFORE


def _end(job: Job, now: datetime) -> datetime:
    last = min(now, job.restored_at or job.submitted_at or now)
    return last + (AFTER if job.generation_id else AHEAD)


async def read(
    provider: Provider, stretches: Iterable[Window], *, within_s: float | None = None
) -> Log:
    """The rows of these stretches, which don't overlap, from the newest on; what time and bounds
    don't allow stays unread. Raises as `Provider.logged` does."""
    rows, left = await _read_within(provider, stretches, within_s)
    return Log(rows, [stretch for stretch, _ in left])


async def rows_of(
    provider: Provider, start: datetime, end: datetime, *, within_s: float
) -> list[LoggedRequest]:
    """The rows of one stretch, as far as time and bounds allow. Raises as `Provider.logged`."""
    rows, _ = await _read_within(provider, [(start, end)], within_s)
    return list(rows)


async def _read_within(
    provider: Provider, stretches: Iterable[Window], within_s: float | None
) -> tuple[dict[LoggedRequest, None], list[tuple[Window, int]]]:
    """The rows, and what is left."""
    rows: dict[LoggedRequest, None] = {}
    left = [(stretch, 0) for stretch in sorted(stretches)]
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(within_s):
            await _read_pages(provider, rows, left)
    return rows, left


async def _read_pages(
    provider: Provider, rows: dict[LoggedRequest, None], left: list[tuple[Window, int]]
) -> None:
    """Add to `rows`, and take from the end of `left` what is read."""
    for number in range(PAGES):
        if not left or len(rows) >= ROWS:
            return
        if number:
            await asyncio.sleep(PAGE_EVERY_S)
        (start, end), offset = left[-1]
        page = await provider.logged(start, end, offset=offset)
        known = len(rows)
        rows |= dict.fromkeys(page.rows)
        left.pop()
        # A server that heeds neither offset nor window sends the same page again.
        if not page.is_last and (len(rows) > known or not page.rows):
            left.append(((start, end), page.next_offset))
