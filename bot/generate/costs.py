"""What tracks cost that no answer told: by the provider's logs, later by the account's ledger."""

import logging
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from bot.clock import Clock
from bot.domain.jobs import Job
from bot.domain.money import CostSource
from bot.errors import ProviderError, in_short
from bot.generate.ledger import charged
from bot.generate.request_log import Account
from bot.provider.client import Provider
from bot.store.lookup_store import LookUpStore

# How long after a submission its cost is asked for, until it is known.
COST_AFTER: Final = tuple(
    timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 6 * 60, 24 * 60, 48 * 60, 72 * 60)
)
LEDGER_AFTER: Final = timedelta(hours=1)

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Costs:
    """Settles what ended jobs cost. May be repeated."""

    lookups: LookUpStore
    provider: Provider
    clock: Clock

    async def settle(self, job: Job, account: Account) -> None:
        """Of a job whose cost the logs don't name: settle it otherwise, or ask again later."""
        now = self.clock()
        if account.failed:
            await self.lookups.settle(job.id, 0, CostSource.LOGS)
            return
        age = now - (job.submitted_at or job.created_at)
        if age >= LEDGER_AFTER and (cost := await self._charged(job)) is not None:
            await self.lookups.settle(job.id, cost, CostSource.LEDGER)
            return
        later = next((after for after in COST_AFTER if after > age), None)
        await self.lookups.later(job.id, now + (later - age) if later else None)

    async def _charged(self, job: Job) -> int | None:
        """What the account's ledger says; `None` while it says nothing."""
        if job.inference_id is None or job.submitted_at is None:
            return None
        try:
            return await charged(self.provider, job.inference_id, job.submitted_at)
        except ProviderError as error:
            log.info("the account's ledger can't be read: %s", in_short(error))
            return None
