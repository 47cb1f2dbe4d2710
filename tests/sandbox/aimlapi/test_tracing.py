"""The headers of the answers around a generation."""

import pytest

from sandbox.aimlapi import Fate
from sandbox.aimlapi.tracing import CostHeaders
from tests.sandbox.aimlapi.conftest import DURATION_S, GENERATE, LYRIA, Caller

COST = {"x-aimlapi-credits-used": "120000", "x-aimlapi-usd-spent": "0.060000000"}
FREE = {"x-aimlapi-credits-used": "0", "x-aimlapi-usd-spent": "0.000000000"}


async def test_submission_and_polls_share_an_inference_when_it_is_made(caller: Caller) -> None:
    made = await caller.submit()
    running = await caller.fetch(made)
    caller.provider.clock.advance(DURATION_S)
    done = await caller.fetch(made)
    assert {answer.headers["x-inference-id"] for answer in (made, running, done)} == {
        made.body["id"]
    }


async def test_inference_lacks_the_models_suffix_when_told_to(caller: Caller) -> None:
    caller.provider.suffixed_inference_ids = False
    made = await caller.submit()
    assert made.body["id"] == made.headers["x-inference-id"] + ":lyria2"
    assert (await caller.fetch(made)).headers["x-inference-id"] == made.headers["x-inference-id"]


async def test_answer_has_an_inference_also_when_refused(caller: Caller) -> None:
    refused = [await caller.submit({"model": "?"}, "job.1"), await caller.submit(LYRIA, key="?")]
    refused.append(await caller.get(GENERATE))
    assert [answer.status for answer in refused] == [400, 401, 400]
    assert len({answer.headers["x-inference-id"] for answer in refused}) == 3
    assert refused[0].headers["x-client-request-id"] == "job.1"
    unknown = await caller.get(GENERATE, {"generation_id": "made-up"})
    assert (unknown.status, "x-inference-id" in unknown.headers) == (404, False)


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ("ended", [{}, {}, COST]),
        ("all", [FREE, FREE, COST]),
        ("none", [{}, {}, {}]),
    ],
)
async def test_cost_is_in_the_headers_of_the_answers_that_are_to_tell(
    caller: Caller, told: CostHeaders, expected: list[dict[str, str]]
) -> None:
    caller.provider.cost_headers = told
    made = await caller.submit()
    running = await caller.fetch(made)
    caller.provider.clock.advance(DURATION_S)
    done = await caller.fetch(made)
    for answer, costs in zip((made, running, done), expected, strict=True):
        assert {name: answer.headers[name] for name in COST if name in answer.headers} == costs
    assert done.body["meta"]["usage"] == {"credits_used": 120_000}


async def test_failure_costs_nothing_when_told(caller: Caller) -> None:
    caller.provider.plan(Fate(error={"name": "Filtered", "message": "no"}))
    made = await caller.submit()
    caller.provider.clock.advance(DURATION_S)
    done = await caller.fetch(made)
    assert done.headers["x-aimlapi-credits-used"] == "0"


async def test_body_tells_no_cost_when_told_not_to(caller: Caller) -> None:
    caller.provider.tells_usage = False
    made = await caller.submit()
    caller.provider.clock.advance(DURATION_S)
    done = await caller.fetch(made)
    assert (done.body["status"], "meta" in done.body) == ("completed", False)


async def test_cost_is_the_planned_one_when_a_fate_says_so(caller: Caller) -> None:
    caller.provider.plan(Fate(credits=7_000_000))
    body = {"model": "elevenlabs/eleven_music", "prompt": "rain"}
    made = await caller.submit(body)
    caller.provider.clock.advance(DURATION_S)
    done = await caller.fetch(made)
    assert done.body["meta"]["usage"] == {"credits_used": 7_000_000, "usd_spent": 3.5}
    assert done.headers["x-aimlapi-usd-spent"] == "3.500000000"
