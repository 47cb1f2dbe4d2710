"""Which part gets which: the workers, and what the commands and buttons call."""

from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from typing import Any

from bot.audio.workshop import Workshop
from bot.client import ComposeClient
from bot.clock import Clock
from bot.deliver.attachments import fresh_link
from bot.deliver.cards.batch_cards import BatchCards
from bot.deliver.cards.card_keeper import CardKeeper
from bot.deliver.cards.card_painter import CardPainter
from bot.deliver.deliverer import Deliverer
from bot.deliver.ladder import Ladder
from bot.deliver.mastering import Mastering
from bot.deliver.messenger import Messenger
from bot.deliver.reconciler import Reconciler
from bot.deliver.takedown import Takedown
from bot.deliver.track_delivery import TrackDelivery
from bot.deliver.track_messages import TrackMessages
from bot.domain.audience import Audience
from bot.generate.admission import Admission
from bot.generate.circuit_breaker import CircuitBreaker
from bot.generate.estimates import Capacity, DurationEstimates
from bot.generate.expectations import Expectations
from bot.generate.generations import Generations
from bot.generate.lookups import LookUps
from bot.generate.patience import Patience, Terms
from bot.generate.poller import Poller
from bot.generate.rechecking import Rechecking
from bot.generate.references import References
from bot.generate.submitter import Submitter
from bot.library.audio_sources import AudioSources
from bot.library.lists import Library
from bot.library.removal import Removal
from bot.library.renaming import Renaming
from bot.library.renditions import Renditions
from bot.library.replay import Replay
from bot.library.share_posts import SharePosts
from bot.library.shared_tracks import SharedTracks
from bot.library.sharing import Sharing
from bot.library.visibility import Visibility
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeups
from bot.loops.worker import Worker
from bot.machine.disk import Disk
from bot.metrics import Metrics
from bot.money.prices import Prices
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.services import Services
from bot.settings import Settings
from bot.store.kept_room import MB, Room
from bot.store.receiving import DailyLimits
from bot.store.stores import Stores


@dataclass(frozen=True, kw_only=True)
class Resources:
    """What the composition root opens, and all parts are made of."""

    settings: Settings
    client: ComposeClient
    provider: Provider
    fetcher: AudioFetcher
    workshop: Workshop
    stores: Stores
    prices: Prices
    rate_limiter: RateLimiter
    wakeups: Wakeups
    metrics: Metrics
    clock: Clock
    disk: Disk

    def mastering(self, *, aside: bool = False) -> Mastering:
        """What examines and converts tracks; `aside`, those that are to be delivered go first."""
        preferred = self.settings.audio_format
        return Mastering(self.workshop, self.stores.jobs, preferred, aside=aside)


def build(has: Resources) -> Services:
    """All parts, each with what it needs; from a request's way in to a track's way out."""
    generating = Generating(has)
    delivering = Delivering(has, generating)
    library = Shelf(has, delivering)
    settings = has.settings
    return Services(
        audience=Audience(guild_ids=settings.allowed_guild_ids, users=settings.allow_user_installs),
        offer=replace(
            settings.offer(),
            withdrawn=lambda: has.prices.unlisted,
            share=has.prices.share,
            price=has.prices.usual,
        ),
        admission=generating.admission,
        expectations=generating.expectations,
        references=generating.references,
        rechecking=generating.rechecking,
        batches=delivering.batches,
        visibility=Visibility(has.stores.jobs, has.stores.tracks),
        library=Library(has.stores.tracks, has.stores.queue, generating.limits, has.clock),
        replay=library.replay,
        sharing=library.sharing,
        removal=library.removal,
        renaming=library.renaming,
        stores=has.stores,
        clock=has.clock,
        workers=(*generating.workers, *delivering.workers),
    )


def limits_of(settings: Settings) -> DailyLimits:
    """What members and the host may spend."""
    return DailyLimits(
        per_member=settings.max_jobs_per_member_per_day,
        whole_bot=settings.max_jobs_per_day,
        budgets=settings.budgets(),
    )


def prices_on(stores: Stores, settings: Settings) -> Prices:
    """Prices as they are stored, counted by the model that is the default."""
    offer = settings.offer()
    return Prices(stores.prices, default=lambda: offer.default, limits=limits_of(settings))


class Generating:
    """From a request to a generation that ended."""

    def __init__(self, has: Resources) -> None:
        jobs, settings = has.stores.jobs, has.settings
        self.limits = limits_of(settings)
        self.capacity = Capacity(
            at_most_running=settings.max_concurrent_generations,
            overdue_s=settings.generation_timeout_s,
        )
        self.estimates = DurationEstimates(jobs, self.capacity)
        self.expectations = Expectations(
            self.estimates,
            has.stores.pauses,
            has.stores.budgets,
            has.clock,
            self.limits.budgets,
            self.limits.per_member,
        )
        self.admission = Admission(
            jobs,
            has.stores.drafts,
            self.estimates,
            limits=self.limits,
            wakeups=has.wakeups,
            clock=has.clock,
            has_room=has.disk.has_room,
            price=has.prices.priced,
        )
        link = partial(fresh_link, has.client)
        self.references = References(has.fetcher, has.workshop, link, has.clock)
        self.rechecking = Rechecking(
            jobs, has.provider, has.fetcher, has.rate_limiter, has.wakeups, has.clock
        )
        self.workers: tuple[Worker[Any], ...] = self._workers(has)

    def _workers(self, has: Resources) -> tuple[Submitter, Poller, LookUps]:
        jobs, notices, lookups = has.stores.jobs, has.stores.notices, has.stores.lookups
        wakeups, clock, metrics = has.wakeups, has.clock, has.metrics
        generations = Generations(jobs, notices, self.estimates, wakeups, clock, metrics)
        submitter = Submitter(
            jobs,
            lookups,
            has.provider,
            generations,
            CircuitBreaker(has.stores.pauses, notices, wakeups, clock, metrics),
            refresh=self.references.fresh,
            capacity=self.capacity,
            patience=self._patience(has),
            wakeups=wakeups,
            clock=clock,
        )
        poller = Poller(jobs, has.provider, generations, has.rate_limiter, wakeups, clock, metrics)
        looking_up = LookUps(lookups, has.stores.turns, has.provider, generations, wakeups, clock)
        return submitter, poller, looking_up

    def _patience(self, has: Resources) -> Patience:
        terms = Terms(
            budgets=self.limits.budgets, lapse_after=timedelta(hours=has.settings.queue_hours)
        )
        stores = has.stores
        return Patience(
            terms,
            stores.lapsing,
            stores.budgets,
            stores.notices,
            wakeups=has.wakeups,
            clock=has.clock,
            metrics=has.metrics,
        )


class Delivering:
    """From an ending to its member, with the cards."""

    def __init__(self, has: Resources, generating: Generating) -> None:
        stores = has.stores
        self.messenger, self.messages = Messenger(has.client), TrackMessages(has.client)
        self.takedown = Takedown(stores, self.messages)
        self.batches = BatchCards(stores.batches, generating.expectations, self.messenger)
        self.bad_answers = has.client.bad_answers
        admission = generating.admission
        reconciler = Reconciler(
            stores.jobs, admission, self.messenger, self.bad_answers, has.wakeups, has.clock
        )
        cards = self._card_keeper(has, generating.expectations)
        deliverer = self._deliverer(has, generating.expectations)
        self.workers: tuple[Worker[Any], ...] = (deliverer, reconciler, cards)

    def _deliverer(self, has: Resources, expectations: Expectations) -> Deliverer:
        settings, stores = has.settings, has.stores
        ladder = Ladder(self.messenger, stores.notices, has.clock)
        room = Room(
            whole_bytes=settings.kept_audio_mb * MB,
            member_bytes=settings.kept_audio_mb_per_member * MB,
        )
        tracks = TrackDelivery(
            stores.jobs,
            stores.held,
            has.provider,
            has.fetcher,
            has.mastering(),
            ladder=ladder,
            clock=has.clock,
            room=room,
        )
        return Deliverer(
            stores.notices,
            stores.alerts,
            tracks,
            ladder,
            takedown=self.takedown,
            budget_again_at=expectations.again_at,
            bad_answers=self.bad_answers,
            wakeups=has.wakeups,
            clock=has.clock,
            metrics=has.metrics,
        )

    def _card_keeper(self, has: Resources, expectations: Expectations) -> CardKeeper:
        stores = has.stores
        painter = CardPainter(stores, expectations, messenger=self.messenger, batches=self.batches)
        return CardKeeper(
            stores.cards, stores.card_edits, painter, self.bad_answers, has.wakeups, has.clock
        )


class Shelf:
    """What members do with finished tracks."""

    def __init__(self, has: Resources, delivering: Delivering) -> None:
        stores, messages = has.stores, delivering.messages
        sources = AudioSources(stores.tracks, messages, stores.held, has.fetcher)
        renditions = Renditions(sources, has.mastering(aside=True))
        self.replay = Replay(stores.shares, messages, renditions)
        self.sharing = Sharing(
            SharePosts(stores.shares, messages, delivering.messenger, has.clock),
            SharedTracks(stores.jobs, stores.likes, renditions),
            stores.tracks,
            stores.removals,
            delivering.takedown,
        )
        self.removal = Removal(
            stores.tracks, stores.removals, delivering.takedown, has.wakeups, has.clock
        )
        self.renaming = Renaming(stores, messages, has.wakeups, has.clock)
