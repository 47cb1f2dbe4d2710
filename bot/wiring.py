"""Which part gets which: the workers, and what the commands and buttons call."""

from bot.audio.workshop import Workshop
from bot.client import ComposeClient
from bot.clock import Clock
from bot.deliver.attachments import Attachments
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
from bot.generate.generations import Generations
from bot.generate.poller import Poller
from bot.generate.rechecking import Rechecking
from bot.generate.references import References
from bot.generate.submitter import Submitter
from bot.library.audio_sources import AudioSources
from bot.library.lists import Library
from bot.library.removal import Removal
from bot.library.replay import Replay
from bot.library.sharing import Sharing
from bot.library.visibility import Visibility
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeups
from bot.machine.disk import Disk
from bot.metrics import Metrics
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.services import Services
from bot.settings import Settings
from bot.store.kept_room import MB, Room
from bot.store.receiving import DailyLimits
from bot.store.stores import Stores


def build(
    settings: Settings,
    *,
    client: ComposeClient,
    provider: Provider,
    fetcher: AudioFetcher,
    workshop: Workshop,
    stores: Stores,
    rate_limiter: RateLimiter,
    wakeups: Wakeups,
    metrics: Metrics,
    clock: Clock,
    disk: Disk,
) -> Services:
    """All parts, each with what it needs; from a request's way in to a track's way out."""
    jobs, notices, bad_answers = stores.jobs, stores.notices, client.bad_answers
    messenger, messages = Messenger(client), TrackMessages(client)
    capacity = Capacity(
        at_most_running=settings.max_concurrent_generations,
        overdue_s=settings.generation_timeout_s,
    )
    estimates = DurationEstimates(jobs, capacity)
    limits = DailyLimits(
        per_member=settings.max_jobs_per_member_per_day, whole_bot=settings.max_jobs_per_day
    )
    admission = Admission(
        jobs,
        stores.drafts,
        estimates,
        limits=limits,
        wakeups=wakeups,
        clock=clock,
        has_room=disk.has_room,
    )
    references = References(fetcher, workshop, Attachments(client).fresh_link, clock)
    generations = Generations(
        jobs, notices, estimates, wakeups=wakeups, clock=clock, metrics=metrics
    )
    submitter = Submitter(
        jobs,
        provider,
        generations,
        CircuitBreaker(stores.pauses, notices, wakeups=wakeups, clock=clock, metrics=metrics),
        refresh=references.fresh,
        capacity=capacity,
        wakeups=wakeups,
        clock=clock,
    )
    poller = Poller(
        jobs,
        provider,
        generations,
        rate_limiter=rate_limiter,
        wakeups=wakeups,
        clock=clock,
        metrics=metrics,
    )
    takedown = Takedown(stores.tracks, stores.shares, stores.curation, messages)
    ladder = Ladder(messenger, notices, clock)
    delivery = TrackDelivery(
        jobs,
        stores.held,
        provider,
        fetcher,
        Mastering(workshop, jobs, settings.audio_format),
        ladder=ladder,
        clock=clock,
        room=_room(settings),
    )
    deliverer = Deliverer(
        notices,
        delivery,
        ladder,
        takedown=takedown,
        bad_answers=bad_answers,
        wakeups=wakeups,
        clock=clock,
        metrics=metrics,
    )
    reconciler = Reconciler(
        jobs, admission, messenger, bad_answers=bad_answers, wakeups=wakeups, clock=clock
    )
    batches = BatchCards(stores.batches, estimates, messenger, clock)
    painter = CardPainter(
        jobs,
        notices,
        stores.cards,
        stores.likes,
        estimates=estimates,
        messenger=messenger,
        batches=batches,
        clock=clock,
    )
    card_keeper = CardKeeper(
        stores.cards,
        stores.card_edits,
        painter,
        bad_answers=bad_answers,
        wakeups=wakeups,
        clock=clock,
    )
    # Tracks that members look at again give way to those that are yet to be delivered.
    aside = Mastering(workshop, jobs, settings.audio_format, aside=True)
    sources = AudioSources(stores.tracks, messages, stores.held, fetcher)
    return Services(
        audience=Audience(guild_ids=settings.allowed_guild_ids, users=settings.allow_user_installs),
        admission=admission,
        estimates=estimates,
        references=references,
        rechecking=Rechecking(
            jobs, provider, fetcher, rate_limiter=rate_limiter, wakeups=wakeups, clock=clock
        ),
        batches=batches,
        visibility=Visibility(jobs, stores.tracks, stores.curation),
        library=Library(stores.tracks, stores.queue, limits, clock),
        replay=Replay(stores.shares, messages, sources, aside),
        sharing=Sharing(
            jobs,
            stores.shares,
            stores.likes,
            stores.curation,
            mastering=aside,
            sources=sources,
            messages=messages,
            messenger=messenger,
            takedown=takedown,
            clock=clock,
        ),
        removal=Removal(stores.tracks, stores.curation, takedown, wakeups, clock),
        jobs=jobs,
        notices=notices,
        held=stores.held,
        tracks=stores.tracks,
        likes=stores.likes,
        views=stores.views,
        queue=stores.queue,
        styles=stores.styles,
        style_questions=stores.style_questions,
        clock=clock,
        workers=(submitter, poller, deliverer, reconciler, card_keeper),
    )


def _room(settings: Settings) -> Room:
    return Room(
        whole_bytes=settings.kept_audio_mb * MB,
        member_bytes=settings.kept_audio_mb_per_member * MB,
    )
