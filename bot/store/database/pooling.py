"""PgBouncer and its kin between the bot and PostgreSQL: what a connection there is worth.

Pooling by session changes nothing. Pooling by transaction gives each transaction another of the
server's connections: what a statement leaves behind for later ones is gone, or somebody else's.
That is prepared statements and LISTEN; our locks end with their transaction anyway.
"""

import contextlib
from collections.abc import AsyncIterator
from typing import Any

import asyncpg
from sqlalchemy.engine import URL

TIMEOUT_S = 10.0
ROUNDS = 3
PID = "SELECT pg_catalog.pg_backend_pid()"
# Each statement is prepared without a name and used in the same transaction.
WITHOUT_PREPARED: dict[str, Any] = {
    "statement_cache_size": 0,
    "prepared_statement_cache_size": 0,
    "prepared_statement_name_func": lambda: "",
}


def server_of(url: URL) -> dict[str, Any]:
    """The arguments of `asyncpg.connect`. Part by part, not as an address: nothing has to be
    encoded, or can be quoted by an error."""
    return {**url.translate_connect_args(username="user"), **url.query}


async def pools_by_transaction(url: URL) -> bool:
    """Whether the server's connections change hands between transactions.

    Shown by two clients: the first one gets another connection than before, or the second one gets
    one that the first one had. Asked some times over: the pooler might be filling its pool just
    now. `False` where nobody can be asked: whoever asks next finds out why.
    """
    with contextlib.suppress(OSError, asyncpg.PostgresError, asyncpg.InterfaceError, TimeoutError):
        async with _client(url) as first, _client(url) as second:
            for _ in range(ROUNDS):
                # Twice in a row: two clients by turns might keep meeting the same two connections.
                had = {await _pid(first), await _pid(first)}
                if len(had) > 1 or await _pid(second) in had:
                    return True
    return False


@contextlib.asynccontextmanager
async def _client(url: URL) -> AsyncIterator["asyncpg.Connection[asyncpg.Record]"]:
    connection = await asyncpg.connect(
        **server_of(url), timeout=TIMEOUT_S, command_timeout=TIMEOUT_S, statement_cache_size=0
    )
    try:
        yield connection
    finally:
        connection.terminate()


async def _pid(connection: "asyncpg.Connection[asyncpg.Record]") -> int:
    await connection.execute("BEGIN")
    pid = await connection.fetchval(PID)
    await connection.execute("ROLLBACK")
    return int(pid)
