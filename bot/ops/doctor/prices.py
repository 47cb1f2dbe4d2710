"""What tracks cost: the provider's own list, which needs no key."""

from collections.abc import Mapping, Sequence

from bot.domain.models import MODELS, Model
from bot.domain.money import usd_of
from bot.domain.requests import Request
from bot.errors import Trouble
from bot.money.prices import assumed, by_list
from bot.ops.doctor.findings import Finding, ok, warn
from bot.provider.client import Provider
from bot.provider.price_list import price_in
from bot.settings import Settings


async def check_prices(settings: Settings) -> Sequence[Finding]:
    """The price of a track of each model, at its usual length."""
    key = settings.aimlapi_key.get_secret_value()
    async with Provider.open(settings.aimlapi_url, key, proxy=settings.proxy()) as provider:
        try:
            found = await provider.prices(MODELS)
        except Trouble as error:
            return [warn(f"the list can't be read, so prices are assumed: {error}"), _told({})]
    listed = found.pricing if found else {}
    gone = [model.name for model in MODELS.values() if model.id not in listed]
    away = [
        warn(f"the provider doesn't list {name} any more, so it isn't offered") for name in gone
    ]
    return [*away, _told(listed)]


def _told(listed: Mapping[str, str]) -> Finding:
    return ok(", ".join(_price(model, listed.get(model.id, "null")) for model in MODELS.values()))


def _price(model: Model, pricing: str) -> str:
    request = Request(model=model.id)
    known = by_list(price_in(pricing), request)
    length = f" for {model.seconds.usual} s" if model.seconds else ""
    doubt = "" if known else " (assumed)"
    return f"{model.name} {usd_of(known or assumed(request)):.2f} USD{length}{doubt}"
