"""Reading the provider's logs: which stretches of time, how fast, and what they say of a job."""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from bot.domain.jobs import Job
from bot.provider.client import Provider
from bot.provider.records import LoggedRequest, Outcome

# The provider takes 200 requests a minute, from all processes and from the doctor.
PAGE_EVERY_S: Final = 0.5
PAGES: Final = 100
# Clocks differ, and a row may be dated by the end of its generation. What isn't found is looked for
# from its submission on, however far the provider's clock is ahead.
BEFORE, AFTER, AHEAD = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
# The provider takes no window of more than 92 days.
LONGEST: Final = timedelta(days=91)

Window = tuple[datetime, datetime]


@dataclass(frozen=True, kw_only=True)
class Account:
    """What the logs say of one job.

    `made` are the requests that succeeded, `open` those of which it can't be said: what has an
    inference id may be fetched. `failed` says that the last submission surely cost nothing.
    """

    made: Sequence[LoggedRequest] = ()
    open: Sequence[LoggedRequest] = ()
    failed: bool = False

    @property
    def credits(self) -> int | None:
        """What it cost in all, where that is said of each that succeeded. A cost of nothing is that
        of a generation which still runs."""
        costs = [row.credits for row in self.made if row.credits]
        return sum(costs) if costs and len(costs) == len(self.made) else None


class Log:
    """Rows of the provider's logs, by the names that jobs know."""

    def __init__(self, rows: Iterable[LoggedRequest]) -> None:
        self._by_job: Mapping[str, list[LoggedRequest]] = defaultdict(list)
        self._by_inference: dict[str, LoggedRequest] = {}
        for row in rows:
            if row.client_request_id:
                self._by_job[row.client_request_id.rpartition(".")[0]].append(row)
            if row.inference_id:
                self._by_inference[row.inference_id] = row

    def of(self, job: Job) -> Account:
        """A failed row speaks for its own submission only; one that succeeded for the job."""
        rows = list(dict.fromkeys([*self._by_job.get(job.id, ()), *self._named(job)]))
        return Account(
            made=[row for row in rows if row.outcome is Outcome.SUCCEEDED],
            open=[row for row in rows if row.outcome is Outcome.OTHER],
            failed=any(
                row.outcome is Outcome.FAILED
                and (row.client_request_id == job.request_id or job.generation_id is not None)
                for row in rows
            ),
        )

    def _named(self, job: Job) -> list[LoggedRequest]:
        """By the ids that the answers to its submission gave; the logs may leave out the suffix."""
        names = {job.inference_id, job.generation_id}
        names |= {(job.generation_id or "").partition(":")[0]}
        return [self._by_inference[name] for name in names if name and name in self._by_inference]


def windows(jobs: Iterable[Job], now: datetime) -> list[Window]:
    """When the requests of these jobs were made, with some time around; none overlap."""
    merged: list[Window] = []
    for start, end in sorted(_window(job, now) for job in jobs):
        if merged and start <= merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged


def _window(job: Job, now: datetime) -> Window:
    # What was submitted after a backup was made is known to the provider alone.
    start = (job.first_submitted_at if job.restored_at is None else None) or job.created_at
    known = job.submitted_at if job.generation_id else None
    end = known + AFTER if known else now + AHEAD
    return max(start - BEFORE, end - LONGEST), end


async def read(provider: Provider, stretches: Iterable[Window]) -> Log:
    """All rows of these stretches. Raises as `Provider.logged` does."""
    rows: list[LoggedRequest] = []
    for number, (start, end) in enumerate(stretches):
        if number:
            await asyncio.sleep(PAGE_EVERY_S)
        rows += await rows_of(provider, start, end)
    return Log(rows)


async def rows_of(provider: Provider, start: datetime, end: datetime) -> list[LoggedRequest]:
    """All rows of one stretch. Raises as `Provider.logged` does."""
    rows: dict[LoggedRequest, None] = {}
    offset = 0
    for _ in range(PAGES):
        page = await provider.logged(start, end, offset=offset)
        known = len(rows)
        rows |= dict.fromkeys(page.rows)
        # A server that does not heed the offset sends the same page again.
        if page.is_last or (page.rows and len(rows) == known):
            break
        offset = page.next_offset
        await asyncio.sleep(PAGE_EVERY_S)
    return list(rows)
