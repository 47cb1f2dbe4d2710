"""Another title: stored first, then on every message with the track that can be reached."""

from typing import Any

import pytest

from bot.domain.jobs import Job, Rung
from bot.library.renaming import Renaming
from bot.loops.wakeups import Wakeup, Wakeups
from tests.bot.fakes import FakeTrackMessages
from tests.factories import CHANNEL_ID, MEMBER_ID, Stored

TOLD, SHARED = 50, 51


@pytest.fixture
def messages() -> FakeTrackMessages:
    return FakeTrackMessages()


@pytest.fixture
def wakeups() -> Wakeups:
    return Wakeups()


@pytest.fixture
def renaming(stored: Stored, messages: FakeTrackMessages, wakeups: Wakeups) -> Renaming:
    return Renaming(stored.stores, messages, wakeups, stored.clock)


async def a_track(stored: Stored, rung: Rung = Rung.CHANNEL, **changes: Any) -> Job:
    """One that was told on this rung."""
    job, now = await stored.succeed(**changes), stored.clock()
    notice = await stored.claim_notice()
    where = {"channel_id": CHANNEL_ID, "message_id": TOLD}
    await stored.notices.told(notice.id, rung, now, **where)
    await stored.notices.close(notice, now)
    return job


async def test_every_message_shows_the_title_however_often_it_is_asked_for(
    stored: Stored, renaming: Renaming, messages: FakeTrackMessages
) -> None:
    job = await a_track(stored)
    await stored.share(job, 8, guild_id=400, message_id=SHARED)
    for _ in range(2):
        renamed = await renaming.rename(job.id, MEMBER_ID, "Night bus")
        assert renamed is not None
        assert renamed.title == "Night bus"
        assert await renaming.show(job.id)
        assert messages.titles == {TOLD: "Night bus", SHARED: "Night bus"}


async def test_title_from_the_prompt_comes_back(
    stored: Stored, renaming: Renaming, messages: FakeTrackMessages
) -> None:
    job = await a_track(stored)
    for title in ("Night bus", None):
        await renaming.rename(job.id, MEMBER_ID, title)
        await renaming.show(job.id)
    assert messages.titles == {TOLD: "Lo-fi rain"}


async def test_card_is_drawn_with_it(stored: Stored, renaming: Renaming, wakeups: Wakeups) -> None:
    job = await a_track(stored)
    [edit] = await stored.stores.card_edits.claim(5, stored.clock(), lease_s=60, under_way={})
    await stored.stores.card_edits.done(edit)
    await renaming.rename(job.id, MEMBER_ID, "Night bus")
    assert await stored.stores.card_edits.next_due_at() == stored.clock()
    assert wakeups.event(Wakeup.CARDS).is_set()


async def test_nothing_changes_for_others_or_after_the_track_was_deleted(
    stored: Stored, renaming: Renaming, messages: FakeTrackMessages
) -> None:
    job = await a_track(stored)
    assert await renaming.rename(job.id, MEMBER_ID + 1, "Mine") is None
    assert await stored.stores.removals.delete(job.id, stored.clock())
    assert await renaming.rename(job.id, MEMBER_ID, "Late") is None
    await renaming.show(job.id)
    assert messages.titles == {}


async def test_message_out_of_reach_is_told_of_and_the_others_change(
    stored: Stored, renaming: Renaming, messages: FakeTrackMessages
) -> None:
    job = await a_track(stored)
    await renaming.rename(job.id, MEMBER_ID, "Night bus")
    messages.unseen = True
    assert not await renaming.show(job.id)
    messages.unseen, messages.gone = False, {TOLD}  # nobody reads a message that is gone
    assert await renaming.show(job.id)


@pytest.mark.parametrize(
    ("rung", "private", "shown"),
    [
        (Rung.INTERACTION, True, False),
        (Rung.INTERACTION, False, True),
        (Rung.DIRECT_MESSAGE, True, True),
    ],
)
async def test_private_answer_alone_is_out_of_reach(
    stored: Stored, renaming: Renaming, *, rung: Rung, private: bool, shown: bool
) -> None:
    job = await a_track(stored, rung, private=private)
    await renaming.rename(job.id, MEMBER_ID, "Night bus")
    assert await renaming.show(job.id) is shown


async def test_held_track_has_no_message_that_could_be_left(
    stored: Stored, renaming: Renaming
) -> None:
    job = await stored.succeed()
    await stored.notices.hold(await stored.claim_notice(), "no way", stored.clock())
    assert await renaming.rename(job.id, MEMBER_ID, "Night bus")
    assert await renaming.show(job.id)
