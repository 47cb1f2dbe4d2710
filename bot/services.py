"""What commands and buttons call, built once by the composition root."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.clock import Clock
from bot.deliver.cards.batch_cards import BatchCards
from bot.domain.audience import Audience
from bot.domain.offer import Offer
from bot.generate.admission import Admission
from bot.generate.expectations import Expectations
from bot.generate.rechecking import Rechecking
from bot.generate.references import References
from bot.library.lists import Library
from bot.library.removal import Removal
from bot.library.renaming import Renaming
from bot.library.replay import Replay
from bot.library.sharing import Sharing
from bot.library.visibility import Visibility
from bot.loops.worker import Worker
from bot.store.stores import Stores


@dataclass(frozen=True, kw_only=True)
class Services:
    """Each by its theme, and the stores for what needs no more than a query.

    `workers` are the loops that do what commands and buttons leave to be done.
    """

    audience: Audience
    offer: Offer
    admission: Admission
    expectations: Expectations
    references: References
    rechecking: Rechecking
    batches: BatchCards
    visibility: Visibility
    library: Library
    replay: Replay
    sharing: Sharing
    removal: Removal
    renaming: Renaming
    stores: Stores
    clock: Clock
    workers: Sequence[Worker[Any]]
    # Whose track is being opened or shared at this moment (`cogs.ui.member_lock`).
    busy_member_ids: set[int] = field(default_factory=set)
