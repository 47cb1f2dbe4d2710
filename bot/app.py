"""The composition root: opens every resource, wires the parts, and runs them until told to stop."""

import asyncio
import contextlib
import logging
import secrets
from collections.abc import AsyncIterator, Sequence
from typing import Any

import aiohttp
from sqlalchemy.engine import URL
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.audio.workshop import Workshop
from bot.background import running
from bot.client import ComposeClient
from bot.clock import Clock
from bot.gateway.connection import log_in, register_commands, stay_connected
from bot.loops.heartbeat import Heartbeat
from bot.loops.janitor import Janitor
from bot.loops.rate_limiter import RateLimiter
from bot.loops.shared_clock import SharedClock
from bot.loops.shutdown import wind_down
from bot.loops.stop_signal import IN_FLIGHT_S, on_signal
from bot.loops.wakeups import Wakeup, Wakeups
from bot.loops.worker import Worker
from bot.machine.descriptors import raise_limit
from bot.machine.disk import Disk, folders_in_use
from bot.machine.hosting import ephemeral_disk, listening_host
from bot.machine.proxy import Proxy, through, unused_proxy
from bot.metrics import Metrics
from bot.money.price_keeper import PriceKeeper
from bot.ops.alerts.account import Account
from bot.ops.alerts.channels import OwnerMessages, Webhook
from bot.ops.alerts.money import Money
from bot.ops.alerts.watch import Watch
from bot.ops.health import Health, serving
from bot.ops.introduction import introduce
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.settings import Settings
from bot.store.database.engine import open_database, sqlite_file
from bot.store.process_store import ProcessStore
from bot.store.spend_store import SpendStore
from bot.store.spending import Accounts
from bot.store.stores import Stores
from bot.store.survey import Survey
from bot.wiring import Resources, build, prices_on

log = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `DatabaseUnusable`, `DiscordRejectedToken` or `PortUnusable`.
    """
    introduce(settings)
    disk, proxy = _look_at_host(settings), settings.proxy()
    stop = on_signal()
    key = settings.aimlapi_key.get_secret_value()
    metrics = Metrics()
    clock = SharedClock()
    client = _new_client(settings, metrics, proxy)
    async with (
        open_database(settings.database_url) as engine,
        _health_server(settings, client, engine, metrics, clock=clock, disk=disk) as health,
        Provider.open(
            settings.aimlapi_url, key, trace=metrics.trace("provider"), proxy=proxy
        ) as provider,
        AudioFetcher.open(settings.aimlapi_url, proxy) as fetcher,
        Workshop.open() as workshop,
        client,
    ):
        worker_id = secrets.token_hex(8)
        stores = Stores(engine, worker_id)
        processes = ProcessStore(engine, worker_id)
        async with _among_others(settings, engine, stores, processes, clock) as (limiter, wakeups):
            prices = prices_on(stores, settings)
            resources = Resources(
                settings=settings,
                client=client,
                provider=provider,
                fetcher=fetcher,
                workshop=workshop,
                stores=stores,
                prices=prices,
                rate_limiter=limiter,
                wakeups=wakeups,
                metrics=metrics,
                clock=clock,
                disk=disk,
            )
            services = build(resources)
            client.serve(services)
            health.workers = services.workers
            token = settings.discord_token.get_secret_value()
            await stores.pauses.probe_at_once(clock())
            keeper = PriceKeeper(prices, stores, provider, clock)
            async with (
                keeper.keeping(),
                _alerts(settings, client, provider, stores, clock=clock, disk=disk),
            ):
                await _serve(client, token, services.workers, stop)


def _look_at_host(settings: Settings) -> Disk:
    """Say what is wrong with this machine from the start; its disk, to be watched from then on."""
    file = sqlite_file(settings.database_url)
    if trouble := ephemeral_disk(file):
        log.warning("%s", trouble)
    raise_limit()
    if not settings.proxy() and (unused := unused_proxy()):
        log.warning("%s", unused)
    disk = Disk(folders_in_use(file))
    disk.has_room()
    return disk


def _new_client(settings: Settings, metrics: Metrics, proxy: Proxy | None) -> ComposeClient:
    return ComposeClient(
        http_trace=metrics.trace("discord"),
        api_url=settings.discord_api_url,
        command_guild_id=settings.command_guild_id,
        allow_user_installs=settings.allow_user_installs,
        covers=settings.offer().covers is not None,
        shard_count=settings.shard_count,
        shard_ids=settings.shard_ids,
        proxy=proxy,
    )


@contextlib.asynccontextmanager
async def _among_others(
    settings: Settings,
    engine: AsyncEngine,
    stores: Stores,
    processes: ProcessStore,
    clock: SharedClock,
) -> AsyncIterator[tuple[RateLimiter, Wakeups]]:
    """Beat, tidy up, and share polls and wakeups with the other processes, if there can be any."""
    alone = engine.dialect.name == "sqlite"
    polls_per_s = settings.polls_per_second
    rate_limiter = RateLimiter(polls_per_s)
    heartbeat = Heartbeat(processes, rate_limiter, polls_per_s=polls_per_s, clock=clock)
    janitor = Janitor(stores, held_days=settings.held_days, clock=clock)
    async with (
        heartbeat.beating(alone=alone),
        janitor.tidying(),
        _open_wakeups(engine.url, alone=alone) as wakeups,
    ):
        yield rate_limiter, wakeups


@contextlib.asynccontextmanager
async def _open_wakeups(url: URL, *, alone: bool) -> AsyncIterator[Wakeups]:
    """Wakeups that are heard in all processes, where there can be others."""
    if alone:
        yield Wakeups()
        return
    from bot.store.database.wakeup_channel import WakeupChannel  # noqa: PLC0415  # loads asyncpg

    channel = WakeupChannel(url, lambda word: wakeups.heard(Wakeup(word)))
    wakeups = Wakeups(channel.send)
    async with channel.running():
        yield wakeups


@contextlib.asynccontextmanager
async def _health_server(
    settings: Settings,
    client: ComposeClient,
    engine: AsyncEngine,
    metrics: Metrics,
    *,
    clock: Clock,
    disk: Disk,
) -> AsyncIterator[Health]:
    """What answers on PORT, from before Discord and the provider are asked for anything."""
    health = Health(
        Survey(engine),
        metrics,
        connected=lambda: client.connected,
        beside=(client.login_part, client.commands_part),
        clock=clock,
        has_room=disk.has_room,
        accounts=Accounts(SpendStore(engine), settings.budgets()),
    )
    async with serving(health, metrics, host=listening_host(settings.host), port=settings.port):
        yield health


@contextlib.asynccontextmanager
async def _alerts(
    settings: Settings,
    client: ComposeClient,
    provider: Provider,
    stores: Stores,
    *,
    clock: Clock,
    disk: Disk,
) -> AsyncIterator[None]:
    """Tell the host within the block of what only the host can fix."""
    async with aiohttp.ClientSession(**through(settings.proxy())) as session:
        url = settings.alert_webhook_url
        channel = Webhook(url.get_secret_value(), session) if url else OwnerMessages(client)
        watch = Watch(
            stores.alerts,
            stores.pauses,
            Account(provider, stores.spend, clock),
            Money(stores.spend, provider, settings.budgets(), clock),
            has_room=disk.has_room,
            tell=channel.tell,
            clock=clock,
        )
        async with running(watch.run()):
            yield


async def _serve(
    client: ComposeClient, token: str, workers: Sequence[Worker[Any]], stop: asyncio.Event
) -> None:
    """Log in, then run gateway and workers until `stop`, and let what is in flight end.

    The workers need the login alone. All else tries on beside them.
    """
    await client.load_cogs()
    stopping = asyncio.ensure_future(stop.wait())
    login = asyncio.ensure_future(log_in(client, token))
    await asyncio.wait({login, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not login.done():
        login.cancel()
        return
    login.result()
    loops = [asyncio.create_task(worker.run(stop)) for worker in workers]
    gateway = asyncio.create_task(stay_connected(client))
    commands = asyncio.create_task(register_commands(client))
    try:
        await asyncio.wait({gateway, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if gateway.done():
            gateway.result()
    finally:
        stop.set()
        log.info("stopping; what is in flight has %.0f s to end", IN_FLIGHT_S)
        await wind_down(workers, loops, within_s=IN_FLIGHT_S)
        for task in (commands, gateway):
            task.cancel()
        await asyncio.gather(commands, gateway, return_exceptions=True)
