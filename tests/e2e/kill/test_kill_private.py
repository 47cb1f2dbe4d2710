"""SIGKILL during a private request: the same promises, and never a word in the channel."""

import pytest

from tests.e2e.kill.points import PRIVATE_CASES, Case, sampled
from tests.e2e.kill.scene import Scene
from tests.e2e.kill.tripwire import Moment

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

# Once the answer is there, either of two outcomes is right after a long time.
IN_THE_DARK = [case for case in PRIVATE_CASES if case.point.moment is not Moment.ANSWERED]


@sampled(PRIVATE_CASES, "first-answer-taken", "track-on-card-taken", "track-on-card-answered")
async def test_private_outcome_is_clear_and_paid_once_when_killed(scene: Scene, case: Case) -> None:
    ask = await scene.killed_at(case.point, private=True)
    await scene.start()
    await case.outcome(scene, ask)
    scene.remember(ask)


@sampled(IN_THE_DARK, "first-answer-taken", "track-on-card-taken")
async def test_nothing_is_told_twice_when_killed_for_long_and_the_token_died(
    scene: Scene, case: Case
) -> None:
    ask = await scene.killed_at(case.point, private=True)
    scene.long_outage()
    await scene.start()
    await case.in_the_dark(scene, ask)
    scene.remember(ask)
