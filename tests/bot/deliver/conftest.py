"""The deliverer, and all it talks to."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import pytest

from bot.deliver.cards.card_keeper import CardKeeper
from bot.deliver.deliverer import Deliverer
from bot.deliver.ladder import Ladder
from bot.deliver.mastering import Mastering
from bot.deliver.track_delivery import TrackDelivery
from bot.domain.budgets import Budgets
from bot.domain.jobs import Job, Notice, NoticeKind
from bot.domain.requests import AudioFormat
from bot.loops.wakeups import Wakeups
from bot.metrics import Metrics
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.rest.bad_answers import BadAnswers
from bot.store.held_store import HeldStore
from bot.store.kept_room import USUAL_ROOM, Room
from sandbox.aimlapi import AimlapiStandIn, Fate
from sandbox.scenario import Rule
from tests.bot.deliver.parts import a_keeper, a_takedown
from tests.bot.fakes import FakeMessenger, FakeTrackMessages, FakeWorkshop
from tests.bot.generate.parts import expectations_on
from tests.factories import HandClock, Stored, a_request

FILES = "/cdn/.*"


@dataclass(frozen=True)
class Post:
    """The deliverer and all it talks to."""

    stored: Stored
    clock: HandClock
    provider: Provider
    stand_in: AimlapiStandIn
    messenger: FakeMessenger
    messages: FakeTrackMessages
    workshop: FakeWorkshop
    deliverer: Deliverer
    keeper: CardKeeper
    held: HeldStore
    bad_answers: BadAnswers

    async def finished(self, *, url: str | None = None, **changes: Any) -> Job:
        """A job whose track is at the provider's stand-in, or at `url`."""
        self.stand_in.plan(Fate(duration_s=0))
        generation = await self.provider.submit(a_request(), request_id="job.1")
        done = await self.provider.fetch(generation.id)
        url = done.audio_url if url is None else url
        assert url is not None
        return await self.stored.succeed(url, generation_id=generation.id, **changes)

    def files(self, *, times: int | None = None, after: int = 0) -> Rule:
        """A fault of the provider's file server."""
        return self.stand_in.scenario.on("GET", FILES, times=times, after=after)

    async def notice(self, job: Job, kind: NoticeKind = NoticeKind.RESULT) -> Notice:
        return await self.stored.notice(job.id, kind)

    async def is_closed(self) -> bool:
        """Whether nothing is left to be done, now or later."""
        due = (self.stored.notices.next_due_at(), self.stored.stores.card_edits.next_due_at())
        return not any([await one for one in due])

    async def deliver(self) -> None:
        """One turn of each loop: tell, and draw cards."""
        await self.deliverer.run_once()
        await self.keeper.run_once()

    async def deliver_until_told(self) -> None:
        """Go on for a while, as time passes."""
        for _ in range(6):
            await self.deliver()
            self.clock.advance(60)


# Less than a track costs that is held for.
ONE_TRACK = Budgets(per_day=99)


@pytest.fixture
def room() -> Room:
    """What kept audio may take up."""
    return USUAL_ROOM


@pytest.fixture
async def post(
    stored: Stored, clock: HandClock, provider: Provider, stand_in: AimlapiStandIn, room: Room
) -> AsyncIterator[Post]:
    messenger, workshop, held = FakeMessenger(), FakeWorkshop(), HeldStore(stored.engine)
    messages = FakeTrackMessages()
    async with AudioFetcher.open(stand_in.url) as fetcher:
        mastering = Mastering(workshop, stored.jobs, AudioFormat.ORIGINAL)
        ladder = Ladder(messenger, stored.notices, clock)
        tracks = TrackDelivery(
            stored.jobs, held, provider, fetcher, mastering, ladder=ladder, clock=clock, room=room
        )
        wakeups = Wakeups()
        bad_answers = BadAnswers(lambda: clock().timestamp())
        deliverer = Deliverer(
            stored.notices,
            stored.stores.alerts,
            tracks,
            ladder,
            takedown=a_takedown(stored, messages),
            budget_again_at=expectations_on(stored, ONE_TRACK).again_at,
            bad_answers=bad_answers,
            wakeups=wakeups,
            clock=clock,
            metrics=Metrics(),
        )
        keeper = a_keeper(stored, messenger, bad_answers=bad_answers, wakeups=wakeups)
        yield Post(
            stored,
            clock,
            provider,
            stand_in,
            messenger,
            messages,
            workshop,
            deliverer,
            keeper,
            held,
            bad_answers,
        )
