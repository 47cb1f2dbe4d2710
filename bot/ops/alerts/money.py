"""What is spent: budgets that are nearly used up, and sums that aren't what they should be."""

import logging
from collections.abc import Collection, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.budgets import Budgets, Period
from bot.domain.causes import Cause
from bot.domain.money import usd_of
from bot.errors import ProviderError
from bot.ops.alerts.causes import Sight
from bot.ops.drift import CLOSED_FOR, Comparison, compare
from bot.provider.client import Provider
from bot.said_once import SaidOnce
from bot.store.spend_days import ONE_DAY
from bot.store.spend_store import AboveHold, SpendStore

ADD_UP_EVERY_S: Final = 60.0
COMPARE_EVERY_S: Final = 3600.0
LEVELS: Final = (100, 80, 50)
THIS: Final = {Period.DAY: "today's", Period.MONTH: "this month's"}

log = logging.getLogger(__name__)

Key = tuple[str, str]


class Money:
    """Looks at the sums once a minute, and at the provider's count once a day."""

    def __init__(
        self, spend: SpendStore, provider: Provider, budgets: Budgets, clock: Clock
    ) -> None:
        self._spend = spend
        self._provider = provider
        self._budgets = budgets
        self._clock = clock
        self._added_up_at: datetime | None = None
        self._compared_at: datetime | None = None
        self._compared: date | None = None
        self._said = SaidOnce(log)

    async def look(self, standing: Collection[Key]) -> Sequence[Sight]:
        """What is true now, and which of the `standing` alerts are over.

        Empty when it isn't time to look. Raises `DatabaseTrouble`.
        """
        now = self._clock()
        if self._added_up_at and now - self._added_up_at < timedelta(seconds=ADD_UP_EVERY_S):
            return []
        found = [
            *await self._budgets_at(now, standing),
            *[_above(one) for one in await self._spend.above_hold(now - ONE_DAY)],
        ]
        self._added_up_at = now
        there = {sight.place for sight in found}
        over = [place for place in _places(standing, Cause.PRICE) if place not in there]
        found += [Sight(cause=Cause.PRICE, is_there=False, place=place) for place in over]
        return [*found, *await self._drift(now, standing)]

    async def _budgets_at(self, now: datetime, standing: Collection[Key]) -> list[Sight]:
        """A level that was told stands until its period is over, whatever is given back."""
        current = {period: _named(period, now) for period in Period}
        found = [
            Sight(cause=Cause.BUDGET, is_there=False, place=place)
            for place in _places(standing, Cause.BUDGET)
            if place.rpartition(" ")[0] not in current.values()
        ]
        for period, limit in self._budgets.limits:
            used = await self._spend.used(period.began_at(now).date(), now.date())
            level = next((level for level in LEVELS if used * 100 >= limit * level), 0)
            told = [level for level in LEVELS if _at(current[period], level, standing)]
            if level and level >= max(told, default=0):
                text = _reached(period, level, used, limit)
                place = f"{current[period]} {level}"
                found.append(Sight(cause=Cause.BUDGET, is_there=True, place=place, text=text))
        return found

    async def _drift(self, now: datetime, standing: Collection[Key]) -> list[Sight]:
        """The newest day whose figures have settled; it's compared until that succeeds once."""
        day = (now.astimezone(UTC) - CLOSED_FOR).date()
        found = [
            Sight(cause=Cause.DRIFT, is_there=False, place=place)
            for place in _places(standing, Cause.DRIFT)
            if place != f"day {day}"
        ]
        if self._compared == day or not self._may_compare(now):
            return found
        self._compared_at = now
        try:
            compared = await compare(self._spend, self._provider, day)
        except ProviderError as error:
            asked = "what the provider counts for a day can't be asked for: %s"
            self._said.say("compare", asked, error, level=logging.INFO)
            return found
        self._said.over("compare", "what the provider counts can be asked for again")
        if not compared.drifts:
            self._compared = day
        elif compared.shared:
            self._compared = day
            log.info("%s, so differences aren't told to the host", shared_key(compared))
        else:
            text = _drifts(compared)
            found.append(Sight(cause=Cause.DRIFT, is_there=True, place=f"day {day}", text=text))
        return found

    def _may_compare(self, now: datetime) -> bool:
        wait = timedelta(seconds=COMPARE_EVERY_S)
        return self._compared_at is None or now - self._compared_at >= wait


def shared_key(compared: Comparison) -> str:
    """Why the two sums don't have to agree."""
    return (
        f"on {compared.day} the provider counted {usd_of(compared.theirs):.2f} USD for the key and "
        f"the bot {usd_of(compared.ours):.2f}, but the key's logs have requests of other programs"
    )


def _places(standing: Collection[Key], cause: Cause) -> list[str]:
    return [place for known, place in standing if known == cause]


def _named(period: Period, now: datetime) -> str:
    began_at = period.began_at(now)
    return f"{period} {began_at:%Y-%m-%d}" if period is Period.DAY else f"{period} {began_at:%Y-%m}"


def _at(name: str, level: int, standing: Collection[Key]) -> bool:
    return (Cause.BUDGET, f"{name} {level}") in standing


def _reached(period: Period, level: int, used: int, limit: int) -> str:
    setting = f"BUDGET_USD_PER_{period.upper()}"
    begins = "at 00:00 UTC" if period is Period.DAY else "on the 1st, at 00:00 UTC"
    once = "New" if level == 100 else "Once it's used up, new"
    until = f"{once} requests are refused until the next one starts {begins}"
    days = "--days=1" if period is Period.DAY else "--days=31"
    return (
        f"{level}% of {THIS[period]} budget is used: {usd_of(used):.2f} of {usd_of(limit):.2f} "
        f"USD, including what's set aside for tracks under way. {until}. {setting} sets the "
        f"budget; python -m bot spend {days} --by=member shows who uses it."
    )


def _above(one: AboveHold) -> Sight:
    text = (
        f"Tracks by {one.model} cost more than expected: {usd_of(one.cost):.2f} USD rather than "
        f"{usd_of(one.held):.2f} within a day, for {one.tracks} of them. Budgets can be exceeded "
        "by the difference. The price has gone up, or the provider's list doesn't show it. If "
        "that's too much for you, take the model out of ALLOWED_MODELS."
    )
    return Sight(cause=Cause.PRICE, is_there=True, place=one.model, text=text)


def _drifts(compared: Comparison) -> str:
    return (
        f"On {compared.day} the provider counted {usd_of(compared.theirs):.2f} USD for the key, "
        f"the bot {usd_of(compared.ours):.2f}. If nothing else uses the key, run python -m bot "
        "doctor: it says what interrupted requests have cost. If something does, give the bot a "
        "key of its own: its budgets don't limit what others spend."
    )
