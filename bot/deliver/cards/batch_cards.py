"""Keeping the card that variations share true, whatever happens to one of them."""

from dataclasses import dataclass
from datetime import datetime

from bot.deliver.cards.batch_card import batch_card
from bot.deliver.cards.status_card import Card
from bot.deliver.messenger import Messenger
from bot.domain.jobs import TERMINAL, Job
from bot.generate.expectations import Expectation, Expectations
from bot.store.batch_store import BatchStore, Take


@dataclass(frozen=True)
class BatchCards:
    """Draws the card from what is stored."""

    batches: BatchStore
    expectations: Expectations
    messenger: Messenger

    async def takes(self, job: Job) -> list[Take]:
        """The variations that this one belongs to."""
        return list(await self.batches.takes(job.card_job_id))

    async def card(self, job: Job) -> Card:
        """The card as things stand."""
        takes = await self.takes(job)
        return batch_card(takes, await self._expected(takes))

    async def refresh(self, job: Job) -> datetime | None:
        """Show how things stand, which may be so only until the moment that's given back; may be
        repeated. Raises what `Messenger.update_card` raises."""
        takes = await self.takes(job)
        if any(take.job.in_doubt and take.job.state in TERMINAL for take in takes):
            return None  # a backup was restored: it's drawn when the logs have spoken
        expected = await self._expected(takes)
        await self.messenger.update_card(_reaching_card(takes), *batch_card(takes, expected))
        return expected.until if expected else None

    async def _expected(self, takes: list[Take]) -> Expectation | None:
        """Of the next one that should be ready: what runs longest, else what waits first."""
        coming = [take for take in takes if take.job.state not in TERMINAL]
        if not coming:
            return None
        first = min(coming, key=_turn)
        return await self.expectations.of(first.job, place=first.place)


def _turn(take: Take) -> tuple[bool, datetime, int]:
    submitted_at = take.job.submitted_at
    return submitted_at is None, submitted_at or take.job.created_at, take.place or 1


def _reaching_card(takes: list[Take]) -> Job:
    """One that knows the card, which those that were cancelled at once do not, and if possible the
    token, which a private card is reached by, and which those that ended have forgotten."""

    def reach(job: Job) -> tuple[bool, bool]:
        return job.card_message_id is not None, job.interaction_token is not None

    return max((take.job for take in takes), key=reach)
