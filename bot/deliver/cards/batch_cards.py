"""Keeping the card that variations share true, whatever happens to one of them."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from bot.clock import Clock
from bot.deliver.cards.batch_card import batch_card
from bot.deliver.cards.status_card import Card
from bot.deliver.messenger import Messenger
from bot.domain.jobs import TERMINAL, Job
from bot.generate.estimates import DurationEstimates
from bot.store.batch_store import BatchStore, Take


@dataclass(frozen=True)
class BatchCards:
    """Draws the card from what is stored."""

    batches: BatchStore
    estimates: DurationEstimates
    messenger: Messenger
    clock: Clock

    async def takes(self, job: Job) -> list[Take]:
        """The variations that this one belongs to."""
        return list(await self.batches.takes(job.card_job_id))

    async def card(self, job: Job) -> Card:
        """The card as things stand."""
        takes = await self.takes(job)
        return batch_card(takes, await self._expected_at(takes))

    async def refresh(self, job: Job) -> None:
        """Show how things stand; may be repeated. Raises what `Messenger.update_card` raises."""
        takes = await self.takes(job)
        card = batch_card(takes, await self._expected_at(takes))
        await self.messenger.update_card(_reaching_card(takes), *card)

    async def _expected_at(self, takes: list[Take]) -> datetime | None:
        """When the next one should be ready."""
        coming = [take for take in takes if take.job.state not in TERMINAL]
        if not coming:
            return None
        running = [take.job.submitted_at for take in coming if take.job.submitted_at]
        place = None if running else min(take.place or 1 for take in coming)
        model = coming[0].job.request.model
        seconds = await self.estimates.expected_s(model, place=place)
        return (min(running) if running else self.clock()) + timedelta(seconds=seconds)


def _reaching_card(takes: list[Take]) -> Job:
    """One that knows the card, which those that were cancelled at once do not, and if possible the
    token, which a private card is reached by, and which those that ended have forgotten."""

    def reach(job: Job) -> tuple[bool, bool]:
        return job.card_message_id is not None, job.interaction_token is not None

    return max((take.job for take in takes), key=reach)
