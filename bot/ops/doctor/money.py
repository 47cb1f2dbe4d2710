"""Money: our sums next to the provider's, and tracks whose cost isn't known yet."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta

from bot.clock import utc_now
from bot.domain.money import usd_of
from bot.errors import DatabaseTrouble, DatabaseUnusable, ProviderError
from bot.ops.doctor.findings import Finding, ok, warn
from bot.ops.drift import CLOSED_FOR, Comparison, compare
from bot.provider.client import Provider
from bot.settings import Settings
from bot.store.database.engine import open_as_it_is
from bot.store.spend_store import By, SpendStore

LOOK_BACK = timedelta(days=30)
TIMEOUT_S = 15


async def check_money(settings: Settings) -> Sequence[Finding]:
    """Empty without a database that can be used, since the database's own check says so."""
    try:
        async with open_as_it_is(settings.database_url) as engine:
            if engine is None:
                return []
            spend = SpendStore(engine)
            return [*await _beside(spend, settings), *await _unsettled(spend)]
    except (DatabaseTrouble, DatabaseUnusable):
        return []


async def _beside(spend: SpendStore, settings: Settings) -> Sequence[Finding]:
    today = utc_now().date()
    ours = usd_of(sum(one.credits for one in await spend.spent(today, today, By.DAY)))
    key = settings.aimlapi_key.get_secret_value()
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            Provider.open(settings.aimlapi_url, key, proxy=settings.proxy()) as provider,
        ):
            theirs = usd_of(await provider.usage(today))
            before = await compare(spend, provider, today - CLOSED_FOR)
    except ProviderError as error:
        return [warn(f"{ours:.2f} USD today; the provider's sum can't be asked for: {error}")]
    except TimeoutError:
        return [warn(f"{ours:.2f} USD today; the provider's sum wasn't told in {TIMEOUT_S} s")]
    return [ok(f"{ours:.2f} USD today; the provider counts {theirs:.2f} so far"), *_drift(before)]


def _drift(before: Comparison) -> Sequence[Finding]:
    if not before.drifts:
        return []
    sums = (
        f"on {before.day} the bot counted {usd_of(before.ours):.2f} USD, and the provider "
        f"{usd_of(before.theirs):.2f} for the key"
    )
    if before.shared:
        return [
            ok(
                f"{sums}: the key's logs have requests of other programs. So you aren't told of "
                "differences. Give the bot a key of its own to be told"
            )
        ]
    return [warn(f"{sums}. If nothing else uses the key, look at the charges below")]


async def _unsettled(spend: SpendStore) -> Sequence[Finding]:
    held = await spend.unsettled(utc_now() - LOOK_BACK)
    if not held.tracks:
        return []
    return [
        ok(
            f"tracks of the last {LOOK_BACK.days} days whose cost isn't known: {held.tracks}, "
            f"counted at their expected price, {usd_of(held.credits):.2f} USD in all"
        )
    ]
