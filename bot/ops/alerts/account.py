"""The account at the provider: whether the key is taken, and how long the money will last."""

import logging
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.causes import Cause
from bot.domain.money import usd_of
from bot.errors import AccountRefused, DatabaseTrouble, NotVerified, OutOfCredits, ProviderError
from bot.ops.alerts.causes import OF_ACCOUNT, Sight
from bot.provider.account import hindrance, is_limited
from bot.provider.client import Provider
from bot.provider.wire import Balance
from bot.said_once import SaidOnce
from bot.store.spend_store import By, SpendStore

LOOK_EVERY_S: Final = 3600.0
LOOK_CLOSELY_EVERY_S: Final = 60.0
# Low is what won't last for the three days to come, if they are like the last three.
SPENT_WITHIN: Final = timedelta(days=3)
LEAST_USD: Final = 1.0
NO_LIMIT: Final = (
    "Just a hint, nothing is wrong: the key has no spending limit of its own. Set one on AI/ML "
    "API's key page, and nobody can spend more than that, whatever happens to the bot or the key."
)

log = logging.getLogger(__name__)


class Account:
    """Looks at the account from time to time, which costs nothing."""

    def __init__(self, provider: Provider, spend: SpendStore, clock: Clock) -> None:
        self._provider = provider
        self._spend = spend
        self._clock = clock
        self._looked_at: datetime | None = None
        self._is_well = True
        self.is_usable: bool | None = None
        """Whether tracks could be made at the last look; `None` if that isn't known."""
        self._said = SaidOnce(log)

    async def look(self, *, closely: bool) -> Sequence[Sight]:
        """What is true now; empty when it isn't time to ask, or the provider has trouble."""
        every_s = LOOK_EVERY_S if self._is_well and not closely else LOOK_CLOSELY_EVERY_S
        now = self._clock()
        if self._looked_at and now - self._looked_at < timedelta(seconds=every_s):
            return []
        is_first, self._looked_at = self._looked_at is None, now
        try:
            sights = await self._look(now, is_first=is_first)
        except ProviderError as error:
            self.is_usable = None
            asked = "balance and key can't be asked for: %s"
            self._said.say("ask", asked, error, level=logging.INFO)
            return []
        self._said.over("ask", "balance and key can be asked for again")
        self._is_well = not any(one.is_there for one in sights if one.cause in OF_ACCOUNT)
        for sight in sights:
            self._log(sight)
        return sights

    async def _look(self, now: datetime, *, is_first: bool) -> Sequence[Sight]:
        self.is_usable = False
        try:
            balance = await self._provider.balance()
        except (OutOfCredits, NotVerified) as error:
            return [_key(None), _balance(_no_tracks(error.advice))]
        except AccountRefused as error:
            return [_key(_no_tracks(error.advice))]
        if is_first:
            log.info("the key works; %.2f %s left", balance.current_balance, balance.currency)
        low = await self._is_low(balance, now)
        of_key = await self._of_key()
        hindered = any(sight.is_there for sight in of_key if sight.cause is Cause.KEY)
        self.is_usable = not hindered and balance.current_balance > 0
        return [*of_key, _balance(_left(balance) if low else None)]

    async def _of_key(self) -> Sequence[Sight]:
        """Whether the key can make tracks, and, if the provider says, whether it has a limit."""
        try:
            terms = await self._provider.key_terms()
        except ProviderError as error:
            log.debug("what the key may do can't be asked for: %s", error)
            return [_key(None)]
        if terms is None:
            return [_key(None)]
        if found := hindrance(terms):
            return [_key(_no_tracks(found))]
        unlimited = Sight(cause=Cause.KEY_LIMIT, is_there=not is_limited(terms), text=NO_LIMIT)
        return [_key(None), unlimited]

    async def _is_low(self, balance: Balance, now: datetime) -> bool:
        return balance.current_balance < max(LEAST_USD, usd_of(await self._spent(now)))

    async def _spent(self, now: datetime) -> int:
        """Credits that were charged of late; by our own books where the ledger can't be read."""
        since = now - SPENT_WITHIN
        try:
            charged = [one.credits async for one in self._provider.charges(since, now)]
        except ProviderError as error:
            log.debug("what was spent can't be asked for: %s", error)
            return await self._spent_by_our_books(since.date(), now.date())
        return sum(each or 0 for each in charged)

    async def _spent_by_our_books(self, first: date, last: date) -> int:
        try:
            return sum(one.credits for one in await self._spend.spent(first, last, By.DAY))
        except DatabaseTrouble as error:
            log.debug("what was spent can't be added up: %s", error)
            return 0

    def _log(self, sight: Sight) -> None:
        if sight.is_there:
            level = logging.ERROR if sight.cause in OF_ACCOUNT else logging.INFO
            self._said.say(sight.cause, "%s", sight.text, level=level)
        else:
            self._said.over(sight.cause, f"the {sight.cause} is well again")


def _no_tracks(why: str) -> str:
    return f"No tracks can be made at AI/ML API: {why}."


def _key(trouble: str | None) -> Sight:
    return Sight(cause=Cause.KEY, is_there=trouble is not None, text=trouble or "")


def _balance(trouble: str | None) -> Sight:
    return Sight(cause=Cause.BALANCE, is_there=trouble is not None, text=trouble or "")


def _left(balance: Balance) -> str:
    left = f"{balance.current_balance:.2f} {balance.currency}"
    return (
        f"The balance at AI/ML API is low: {left} left. Top it up, or requests will have to wait."
    )
