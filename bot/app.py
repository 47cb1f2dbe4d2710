"""The composition root: opens every resource, wires the parts, and runs them until told to stop."""

import asyncio
import contextlib
import logging
import secrets
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

import aiohttp
import discord
from sqlalchemy.engine import URL

from bot.client import ComposeClient
from bot.delivery.card_keeper import CardKeeper
from bot.delivery.deliverer import Deliverer
from bot.delivery.messenger import Messenger
from bot.errors import AddressRefused, DiscordRejectedToken
from bot.health import Health, serving
from bot.hosting import ephemeral_disk
from bot.library import Library
from bot.metrics import Metrics
from bot.provider.addresses import AddressPolicy
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.reception import Reception
from bot.settings import Settings
from bot.store.database import open_database, sqlite_file
from bot.store.held_store import HeldStore
from bot.store.job_store import DailyLimits, JobStore
from bot.store.notice_store import NoticeStore
from bot.store.process_store import ProcessStore
from bot.store.survey import Survey
from bot.store.wakeup import Wakeup
from bot.workers.bells import Bell, Bells
from bot.workers.experience import Experience
from bot.workers.janitor import Janitor
from bot.workers.pace import Pace
from bot.workers.poller import Poller
from bot.workers.pulse import Pulse
from bot.workers.settler import Settler
from bot.workers.submitter import Submitter
from bot.workers.worker import Worker, utc_now

STOP_WITHIN_S = 8.0
LOGIN_RETRY_S = (1, 2, 5, 10, 30)

log = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `DatabaseUnusable`, `DiscordRejectedToken` or `PortUnusable`.
    """
    _warn_of_ephemeral_disk(settings.database_url)
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    key = settings.aimlapi_key.get_secret_value()
    metrics = Metrics()
    client = ComposeClient(
        http_trace=metrics.trace("discord"),
        api_url=settings.discord_api_url,
        command_guild_id=settings.command_guild_id,
        shard_count=settings.shard_count,
        shard_ids=settings.shard_ids,
    )
    async with (
        open_database(settings.database_url) as engine,
        _health_server(settings, client, Survey(engine), metrics) as health,
        Provider.open(settings.aimlapi_url, key, trace=metrics.trace("provider")) as provider,
        AudioFetcher.open(settings.aimlapi_url) as fetcher,
        client,
    ):
        worker_id = secrets.token_hex(8)
        pace = Pace(settings.polls_per_second)
        processes = ProcessStore(engine, worker_id)
        pulse = Pulse(processes, pace, polls_per_s=settings.polls_per_second, clock=utc_now)
        alone = engine.dialect.name == "sqlite"
        held = HeldStore(engine)
        janitor = Janitor(held, held_days=settings.held_days, clock=utc_now)
        async with (
            pulse.beating(alone=alone),
            janitor.tidying(),
            _open_bells(engine.url, alone=alone) as bells,
        ):
            workers = build(
                settings,
                client=client,
                provider=provider,
                fetcher=fetcher,
                jobs=JobStore(engine, worker_id),
                notices=NoticeStore(engine, worker_id),
                held=held,
                pace=pace,
                bells=bells,
                metrics=metrics,
            )
            health.workers = workers
            await _serve(client, settings.discord_token.get_secret_value(), workers, stop)


@contextlib.asynccontextmanager
async def _open_bells(url: URL, *, alone: bool) -> AsyncIterator[Bells]:
    """Bells that are heard in all processes, where there can be others."""
    if alone:
        yield Bells()
        return
    wakeup = Wakeup(url, lambda word: bells.hear(Bell(word)))
    bells = Bells(wakeup.send)
    async with wakeup.running():
        yield bells


@contextlib.asynccontextmanager
async def _health_server(
    settings: Settings, client: ComposeClient, survey: Survey, metrics: Metrics
) -> AsyncIterator[Health]:
    """What answers on PORT, from before Discord and the provider are asked for anything."""
    health = Health(survey, metrics, connected=lambda: client.connected)
    async with serving(health, metrics, host=settings.host, port=settings.port):
        yield health


def _warn_of_ephemeral_disk(database_url: str) -> None:
    if trouble := ephemeral_disk(sqlite_file(database_url)):
        log.warning("%s", trouble)


def build(
    settings: Settings,
    *,
    client: ComposeClient,
    provider: Provider,
    fetcher: AudioFetcher,
    jobs: JobStore,
    notices: NoticeStore,
    held: HeldStore,
    pace: Pace,
    bells: Bells,
    metrics: Metrics,
) -> Sequence[Worker[Any]]:
    """Wire the workers to each other, and the client to the reception."""
    clock = utc_now
    messenger = Messenger(client)
    experience = Experience(jobs)
    overdue_s = settings.generation_timeout_s
    client.messenger = messenger
    client.library = Library(notices, held, clock)
    client.reception = Reception(
        jobs,
        experience,
        allowed_guild_ids=settings.allowed_guild_ids,
        limits=DailyLimits(
            per_member=settings.max_jobs_per_member_per_day, whole_bot=settings.max_jobs_per_day
        ),
        at_most_running=settings.max_concurrent_generations,
        bells=bells,
        clock=clock,
    )
    submitter = Submitter(
        jobs,
        notices,
        provider,
        experience,
        at_most_running=settings.max_concurrent_generations,
        overdue_s=overdue_s,
        bells=bells,
        clock=clock,
        metrics=metrics,
    )
    poller = Poller(
        jobs,
        notices,
        provider,
        experience,
        pace=pace,
        overdue_s=overdue_s,
        bells=bells,
        clock=clock,
        metrics=metrics,
    )
    deliverer = Deliverer(
        jobs,
        notices,
        provider,
        fetcher,
        held=held,
        messenger=messenger,
        may_link=_link_check(settings.aimlapi_url),
        bells=bells,
        clock=clock,
        metrics=metrics,
    )
    settler = Settler(jobs, client.reception, messenger, bells=bells, clock=clock)
    card_keeper = CardKeeper(jobs, notices, client.reception, messenger, bells=bells, clock=clock)
    return submitter, poller, deliverer, settler, card_keeper


def _link_check(provider_url: str) -> Callable[[str], bool]:
    """Whether a link may be shown to members: the same addresses that we would fetch from."""
    policy = AddressPolicy(provider_url)

    def may_link(url: str) -> bool:
        try:
            policy.check_url(url)
        except AddressRefused:
            return False
        return True

    return may_link


async def _serve(
    client: ComposeClient, token: str, workers: Sequence[Worker[Any]], stop: asyncio.Event
) -> None:
    """Log in, then run gateway and workers until `stop`, and let what is in flight end."""
    stopping = asyncio.ensure_future(stop.wait())
    login = asyncio.ensure_future(_login(client, token))
    await asyncio.wait({login, stopping}, return_when=asyncio.FIRST_COMPLETED)
    if not login.done():
        login.cancel()
        return
    login.result()
    loops = [asyncio.create_task(worker.run(stop)) for worker in workers]
    gateway = asyncio.create_task(_gateway(client))
    try:
        await asyncio.wait({gateway, stopping}, return_when=asyncio.FIRST_COMPLETED)
        if gateway.done():
            gateway.result()
    finally:
        stop.set()
        log.info("stopping; what is in flight has %.0f s to end", STOP_WITHIN_S)
        await asyncio.gather(*loops)
        await asyncio.gather(*(worker.finish(STOP_WITHIN_S) for worker in workers))
        gateway.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gateway


async def _login(client: ComposeClient, token: str) -> None:
    """Log in, however long Discord can't be reached."""
    attempt = 0
    while True:
        try:
            await client.login(token)
        except discord.LoginFailure as error:
            raise DiscordRejectedToken(
                "Discord rejects the bot's token. Make a new one in the developer portal "
                "(your application > Bot > Reset Token) and set DISCORD_TOKEN"
            ) from error
        except (discord.HTTPException, discord.GatewayNotFound, aiohttp.ClientError, OSError) as e:
            wait_s = LOGIN_RETRY_S[min(attempt, len(LOGIN_RETRY_S) - 1)]
            attempt += 1
            log.warning("Discord can't be reached (%s), trying again in %d s", e, wait_s)
            await asyncio.sleep(wait_s)
        else:
            return


async def _gateway(client: ComposeClient) -> None:
    """The connection that brings interactions; discord.py reconnects by itself."""
    try:
        await client.connect(reconnect=True)
    except discord.ConnectionClosed as error:
        if error.code == 4004:
            raise DiscordRejectedToken("Discord's gateway rejects the bot's token") from error
        raise
