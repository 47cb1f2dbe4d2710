"""Seeds that nobody typed are drawn, and told from those that members typed."""

from typing import Any

import pytest

from bot.domain.requests import Relation
from bot.domain.seeds import seeded, was_typed
from tests.factories import a_job, a_request

UNSEEDED = a_request(seed=None)


def drawn(interaction_id: int) -> int:
    seed = seeded(UNSEEDED, interaction_id).seed
    assert seed is not None
    return seed


def test_seed_is_drawn_when_none_was_typed() -> None:
    seeds = {drawn(interaction_id) for interaction_id in range(100)}
    assert len(seeds) == 100
    assert all(0 <= seed < 2**31 for seed in seeds)


def test_typed_seed_stays() -> None:
    assert seeded(a_request(seed=0), 1).seed == 0


def test_no_seed_is_drawn_when_the_model_takes_none() -> None:
    assert seeded(a_request(seed=None, model="stable-audio"), 1).seed is None


@pytest.mark.parametrize(
    ("seed", "more", "typed"),
    [
        (7, {}, True),
        (0, {}, True),
        (drawn(5), {}, False),
        (drawn(5) + 2, {"take": 3}, False),
        (drawn(5), {"take": 3}, True),
        # another request's, copied from its recipe
        (drawn(6), {}, True),
        (drawn(6), {"relation": Relation.REMIX}, False),
        (drawn(5), {"relation": Relation.AGAIN}, False),
        (None, {}, False),
    ],
)
def test_seed_was_typed_when_it_was_not_drawn(
    seed: int | None, more: dict[str, Any], typed: bool
) -> None:
    job = a_job(interaction_id=5, request=a_request(seed=seed), **more)
    assert was_typed(job) is typed
