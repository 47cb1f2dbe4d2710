"""Many jobs and many sudden deaths at random moments: at the end, the books have to balance."""

import asyncio
import random
from collections import Counter
from functools import partial
from pathlib import Path

import pytest

from sandbox.aimlapi import LogTerms
from sandbox.discord.model import Channel
from sandbox.driver import InteractionFailed, MessageView
from tests.e2e.conforming import assert_conforming
from tests.e2e.kill.scene import Ask, Scene

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

SEED = 1963
SEATS = 10
JOBS_PER_SEAT = 10
KILLS = 20
LONGEST_LIFE_S = 4.0
LONGEST_THOUGHT_S = 8.0
LONGEST_GENERATION_S = 3.0
LONGEST_LAG_S = 1.0  # on the way to a service, and again on the way back
MEMBERS = ("Ada", "Ben", "Chika")
END_S = 60.0


async def test_books_balance_when_the_bot_is_killed_at_random(tmp_path: Path) -> None:
    dice = _dice()
    durations_s = [
        dice.uniform(0.3, LONGEST_GENERATION_S) for _ in range(2 * SEATS * JOBS_PER_SEAT)
    ]
    lag_s = partial(_dice().uniform, 0, LONGEST_LAG_S)
    async with Scene(tmp_path, durations_s=durations_s, lag_s=lag_s) as scene:
        scene.sandbox.provider.log_terms = LogTerms(lag_s=1)
        channels = [await scene.new_channel() for _ in range(SEATS)]
        async with asyncio.TaskGroup() as group:
            group.create_task(_kill_now_and_then(scene))
            seats = [group.create_task(_sit(scene, *seat)) for seat in enumerate(channels)]
        asks = [ask for seat in seats for ask in seat.result()]
        answered = [ask for ask in asks if not ask.call.interaction.failed]
        for ask in answered:
            await _outcome(scene, ask)
        await scene.bot.stop()

        assert len(answered) == SEATS * JOBS_PER_SEAT
        _balance(scene, asks)
        assert scene.census() == []
        assert_conforming([scene.sandbox])


def _dice(number: int = 0) -> random.Random:
    return random.Random(SEED + number)  # noqa: S311


async def _kill_now_and_then(scene: Scene) -> None:
    """Each life begins with the start of the process: some end before it is ready."""
    chance = _dice()
    for _ in range(KILLS):
        await asyncio.sleep(chance.uniform(0, LONGEST_LIFE_S))
        await scene.bot.kill()
        await scene.bot.start()
    await scene.bot.ready()


async def _sit(scene: Scene, number: int, channel: Channel) -> list[Ask]:
    """A member who asks for one track after the other, again where nobody answered."""
    chance = _dice(number)
    asks: list[Ask] = []
    while sum(not ask.call.interaction.failed for ask in asks) < JOBS_PER_SEAT:
        await asyncio.sleep(chance.uniform(0, LONGEST_THOUGHT_S))
        name, prompt = MEMBERS[number % len(MEMBERS)], f"seat {number} song {len(asks)}."
        asks.append(await scene.ask(channel, name=name, prompt=prompt))
        try:
            await asks[-1].card()
        except InteractionFailed:
            continue
    return asks


async def _outcome(scene: Scene, ask: Ask) -> None:
    ends = ("ready", "couldn't be made")
    card = await ask.card()
    await scene.bot.watch(
        ask.member.wait_for_edit(
            card, lambda message: any(end in message.text for end in ends), timeout_s=END_S
        )
    )


def _balance(scene: Scene, asks: list[Ask]) -> None:
    """Each request has its one outcome, and each generation that was paid for is in one."""
    books = Counter[str]()
    for ask in asks:
        paid, told = len(scene.paid(ask)), _told(ask)
        outcome = _name(ask, told)
        books[outcome] += 1
        books["paid"] += paid
        assert len(told) == (outcome != "did not respond"), (ask, told)
        assert paid == (outcome == "announced"), (ask, outcome, paid)
    said = sum(len(ask.told()) for ask in {ask.channel.id: ask for ask in asks}.values())
    cards = sum(not ask.call.interaction.failed for ask in asks)
    print(books)
    assert cards == books["announced"] + books["interrupted"]
    # Whatever was said belongs to one of the requests: their cards and one message for each.
    assert said + SEATS == 2 * cards
    assert len(scene.sandbox.provider.generations) == books["paid"]


def _told(ask: Ask) -> list[MessageView]:
    """What was said in answer to the request's card."""
    card_id = str(ask.call.interaction.original_id)
    return [
        message
        for message in ask.told()
        if message.reference and message.reference["message_id"] == card_id
    ]


def _name(ask: Ask, told: list[MessageView]) -> str:
    if ask.call.interaction.failed:
        return "did not respond"
    if any(message.attachments and ask.prompt in message.text for message in told):
        return "announced"
    assert any("might have been paid for" in message.content for message in told), (ask, told)
    return "interrupted"
