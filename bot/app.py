"""The composition root: opens every resource, wires the parts, and runs them until told to stop."""

import asyncio
import contextlib
import logging
import secrets
import signal
from collections.abc import Callable, Sequence
from typing import Any

import aiohttp
import discord

from bot.client import ComposeClient
from bot.delivery.deliverer import Deliverer
from bot.delivery.messenger import Messenger
from bot.errors import AddressRefused, DiscordRejectedToken
from bot.provider.addresses import AddressPolicy
from bot.provider.audio_file import AudioFetcher
from bot.provider.client import Provider
from bot.reception import Reception
from bot.settings import Settings
from bot.store.database import open_database
from bot.store.job_store import DailyLimits, JobStore
from bot.store.notice_store import NoticeStore
from bot.store.rows import expire_claims
from bot.workers.bells import Bells
from bot.workers.experience import Experience
from bot.workers.poller import Poller
from bot.workers.settler import Settler
from bot.workers.submitter import Submitter
from bot.workers.worker import Worker, utc_now

STOP_WITHIN_S = 8.0
LOGIN_RETRY_S = (1, 2, 5, 10, 30)

log = logging.getLogger(__name__)


async def run(settings: Settings) -> None:
    """Run the bot until SIGTERM or SIGINT.

    Raises `DatabaseUnusable` or `DiscordRejectedToken`.
    """
    stop = asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    key = settings.aimlapi_key.get_secret_value()
    client = ComposeClient(
        api_url=settings.discord_api_url, command_guild_id=settings.command_guild_id
    )
    async with (
        open_database(settings.database_url) as engine,
        Provider.open(settings.aimlapi_url, key) as provider,
        AudioFetcher.open(settings.aimlapi_url) as fetcher,
        client,
    ):
        if engine.dialect.name == "sqlite":
            # Nobody else works on this file: what the last process held is free at once.
            await expire_claims(engine, utc_now())
        worker_id = secrets.token_hex(8)
        workers = build(
            settings,
            client=client,
            provider=provider,
            fetcher=fetcher,
            jobs=JobStore(engine, worker_id),
            notices=NoticeStore(engine, worker_id),
        )
        await _serve(client, settings.discord_token.get_secret_value(), workers, stop)


def build(
    settings: Settings,
    *,
    client: ComposeClient,
    provider: Provider,
    fetcher: AudioFetcher,
    jobs: JobStore,
    notices: NoticeStore,
) -> Sequence[Worker[Any]]:
    """Wire the workers to each other, and the client to the reception."""
    bells, clock = Bells(), utc_now
    messenger = Messenger(client)
    experience = Experience(jobs)
    overdue_s = settings.generation_timeout_s
    client.messenger = messenger
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
    )
    poller = Poller(
        jobs,
        notices,
        provider,
        experience,
        polls_per_s=settings.polls_per_second,
        overdue_s=overdue_s,
        bells=bells,
        clock=clock,
    )
    deliverer = Deliverer(
        jobs,
        notices,
        provider,
        fetcher,
        messenger,
        may_link=_link_check(settings.aimlapi_url),
        bells=bells,
        clock=clock,
    )
    settler = Settler(jobs, client.reception, messenger, bells=bells, clock=clock)
    return submitter, poller, deliverer, settler


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
