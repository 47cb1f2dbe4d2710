"""How much time is left for a first answer."""

import time

import pytest

from bot.client import RECEIVED_AT_S
from cogs.ui.first_answers import left_s
from tests.cogs.interactions import a_client, an_interaction


@pytest.mark.parametrize(("ago_s", "expected_s"), [(0, 2.5), (2, 0.5), (9, 0)])
def test_time_is_counted_from_when_the_interaction_came(
    ago_s: float, expected_s: float, monkeypatch: pytest.MonkeyPatch
) -> None:
    now_s = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now_s)
    came = an_interaction()
    came.extras[RECEIVED_AT_S] = now_s - ago_s
    assert left_s(came) == pytest.approx(expected_s)


async def test_client_notes_when_an_interaction_came() -> None:
    async with a_client() as client:
        interaction = an_interaction(client)
        before_s = time.monotonic()
        client.dispatch("interaction", interaction)
    assert before_s <= interaction.extras[RECEIVED_AT_S] <= time.monotonic()
