"""PgBouncer in front of a PostgreSQL server, for as long as a test needs it."""

import asyncio
import contextlib
import os
import shutil
import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url

from tests.postgres import as_user, unprivileged_user

PROGRAM = Path("/usr/sbin/pgbouncer")
MISSING = f"needs PgBouncer: apt-get install pgbouncer ({PROGRAM})"
STARTS_WITHIN_S = 20.0
CONFIGURATION = """
[databases]
* = host={host} port={server_port}
[pgbouncer]
listen_addr = 127.0.0.1
listen_port = {port}
unix_socket_dir =
auth_type = scram-sha-256
auth_file = {users}
pool_mode = {mode}
{more}
"""


@contextlib.asynccontextmanager
async def pooler(server_url: str, folder: Path, mode: str, more: str = "") -> AsyncIterator[str]:
    """The address of the same database through a pooler, `mode` being session or transaction.

    `folder` is to be empty.
    """
    _require()
    url = make_url(server_url)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    users, settings = folder / "users.txt", folder / "pgbouncer.ini"
    users.write_text(f'"{url.username}" "{url.password}"\n')
    server = {"host": url.host, "server_port": url.port, "port": port}
    settings.write_text(CONFIGURATION.format(**server, users=users, mode=mode, more=more))
    user = unprivileged_user()
    if user:
        for path in (folder, users, settings):
            shutil.chown(path, user)
    process = await asyncio.create_subprocess_exec(
        *(str(PROGRAM), "-q", str(settings)), stderr=asyncio.subprocess.DEVNULL, **as_user(user)
    )
    try:
        await _listens(port)
        yield url.set(port=port).render_as_string(hide_password=False)
    finally:
        process.kill()
        await process.wait()


def _require() -> None:
    if PROGRAM.exists():
        return
    if os.environ.get("CI") == "true":
        pytest.fail(MISSING)
    pytest.skip(MISSING)


async def _listens(port: int) -> None:
    """It tells nobody when it is ready."""
    async with asyncio.timeout(STARTS_WITHIN_S):
        while True:
            with contextlib.suppress(OSError):
                _, writer = await asyncio.open_connection("127.0.0.1", port)
                writer.close()
                return
            await asyncio.sleep(0.02)
