"""A connection that breaks after the request was read: paid once, delivered, and said honestly."""

import math
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.jobs import JobState
from sandbox.aimlapi import Fate, Generation, LogTerms, error_body
from sandbox.driver import Call, MessageView
from tests.e2e import hasty
from tests.e2e.place import Place
from tests.e2e.reader import filled
from tests.e2e.shared import (
    GENERATIONS,
    Records,
    quick_sandbox,
    replies_to,
    reply_to,
    shared_stage,
    until,
)
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

LOGS = "/v2/logs"
CHECKING = "Checking whether your request arrived"
STILL_CHECKING = "still asking the music service"
MIGHT_BE_PAID = "might have been paid for"
TAKES_S = 60
AFTER_ALL = "the music service got this one after all"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("doubt")
    async with shared_stage(folder, quick_sandbox(), module=hasty.MODULE) as opened:
        yield opened


class Doubter(Place):
    """A member whose requests arrive, and whose answers are lost."""

    async def cut_off(
        self, prompt: str, *, times: int = 1, variations: int = 1
    ) -> tuple[Call, MessageView]:
        """Ask for tracks; so many submissions are cut off after they were read."""
        self.stage.provider.scenario.on("POST", GENERATIONS, times=times).reset_after()
        call = await self.member.slash(
            "compose", channel=self.channel, prompt=prompt, variations=variations
        )
        return call, await call.answered()

    def keep_rows_back(self) -> None:
        """None is written until the logs `speak`."""
        self.stage.provider.log_terms = LogTerms(lag_s=math.inf)

    def take_logs_away(self) -> None:
        """They can't be read until they `speak`."""
        logs = self.stage.provider.scenario.on("GET", LOGS, times=None)
        logs.respond(503, error_body(503, "no"))

    def speak(self) -> None:
        """The logs tell all there is."""
        self.stage.provider.log_terms = LogTerms(lag_s=0)
        self.stage.provider.scenario.clear()

    def made(self, prompt: str) -> list[Generation]:
        return [one for one in self.stage.provider.generations if one.body["prompt"] == prompt]

    async def until_said(self, card: MessageView, words: str) -> MessageView:
        return await self.stage.bot.watch(
            self.member.wait_for_edit(card, lambda message: words in message.text)
        )

    async def track(self, card: MessageView) -> MessageView:
        """The answer to a card that has audio."""
        return await self.stage.bot.watch(
            self.member.wait_for_message(
                lambda one: one.audio and one.reference and one.reference["message_id"] == card.id,
                channel=self.channel,
            )
        )


@pytest_asyncio.fixture(loop_scope="module")
async def doubter(stage: Stage, request: pytest.FixtureRequest) -> AsyncIterator[Doubter]:
    """At the end the provider is well, and takes requests."""
    name = request.node.name.removeprefix("test_").replace("_", " ")[-24:].strip()
    doubter = Doubter(stage, name)
    yield doubter
    doubter.speak()
    _, card = await Place(stage, f"after {name}").compose()
    await reply_to(stage, stage.member("Ada"), card)


# --- while the logs are asked ---------------------------------------------------------------------


async def test_track_is_delivered_and_nobody_told_of_trouble(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.keep_rows_back()
    _, card = await doubter.cut_off("calm sea")
    assert labels(await doubter.until_said(card, CHECKING)) == ["Cancel"]
    doubter.speak()
    track = await reply_to(stage, doubter.member, card)
    assert track.audio
    assert answers(doubter, card) == [track.id]
    assert len(doubter.made("calm sea")) == 1


async def test_pressing_cancel_says_that_it_can_not_be_cancelled_yet(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.keep_rows_back()
    _, card = await doubter.cut_off("calm lake")
    await doubter.until_said(card, CHECKING)
    told = await private_answer(await doubter.member.click(card, label="Cancel"))
    assert STILL_CHECKING in told
    listed = await (await doubter.member.slash("jobs", channel=doubter.channel)).answered()
    assert CHECKING.lower() in listed.text.lower()
    call = await doubter.member.click(listed, label="Cancel 1")
    await until(stage, lambda: any(STILL_CHECKING in one.text for one in call.messages()))
    doubter.speak()
    assert (await doubter.track(card)).audio


async def test_variation_in_doubt_is_shown_as_such_when_the_others_are_cancelled(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.keep_rows_back()
    stage.provider.plan(*[Fate(duration_s=TAKES_S)] * 2)
    _, card = await doubter.cut_off("calm bay", variations=2)
    await doubter.until_said(card, CHECKING)
    # Either of the two was cut off.
    await until(stage, lambda: any(one.id in stage.log() for one in doubter.made("calm bay")))
    await (await doubter.member.click(card, label="Cancel")).acknowledged()
    shown = await doubter.until_said(card, "Cancelled. It was already being made")
    assert CHECKING in shown.text
    doubter.speak()
    stage.sandbox.clock.advance(TAKES_S)
    shown = await doubter.until_said(card, "1 of your 2 versions is ready")
    assert CHECKING not in shown.text


async def test_second_attempt_is_delivered_when_the_first_had_failed(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.speak()
    stage.provider.plan(Fate(duration_s=0.5, error="overloaded"))
    _, card = await doubter.cut_off("calm river", times=2)
    track = await reply_to(stage, doubter.member, card)
    assert track.audio
    first, second = doubter.made("calm river")
    assert (first.fails, second.fails) == (True, False)
    assert first.client_request_id != second.client_request_id
    assert answers(doubter, card) == [track.id]


# --- when it had been given up --------------------------------------------------------------------


async def test_track_is_delivered_and_not_paid_again_when_the_logs_come_back(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.take_logs_away()
    _, card = await doubter.cut_off("calm pond")
    failure = await reply_to(stage, doubter.member, card)
    assert MIGHT_BE_PAID in failure.content
    doubter.speak()
    track = await doubter.track(card)
    assert f"<@{doubter.member.user_id}>" in track.content
    await doubter.until_said(card, "is ready")
    for label in ("Try again", "Edit"):
        told = await private_answer(await doubter.member.click(failure, label=label))
        assert AFTER_ALL in told
        assert f"/{card.id}" in told
    assert len(doubter.made("calm pond")) == 1
    assert answers(doubter, card) == [failure.id, track.id]


async def test_card_and_button_say_that_it_runs_when_it_is_found_before_its_end(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.take_logs_away()
    stage.provider.plan(Fate(duration_s=math.inf))
    _, card = await doubter.cut_off("calm wood")
    failure = await reply_to(stage, doubter.member, card)
    await doubter.until_said(card, "couldn't be made")
    doubter.speak()
    stage.provider.log_terms = LogTerms(while_running=True, lag_s=0)
    shown = await doubter.until_said(card, "Composing your track")
    assert labels(shown) == ["Cancel"]
    told = await private_answer(await doubter.member.click(failure, label="Try again"))
    assert AFTER_ALL in told
    assert "when it's ready" in told
    assert len(doubter.made("calm wood")) == 1
    await (await doubter.member.click(shown, label="Cancel")).acknowledged()
    await doubter.until_said(card, "Cancelled")
    told = await private_answer(await doubter.member.click(failure, label="Try again"))
    assert "nothing to try again" in told
    assert AFTER_ALL not in told


async def test_track_waits_in_tracks_without_a_ping_when_it_was_tried_again(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.take_logs_away()
    call, card = await doubter.cut_off("calm hill")
    failure = await reply_to(stage, doubter.member, card)
    again = await (await doubter.member.click(failure, label="Try again")).answered()
    assert (await doubter.track(again)).audio
    pings = len(doubter.member.pings())
    doubter.speak()
    await until(stage, lambda: Records(stage).state(call) is JobState.SUCCEEDED)
    await doubter.until_said(card, "/tracks")
    assert answers(doubter, card) == [failure.id]
    assert len(doubter.member.pings()) == pings
    told = await private_answer(await doubter.member.click(failure, label="Try again"))
    assert AFTER_ALL in told
    assert "/tracks" in told
    asked = await doubter.member.slash("tracks", channel=doubter.channel)
    await filled(stage, asked)
    assert [one.text for one in asked.messages() if one.audio]
    assert len(doubter.made("calm hill")) == 2


async def test_one_track_is_made_when_it_is_found_while_try_again_is_pressed(
    stage: Stage, doubter: Doubter
) -> None:
    doubter.take_logs_away()
    _, card = await doubter.cut_off("calm dale")
    failure = await reply_to(stage, doubter.member, card)
    doubter.speak()
    press = await doubter.member.click(failure, label="Try again")
    answer = await press.answered()
    if answer.ephemeral:
        assert AFTER_ALL in answer.text
        assert (await doubter.track(card)).audio
        assert len(doubter.made("calm dale")) == 1
    else:
        assert (await doubter.track(answer)).audio
        await doubter.until_said(card, "/tracks")
        assert answers(doubter, card) == [failure.id]


def answers(doubter: Doubter, card: MessageView) -> list[str]:
    """The ids of all that was said to a card."""
    return [one.id for one in replies_to(doubter.member, card)]


def labels(message: MessageView) -> list[str]:
    return [button["label"] for button in message.buttons]
