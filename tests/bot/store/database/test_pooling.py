"""PgBouncer between the bot and the database: noticed, said, and worked with."""

import asyncio
import logging
import tempfile
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import asyncpg
import pytest

from bot.domain.jobs import JobState
from bot.errors import DatabaseUnusable
from bot.ops.doctor.findings import Level
from bot.ops.doctor.machine import check_database
from bot.settings import Settings
from bot.store.database.engine import engine_url, open_database
from bot.store.database.pooling import pools_by_transaction
from bot.store.database.schema import is_current
from bot.store.database.wakeup_channel import WakeupChannel
from tests.factories import HandClock, Stored
from tests.pgbouncer import pooler

OpenPooler = Callable[..., AbstractAsyncContextManager[str]]


@pytest.fixture
def open_pooler(postgres_url: str) -> OpenPooler:
    @asynccontextmanager
    async def opened(mode: str, more: str = "") -> AsyncIterator[str]:
        # Not below pytest's folder, which nobody but its user may enter.
        with tempfile.TemporaryDirectory(prefix="compose-pooler-") as folder:
            async with pooler(postgres_url, Path(folder), mode, more) as url:
                yield url

    return opened


@pytest.mark.parametrize(
    ("mode", "more", "pooled"),
    [
        ("session", "", False),
        ("transaction", "", True),
        ("transaction", "default_pool_size = 1", True),
        ("transaction", "server_round_robin = 1\nmin_pool_size = 5", True),
    ],
)
async def test_pooling_by_transaction_is_noticed(
    open_pooler: OpenPooler, mode: str, more: str, pooled: bool
) -> None:
    async with open_pooler(mode, more) as url:
        assert await pools_by_transaction(engine_url(url)) is pooled


async def test_pooling_is_noticed_when_two_connections_take_turns(open_pooler: OpenPooler) -> None:
    async with open_pooler("transaction", "server_round_robin = 1") as url:
        clients = [await asyncpg.connect(url), await asyncpg.connect(url)]
        for word in ("BEGIN", "ROLLBACK"):
            for client in clients:
                await client.execute(word)
        assert await pools_by_transaction(engine_url(url))
        for client in clients:
            await client.close()


async def test_direct_server_is_no_pooler(postgres_url: str, unused_port: int) -> None:
    assert not await pools_by_transaction(engine_url(postgres_url))
    nobody = f"postgresql://me@127.0.0.1:{unused_port}/x"
    assert not await pools_by_transaction(engine_url(nobody))


async def test_jobs_are_stored_through_a_pooler_when_many_come_at_once(
    open_pooler: OpenPooler, clock: HandClock, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.WARNING):
        async with (
            open_pooler("transaction", "default_pool_size = 3") as url,
            open_database(url) as one,
            open_database(url) as other,
        ):
            assert await is_current(one)
            stores = Stored(one, clock), Stored(other, clock, "two")
            for _ in range(3):  # the server's connections are old ones by then
                await asyncio.gather(*(stored.receive() for stored in stores * 20))
            assert await stores[0].count(JobState.RECEIVED) == 120
    assert any("Use session pooling" in message for message in caplog.messages)


async def test_nobody_listens_through_a_pooler(
    open_pooler: OpenPooler, caplog: pytest.LogCaptureFixture
) -> None:
    heard = asyncio.Event()
    async with open_pooler("transaction") as url, asyncio.timeout(40):
        wakeup = WakeupChannel(engine_url(url), lambda _: heard.set())
        with caplog.at_level(logging.INFO):
            async with wakeup.running():
                [task] = [one for one in asyncio.all_tasks() if "WakeupChannel._run" in repr(one)]
                wakeup.send("word")
                await task
    assert not heard.is_set()
    assert "no wake-up calls" in caplog.text


async def test_doctor_tells_of_a_pooler_and_of_what_is_better(open_pooler: OpenPooler) -> None:
    async with open_pooler("transaction") as url:
        settings = Settings(_env_file=None, discord_token="t", aimlapi_key="k", database_url=url)
        found = await check_database(settings)
    assert [finding.level for finding in found] == [Level.OK, Level.WARN]
    assert "session pooling" in found[1].text


async def test_pooler_that_takes_transactions_apart_is_unusable(open_pooler: OpenPooler) -> None:
    async with open_pooler("statement") as url:
        with pytest.raises(DatabaseUnusable, match="set its pool_mode to session"):
            async with open_database(url):
                pass
