"""SIGKILL while a track is handed over: what was paid for is delivered, however late it shows."""

import math
from collections.abc import Callable

import pytest

from sandbox.aimlapi import error_body
from sandbox.aimlapi.request_log import LogTerms
from sandbox.driver import MessageView
from tests.e2e.kill.outcomes import FAILED, READY, announced, card_says, is_the_track
from tests.e2e.kill.points import GENERATIONS, PROVIDER
from tests.e2e.kill.scene import Ask, Scene
from tests.e2e.kill.tripwire import KillPoint, Moment

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

LOGS = "/v2/logs"
CHECKING = "Checking whether your request arrived"
TAKEN = KillPoint(service=PROVIDER, method="POST", path=GENERATIONS, moment=Moment.TAKEN)


def keep_rows_back(scene: Scene) -> None:
    """None is written until the logs `speak`."""
    scene.sandbox.provider.log_terms = LogTerms(lag_s=math.inf)


def take_logs_away(scene: Scene) -> None:
    """They can't be read until they `speak`."""
    logs = scene.sandbox.provider.scenario.on("GET", LOGS, times=None)
    logs.respond(503, error_body(503, "no"))


def speak(scene: Scene) -> None:
    """The logs tell all there is."""
    scene.sandbox.provider.log_terms = LogTerms(lag_s=0)
    scene.sandbox.provider.scenario.clear()


@pytest.mark.parametrize("suffixed", [True, False], ids=["whole id", "short id"])
@pytest.mark.parametrize(
    "terms",
    [LogTerms(while_running=True, lag_s=0), LogTerms(from_submission=True)],
    ids=["while running", "after the end"],
)
async def test_track_is_announced_whenever_the_row_is_written(
    scene: Scene, terms: LogTerms, suffixed: bool
) -> None:
    scene.sandbox.provider.log_terms = terms
    scene.sandbox.provider.suffixed_inference_ids = suffixed
    ask = await scene.killed_at(TAKEN)
    await scene.start()
    await announced(scene, ask)
    scene.remember(ask)


async def test_nobody_is_told_of_trouble_when_the_row_comes_late(scene: Scene) -> None:
    keep_rows_back(scene)
    ask = await scene.killed_at(TAKEN)
    await scene.start()
    card = await card_says(scene, ask, CHECKING)
    assert [button["label"] for button in card.buttons] == ["Cancel"]
    assert not ask.told()
    speak(scene)
    await announced(scene, ask)
    scene.remember(ask)


async def test_track_is_announced_when_it_was_killed_again_while_it_looked(scene: Scene) -> None:
    keep_rows_back(scene)
    ask = await scene.killed_at(TAKEN)
    for path in (LOGS, LOGS, GENERATIONS):
        looked = KillPoint(service=PROVIDER, method="GET", path=path, moment=Moment.TAKEN)
        await scene.start_until(looked)
        speak(scene)
    await scene.start()
    await announced(scene, ask)
    scene.remember(ask)


@pytest.mark.parametrize("silence", [keep_rows_back, take_logs_away])
async def test_track_follows_when_it_had_been_given_up(
    scene: Scene, silence: Callable[[Scene], None]
) -> None:
    silence(scene)
    ask = await scene.killed_at(TAKEN)
    await scene.start()
    await card_says(scene, ask, FAILED)
    (failure,) = ask.told()
    assert "might have been paid for" in failure.content
    speak(scene)
    track = await followed(scene, ask)
    assert [one.id for one in ask.told()] == [failure.id, track.id]
    assert f"<@{ask.member.user_id}>" in track.content
    assert len(scene.paid(ask)) == 1
    scene.remember(ask)


async def followed(scene: Scene, ask: Ask) -> MessageView:
    """The track, once the card leads to it."""
    card = await card_says(scene, ask, READY)
    track = ask.told()[-1]
    await is_the_track(ask, track)
    assert track.id in card.text
    return track
