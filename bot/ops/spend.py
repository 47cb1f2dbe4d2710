"""`python -m bot spend`: what tracks have cost, and what is set aside for those that wait."""

import asyncio
import csv
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from bot.clock import utc_now
from bot.domain.budgets import Period
from bot.domain.money import CostSource, usd_of
from bot.errors import DatabaseTrouble, ProviderError
from bot.logs import one_line
from bot.provider.client import Provider
from bot.settings import Settings
from bot.store.database.engine import open_as_it_is
from bot.store.spend_store import By, Held, SpendStore, Spent

TIMEOUT_S: Final = 15
HEAD: Final = ("tracks", "known", "estimated", "sum")
NO_TABLES: Final = "has no tables of this version yet. Start the bot once"
FROM: Final = {
    CostSource.USAGE: "the provider's answers",
    CostSource.HEADERS: "their headers",
    CostSource.LOGS: "the logs",
    CostSource.LEDGER: "the ledger",
    CostSource.ESTIMATE: "estimates",
}


@dataclass(frozen=True, kw_only=True)
class Line:
    """Credits of one day, server, member or model: known costs, and estimates."""

    of: date | int | str
    tracks: int
    known: int
    estimated: int

    @property
    def credits(self) -> int:
        """Both."""
        return self.known + self.estimated


async def spend(settings: Settings, *, days: int, by: By, as_csv: bool) -> None:
    """Print it for the last `days`, today included. Changes nothing.

    Raises `DatabaseUnusable` and `DatabaseTrouble`.
    """
    today = utc_now().date()
    first = today - timedelta(days=days - 1)
    async with open_as_it_is(settings.database_url) as engine:
        if engine is None:
            raise DatabaseTrouble(NO_TABLES)
        store = SpendStore(engine)
        spent, waiting = await store.spent(first, today, By(by)), await store.waiting()
        of_today = await store.spent(today, today, By.DAY)
        used = [await _used(store, *budget) for budget in settings.budgets().limits]
    lines = summed(spent, by)
    if as_csv:
        _write_csv(lines, by)
        return
    print(f"{first} to {today} (UTC), in USD\n")
    print(f"{table(lines, by)}\n")
    ours = sum(one.credits for one in of_today)
    for sentence in (*sentences(spent, waiting), *used, await _beside(settings, today, ours)):
        print(sentence)


def summed(spent: Iterable[Spent], by: By) -> list[Line]:
    """A line for each; days in their order, all else by what it cost."""
    tracks: Counter[Any] = Counter()
    credits_: Counter[tuple[Any, bool]] = Counter()
    for one in spent:
        tracks[one.of] += one.tracks
        credits_[one.of, one.source is CostSource.ESTIMATE] += one.credits
    lines = [
        Line(of=of, tracks=number, known=credits_[of, False], estimated=credits_[of, True])
        for of, number in tracks.items()
    ]
    if by == By.DAY:
        return sorted(lines, key=lambda line: str(line.of))
    return sorted(lines, key=lambda line: (-line.credits, str(line.of)))


def table(lines: Sequence[Line], by: By) -> str:
    """In columns, with a total."""
    total = Line(
        of="total",
        tracks=sum(line.tracks for line in lines),
        known=sum(line.known for line in lines),
        estimated=sum(line.estimated for line in lines),
    )
    rows = [
        (str(line.of or "no server"), str(line.tracks), *map(_usd, _amounts(line)))
        for line in (*lines, total)
    ]
    return _in_columns([(by, *HEAD), *rows])


def sentences(spent: Iterable[Spent], waiting: Held) -> list[str]:
    """Where the costs are known from, and what is set aside for what waits."""
    sources: Counter[CostSource] = Counter()
    for one in spent:
        sources[one.source] += one.credits
    known = ", ".join(f"{FROM[one]} {_usd(sources[one])}" for one in FROM if sources[one])
    held = (
        f"set aside for tracks that wait in the queue: {_usd(waiting.credits)} for {waiting.tracks}"
    )
    return [f"costs by source: {known}" if known else "nothing was spent", held]


def _in_columns(rows: Sequence[Sequence[str]]) -> str:
    """The first column to the left, the others, which are numbers, to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return "\n".join(
        "  ".join(
            cell.rjust(width) if at else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )


async def _used(store: SpendStore, period: Period, limit: int) -> str:
    """What counts towards a budget by now."""
    now = utc_now()
    used = await store.used(period.began_at(now).date(), now.date())
    name = "today" if period is Period.DAY else "this month"
    return f"budget for {name}: {_usd(used)} of {_usd(limit)} used"


async def _beside(settings: Settings, today: date, ours: int) -> str:
    """Today's sum, and what the provider counts for the key."""
    key = settings.aimlapi_key.get_secret_value()
    said = f"today {_usd(ours)}"
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            Provider.open(settings.aimlapi_url, key, proxy=settings.proxy()) as provider,
        ):
            return f"{said}; the provider counts {_usd(await provider.usage(today))} for this key"
    except ProviderError as error:
        return f"{said}; the provider's count can't be had: {one_line(str(error))}"
    except TimeoutError:
        return f"{said}; the provider didn't answer within {TIMEOUT_S} s"


def _amounts(line: Line) -> tuple[int, int, int]:
    return line.known, line.estimated, line.credits


def _usd(credits_: int) -> str:
    return f"{usd_of(credits_):.4f}"


def _write_csv(lines: Iterable[Line], by: By) -> None:
    """No server is an empty field. A credit is half a millionth of a dollar."""
    rows = csv.writer(sys.stdout, lineterminator="\n")
    rows.writerow((by, "tracks", "known_usd", "estimated_usd", "usd"))
    for line in lines:
        usd = (f"{usd_of(amount):.7f}" for amount in _amounts(line))
        rows.writerow((line.of or "", line.tracks, *usd))
