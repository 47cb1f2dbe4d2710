"""A track that is deleted while it is being delivered is nowhere in the end."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

from bot import words
from bot.domain.jobs import Job, Rung
from bot.errors import DeliveryLater, DeliveryUnsure, Unreachable
from tests.bot.deliver.conftest import Post
from tests.factories import CARD_ID, CHANNEL_ID


async def delete(post: Post, job: Job) -> None:
    """As a member does, by `/tracks`."""
    assert await post.stored.stores.removals.delete(job.id, post.clock())


def before(way: Callable[..., Awaitable[Any]], step: Callable[[], Awaitable[None]]) -> Any:
    """The same way, on which something happens first."""

    async def call(*arguments: Any, **options: Any) -> Any:
        await step()
        return await way(*arguments, **options)

    return call


async def test_nothing_is_posted_when_it_is_deleted_while_it_is_made_ready(post: Post) -> None:
    job = await post.finished()
    go_on = post.workshop.pause("examine")
    delivery = asyncio.create_task(post.deliverer.run_once())
    await post.workshop.paused.wait()
    await delete(post, job)
    go_on.set()
    await delivery
    await post.deliver_until_told()
    assert post.messenger.sent == []
    assert await post.is_closed()


async def test_message_is_removed_when_it_is_deleted_while_it_is_posted(post: Post) -> None:
    job = await post.finished()
    post.messenger.post = before(post.messenger.post, lambda: delete(post, job))  # type: ignore[method-assign]
    await post.deliver_until_told()
    assert post.messages.removed == [(CHANNEL_ID, 8_001)]
    assert [embed.title for embed, _ in post.messenger.cards] == [words.card_deleted()]
    assert await post.is_closed()


async def test_card_says_so_when_it_is_deleted_while_that_is_drawn(post: Post) -> None:
    job = await post.finished()
    draw = post.messenger.update_card
    deletions = [lambda: delete(post, job)]

    async def update_card(*arguments: Any, **options: Any) -> None:
        if deletions:
            await deletions.pop()()
        await draw(*arguments, **options)

    post.messenger.update_card = update_card  # type: ignore[method-assign]
    await post.deliver_until_told()
    titles = [embed.title for embed, _ in post.messenger.cards]
    assert titles == [words.card_ready(), words.card_deleted()]


async def test_message_of_unknown_outcome_is_looked_for_and_removed(post: Post) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliver()
    await delete(post, job)
    post.messenger.there = 4711
    post.messenger.fail("find", DeliveryLater("503"))
    await post.deliver_until_told()
    assert post.messages.removed == [(CHANNEL_ID, 4711)]
    assert post.messenger.sent == []
    assert await post.is_closed()


async def test_message_is_looked_for_when_the_process_died_while_posting_it(post: Post) -> None:
    job = await post.finished()
    dead = post.stored.as_worker("the dead")
    notice = await dead.claim_notice()
    await dead.notices.record_attempt(notice.id, Rung.CHANNEL, post.clock(), channel_id=CHANNEL_ID)
    await delete(post, job)
    post.messenger.there = 4711
    await post.deliver_until_told()
    assert post.messages.removed == [(CHANNEL_ID, 4711)]
    assert await post.is_closed()


async def test_track_that_took_the_cards_place_is_removed_when_its_outcome_was_unknown(
    post: Post,
) -> None:
    job = await post.finished()
    post.messenger.fail("post", Unreachable("50001"))
    post.messenger.fail("edit", DeliveryUnsure("reset"))
    await post.deliver()
    await delete(post, job)
    await post.deliver_until_told()
    assert post.messages.removed == [(CHANNEL_ID, CARD_ID)]


async def test_nothing_is_left_to_do_when_the_channel_of_a_deleted_track_can_not_be_read(
    post: Post,
) -> None:
    job = await post.finished()
    post.messenger.fail("post", DeliveryUnsure("reset"))
    await post.deliver()
    await delete(post, job)
    post.messenger.readable = False
    await post.deliver_until_told()
    assert post.messages.removed == []
    assert await post.is_closed()


async def test_nothing_is_held_when_it_is_deleted_just_then(post: Post) -> None:
    job = await post.finished()
    for way in ("post", "edit", "direct"):
        post.messenger.fail(way, Unreachable("closed"))
    keep = post.held.keep
    post.held.keep = before(keep, lambda: delete(post, job))  # type: ignore[method-assign]
    await post.deliver_until_told()
    assert await post.held.get(job.id) is None
    assert await post.stored.notices.held_for(job.member_id, 5) == []
    assert post.messenger.cards[-1][0].title == words.card_deleted()
    assert await post.is_closed()
