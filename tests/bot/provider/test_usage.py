"""What a generation has cost, by the answer that it was finished with."""

import json
from typing import Any

import pytest

from bot.domain.money import CostSource
from bot.provider.client import GENERATIONS, Provider
from bot.provider.shapes import Phase
from bot.provider.usage import Usage
from bot.provider.wire import Generation, parse
from sandbox.aimlapi import AimlapiStandIn
from tests.factories import a_request

CREDITS, USD = "x-aimlapi-credits-used", "x-aimlapi-usd-spent"
DONE: dict[str, Any] = {
    "id": "1",
    "status": "completed",
    "audio_file": {"url": "https://cdn.example/a.wav"},
}


@pytest.mark.parametrize(
    ("meta", "credits_"),
    [
        ({"usage": {"credits_used": 120_000}}, 120_000),
        ({"usage": {"credits_used": 120_000, "usd_spent": 9}}, 120_000),
        ({"usage": {"credits_used": 120_000.0}}, 120_000),
        ({"usage": {"credits_used": 0.5}}, 1),
        ({"usage": {"credits_used": 0}}, 0),
        ({"usage": {"credits_used": None, "usd_spent": 0.06}}, 120_000),
        ({"usage": {"credits_used": "many", "usd_spent": 0.06}}, 120_000),
        ({"usage": {"credits_used": -1, "usd_spent": True}}, None),
        ({"usage": {"credits_used": "120000", "usd_spent": "0.06"}}, None),
        ({"usage": {"credits_used": float("nan"), "usd_spent": float("inf")}}, None),
        ({"usage": {"credits_used": 10**400, "usd_spent": 1e12}}, None),
        ({"usage": {"credits_used": 2_000_000_000}}, 2_000_000_000),  # as much as a price may be
        ({"usage": {"credits_used": 2_000_000_001}}, None),
        ({"usage": {"usd_spent": 1000.01}}, None),
        ({"usage": [1]}, None),
        ({"usage": None}, None),
        ([], None),
        (None, None),
    ],
)
def test_usage_is_whole_credits_or_nothing_and_never_costs_the_track(
    meta: object, credits_: int | None
) -> None:
    done = parse(Generation, json.dumps(DONE | {"meta": meta}).encode())
    assert (done.phase, done.audio_url) == (Phase.COMPLETED, DONE["audio_file"]["url"])
    source = None if credits_ is None else CostSource.USAGE
    assert done.usage == Usage(credits=credits_, source=source)
    assert type(done.usage.credits) in {int, type(None)}


@pytest.mark.parametrize(
    ("headers", "credits_"),
    [
        ({CREDITS: "120000", USD: "9"}, 120_000),
        ({USD: "0.06"}, 120_000),
        ({USD: "6e-2"}, 120_000),
        ({CREDITS: "119999.5"}, 120_000),
        ({CREDITS: "none", USD: "0.06"}, 120_000),
        # A poll costs nothing, and says so.
        ({CREDITS: "0", USD: "0"}, None),
        ({CREDITS: "0", USD: "0.06"}, 120_000),
        ({CREDITS: "-1", USD: "nan"}, None),
        ({CREDITS: "1e400", USD: "inf"}, None),
        ({CREDITS: "9" * 5000, USD: "1_000"}, None),
        ({CREDITS: "١٢٠", USD: ""}, None),
        ({}, None),
    ],
)
async def test_headers_say_the_cost_when_the_body_does_not(
    provider: Provider, stand_in: AimlapiStandIn, headers: dict[str, str], credits_: int | None
) -> None:
    source = None if credits_ is None else CostSource.HEADERS
    for method in ("GET", "POST"):
        stand_in.scenario.on(method, GENERATIONS).respond(200, DONE, headers=headers)
    polled = await provider.fetch("1")
    assert polled.usage == Usage(credits=credits_, source=source)
    assert (await provider.submit(a_request(), request_id="job.1")).usage == polled.usage


async def test_headers_are_not_looked_at_when_the_body_says_the_cost(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    answer = DONE | {"meta": {"usage": {"credits_used": 7}}}
    stand_in.scenario.on("GET", GENERATIONS).respond(200, answer, headers={CREDITS: "120000"})
    assert (await provider.fetch("1")).usage == Usage(credits=7, source=CostSource.USAGE)


async def test_headers_are_not_looked_at_while_the_generation_is_under_way(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    answer = {"id": "1", "status": "generating"}
    stand_in.scenario.on("GET", GENERATIONS).respond(200, answer, headers={CREDITS: "120000"})
    assert (await provider.fetch("1")).usage == Usage()
