"""Waking the loops of other processes through PostgreSQL's LISTEN and NOTIFY.

A convenience, not a promise: loops look for work every few seconds anyway, so a lost connection
costs a moment, never a job. It has a connection of its own, since a pooled one can't listen.
"""

import asyncio
import logging
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import asyncpg
from sqlalchemy.engine import URL

from bot.background import running
from bot.said_once import SaidOnce
from bot.store.database.pooling import pools_by_transaction, server_of

CHANNEL = "compose_bot"
NOTIFY = "SELECT pg_notify($1, $2)"
RECONNECT_S = 5.0
TIMEOUT_S = 5.0
LOST = ""  # no word that anybody says

log = logging.getLogger(__name__)


class WakeupChannel:
    """Sends words to all processes, and passes on theirs."""

    def __init__(self, url: URL, on_word: Callable[[str], None]) -> None:
        self._url = url
        self._on_word = on_word
        self._words: asyncio.Queue[str] = asyncio.Queue()
        self._pending: set[str] = set()
        self._said = SaidOnce(log)

    def running(self) -> AbstractAsyncContextManager[None]:
        """Listen and send until the block ends."""
        return running(self._run())

    def send(self, word: str) -> None:
        """To all processes, soon. The same word twice in a row is said once."""
        if word not in self._pending:
            self._pending.add(word)
            self._words.put_nowait(word)

    async def _run(self) -> None:
        if await pools_by_transaction(self._url):
            # There LISTEN stays with a connection that is somebody else's by the next moment.
            log.info("no wake-up calls from other processes through a pooler")
            return
        while True:
            try:
                await self._talk()
            except (OSError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
                problem = f"{type(error).__name__}: {error}"
                self._said.say("talk", "no wake-up calls for now: %s", problem, level=logging.INFO)
            await asyncio.sleep(RECONNECT_S)

    async def _talk(self) -> None:
        connection = await asyncpg.connect(**server_of(self._url), timeout=TIMEOUT_S)
        connection.add_termination_listener(self._lost)
        try:
            await connection.add_listener(CHANNEL, self._heard)
            self._said.over("talk", "wake-up calls get through again")
            while not connection.is_closed():
                word = await self._words.get()
                self._pending.discard(word)
                if word != LOST:
                    await connection.execute(NOTIFY, CHANNEL, word, timeout=TIMEOUT_S)
        finally:
            await connection.close(timeout=TIMEOUT_S)
        raise ConnectionResetError("the connection ended")

    def _lost(self, _connection: object) -> None:
        """Look at the connection: who only listens would never notice."""
        self.send(LOST)

    def _heard(self, _connection: object, _pid: int, _channel: str, word: object) -> None:
        self._on_word(str(word))
