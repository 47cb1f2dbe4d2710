"""Cards: one edit for all that happened, tried until it can be done, right in the end."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from typing import Any

import pytest

from bot import words
from bot.deliver.cards import card_keeper, status_card
from bot.deliver.retry_policy import DISCORD_PATIENCE, PATIENT_TRIES
from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind, Rung
from bot.errors import DeliveryUnsure, NotUnderstood
from bot.generate.expectations import SOON
from bot.store.card_edits import DRAWN_BY_PRESS
from bot.store.pause_store import Pause, PauseReason
from bot.store.restoration import after_restoring
from tests.bot.deliver.parts import a_keeper
from tests.bot.fakes import FakeMessenger
from tests.factories import (
    AUDIO_URL,
    CARD_ID,
    CHANNEL_ID,
    MEMBER_ID,
    NO_LIMITS,
    Stored,
    a_new_job,
)


async def cards_after(
    stored: Stored, job: Job, end: Callable[[], Awaitable[NoticeKind]], rung: Rung
) -> FakeMessenger:
    """What the card shows when the keeper edits it, and the job ends and is told meanwhile."""
    messenger = FakeMessenger()
    draw = messenger.update_card

    async def update_card(*arguments: Any, **options: Any) -> None:
        if not messenger.cards:
            notice, now = await stored.notice(job.id, await end()), stored.clock()
            where = {"channel_id": CHANNEL_ID, "message_id": CARD_ID}
            await stored.notices.told(notice.id, rung, now, **where)
            await stored.notices.close(notice, now)
        await draw(*arguments, **options)

    messenger.update_card = update_card  # type: ignore[method-assign]
    await stored.stores.card_edits.mark(job.id, stored.clock())
    keeper = a_keeper(stored, messenger)
    while await keeper.run_once():
        pass
    return messenger


def labels(messenger: FakeMessenger) -> list[str]:
    """The buttons of the card as it is in the end."""
    return [getattr(item, "label", "") for item in messenger.cards[-1][1].children]


def succeeding(stored: Stored, job: Job) -> Callable[[], Awaitable[NoticeKind]]:
    async def end() -> NoticeKind:
        assert await stored.jobs.succeed(job.id, AUDIO_URL, stored.clock())
        assert await stored.jobs.measured(job.id, duration_s=32.8, tempo_bpm=None)
        return NoticeKind.RESULT

    return end


def failing(stored: Stored, job: Job) -> Callable[[], Awaitable[NoticeKind]]:
    async def end() -> NoticeKind:
        kind, source = FailureKind.GENERATION, JobState.GENERATING
        assert await stored.jobs.fail(job.id, kind, "no", stored.clock(), source=source)
        return NoticeKind.FAILURE

    return end


async def test_card_is_the_track_again_when_the_track_had_taken_its_place(stored: Stored) -> None:
    job = await stored.generate()
    await stored.stores.likes.toggle(job.id, 7, stored.clock())
    messenger = await cards_after(stored, job, succeeding(stored, job), Rung.INTERACTION)
    embed, _ = messenger.cards[-1]
    assert embed.title == "Lo-fi rain"
    assert embed.image.url == "attachment://waveform.png"
    assert labels(messenger) == ["Like (1)", "Remix", "Again", "More"]


async def test_card_offers_another_try_again_when_the_failure_had_taken_its_place(
    stored: Stored,
) -> None:
    job = await stored.generate()
    messenger = await cards_after(stored, job, failing(stored, job), Rung.INTERACTION)
    assert "Try again" in labels(messenger)


@pytest.mark.parametrize("rung", [Rung.CHANNEL, Rung.DIRECT_MESSAGE])
async def test_card_leads_to_the_track_when_it_is_elsewhere(stored: Stored, rung: Rung) -> None:
    job = await stored.generate()
    messenger = await cards_after(stored, job, succeeding(stored, job), rung)
    embed, _ = messenger.cards[-1]
    assert (embed.description or "").count("](https://discord.com/channels/") == 1
    assert labels(messenger) == []


async def test_card_says_so_when_a_job_was_cancelled_and_nobody_drew_it(stored: Stored) -> None:
    messenger = FakeMessenger()
    await stored.bring_to(JobState.CANCELLED)
    keeper = a_keeper(stored, messenger)
    assert not await keeper.run_once()  # whoever pressed the button draws it at once
    stored.clock.advance(DRAWN_BY_PRESS.total_seconds())
    assert await keeper.run_once()
    assert [embed.title for embed, _ in messenger.cards] == [words.card_cancelled()]


async def test_card_says_that_it_is_finished_when_that_can_not_be_told_for_long(
    stored: Stored,
) -> None:
    messenger = FakeMessenger()
    job = await stored.succeed()
    keeper = a_keeper(stored, messenger)
    for _ in range(PATIENT_TRIES):
        await stored.notices.put_off(
            (await stored.claim_notice()).id, stored.clock(), "403", unsure=True
        )
    notice = await stored.claim_notice()
    await stored.notices.ask_for_card(notice, stored.clock())
    await keeper.run_once()
    [(embed, _)] = messenger.cards
    ready = words.ready(status_card.shown_title(job), MEMBER_ID)
    assert embed.description == f"{ready}. {words.not_posted_yet()}"


async def test_card_is_tried_until_it_can_be_drawn(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(card_keeper, "DISCORD_PATIENCE", timedelta(hours=1))
    messenger = FakeMessenger()
    messenger.fail("card", *[DeliveryUnsure("403: <html>")] * 200)
    job = await stored.succeed()
    await stored.notices.hold(await stored.claim_notice(), "no way", stored.clock())
    keeper, tries = a_keeper(stored, messenger), 0
    for _ in range(3 * 60):
        tries += await keeper.run_once()
        stored.clock.advance(60)
    assert 50 < tries < 60 + 2 * 2 + 10
    messenger.succeed("card")
    stored.clock.advance(3600)
    await keeper.run_once()
    [(embed, _)] = messenger.cards
    assert words.held_for_you() in (embed.description or "")
    assert (await stored.job(job.id)).interaction_token is None
    assert await stored.stores.card_edits.next_due_at() is None


async def test_card_is_tried_on_when_discord_says_no_in_unknown_words(stored: Stored) -> None:
    messenger, began_at = FakeMessenger(), stored.clock()
    messenger.fail("card", *[NotUnderstood("77777", code=77777)] * 5)
    await stored.succeed()
    await stored.notices.hold(await stored.claim_notice(), "no way", stored.clock())
    while due_at := await stored.stores.card_edits.next_due_at():
        stored.clock.now = max(due_at, stored.clock())
        await a_keeper(stored, messenger).run_once()  # each time as another process
    assert len(messenger.cards) == 1
    assert stored.clock() - began_at < timedelta(minutes=2)


async def test_card_is_given_up_when_discord_says_no_in_unknown_words_for_a_day(
    stored: Stored,
) -> None:
    messenger = FakeMessenger()
    messenger.fail("card", *[NotUnderstood("77777", code=77777)] * 2)
    await stored.succeed()
    await stored.notices.hold(await stored.claim_notice(), "no way", stored.clock())
    await a_keeper(stored, messenger).run_once()
    assert await stored.stores.card_edits.next_due_at()
    stored.clock.advance(DISCORD_PATIENCE.total_seconds() + 1)
    await a_keeper(stored, messenger).run_once()
    assert not await stored.stores.card_edits.next_due_at()


async def test_many_likes_are_one_edit(stored: Stored) -> None:
    messenger, keeper = FakeMessenger(), None
    received = await stored.jobs.receive(
        a_new_job(variations=2), NO_LIMITS, stored.clock(), lease_s=45
    )
    for job in received.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    keeper = a_keeper(stored, messenger)
    for second in range(60):
        for member_id in range(3):
            await stored.stores.likes.toggle(
                received.jobs[second % 2].id, member_id, stored.clock()
            )
        await keeper.run_once()
        stored.clock.advance(0.5)
    assert 8 <= len(messenger.cards) <= 14  # of them few for the places in the queue


async def test_change_while_a_card_is_drawn_is_drawn_next(stored: Stored) -> None:
    job = await stored.generate()
    edits, now = stored.stores.card_edits, stored.clock()
    await edits.mark(job.id, now)
    [edit] = await edits.claim(5, now, lease_s=60, under_way={})
    await edits.mark(job.id, now)
    assert not await edits.claim(5, now, lease_s=60, under_way={})
    await edits.done(edit)
    [edit] = await edits.claim(5, now, lease_s=60, under_way={})
    await edits.done(edit)
    assert await edits.next_due_at() is None


async def test_card_is_drawn_by_another_process_when_one_dies(stored: Stored) -> None:
    job = await stored.generate()
    await stored.stores.card_edits.mark(job.id, stored.clock())
    dead = stored.as_worker("dead").stores.card_edits
    assert await dead.claim(5, stored.clock(), lease_s=60, under_way={})
    messenger = FakeMessenger()
    stored.clock.advance(60)
    assert await a_keeper(stored, messenger).run_once()
    assert len(messenger.cards) == 1


def said(messenger: FakeMessenger) -> str:
    """What the card says in the end."""
    return str([(field.name, field.value) for field in messenger.cards[-1][0].fields])


@pytest.mark.parametrize("variations", [1, 2])
async def test_card_shows_no_moment_that_has_passed(stored: Stored, variations: int) -> None:
    new = a_new_job(variations=variations)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in received.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    messenger, edits = FakeMessenger(), stored.stores.card_edits
    keeper = a_keeper(stored, messenger)
    submitted = await stored.claim_submissions()
    expected_at = stored.clock() + timedelta(seconds=35)
    for job in submitted:
        assert await stored.jobs.start_generation(
            job.id, f"{job.id}:lyria2", stored.clock(), draw_at=expected_at - SOON
        )
    assert not await keeper.run_once()  # the first answer counts down
    await edits.mark(received.jobs[0].id, stored.clock())
    assert await keeper.run_once()
    assert f"<t:{expected_at.timestamp():.0f}:R>" in said(messenger)
    stored.clock.now = expected_at - SOON
    assert await keeper.run_once()
    assert "<t:" not in said(messenger)
    assert words.any_moment() in said(messenger)
    assert await edits.next_due_at() is None


async def test_card_says_that_the_music_service_takes_no_requests(stored: Stored) -> None:
    job, messenger = await stored.queue(), FakeMessenger()
    keeper, now = a_keeper(stored, messenger), stored.clock()
    await stored.stores.card_edits.mark(job.id, now)
    assert await keeper.run_once()
    assert "<t:" in said(messenger)
    closed = Pause(reason=PauseReason.UNAVAILABLE, began_at=now, probe_at=now, distance_s=60)
    await stored.stores.pauses.change(lambda _: closed)
    stored.clock.advance(60)  # the moment that it showed has passed
    while await keeper.run_once():
        pass
    assert "<t:" not in said(messenger)
    assert words.service_closed() in said(messenger)


async def test_card_that_ended_meanwhile_is_not_drawn_again(stored: Stored) -> None:
    job, edits = await stored.generate(), stored.stores.card_edits
    await edits.mark(job.id, stored.clock())
    [edit] = await edits.claim(5, stored.clock(), lease_s=60, under_way={})
    await edits.mark(job.id, stored.clock())  # its end, while the countdown is drawn
    await edits.done(edit, again_at=stored.clock() + timedelta(seconds=30))
    [last] = await edits.claim(5, stored.clock(), lease_s=60, under_way={})
    await edits.done(last)
    assert await edits.next_due_at() is None


@pytest.mark.parametrize("variations", [1, 2])
async def test_card_of_a_restored_backup_is_drawn_once_the_logs_have_spoken(
    stored: Stored, variations: int
) -> None:
    new = a_new_job(variations=variations)
    received = await stored.jobs.receive(new, NO_LIMITS, stored.clock(), lease_s=45)
    for job in received.jobs:
        assert await stored.jobs.accept(job.id, CARD_ID, stored.clock())
    await after_restoring(stored.engine, stored.clock())
    messenger, now = FakeMessenger(), stored.clock()
    keeper = a_keeper(stored, messenger)
    await stored.stores.card_edits.mark(new.id, now)
    assert await keeper.run_once()
    assert messenger.cards == []
    for job in received.jobs:
        assert await stored.stores.lookups.tell_restored(job.id, now, now)
        notice = await stored.notice(job.id, NoticeKind.FAILURE)
        await stored.notices.hold(notice, "no way", now)
    assert await keeper.run_once()
    [(embed, _)] = messenger.cards
    assert "restored from a backup" in (embed.description or "")
