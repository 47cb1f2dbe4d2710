"""All stores of one process on one database."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.alert_store import AlertStore
from bot.store.batch_store import BatchStore
from bot.store.budgets import BudgetStore
from bot.store.cancelled_store import CancelledStore
from bot.store.card_edits import CardEditStore
from bot.store.card_store import CardStore
from bot.store.database.transactions import Transactions
from bot.store.draft_store import DraftStore
from bot.store.held_store import HeldStore
from bot.store.job_store import JobStore
from bot.store.lapsing import LapsingStore
from bot.store.like_store import LikeStore
from bot.store.lookup_store import LookUpStore
from bot.store.notice_store import NoticeStore
from bot.store.pause_store import PauseStore
from bot.store.price_store import PriceStore
from bot.store.queue_store import QueueStore
from bot.store.reference_store import ReferenceStore
from bot.store.removal_store import RemovalStore
from bot.store.share_store import ShareStore
from bot.store.spend_days import SpendDays
from bot.store.spend_store import SpendStore
from bot.store.style_question_store import StyleQuestionStore
from bot.store.style_store import StyleStore
from bot.store.track_store import TrackStore
from bot.store.turn_store import TurnStore
from bot.store.view_store import ViewStore


class Stores:
    """Each owns the queries of its theme, for the process that claims work under this id."""

    def __init__(self, engine: AsyncEngine, worker_id: str) -> None:
        transactions = Transactions(engine)
        self.jobs = JobStore(engine, transactions, worker_id)
        self.notices = NoticeStore(engine, transactions, worker_id)
        self.lookups = LookUpStore(engine, transactions, worker_id)
        self.turns = TurnStore(engine, transactions, worker_id)
        self.pauses = PauseStore(engine, transactions)
        self.alerts = AlertStore(engine, transactions, worker_id)
        self.prices = PriceStore(engine, transactions)
        self.turns = TurnStore(engine, transactions, worker_id)
        self.held = HeldStore(engine)
        self.cards = CardStore(engine)
        self.card_edits = CardEditStore(engine, transactions, worker_id)
        self.drafts = DraftStore(engine)
        self.likes = LikeStore(engine, transactions)
        self.shares = ShareStore(engine, worker_id)
        self.removals = RemovalStore(engine)
        self.batches = BatchStore(engine)
        self.tracks = TrackStore(engine)
        self.views = ViewStore(engine)
        self.queue = QueueStore(engine)
        self.budgets = BudgetStore(engine)
        self.lapsing = LapsingStore(engine, transactions)
        self.references = ReferenceStore(engine)
        self.cancelled = CancelledStore(engine)
        self.spend = SpendStore(engine)
        self.spend_days = SpendDays(engine, transactions)
        self.styles = StyleStore(engine, transactions)
        self.style_questions = StyleQuestionStore(engine)
