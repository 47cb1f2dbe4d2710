"""What a member may be left with after the bot died and came back: each is one clear outcome."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from sandbox.driver import InteractionFailed, MessageView
from tests.e2e.kill.scene import LOOK_EVERY_S, Ask, Scene

WAIT_S = 90.0  # what counts as overdue is asked for once a minute
DIRECT = "@Compose Bot"
WAITED = ("taking much longer than usual", "its file is late")
READY, FAILED, HELD = "ready", "couldn't be made", "/tracks"

Outcome = Callable[[Scene, Ask], Awaitable[None]]


async def announced(scene: Scene, ask: Ask) -> None:
    """Paid once, posted once, and the card leads there."""
    card = await card_says(scene, ask, READY)
    (track,) = (one for one in ask.told() if one.audio)
    # Whoever waited for half an hour may read so before the track comes.
    assert all(any(word in one.text for word in WAITED) for one in ask.told() if not one.audio)
    await is_the_track(ask, track)
    assert f"<@{ask.member.user_id}>" in track.content
    assert track.id in card.text
    assert len(scene.paid(ask)) == 1


async def on_card(scene: Scene, ask: Ask) -> None:
    """A private track: paid once, in place of the card, and nothing in the channel."""
    track = await scene.bot.watch(
        ask.member.wait_for_edit(await ask.card(), lambda one: one.attachments, timeout_s=WAIT_S)
    )
    assert track.ephemeral
    await is_the_track(ask, track)
    assert len(scene.paid(ask)) == 1
    assert not ask.told()


async def told_directly(scene: Scene, ask: Ask) -> None:
    """A private request came to nothing: its member learns so from a direct message, once."""
    (job_id,) = scene.job_ids(ask)
    told = await scene.bot.watch(
        ask.member.wait_for_message(
            lambda message: any(job_id in one.get("custom_id", "") for one in message.buttons),
            channel=DIRECT,
            timeout_s=WAIT_S,
        )
    )
    assert "wasn't started" in told.content
    assert f"<@{ask.member.user_id}>" in told.content
    assert scene.states(ask) == ["cancelled"]
    assert not scene.paid(ask)
    assert not ask.told()


async def kept(scene: Scene, ask: Ask) -> None:
    """Whether the private track is on its card can't be known any more: `/tracks` has it."""
    before = len(ask.member.messages(DIRECT))
    await _handed_out(scene, ask)
    assert len(scene.paid(ask)) == 1
    assert not ask.told()
    assert len(ask.member.messages(DIRECT)) == before


async def interrupted(scene: Scene, ask: Ask) -> None:
    """Nothing was paid, which nobody can tell: not sent again but by the member's own click."""
    card = await card_says(scene, ask, FAILED)
    assert not scene.paid(ask)
    (told,) = ask.told()
    assert "might have been paid for" in told.content
    assert told.id in card.buttons[0]["url"]
    call = await ask.member.click(told, label="Try again")
    again = Ask(member=ask.member, channel=ask.channel, prompt=ask.prompt, call=call)
    await card_says(scene, again, READY)
    assert len(scene.paid(ask)) == 1
    assert [len(message.attachments) for message in again.told() if message.id != card.id] == [0, 1]


async def unanswered(scene: Scene, ask: Ask) -> None:
    """ "The application did not respond", and nothing was paid."""
    with pytest.raises(InteractionFailed):
        await ask.card()
    # The next request goes the same way later: had this one been submitted, it would show by then.
    await announced(scene, await scene.ask())
    assert not scene.paid(ask)
    assert not ask.told()
    assert scene.states(ask) == ["cancelled"]


async def not_started(scene: Scene, ask: Ask) -> None:
    """Told once that nothing came of it, whether or not there is a card; nothing was paid."""
    told = await scene.bot.watch(
        ask.member.wait_for_message(
            lambda message: "wasn't started" in message.content,
            channel=ask.channel,
            timeout_s=WAIT_S,
        )
    )
    assert f"<@{ask.member.user_id}>" in told.content
    await announced(scene, await scene.ask())
    assert len(ask.told()) == 1
    assert not scene.paid(ask)
    if ask.call.interaction.original_id is not None:
        await (await ask.member.click(await ask.card(), label="Cancel")).acknowledged()
        await card_says(scene, ask, "Cancelled")


async def announced_or_not_started(scene: Scene, ask: Ask) -> None:
    """Whichever the answer's arrival decided."""
    decided = ("wasn't started", "your track is ready")
    told = await scene.bot.watch(
        ask.member.wait_for_message(
            lambda message: any(words in message.content for words in decided),
            channel=ask.channel,
            timeout_s=WAIT_S,
        )
    )
    await (not_started if decided[0] in told.content else announced)(scene, ask)


async def held(scene: Scene, ask: Ask) -> None:
    """Whether it was posted can't be known: not posted again, and handed out when asked for."""
    posted = [message.id for message in ask.told()]
    await card_says(scene, ask, HELD)
    await _handed_out(scene, ask)
    assert [message.id for message in ask.told()] == posted
    assert len(posted) <= 1
    assert len(scene.paid(ask)) == 1


async def announced_or_held(scene: Scene, ask: Ask) -> None:
    """Posted once; the bot may or may not have learned of it."""
    card = await card_says(scene, ask, READY)
    await (held if HELD in card.text else announced)(scene, ask)


async def card_says(scene: Scene, ask: Ask, *words: str) -> MessageView:
    """Wait until one of these stands on the card."""
    return await scene.bot.watch(
        ask.member.wait_for_edit(
            await ask.card(),
            lambda message: any(one in message.text for one in words),
            timeout_s=WAIT_S,
        )
    )


async def _until_held(scene: Scene, ask: Ask) -> None:
    """The card says where to ask a moment before there is something to be had."""
    async with asyncio.timeout(WAIT_S):
        while not scene.is_held(ask):  # noqa: ASYNC110 - a database tells nobody of changes
            await asyncio.sleep(LOOK_EVERY_S)


async def _handed_out(scene: Scene, ask: Ask) -> None:
    await _until_held(scene, ask)
    await (await ask.member.slash("tracks", channel=ask.channel)).acknowledged()
    track = await scene.bot.watch(
        ask.member.wait_for_message(
            lambda message: (
                message.ephemeral and ask.prompt in message.text and message.attachments
            ),
            channel=ask.channel,
            timeout_s=WAIT_S,
        )
    )
    await is_the_track(ask, track)


async def is_the_track(ask: Ask, message: MessageView) -> None:
    """Its file is the one that was made for this request."""
    (attachment,) = message.attachments
    assert ask.prompt.encode() in (await ask.member.fetch(attachment))[:64]
