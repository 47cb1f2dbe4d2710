"""Which part gets which: the workers, and what the commands and buttons call."""

from collections.abc import Sequence
from typing import Any

from bot.audio.workshop import Workshop
from bot.client import ComposeClient
from bot.deliver.attachments import Attachments
from bot.deliver.cards.batch_cards import BatchCards
from bot.deliver.cards.card_keeper import CardKeeper
from bot.deliver.cards.card_painter import CardPainter
from bot.deliver.deliverer import Deliverer
from bot.deliver.ladder import Ladder
from bot.deliver.mastering import Mastering
from bot.deliver.messenger import Messenger
from bot.deliver.reconciler import Settler
from bot.deliver.track_delivery import TrackDelivery
from bot.generate.admission import Reception
from bot.generate.estimates import Experience
from bot.generate.poller import Poller
from bot.generate.rechecking import Checking
from bot.generate.references import References
from bot.generate.submitter import Submitter
from bot.library.audio_sources import AudioSources
from bot.library.lists import Library
from bot.library.removal import Removal
from bot.library.replay import Replay
from bot.library.sharing import Sharing
from bot.library.track_messages import TrackMessages
from bot.library.tracks import Tracks
from bot.loops.rate_limiter import Pace
from bot.loops.wakeups import Bells
from bot.loops.worker import Clock, Worker
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
    pace: Pace,
    bells: Bells,
    metrics: Metrics,
    clock: Clock,
    disk: Disk,
) -> Sequence[Worker[Any]]:
    """Wire the workers to each other, and the client to the reception."""
    jobs, notices = stores.jobs, stores.notices
    messenger = Messenger(client)
    experience = Experience(jobs)
    overdue_s = settings.generation_timeout_s
    client.messenger = messenger
    limits = DailyLimits(
        per_member=settings.max_jobs_per_member_per_day, whole_bot=settings.max_jobs_per_day
    )
    mastering = Mastering(workshop, jobs, settings.audio_format)
    client.checking = Checking(jobs, provider, fetcher, pace=pace, bells=bells, clock=clock)
    client.library = Library(stores, limits, clock)
    client.reception = Reception(
        jobs,
        stores.drafts,
        experience,
        allowed_guild_ids=settings.allowed_guild_ids,
        serves_users=settings.allow_user_installs,
        limits=limits,
        at_most_running=settings.max_concurrent_generations,
        bells=bells,
        clock=clock,
        has_room=disk.has_room,
    )
    client.batches = BatchCards(stores.batches, client.reception, messenger, clock)
    aside = Mastering(workshop, jobs, settings.audio_format, aside=True)
    _look_after_tracks(client, stores, fetcher, aside, bells=bells, clock=clock)
    fresh_link = Attachments(client).fresh_link
    client.references = References(fetcher, workshop, fresh_link, clock)
    submitter = Submitter(
        stores,
        provider,
        experience,
        client.references.fresh,
        at_most_running=settings.max_concurrent_generations,
        overdue_s=overdue_s,
        bells=bells,
        clock=clock,
        metrics=metrics,
    )
    poller = Poller(
        jobs,
        notices,
        provider,
        experience,
        pace=pace,
        overdue_s=overdue_s,
        bells=bells,
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
        bells=bells,
        clock=clock,
        metrics=metrics,
    )
    bad_answers = client.bad_answers
    settler = Settler(
        jobs, client.reception, messenger, bad_answers=bad_answers, bells=bells, clock=clock
    )
    painter = CardPainter(stores, client.reception, messenger, client.batches, clock)
    card_keeper = CardKeeper(stores, painter, bad_answers=bad_answers, bells=bells, clock=clock)
    return submitter, poller, deliverer, settler, card_keeper


def _look_after_tracks(
    client: ComposeClient,
    stores: Stores,
    fetcher: AudioFetcher,
    mastering: Mastering,
    *,
    bells: Bells,
    clock: Clock,
) -> None:
    """What can be done with tracks that were delivered."""
    client.tracks = tracks = Tracks(stores, clock)
    messages = TrackMessages(client)
    sources = AudioSources(tracks, messages, stores.held, fetcher)
    client.replay = Replay(tracks, messages, sources, mastering)
    client.removal = Removal(tracks, messages, bells)
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
