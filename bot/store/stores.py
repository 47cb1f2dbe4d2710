"""All stores of one process on one database."""

from dataclasses import dataclass
from typing import Self

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.card_store import CardStore
from bot.store.draft_store import DraftStore
from bot.store.held_store import HeldStore
from bot.store.job_store import JobStore
from bot.store.notice_store import NoticeStore
from bot.store.pause_store import PauseStore


@dataclass(frozen=True, kw_only=True)
class Stores:
    """Each owns the queries of its theme."""

    jobs: JobStore
    notices: NoticeStore
    pauses: PauseStore
    held: HeldStore
    cards: CardStore
    drafts: DraftStore

    @classmethod
    def on(cls, engine: AsyncEngine, worker_id: str) -> Self:
        """The stores of the process that claims work under this id."""
        return cls(
            jobs=JobStore(engine, worker_id),
            notices=NoticeStore(engine, worker_id),
            pauses=PauseStore(engine),
            held=HeldStore(engine),
            cards=CardStore(engine),
            drafts=DraftStore(engine),
        )
