"""The price list, and that what it says is what is charged."""

from typing import Any

import pytest

from sandbox.aimlapi import Fixed, Listing, Variable, Variants
from sandbox.aimlapi.price_list import Price
from tests.contract.published import MODELS
from tests.sandbox.aimlapi.conftest import DURATION_S, LYRIA, Caller

ELEVEN = {"model": "elevenlabs/eleven_music", "prompt": "rain"}
BY_LENGTH = Variants(
    (
        ({"music_length_ms": 10_000}, Fixed(0.1)),
        ({"music_length_ms": 60_000}, Fixed(0.01, "second")),
        ({"music_length_ms": 300_000}, Fixed(4)),
    )
)


async def listed(caller: Caller, name: str = "google/lyria2") -> Any:
    query = {"id": name, "include": "pricing"}
    (entry,) = (await caller.get(MODELS, query, key=None)).body["data"]
    return entry


async def charged_usd(caller: Caller, body: dict[str, Any]) -> float:
    """Of a track that is made: the same in headers, logs and ledger, rounded to a micro-dollar."""
    made = await caller.submit(body)
    caller.provider.clock.advance(DURATION_S + 60)
    done = await caller.fetch(made)
    (row, *_) = (await caller.get("/v2/logs", {"period": "1h"})).body["data"]
    (charge, *_) = (await caller.get("/v2/billing/transactions")).body["data"]
    assert row["cost"] == charge["amount"]
    assert row["inference_id"] == charge["reference_id"]
    assert int(done.headers["x-aimlapi-credits-used"]) == row["cost"]["credits"]
    assert done.body["meta"]["usage"]["credits_used"] == row["cost"]["credits"]
    return float(round(row["cost"]["usd"], 6))


async def test_usual_price_is_for_one_track_when_nothing_is_set(caller: Caller) -> None:
    entry = await listed(caller)
    (unit,) = entry["pricing"]["units"]
    assert (entry["id"], entry["pricing"]["kind"]) == ("google/lyria2", "fixed")
    assert (unit["price"], unit["per"]) == (0.06, 1)


async def test_every_model_is_listed_when_none_is_named(caller: Caller) -> None:
    answer = await caller.get(MODELS, key=None)
    assert len(answer.body["data"]) == 7
    assert not any(
        {"pricing", "modalities", "capabilities"} & entry.keys() for entry in answer.body["data"]
    )


@pytest.mark.parametrize(
    ("price", "body", "usd"),
    [
        (Fixed(60, per=1000), ELEVEN, 0.06),
        (Fixed(0.02, "second"), ELEVEN, 0.2),
        (Fixed(20, "second", per=1000), ELEVEN | {"music_length_ms": 12_500}, 0.25),
        (Fixed(0.75, "minute"), ELEVEN | {"music_length_ms": 300_000}, 3.75),
        (BY_LENGTH, ELEVEN, 0.1),
        (BY_LENGTH, ELEVEN | {"music_length_ms": 60_000}, 0.6),
        (BY_LENGTH, ELEVEN | {"music_length_ms": 61_000}, 4),
        (Variable(0.42), ELEVEN, 0.42),
    ],
)
async def test_charge_is_what_the_list_says(
    caller: Caller, price: Price, body: dict[str, Any], usd: float
) -> None:
    caller.provider.price_list["elevenlabs/eleven_music"] = Listing(price)
    assert await charged_usd(caller, body) == usd
    entry = await listed(caller, "elevenlabs/eleven_music")
    assert entry["pricing"] == price.as_json()


async def test_each_combination_is_quoted_when_the_price_has_variants(caller: Caller) -> None:
    caller.provider.price_list["elevenlabs/eleven_music"] = Listing(BY_LENGTH)
    pricing = (await listed(caller, "elevenlabs/eleven_music"))["pricing"]
    assert (pricing["kind"], pricing["dimensions"]) == ("variants", ["music_length_ms"])
    assert pricing["variants"][1] == {
        "when": {"music_length_ms": 60_000},
        "price": 0.01,
        "unit": "second",
        "per": 1,
    }


async def test_price_is_not_told_when_it_is_variable(caller: Caller) -> None:
    caller.provider.price_list["google/lyria2"] = Listing(Variable(0.42))
    assert (await listed(caller))["pricing"] == {"kind": "variable", "currency": "USD"}


async def test_charge_is_that_of_the_submission_when_the_price_changes(caller: Caller) -> None:
    made = await caller.submit()
    caller.provider.price_list["google/lyria2"] = Listing(Fixed(0.5))
    caller.provider.clock.advance(DURATION_S)
    assert (await caller.fetch(made)).headers["x-aimlapi-usd-spent"] == "0.060000000"
    assert await charged_usd(caller, LYRIA) == 0.5


async def test_model_is_found_by_an_alias_when_it_was_renamed(caller: Caller) -> None:
    listing = Listing(Fixed(0.06), id="google/lyria-2", aliases=("Lyria",))
    caller.provider.price_list["google/lyria2"] = listing
    for name in ("google/lyria2", "GOOGLE/Lyria-2", "lyria"):
        assert (await listed(caller, name))["aliases"] == ["google/lyria2", "Lyria"]


async def test_model_is_not_listed_but_charged_when_it_is_taken_off(caller: Caller) -> None:
    del caller.provider.price_list["google/lyria2"]
    answer = await caller.get(MODELS, {"id": "google/lyria2"}, key=None)
    assert (answer.status, answer.body["data"]) == (200, [])
    assert await charged_usd(caller, LYRIA) == 0.06


@pytest.mark.parametrize(
    ("query", "ids"),
    [
        ({"id": "google/lyria2,stable-audio"}, {"google/lyria2", "stable-audio"}),
        ([("id", "google/lyria2"), ("id", "stable-audio")], {"google/lyria2", "stable-audio"}),
        ({"input_modalities": "audio"}, {"minimax/music-cover"}),
        ({"output_modalities": "audio", "id": "stable-audio"}, {"stable-audio"}),
        ({"id": "openai/gpt-5"}, set()),
        ({"tags": "playground:video"}, set()),
    ],
)
async def test_models_are_as_filtered(caller: Caller, query: Any, ids: set[str]) -> None:
    answer = await caller.get(MODELS, query, key=None)
    assert {entry["id"] for entry in answer.body["data"]} == ids


@pytest.mark.parametrize(
    "query", [{"include": "modalities,pricing,capabilities"}, {"include": "all"}, {"details": "1"}]
)
async def test_all_sections_are_there_when_asked_for(caller: Caller, query: Any) -> None:
    answer = await caller.get(MODELS, query, key=None)
    assert {"pricing", "modalities", "capabilities"} <= answer.body["data"][0].keys()


async def test_list_is_sent_again_only_when_it_changed(caller: Caller) -> None:
    first = await caller.get(MODELS, {"include": "pricing"}, key=None)
    tag = {"If-None-Match": first.headers["ETag"]}
    again = await caller.get(MODELS, {"include": "pricing"}, key=None, **tag)
    caller.provider.price_list["google/lyria2"] = Listing(Fixed(0.07))
    changed = await caller.get(MODELS, {"include": "pricing"}, key=None, **tag)
    assert (again.status, again.body, again.headers["ETag"]) == (304, None, tag["If-None-Match"])
    assert (changed.status, changed.headers["ETag"] != first.headers["ETag"]) == (200, True)
