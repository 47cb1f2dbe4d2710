"""What commands and buttons call, built once by the composition root."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from bot.deliver.cards.batch_cards import BatchCards
from bot.deliver.messenger import Messenger
from bot.generate.admission import Admission
from bot.generate.rechecking import Rechecking
from bot.generate.references import References
from bot.library.lists import Library
from bot.library.removal import Removal
from bot.library.replay import Replay
from bot.library.sharing import Sharing
from bot.library.tracks import Tracks
from bot.loops.worker import Worker


@dataclass(frozen=True, kw_only=True)
class Services:
    """Each by its theme; `workers` are the loops that do what they leave to be done."""

    admission: Admission
    references: References
    rechecking: Rechecking
    messenger: Messenger
    batches: BatchCards
    library: Library
    tracks: Tracks
    replay: Replay
    sharing: Sharing
    removal: Removal
    workers: Sequence[Worker[Any]]
    # Whose track is being opened or shared at this moment (`cogs.ui.member_lock`).
    busy_member_ids: set[int] = field(default_factory=set)
