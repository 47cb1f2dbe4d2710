"""SIGKILL while variations are posted in their thread: each take is there once."""

import math
from functools import partial

import pytest

from sandbox.aimlapi import Fate
from sandbox.driver import Driver, MessageView
from tests.e2e.kill.outcomes import WAIT_S, is_the_track
from tests.e2e.kill.points import DISCORD, MESSAGES, Case, cases, sampled
from tests.e2e.kill.scene import Ask, Scene
from tests.e2e.kill.tripwire import KillPoint, Moment

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

TAKES = 2
IN_THE_THREAD = r"/api/v10/channels/(?!{channel}/)\d+/messages"
TAKE_IS_THERE = KillPoint(service=DISCORD, method="POST", path=IN_THE_THREAD, moment=Moment.TAKEN)


def takes_of(ask: Ask) -> list[MessageView]:
    return [message for message in ask.told() if message.attachments]


def _leads_to_all(card: MessageView) -> bool:
    return f"Your {TAKES} versions are ready" in card.text and card.text.count("Listen") == TAKES


async def announced(scene: Scene, ask: Ask) -> None:
    """Each take was paid once, is in the thread once, and the card leads there."""
    wait = partial(ask.member.wait_for_edit, timeout_s=WAIT_S)
    card = await scene.bot.watch(wait(await ask.card(), _leads_to_all))
    takes = takes_of(ask)
    titles = ("(take 1)", "(take 2)")
    assert sorted(title for take in takes for title in titles if title in take.text) == [*titles]
    assert len(takes) == TAKES
    for take in takes:
        await is_the_track(ask, take)
        assert take.id in card.text
    assert ask.thread is not None
    assert {take.channel_id for take in takes} == {str(ask.thread.id)}
    assert len(scene.paid(ask)) == TAKES
    assert len(ask.pings()) == 1


async def not_started(scene: Scene, ask: Ask) -> None:
    """Told once for all takes that nothing came of them; none was paid, and none will be."""
    said = "wasn't started"
    wait = partial(ask.member.wait_for_message, channel=ask.channel, timeout_s=WAIT_S)
    await scene.bot.watch(wait(lambda message: said in message.content))
    await announced(scene, await scene.ask(variations=TAKES))
    assert [said in message.content for message in ask.told()] == [True]
    assert [message.id for message in ask.pings()] == [message.id for message in ask.told()]
    assert not scene.paid(ask)
    assert scene.states(ask) == ["cancelled"] * TAKES


CASES = [
    *cases(
        "first-answer", DISCORD, "POST", r"/api/v10/interactions/\d+/.+/callback",
        taken=announced, answered=announced,
    ),
    *cases(
        "thread", DISCORD, "POST", MESSAGES + r"/\d+/threads",
        received=announced, taken=announced, answered=announced,
    ),
    *cases(
        "take", DISCORD, "POST", IN_THE_THREAD,
        received=announced, taken=announced, answered=announced,
    ),
]  # fmt: skip


@sampled(CASES, "first-answer-taken", "thread-taken", "take-taken")
async def test_each_take_is_posted_once_when_killed(scene: Scene, case: Case) -> None:
    ask = await scene.killed_at(case.point, variations=TAKES)
    await scene.start()
    await case.outcome(scene, ask)
    scene.remember(ask)


@sampled(CASES, "take-taken")
async def test_each_take_is_posted_once_when_killed_for_long(scene: Scene, case: Case) -> None:
    ask = await scene.killed_at(case.point, variations=TAKES)
    scene.long_outage()
    await scene.start()
    await case.outcome(scene, ask)
    scene.remember(ask)


async def test_take_is_found_in_its_thread_when_the_card_was_deleted_meanwhile(
    scene: Scene,
) -> None:
    ask = await scene.killed_at(TAKE_IS_THERE, variations=TAKES)
    (first,) = takes_of(ask)
    moderator = Driver(scene.sandbox.discord).member("Ada")
    await moderator.delete(await ask.card())
    scene.long_outage()
    await scene.start()
    await scene.bot.watch(scene.until_all_is_told(ask))
    # Under no card there can be a thread, so the other take is in the channel.
    assert [take.id for take in takes_of(ask) if take.channel_id == first.channel_id] == [first.id]
    assert len(takes_of(ask)) == TAKES
    assert len(scene.paid(ask)) == TAKES
    scene.remember(ask)


async def test_second_take_pings_two_minutes_after_the_first_though_another_is_open(
    scene: Scene,
) -> None:
    fates = [Fate(duration_s=0.5), Fate(duration_s=60), Fate(duration_s=math.inf)]
    scene.sandbox.provider.plan(*fates)
    ask = await scene.killed_at(TAKE_IS_THERE, variations=len(fates))
    assert not ask.pings()
    scene.long_outage()
    scene.sandbox.provider.clock.advance(60)
    await scene.start()
    card = await ask.card()
    wait = partial(ask.member.wait_for_edit, card, timeout_s=WAIT_S)
    await scene.bot.watch(wait(lambda one: one.text.count("Listen") == 2))
    _, second = takes_of(ask)
    assert [message.id for message in ask.pings() if message.attachments] == [second.id]
    await ask.member.click(card, label="Cancel")
    await scene.bot.watch(wait(lambda one: "2 of your 3 versions are ready" in one.text))
    scene.remember(ask)


async def test_member_is_told_once_when_killed_for_long_and_no_card_can_be_looked_for(
    scene: Scene,
) -> None:
    point = CASES[0].point
    ask = await scene.killed_at(point, unread=True, variations=TAKES)
    scene.long_outage()
    await scene.start()
    await not_started(scene, ask)
    scene.remember(ask)
