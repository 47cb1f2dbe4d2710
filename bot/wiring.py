"""Which part gets which: the workers, and what the commands and buttons call."""

from collections.abc import Sequence
from typing import Any

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
from bot.deliver.track_delivery import TrackDelivery
from bot.generate.admission import Admission
from bot.generate.estimates import DurationEstimates
from bot.generate.poller import Poller
from bot.generate.rechecking import Rechecking
from bot.generate.references import References
from bot.generate.submitter import Submitter
from bot.library.audio_sources import AudioSources
from bot.library.lists import Library
from bot.library.removal import Removal
from bot.library.replay import Replay
from bot.library.sharing import Sharing
from bot.library.track_messages import TrackMessages
from bot.library.tracks import Tracks
from bot.loops.rate_limiter import RateLimiter
from bot.loops.wakeups import Wakeups
from bot.loops.worker import Worker
from bot.machine.disk import Disk
from bot.metrics import Metrics
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
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
) -> Sequence[Worker[Any]]:
    """Wire the workers to each other, and the client to the admission."""
    jobs, notices = stores.jobs, stores.notices
    messenger = Messenger(client)
    estimates = DurationEstimates(jobs)
    overdue_s = settings.generation_timeout_s
    client.messenger = messenger
    limits = DailyLimits(
        per_member=settings.max_jobs_per_member_per_day, whole_bot=settings.max_jobs_per_day
    )
    mastering = Mastering(workshop, jobs, settings.audio_format)
    client.rechecking = Rechecking(
        jobs, provider, fetcher, rate_limiter=rate_limiter, wakeups=wakeups, clock=clock
    )
    client.library = Library(stores, limits, clock)
    client.admission = Admission(
        jobs,
        stores.drafts,
        estimates,
        allowed_guild_ids=settings.allowed_guild_ids,
        serves_users=settings.allow_user_installs,
        limits=limits,
        at_most_running=settings.max_concurrent_generations,
        wakeups=wakeups,
        clock=clock,
        has_room=disk.has_room,
    )
    client.batches = BatchCards(stores.batches, client.admission, messenger, clock)
    aside = Mastering(workshop, jobs, settings.audio_format, aside=True)
    _look_after_tracks(client, stores, fetcher, aside, wakeups=wakeups, clock=clock)
    fresh_link = Attachments(client).fresh_link
    client.references = References(fetcher, workshop, fresh_link, clock)
    submitter = Submitter(
        stores,
        provider,
        estimates,
        client.references.fresh,
        at_most_running=settings.max_concurrent_generations,
        overdue_s=overdue_s,
        wakeups=wakeups,
        clock=clock,
        metrics=metrics,
    )
    poller = Poller(
        jobs,
        notices,
        provider,
        estimates,
        rate_limiter=rate_limiter,
        overdue_s=overdue_s,
        wakeups=wakeups,
        clock=clock,
        metrics=metrics,
    )
    ladder = Ladder(messenger, notices, clock)
    room = Room(
        whole_bytes=settings.kept_audio_mb * MB,
        member_bytes=settings.kept_audio_mb_per_member * MB,
    )
    tracks = TrackDelivery(
        jobs, stores.held, provider, fetcher, mastering, ladder=ladder, clock=clock, room=room
    )
    deliverer = Deliverer(
        notices,
        tracks,
        ladder,
        removal=client.removal,
        bad_answers=client.bad_answers,
        wakeups=wakeups,
        clock=clock,
        metrics=metrics,
    )
    bad_answers = client.bad_answers
    reconciler = Reconciler(
        jobs, client.admission, messenger, bad_answers=bad_answers, wakeups=wakeups, clock=clock
    )
    painter = CardPainter(stores, client.admission, messenger, client.batches, clock)
    card_keeper = CardKeeper(stores, painter, bad_answers=bad_answers, wakeups=wakeups, clock=clock)
    return submitter, poller, deliverer, reconciler, card_keeper


def _look_after_tracks(
    client: ComposeClient,
    stores: Stores,
    fetcher: AudioFetcher,
    mastering: Mastering,
    *,
    wakeups: Wakeups,
    clock: Clock,
) -> None:
    """What can be done with tracks that were delivered."""
    client.tracks = tracks = Tracks(stores, clock)
    messages = TrackMessages(client)
    sources = AudioSources(tracks, messages, stores.held, fetcher)
    client.replay = Replay(tracks, messages, sources, mastering)
    client.removal = Removal(tracks, messages, wakeups)
    client.sharing = Sharing(
        stores,
        tracks,
        mastering,
        sources,
        messages=messages,
        messenger=client.messenger,
        removal=client.removal,
        clock=clock,
    )
