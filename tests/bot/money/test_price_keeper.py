"""The price list is read every six hours by one of all processes, and stored for the others."""

import asyncio
from typing import Any

import pytest
from aiohttp import web

from bot.domain.models import LYRIA_2, MODELS
from bot.money.price_keeper import PriceKeeper
from bot.money.prices import Prices, PriceSource
from bot.provider.client import Provider
from sandbox.aimlapi import AimlapiStandIn
from tests.factories import NO_LIMITS, HandClock, Stored, a_request

HOUR_S = 3600


def a_page(usd: float, *without: str) -> dict[str, Any]:
    pricing = {"kind": "fixed", "units": [{"name": "track", "price": usd, "per": 1}]}
    ids = [one for one in MODELS if one not in without]
    return {"object": "list", "data": [{"id": one, "pricing": pricing} for one in ids]}


@pytest.fixture
def keepers(stored: Stored, provider: Provider, clock: HandClock) -> list[PriceKeeper]:
    """Of two processes."""
    made = []
    for worker in ("one", "two"):
        stores = stored.as_worker(worker).stores
        prices = Prices(stores.prices, default=lambda: LYRIA_2, limits=NO_LIMITS)
        made.append(PriceKeeper(prices, stores, provider, clock))
    return made


def lists(stand_in: AimlapiStandIn, usd: float, *without: str, etag: str = '"1"') -> list[str]:
    """What the list says from now on; to be filled with the ETags that it is asked with."""
    asked: list[str] = []

    def is_known(request: web.Request) -> bool:
        asked.append(request.headers.get("If-None-Match", ""))
        return asked[-1] == etag

    stand_in.scenario.clear()
    stand_in.scenario.on("GET", "/v1/models", times=None, where=is_known).respond(304)
    page = stand_in.scenario.on("GET", "/v1/models", times=None)
    page.respond(200, a_page(usd, *without), headers={"ETag": etag})
    return asked


async def test_one_process_reads_and_both_know(
    keepers: list[PriceKeeper], stand_in: AimlapiStandIn
) -> None:
    asked = lists(stand_in, 0.07)
    await asyncio.gather(*(one.run_once() for one in keepers))
    await asyncio.gather(*(one.run_once() for one in keepers))
    assert asked == [""]
    quotes = [one.prices.quote(a_request()) for one in keepers]
    assert [(one.credits, one.source) for one in quotes] == [(140_000, PriceSource.LIST)] * 2


async def test_list_is_read_again_after_six_hours_if_it_has_changed(
    keepers: list[PriceKeeper], stand_in: AimlapiStandIn, clock: HandClock
) -> None:
    one, two = keepers
    asked = lists(stand_in, 0.07)
    await one.run_once()
    clock.advance(6 * HOUR_S - 1)
    await two.run_once()
    assert asked == [""]
    clock.advance(1)
    await two.run_once()
    assert asked == ["", '"1"']
    assert two.prices.quote(a_request()).credits == 140_000
    changed = lists(stand_in, 0.08, etag='"2"')
    clock.advance(6 * HOUR_S)
    await one.run_once()
    assert changed == ['"1"']
    await two.run_once()
    assert two.prices.quote(a_request()).credits == 160_000


async def test_prices_stay_and_the_list_is_tried_again_in_minutes_when_it_is_away(
    keepers: list[PriceKeeper], stand_in: AimlapiStandIn, clock: HandClock
) -> None:
    keeper = keepers[0]
    lists(stand_in, 0.07)
    await keeper.run_once()
    clock.advance(6 * HOUR_S)
    stand_in.scenario.clear()
    stand_in.scenario.on("GET", "/v1/models", times=None).respond(500, "oops")
    await keeper.run_once()
    assert keeper.prices.quote(a_request()).credits == 140_000
    asked = lists(stand_in, 0.08, etag='"2"')
    clock.advance(299)
    await keeper.run_once()
    assert asked == []
    clock.advance(1)
    await keeper.run_once()
    assert asked == ['"1"']
    assert keeper.prices.quote(a_request()).credits == 160_000


async def test_etag_is_not_sent_when_the_list_was_of_other_models(
    keepers: list[PriceKeeper], stand_in: AimlapiStandIn, stored: Stored, clock: HandClock
) -> None:
    lists(stand_in, 0.07)
    await keepers[0].run_once()
    await stored.stores.prices.replace([LYRIA_2.id], {})
    clock.advance(6 * HOUR_S)
    asked = lists(stand_in, 0.08)
    await keepers[0].run_once()
    assert asked == [""]
    assert keepers[0].prices.unlisted == frozenset()


async def test_model_is_withdrawn_when_the_list_does_not_know_it(
    keepers: list[PriceKeeper], stand_in: AimlapiStandIn
) -> None:
    lists(stand_in, 0.07, "stable-audio")
    for keeper in keepers:
        await keeper.run_once()
        assert keeper.prices.unlisted == {"stable-audio"}


async def test_what_is_stored_is_known_from_the_start(
    keepers: list[PriceKeeper], stand_in: AimlapiStandIn
) -> None:
    lists(stand_in, 0.07)
    await keepers[0].run_once()
    hold = stand_in.scenario.on("GET", "/v1/models").hold_before()
    async with keepers[1].keeping():
        assert keepers[1].prices.quote(a_request()).credits == 140_000
    hold.release()
