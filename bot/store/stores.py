"""All stores of one process on one database."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.alert_store import AlertStore
from bot.store.batch_store import BatchStore
from bot.store.cancelled_store import CancelledStore
from bot.store.card_edits import CardEditStore
from bot.store.card_store import CardStore
from bot.store.curation_store import CurationStore
from bot.store.database.transactions import Transactions
from bot.store.draft_store import DraftStore
from bot.store.held_store import HeldStore
from bot.store.job_store import JobStore
from bot.store.like_store import LikeStore
from bot.store.notice_store import NoticeStore
from bot.store.pause_store import PauseStore
from bot.store.queue_store import QueueStore
from bot.store.reference_store import ReferenceStore
from bot.store.share_store import ShareStore
from bot.store.track_store import TrackStore
from bot.store.view_store import ViewStore


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Each owns the queries of its theme."""

    jobs: JobStore
    notices: NoticeStore
    pauses: PauseStore
    alerts: AlertStore
    held: HeldStore
    cards: CardStore
    card_edits: CardEditStore
    drafts: DraftStore
    likes: LikeStore
    shares: ShareStore
    curation: CurationStore
    batches: BatchStore
    tracks: TrackStore
    views: ViewStore
    queue: QueueStore
    references: ReferenceStore
    cancelled: CancelledStore

    @classmethod
    def on(cls, engine: AsyncEngine, worker_id: str) -> Self:
        """The stores of the process that claims work under this id."""
        transactions = Transactions(engine)
        return cls(
            jobs=JobStore(engine, transactions, worker_id),
            notices=NoticeStore(engine, transactions, worker_id),
            pauses=PauseStore(engine, transactions),
            alerts=AlertStore(engine, transactions, worker_id),
            held=HeldStore(engine),
            cards=CardStore(engine),
            card_edits=CardEditStore(engine, transactions, worker_id),
            drafts=DraftStore(engine),
            likes=LikeStore(engine, transactions),
            shares=ShareStore(engine, worker_id),
            curation=CurationStore(engine),
            batches=BatchStore(engine),
            tracks=TrackStore(engine),
            views=ViewStore(engine),
            queue=QueueStore(engine),
            references=ReferenceStore(engine),
            cancelled=CancelledStore(engine),
        )
