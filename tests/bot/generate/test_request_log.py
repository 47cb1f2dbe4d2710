"""Reading the provider's logs, whatever they hold and whoever else writes into them."""

import itertools
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from aiohttp import web
from hypothesis import given
from hypothesis import strategies as st

from bot.domain.jobs import Job
from bot.errors import Trouble
from bot.generate import request_log
from bot.generate.request_log import AHEAD, Account, Log, read, rows_of, windows
from bot.provider.client import Provider
from bot.provider.records import LOG_PAGE_ROWS, LoggedRequest
from sandbox.aimlapi import KEY
from tests.factories import NOW, a_job

JOB = a_job(id="00000000000000aa", submission=2, created_at=NOW, submitted_at=NOW)
HOUR = timedelta(hours=1)
WINDOW = (NOW - HOUR, NOW + HOUR)
Row = dict[str, Any]


def a_row(number: object = 2, status: str = "succeeded", **changes: Any) -> Row:
    row = {"client_request_id": f"{JOB.id}.{number}", "inference_id": "inf", "status": status}
    return row | {"created": NOW.isoformat(), "cost": {"credits": 120_000}} | changes


def a_failed_row(number: object = 2, **changes: Any) -> Row:
    return a_row(number, "failed", **{"cost": {"credits": 0}} | changes)


def of_job(*rows: Row, **job: Any) -> Account:
    log = Log(LoggedRequest.model_validate(row) for row in rows)
    return log.of(a_job(id=JOB.id, submission=2, **job))


# --- what rows say of a job ---------------------------------------------------------------------


@pytest.mark.parametrize("number", [1, 2, 3, 99, "002"])
def test_success_speaks_for_the_job_whichever_submission_it_was(number: object) -> None:
    account = of_job(a_row(number))
    assert (len(account.made), account.credits, account.failed) == (1, 120_000, False)


@pytest.mark.parametrize(
    "name",
    [
        *("", "foo", "job.1", "job.1.2", ".", ".2", "2", "None", JOB.id, f"{JOB.id}.", "x" * 200),
        *(f"{JOB.id}{end}" for end in (".x", ".-2", ".2.2", ".+2", ". 2", ".2 ", ".2\n", "\n.2")),
        *(f"{JOB.id}.٢", f"{JOB.id}.²", f" {JOB.id}.2", JOB.id[1:] + ".2", f"{JOB.id}:2", 5, None),
    ],
)
def test_rows_of_other_programs_say_nothing(name: object) -> None:
    assert of_job(*(make(client_request_id=name) for make in (a_row, a_failed_row))) == Account()


def test_failure_counts_when_it_is_that_of_the_last_submission() -> None:
    assert of_job(a_failed_row()).failed
    assert of_job(a_failed_row(), a_failed_row(1), a_failed_row(3)).failed
    assert of_job(a_failed_row(None, client_request_id=None), inference_id="inf").failed


@pytest.mark.parametrize(
    ("rows", "job"),
    [
        ([a_failed_row(1)], {}),
        # The earlier one failed, and the track of this one is still to come.
        ([a_failed_row(1)], {"generation_id": "other:lyria2", "inference_id": "other"}),
        # Submitted after a backup was made, which may not be the last one either.
        ([a_failed_row(3)], {}),
        ([a_failed_row(), a_row(3, "running")], {}),
        # Two rows that contradict each other.
        ([a_failed_row(), a_row()], {}),
        ([a_row(), a_failed_row()], {}),
        ([a_failed_row(), a_row(2, "running")], {}),
        ([a_failed_row(), a_row(1, cost=None)], {}),
        ([a_failed_row(cost={"credits": 1})], {}),
    ],
)
def test_failure_doesnt_count_when_something_might_have_been_paid_for(
    rows: Sequence[Row], job: Row
) -> None:
    assert not of_job(*rows, **job).failed


@pytest.mark.parametrize(
    ("others", "credits_"),
    [
        ([a_row()], 120_000),
        ([a_row(created=None)], 120_000),
        ([a_row(created="later", model="other")], 120_000),
        # Listed while it was running, too, or without one of its names.
        ([a_row(cost={"credits": 0})], 120_000),
        ([a_row(cost=None)], 120_000),
        ([a_row(inference_id=None)], 120_000),
        ([a_row(inference_id="inf\n")], 120_000),
        ([a_row(client_request_id="\x00")], 120_000),
        # Another one, of which it's said what it cost, or not.
        ([a_row(1, inference_id="inf-1")], 240_000),
        ([a_row(inference_id="inf-1", cost=None)], None),
    ],
)
def test_each_request_is_counted_once(others: Sequence[Row], credits_: int | None) -> None:
    rows = [a_row(), *others]
    for order in itertools.permutations(rows):
        account = of_job(*order, inference_id="inf")
        assert account.credits == credits_
        assert account.made[0].inference_id is not None


def test_request_is_found_by_its_inference_id_when_the_suffix_is_left_out() -> None:
    row = a_row(client_request_id="of a proxy", inference_id="inf")
    assert of_job(row, generation_id="inf:lyria2").credits == 120_000
    assert of_job(row, generation_id=":lyria2") == Account()


ROWS = st.builds(
    lambda make, number, name, credits_: make(
        number, inference_id=name, cost={"credits": credits_} if make is a_row else None
    ),
    st.sampled_from([a_row, a_failed_row]),
    st.integers(0, 4),
    st.sampled_from([None, "a", "b"]),
    st.sampled_from([None, 0, 120_000]),
)


@given(st.lists(ROWS, max_size=6), st.randoms())
def test_order_and_repetition_change_nothing(rows: list[Row], random: Any) -> None:
    seen = of_job(*rows)
    shuffled = rows * 2
    random.shuffle(shuffled)
    again = of_job(*shuffled)
    assert (again.credits, again.failed) == (seen.credits, seen.failed)
    assert len(again.made) == len(seen.made)
    assert not (seen.made and seen.failed)


# --- when their requests were made --------------------------------------------------------------

MOMENTS = st.integers(-5000, 5000).map(lambda minutes: NOW + timedelta(minutes=minutes))
JOBS = st.builds(
    lambda created_at, submitted_at, restored_at: a_job(
        created_at=created_at,
        first_submitted_at=submitted_at,
        submitted_at=submitted_at,
        restored_at=restored_at,
    ),
    MOMENTS,
    st.none() | MOMENTS,
    st.none() | MOMENTS,
)


@given(st.lists(JOBS, max_size=8))
def test_windows_are_in_order_and_hold_all_submissions_so_far(jobs: list[Job]) -> None:
    found = windows(jobs, NOW)
    assert all(start < end <= NOW + AHEAD for start, end in found)
    assert all(one[1] < other[0] for one, other in itertools.pairwise(found))
    for moment in (job.submitted_at for job in jobs if job.restored_at is None):
        within = [start <= moment <= end for start, end in found if moment]
        assert not moment or moment > NOW or sum(within) == 1


# --- servers ------------------------------------------------------------------------------------

Answer = Callable[[datetime, datetime, int], Any]


@dataclass
class Server:
    """Answers with whatever the test makes of window and offset."""

    answer: Answer = lambda *_: {"data": []}
    asked: list[tuple[datetime, datetime, int]] = field(default_factory=list)

    async def handle(self, request: web.Request) -> web.Response:
        query = request.query
        start, end = (datetime.fromisoformat(query[name]) for name in ("start", "end"))
        self.asked.append((start, end, int(query["offset"])))
        return web.json_response(self.answer(*self.asked[-1]))


@pytest.fixture
def server() -> Server:
    return Server()


@pytest.fixture
async def provider(server: Server, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Provider]:
    monkeypatch.setattr(request_log, "PAGE_EVERY_S", 0.0)
    app = web.Application()
    app.router.add_get("/v2/logs", server.handle)
    runner = web.AppRunner(app)
    await runner.setup()
    try:
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        async with Provider.open(f"http://127.0.0.1:{runner.addresses[0][1]}", KEY) as provider:
            yield provider
    finally:
        await runner.cleanup()


def others(offset: int = 0, number: int = LOG_PAGE_ROWS) -> list[Row]:
    """Rows of other programs; those of another offset are others."""
    return [{"client_request_id": f"foo.{offset + at}"} for at in range(number)]


async def test_newest_stretch_is_read_first(provider: Provider, server: Server) -> None:
    older = (NOW - 3 * HOUR, NOW - 2 * HOUR)
    await read(provider, [older, WINDOW])
    assert server.asked == [(*WINDOW, 0), (*older, 0)]


@pytest.mark.parametrize("size", [1, LOG_PAGE_ROWS, 5 * LOG_PAGE_ROWS])
async def test_all_pages_are_read_whatever_their_size(
    provider: Provider, server: Server, size: int
) -> None:
    rows = [*others(number=3 * size), a_row()]
    server.answer = lambda _start, _end, offset: {
        "data": rows[offset : offset + size],
        "pagination": {"total": len(rows)},
    }
    assert (await read(provider, [WINDOW])).of(JOB).made
    assert len(server.asked) == 4


async def test_page_is_read_once_more_at_most_when_the_offset_is_ignored(
    provider: Provider, server: Server
) -> None:
    server.answer = lambda *_: {"data": [*others(), a_row()], "pagination": {"has_more": True}}
    assert (await read(provider, [WINDOW])).of(JOB).made
    assert [offset for *_, offset in server.asked] == [0, 101]


async def test_everything_is_read_once_when_the_window_is_ignored(
    provider: Provider, server: Server
) -> None:
    rows = [*others(number=250), a_row(created=None)]
    server.answer = lambda _start, _end, offset: {"data": rows[offset : offset + LOG_PAGE_ROWS]}
    days = [NOW - timedelta(days=day) for day in range(5)]
    account = (await read(provider, [(day - HOUR, day) for day in days])).of(JOB)
    assert (len(account.made), account.unread) == (1, False)
    assert [offset for *_, offset in server.asked] == [0, 100, 200, 0, 0, 0, 0]


ENDLESS: dict[str, Answer] = {
    "others": lambda _start, _end, offset: others(offset),
    "no rows": lambda *_: [None] * LOG_PAGE_ROWS,
    "one by one": lambda _start, _end, offset: others(offset, 1),
}


@pytest.mark.parametrize("kind", ENDLESS)
async def test_reading_ends_when_pages_do_not(
    provider: Provider, server: Server, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    monkeypatch.setattr(request_log, "PAGES", 7)
    server.answer = lambda *asked: {
        "data": ENDLESS[kind](*asked),
        "pagination": {"has_more": True, "total": 10**9},
    }
    older = (NOW - 3 * HOUR, NOW - 2 * HOUR)
    log = await read(provider, [older, WINDOW])
    assert len(server.asked) == 7
    assert log.of(JOB).unread
    assert log.of(a_job(created_at=NOW - 2.5 * HOUR)).unread
    assert not log.of(a_job(created_at=NOW - 5 * HOUR)).unread


async def test_failure_is_not_sure_when_not_all_was_read(
    provider: Provider, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [a_failed_row(JOB.submission), *others()]
    server.answer = lambda *_: {"data": rows, "pagination": {"has_more": True}}
    monkeypatch.setattr(request_log, "PAGES", 1)
    account = (await read(provider, [WINDOW])).of(JOB)
    assert (account.failed, account.unread) == (False, True)
    server.answer = lambda *_: {"data": rows[:1]}
    assert (await read(provider, [WINDOW])).of(JOB).failed


async def test_reading_ends_when_pages_are_huge(
    provider: Provider, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "ROWS", 1000)
    server.answer = lambda _start, _end, offset: {"data": [a_row(), *others(offset, 600)]}
    account = (await read(provider, [WINDOW])).of(JOB)
    assert (len(account.made), account.unread) == (1, True)
    assert len(server.asked) == 2


async def test_answer_that_is_too_long_is_trouble(provider: Provider, server: Server) -> None:
    server.answer = lambda *_: {"data": others(), "more": "x" * (2 << 20)}
    with pytest.raises(Trouble):
        await read(provider, [WINDOW])


async def test_reading_ends_in_time_with_what_was_read(
    provider: Provider, server: Server, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(request_log, "PAGE_EVERY_S", 3600.0)
    server.answer = lambda *_: {"data": [a_row(), *others()]}
    account = (await read(provider, [WINDOW], within_s=5)).of(JOB)
    assert (len(account.made), account.unread) == (1, True)
    assert len(await rows_of(provider, *WINDOW, within_s=5)) == 1 + LOG_PAGE_ROWS
