"""What a request will cost, from the best that is known of it, and as how many tracks it counts."""

import json
import logging
from typing import Any

import pytest

from bot.domain.models import ELEVEN_MUSIC, LYRIA_2, MODELS, MUSIC_2_6, STABLE_AUDIO
from bot.domain.money import CREDITS_PER_USD
from bot.domain.offer import Share
from bot.domain.requests import Request
from bot.money.prices import Prices, PriceSource, Quote
from bot.store.price_store import Paid
from bot.store.receiving import DailyLimits
from tests.factories import NO_LIMITS, Stored, a_request

LYRIA, ELEVEN = LYRIA_2.id, ELEVEN_MUSIC.id


def fixed(usd: float, unit: str = "track", per: int = 1) -> dict[str, Any]:
    return {"kind": "fixed", "units": [{"name": unit, "price": usd, "per": per}]}


async def prices_of(
    stored: Stored, limits: DailyLimits = NO_LIMITS, **listed: dict[str, Any]
) -> Prices:
    """As read from this list: by the last part of a model's id."""
    by_name = {model_id.split("/")[-1]: model_id for model_id in MODELS}
    if listed:
        pricing = {by_name[name]: json.dumps(price) for name, price in listed.items()}
        await stored.stores.prices.replace(MODELS, pricing)
    prices = Prices(stored.stores.prices, default=lambda: LYRIA_2, limits=limits)
    await prices.reload()
    return prices


def eleven(seconds: int | None = None) -> Request:
    return a_request(model=ELEVEN, seed=None, seconds=seconds)


def usd(quote: Quote) -> float:
    return quote.credits / CREDITS_PER_USD


async def test_list_tells_what_a_request_costs(stored: Stored) -> None:
    prices = await prices_of(stored, lyria2=fixed(60, "request", 1000))
    assert prices.quote(a_request()) == Quote(credits=120_000, source=PriceSource.LIST)


async def test_length_counts_also_when_the_usual_one_is_meant(stored: Stored) -> None:
    prices = await prices_of(stored, eleven_music=fixed(0.01, "second"))
    assert [usd(prices.quote(eleven(seconds))) for seconds in (None, 10, 300)] == [0.1, 0.1, 3.0]


async def test_variant_of_the_usual_length_counts_when_none_is_chosen(stored: Stored) -> None:
    variants = [
        {"when": {"music_length_ms": ms}, "price": price, "unit": "request", "per": 1}
        for ms, price in ((10_000, 0.25), (300_000, 5))
    ]
    pricing = {"kind": "variants", "dimensions": ["music_length_ms"], "variants": variants}
    prices = await prices_of(stored, eleven_music=pricing)
    assert [usd(prices.quote(eleven(seconds))) for seconds in (None, 11)] == [0.25, 5]


async def test_answer_to_yes_or_no_chooses_the_variant(stored: Stored) -> None:
    variants = [
        {"when": {"is_instrumental": instrumental}, "price": price, "unit": "request"}
        for instrumental, price in ((True, 0.10), (False, 0.25))
    ]
    listed: dict[str, Any] = {"music-2.6": {"kind": "variants", "variants": variants}}
    prices = await prices_of(stored, **listed)
    sung = a_request(model=MUSIC_2_6.id, seed=None)
    assert usd(prices.quote(sung)) == 0.25
    assert usd(prices.quote(a_request(model=MUSIC_2_6.id, instrumental=True))) == 0.10


@pytest.mark.parametrize("pricing", [{"kind": "variable"}, fixed(1, "token"), {}])
async def test_dearest_of_the_last_tracks_counts_when_the_list_does_not_tell(
    stored: Stored, monkeypatch: pytest.MonkeyPatch, pricing: dict[str, Any]
) -> None:
    paid = [Paid(cost_credits=cost, seconds=None) for cost in (100_000, 140_000, 90_000)]
    paid_for(stored, monkeypatch, {LYRIA: paid})
    prices = await prices_of(stored, lyria2=pricing)
    assert prices.quote(a_request()) == Quote(credits=140_000, source=PriceSource.PAID)


async def test_longer_track_costs_more_than_those_that_were_paid_for(
    stored: Stored, monkeypatch: pytest.MonkeyPatch
) -> None:
    paid = [Paid(cost_credits=200_000, seconds=None), Paid(cost_credits=500_000, seconds=60)]
    paid_for(stored, monkeypatch, {ELEVEN: paid})
    prices = await prices_of(stored)
    quotes = [prices.quote(eleven(seconds)).credits for seconds in (None, 10, 60, 61)]
    assert quotes == [500_000, 500_000, 1_200_000, 1_220_000]


async def test_price_is_assumed_when_nothing_is_known(stored: Stored) -> None:
    prices = await prices_of(stored)
    quote = prices.quote(a_request())
    assert (usd(quote), quote.source) == (0.06, PriceSource.ASSUMED)
    assert usd(prices.quote(eleven(61))) == 1.50


@pytest.mark.parametrize("model_id", MODELS)
async def test_every_model_has_an_assumed_price(stored: Stored, model_id: str) -> None:
    prices = await prices_of(stored)
    quote = prices.quote(Request(model=model_id))
    assert quote.source is PriceSource.ASSUMED
    assert 0.06 <= usd(quote) <= 1


async def test_model_of_another_version_is_taken_to_be_the_dearest(stored: Stored) -> None:
    prices = await prices_of(stored)
    others = [prices.quote(Request(model=model_id)).credits for model_id in MODELS]
    assert prices.quote(Request(model="google/lyria1")).credits >= max(others)


# --- as how many it counts ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("price_usd", "tracks"), [(0.01, 1), (0.06, 1), (0.061, 2), (0.12, 2), (0.30, 5), (50.0, 20)]
)
async def test_track_counts_as_many_as_it_costs_of_the_defaults(
    stored: Stored, price_usd: float, tracks: int
) -> None:
    limits = DailyLimits(per_member=20, whole_bot=100)
    listed = {"lyria2": fixed(0.06), "stable-audio": fixed(price_usd)}
    prices = await prices_of(stored, limits, **listed)
    assert prices.counts_as(a_request(model=STABLE_AUDIO.id, seed=None)) == tracks


@pytest.mark.parametrize(
    ("per_member", "whole_bot", "tracks"), [(0, 0, 50), (20, 0, 20), (0, 7, 7), (20, 7, 7)]
)
async def test_track_never_counts_as_more_than_there_are_in_a_day(
    stored: Stored, per_member: int, whole_bot: int, tracks: int
) -> None:
    limits = DailyLimits(per_member=per_member, whole_bot=whole_bot)
    prices = await prices_of(stored, limits, lyria2=fixed(0.06), eleven_music=fixed(3))
    assert prices.counts_as(eleven()) == tracks


async def test_members_are_told_as_how_many_tracks_a_model_counts(stored: Stored) -> None:
    limits = DailyLimits(per_member=20, whole_bot=0)
    listed = {"eleven_music": fixed(0.01, "second"), "music-2.6": fixed(0.30)}
    prices = await prices_of(stored, limits, lyria2=fixed(0.06), **listed)
    assert prices.share(LYRIA_2) is None
    assert prices.share(MUSIC_2_6) == Share(tracks=5, a_day=20)
    assert prices.share(ELEVEN_MUSIC) == Share(tracks=2, a_day=20, at_least=True)


async def test_members_are_told_nothing_when_they_have_no_limit(stored: Stored) -> None:
    prices = await prices_of(stored, lyria2=fixed(0.06), eleven_music=fixed(3))
    assert prices.share(ELEVEN_MUSIC) is None


# --- what the list does not know ----------------------------------------------------------------


async def test_host_is_told_once_when_the_list_does_not_know_a_model_any_more(
    stored: Stored, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "bot.money")
    listed = dict.fromkeys(MODELS, "null")
    prices = await prices_of(stored)
    assert prices.unlisted == frozenset()
    del listed[ELEVEN]
    for _ in range(2):
        await stored.stores.prices.replace(MODELS, listed)
        await prices.reload()
        assert prices.unlisted == {ELEVEN}
    await stored.stores.prices.replace(MODELS, listed | {ELEVEN: "null"})
    await prices.reload()
    assert prices.unlisted == frozenset()
    told = [record.getMessage() for record in caplog.records if record.levelno >= logging.INFO]
    assert len(told) == 2
    assert all("Eleven Music" in text for text in told)


def paid_for(stored: Stored, monkeypatch: pytest.MonkeyPatch, paid: dict[str, list[Paid]]) -> None:
    """These tracks were paid for."""

    async def known(_: object) -> dict[str, list[Paid]]:
        return paid

    monkeypatch.setattr(stored.stores.prices, "paid", known)
