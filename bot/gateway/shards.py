"""Staying connected to Discord's gateway, which brings interactions.

discord.py's own loop ends for good with the first event that it can't read, and with some close
codes, and takes with it the session that deliveries need. So the loop is ours. From discord.py we
take the connection: one call opens it, another reads an event.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import discord
from discord.gateway import ReconnectWebSocket
from discord.http import Route
from yarl import URL

from bot.client import ComposeClient
from bot.errors import DiscordRejectedToken, NotDiscords, SettingsError
from bot.gateway.websocket import RESUMABLE_CLOSE_CODE, Connection, drop_lost_task
from bot.rest.answers import checked, explained
from bot.said_once import SaidOnce

AUTHENTICATION_FAILED_CLOSE_CODE: Final = 4004
WRONG_SHARDS_CLOSE_CODES: Final = (4010, 4011)
SHARDS_LIMIT: Final = 1000
GOODBYE_CLOSE_CODE: Final = 1000
CONNECT_TIMEOUT_S: Final = 60.0
# A connection that lived shorter did not work out.
STEADY_S: Final = 1.0
RETRY_S: Final = (0.0, 0.5, 1.0, 2.0, 5.0, 10.0, 30.0, 60.0)
# Whoever identifies more than 1000 times a day loses the token: seldom, if it goes on.
IDENTIFY_RETRY_S: Final = (0.0, 0.0, 1.0, 5.0, 15.0, 30.0, 60.0, 120.0)
LONG_LIFE_S: Final = 600.0
# So often in a row a session is not resumed, or its address not reached, before it is given up.
FAILED_RESUMES: Final = 3
FAILED_DIALS: Final = 6

log = logging.getLogger(__name__)


class Gateway:
    """The address, and all shards of this process."""

    def __init__(self, client: ComposeClient) -> None:
        self.url: URL | None = None
        self._client = client
        self._identifying = asyncio.Lock()
        self._has_identified = False

    async def find(self) -> None:
        """Ask where the gateway is. Raises what discord.py does, and `NotDiscords`."""
        answer = await self._client.http.request(Route("GET", "/gateway/bot"))
        found = checked(answer, url=str)
        url = URL(found["url"])
        if url.scheme not in {"ws", "wss"} or not url.host:
            raise NotDiscords("the gateway's address makes no sense: is a proxy in between?")
        self.url = url
        shards = found.get("shards")
        if not isinstance(shards, int) or not 1 <= shards <= SHARDS_LIMIT:
            shards = 1
        self._client.recommend_shards(shards)

    @contextlib.asynccontextmanager
    async def identifying(self) -> AsyncIterator[bool]:
        """One shard at a time; whether it is the first: discord.py waits 5 s before any other."""
        async with self._identifying:
            first, self._has_identified = not self._has_identified, True
            yield first

    async def run(self) -> None:
        """Keep all shards connected until cancelled. `find` comes first.

        Raises `DiscordRejectedToken` and `SettingsError`.
        """
        client = self._client
        asyncio.get_running_loop().set_exception_handler(partial(drop_lost_task, SaidOnce(log)))
        state: Any = client._connection  # what discord.py's own `launch_shards` tells it
        state.shard_count = client.shard_count
        state.shard_ids = shard_ids = client.own_shards
        shards = [asyncio.create_task(Shard(client, self, id_).run()) for id_ in shard_ids]
        try:
            await asyncio.wait(shards, return_when=asyncio.FIRST_EXCEPTION)
        finally:
            for shard in shards:
                shard.cancel()
            ended = await asyncio.gather(*shards, return_exceptions=True)
        for end in ended:
            if isinstance(end, Exception):
                raise end


@dataclass(frozen=True, kw_only=True)
class Session:
    """What a connection that ended can be resumed with."""

    id: str
    sequence: int | None
    url: URL


class Shard:
    """One shard's connection: opened, read, and opened again."""

    def __init__(self, client: ComposeClient, gateway: Gateway, shard_id: int) -> None:
        self._client = client
        self._gateway = gateway
        self._id = shard_id
        self._session: Session | None = None
        self._failures = 0
        self._identifies = 0
        self._opened_at_s: float | None = None
        self._said = SaidOnce(log)

    async def run(self) -> None:
        """Until cancelled. Raises `DiscordRejectedToken` and `SettingsError`."""
        while True:
            self._opened_at_s = None
            try:
                await self._live()
            except ReconnectWebSocket as request:
                if not request.resume:
                    self._session = None
            except discord.ConnectionClosed as closed:
                self._session = None
                self._say(_judged(closed))
            except Exception as error:  # noqa: BLE001 - whatever it is, a new connection may work
                self._say(explained(error))
                await self._look_again()
            await self._rest()

    async def _live(self) -> None:
        """Open a connection and read from it until it ends, which raises."""
        connection = await self._opened()
        self._opened_at_s = time.monotonic()
        code = RESUMABLE_CLOSE_CODE
        try:
            while True:
                await connection.poll_event()
        except asyncio.CancelledError:
            code = GOODBYE_CLOSE_CODE
            raise
        finally:
            if isinstance(connection.session_id, str):
                self._session = Session(
                    id=connection.session_id,
                    sequence=connection.sequence,
                    url=connection.gateway,
                )
            self._client.dispatch("disconnect")
            self._client.dispatch("shard_disconnect", self._id)
            await connection.hang_up(code)

    async def _opened(self) -> Connection:
        if session := self._session:
            return await self._dial(
                gateway=session.url, resume=True, session=session.id, sequence=session.sequence
            )
        self._identifies += 1
        async with self._gateway.identifying() as is_first:
            return await self._dial(gateway=self._gateway.url, initial=is_first)

    async def _dial(self, **how: Any) -> Connection:
        opening = Connection.from_client(self._client, shard_id=self._id, **how)
        return await asyncio.wait_for(opening, CONNECT_TIMEOUT_S)

    async def _rest(self) -> None:
        """Hardly at all after a connection that worked, ever longer after those that didn't."""
        lived_s = time.monotonic() - self._opened_at_s if self._opened_at_s else 0.0
        if lived_s > LONG_LIFE_S:
            self._identifies = 0
        if lived_s > STEADY_S:
            self._failures = 0
        if self._failures >= (FAILED_RESUMES if self._opened_at_s else FAILED_DIALS):
            self._session = None
        wait_s = _of(RETRY_S, self._failures)
        if self._session is None:
            wait_s = max(wait_s, _of(IDENTIFY_RETRY_S, self._identifies))
        self._failures += 1
        await asyncio.sleep(wait_s)

    def _say(self, why: str) -> None:
        self._client.gateway_part.fail(f"shard {self._id}: {why}")

    async def _look_again(self) -> None:
        """The gateway may have moved. Where that can't be known, it may as well have stayed."""
        if self._session is not None:
            return
        try:
            await self._gateway.find()
        except Exception as error:  # noqa: BLE001 - as above
            lost = "the gateway's address can't be asked for: %s"
            self._said.say("address", lost, explained(error), level=logging.INFO)
        else:
            self._said.forget("address")


def _of(waits_s: Sequence[float], number: int) -> float:
    return waits_s[min(number, len(waits_s) - 1)]


def _judged(closed: discord.ConnectionClosed) -> str:
    """What to say of a code after which discord.py gives up. Raises where nothing can help."""
    if closed.code == AUTHENTICATION_FAILED_CLOSE_CODE:
        raise DiscordRejectedToken("Discord's gateway rejects the bot's token") from closed
    if closed.code in WRONG_SHARDS_CLOSE_CODES:
        raise SettingsError(
            ["SHARD_COUNT is wrong for so many servers, or SHARD_IDS for it (for example: 4)"]
        ) from closed
    return f"Discord closed the connection with code {closed.code}"
