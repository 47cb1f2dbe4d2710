"""The account at the provider: whether the key is taken, and how long the money will last."""

import logging
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.causes import Cause
from bot.errors import KeyRejected, OutOfCredits, ProviderError
from bot.ops.alerts.causes import Sight
from bot.provider.account import advice, hindrance
from bot.provider.client import Provider
from bot.provider.wire import Balance
from bot.said_once import SaidOnce

LOOK_EVERY_S: Final = 3600.0
LOOK_CLOSELY_EVERY_S: Final = 60.0
# Low is what won't last for the three days to come, if they are like the last three.
SPENT_WITHIN: Final = timedelta(days=3)
LEAST_USD: Final = 1.0
REJECTED: Final = "AI/ML API rejects the key. Make a new one there, and set AIMLAPI_KEY."

log = logging.getLogger(__name__)


class Account:
    """Looks at the account from time to time. What it costs is nothing."""

    def __init__(self, provider: Provider, clock: Clock) -> None:
        self._provider = provider
        self._clock = clock
        self._looked_at: datetime | None = None
        self._is_well = True
        self.is_usable: bool | None = None
        """Whether tracks can be made with it, as it looked last; `None` if that isn't known."""
        self._said = SaidOnce(log)

    async def look(self, *, closely: bool) -> Sequence[Sight]:
        """What is so now; nothing where it is not time to ask, or the provider has trouble."""
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
        self._is_well = not any(sight.is_there for sight in sights)
        for sight in sights:
            self._log(sight)
        return sights

    async def _look(self, now: datetime, *, is_first: bool) -> Sequence[Sight]:
        self.is_usable = False
        try:
            balance = await self._provider.balance()
        except KeyRejected:
            return [_key(REJECTED)]
        except OutOfCredits as error:
            return [_key(None), _balance(f"No tracks can be made: {advice(str(error))}.")]
        if is_first:
            log.info("the key works; %.2f %s left", balance.current_balance, balance.currency)
        low = await self._is_low(balance, now)
        hindered = await self._hindrance()
        self.is_usable = hindered is None and balance.current_balance > 0
        return [_key(hindered), _balance(_left(balance) if low else None)]

    async def _hindrance(self) -> str | None:
        try:
            terms = await self._provider.key_terms()
        except ProviderError as error:
            log.debug("what the key may do can't be asked for: %s", error)
            return None
        found = hindrance(terms) if terms else None
        return f"No tracks can be made: {found}." if found else None

    async def _is_low(self, balance: Balance, now: datetime) -> bool:
        try:
            spent = [c.amount.usd async for c in self._provider.charges(now - SPENT_WITHIN, now)]
        except ProviderError as error:
            log.debug("what was spent can't be asked for: %s", error)
            spent = []
        return balance.current_balance < max(LEAST_USD, sum(usd or 0.0 for usd in spent))

    def _log(self, sight: Sight) -> None:
        if sight.is_there:
            self._said.say(sight.cause, "%s", sight.text, level=logging.ERROR)
        else:
            self._said.over(sight.cause, f"the {sight.cause} is well again")


def _key(trouble: str | None) -> Sight:
    return Sight(cause=Cause.KEY, is_there=trouble is not None, text=trouble or "")


def _balance(trouble: str | None) -> Sight:
    return Sight(cause=Cause.BALANCE, is_there=trouble is not None, text=trouble or "")


def _left(balance: Balance) -> str:
    left = f"{balance.current_balance:.2f} {balance.currency}"
    return (
        f"The balance at AI/ML API is low: {left} left. Top it up, or requests will have to wait."
    )
