"""Whether our books and the provider's count agree on a day that is over."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from bot.domain.money import CREDITS_PER_USD
from bot.errors import ProviderError
from bot.generate.request_log import rows_of
from bot.provider.client import Provider
from bot.store.spend_days import ONE_DAY, start_of
from bot.store.spend_store import By, SpendStore

# The provider's figures come late.
CLOSED_FOR: Final = timedelta(days=2)
LEAST: Final = CREDITS_PER_USD // 2
PART: Final = 0.1
# All other alerts wait for this one.
READ_WITHIN_S: Final = 20.0


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """Credits of one day, by our books and by what the provider counts for the key.

    `shared` says that the key's logs have requests that aren't ours.
    """

    day: date
    ours: int
    theirs: int
    shared: bool = False

    @property
    def drifts(self) -> bool:
        """Whether they differ by more than rounding and late charges do."""
        apart = abs(self.ours - self.theirs)
        return apart > LEAST and apart > PART * max(self.ours, self.theirs)


async def compare(spend: SpendStore, provider: Provider, day: date) -> Comparison:
    """Asks the logs only if the provider counts more. Raises as `Provider.usage` does."""
    ours = sum(one.credits for one in await spend.spent(day, day, By.DAY))
    found = Comparison(day=day, ours=ours, theirs=await provider.usage(day))
    if not found.drifts or found.theirs < found.ours:
        return found
    shared = await _is_shared(spend, provider, day)
    return Comparison(day=day, ours=found.ours, theirs=found.theirs, shared=shared)


async def _is_shared(spend: SpendStore, provider: Provider, day: date) -> bool:
    """Whether a request was paid for that names no job of ours: another program made it."""
    try:
        end = start_of(day + ONE_DAY)
        rows = await rows_of(provider, start_of(day), end, within_s=READ_WITHIN_S)
    except ProviderError:
        return False
    paid = [row for row in rows if row.credits]
    names = {(row.client_request_id or "").rpartition(".")[0] for row in paid}
    return bool(names - await spend.known(names))
