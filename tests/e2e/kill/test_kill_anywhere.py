"""SIGKILL at every point on the wire: nothing lost, nothing paid twice, nothing posted twice."""

import pytest

from tests.e2e.kill.points import CASES, Case, sampled
from tests.e2e.kill.scene import Scene

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@sampled(
    CASES,
    "first-answer-taken",
    "submission-received",
    "submission-taken",
    "poll-answered",
    "download-midway",
    "message-received",
    "message-taken",
    "card-edit-taken",
)
async def test_outcome_is_clear_and_paid_once_when_killed(scene: Scene, case: Case) -> None:
    ask = await scene.killed_at(case.point)
    await scene.start()
    await case.outcome(scene, ask)
    scene.remember(ask)


@sampled(CASES, "first-answer-taken", "submission-answered", "message-taken")
async def test_outcome_is_clear_and_paid_once_when_killed_for_long(
    scene: Scene, case: Case
) -> None:
    ask = await scene.killed_at(case.point)
    scene.long_outage()
    await scene.start()
    await case.outcome(scene, ask)
    scene.remember(ask)


@sampled(CASES, "first-answer-taken", "message-taken")
async def test_outcome_is_clear_and_paid_once_when_killed_where_history_is_closed(
    scene: Scene, case: Case
) -> None:
    ask = await scene.killed_at(case.point, unread=True)
    await scene.start()
    await case.outcome(scene, ask)
    scene.remember(ask)


@sampled(CASES, "first-answer-taken", "message-taken")
async def test_nothing_is_posted_twice_when_killed_for_long_where_history_is_closed(
    scene: Scene, case: Case
) -> None:
    ask = await scene.killed_at(case.point, unread=True)
    scene.long_outage()
    await scene.start()
    await case.in_the_dark(scene, ask)
    scene.remember(ask)
