"""SIGKILL while a track is shared or deleted: pressed once more, it comes to the same end."""

import pytest

from sandbox.discord.model import Channel
from sandbox.driver import MessageView
from tests.e2e.kill.outcomes import WAIT_S, announced, is_the_track
from tests.e2e.kill.points import DISCORD, MESSAGES
from tests.e2e.kill.scene import Ask, Scene
from tests.e2e.kill.tripwire import KillPoint, Moment
from tests.e2e.pressing import press

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


async def delivered(scene: Scene) -> tuple[Ask, MessageView]:
    """A finished track, and the message that announced it."""
    ask = await scene.ask()
    await announced(scene, ask)
    (track,) = ask.told()
    return ask, track


async def share(ask: Ask, question: MessageView, target: Channel) -> None:
    """The member's choice of a channel."""
    (select,) = question.selects
    await ask.member.choose(question, custom_id=select["custom_id"], values=[target.name])


@pytest.mark.parametrize(
    "moment", [pytest.param(Moment.RECEIVED, marks=pytest.mark.soak), Moment.TAKEN]
)
@pytest.mark.parametrize("long", [False, True], ids=["short", "long"])
async def test_share_is_posted_once_when_killed_and_pressed_again(
    scene: Scene, moment: Moment, long: bool
) -> None:
    ask, track = await delivered(scene)
    question = await (await press(ask.member, track, "Share")).answered()
    target = await scene.new_channel()
    point = KillPoint(service=DISCORD, method="POST", path=MESSAGES, moment=moment)
    async with scene.killing_at(point, target):
        await share(ask, question, target)
    if long:
        scene.long_outage()
    await scene.start()
    await share(ask, question, target)
    said = f"/{target.id}/"
    await scene.bot.watch(
        ask.member.wait_for_message(
            lambda message: message.ephemeral and said in message.text,
            channel=ask.channel,
            timeout_s=WAIT_S,
        )
    )
    (shared,) = [message for message in ask.member.messages(target) if message.attachments]
    await is_the_track(ask, shared)
    assert len(scene.paid(ask)) == 1
    scene.remember(ask)


async def test_track_is_gone_when_killed_while_it_is_deleted_and_pressed_again(
    scene: Scene,
) -> None:
    ask, track = await delivered(scene)
    question = await (await press(ask.member, track, "Delete")).answered()
    path = MESSAGES + rf"/{track.id}"
    point = KillPoint(service=DISCORD, method="DELETE", path=path, moment=Moment.RECEIVED)
    async with scene.killing_at(point, ask.channel):
        await ask.member.click(question, label="Delete it")
    await scene.start()
    question = await (await press(ask.member, track, "Delete")).answered()
    await ask.member.click(question, label="Delete it")
    await scene.bot.watch(ask.member.wait_until_gone(track))
    card = await scene.bot.watch(
        ask.member.wait_for_edit(
            await ask.card(), lambda one: "was deleted" in one.text, timeout_s=WAIT_S
        )
    )
    assert f"Deleted by <@{ask.member.user_id}>" in card.text
    scene.remember(ask)
