"""A PostgreSQL server from the system's binaries, for as long as the tests need one.

It refuses to run as root, so root's tests run it as another user. It listens on loopback, keeps
its data in a folder of its own, and syncs nothing to disk: its data is thrown away anyway.
"""

import contextlib
import os
import pwd
import secrets
import shutil
import socket
import subprocess
import tempfile
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import asyncpg
import sqlalchemy as sa
from sqlalchemy.engine import make_url

from bot.store.database.tables import metadata

BINARIES = "/usr/lib/postgresql/*/bin"
MISSING = f"needs PostgreSQL: apt-get install postgresql ({BINARIES}), or TEST_POSTGRES_URL"
ROLE = "compose"
TIMEOUT_S = 30
PORTS_TO_TRY = 5
OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "max_connections": "200",
    "shared_buffers": "32MB",
    "listen_addresses": "127.0.0.1",
}
# Server and data end with their parent, however that ends: the pipe between them closes then.
GUARD = """
folder=$1; shift
"$@" -w start >/dev/null && echo up && read -r _
"$@" -m immediate stop >/dev/null && rm -rf -- "$folder"
"""


def binaries() -> Path | None:
    """The folder of the newest version's programs, or `None` where there are none."""
    found = [folder for folder in Path("/").glob(BINARIES[1:]) if (folder / "initdb").exists()]
    return max(found, key=lambda folder: float(folder.parent.name), default=None)


@contextlib.contextmanager
def running_server() -> Iterator[str]:
    """The address of a server's `postgres` database, with a role that may create others.

    Raises `FileNotFoundError` where PostgreSQL isn't installed.
    """
    programs = binaries()
    if programs is None:
        raise FileNotFoundError(MISSING)
    folder = Path(tempfile.mkdtemp(prefix="compose-pg-"))
    password = secrets.token_hex(8)
    try:
        user = unprivileged_user()
        if user:
            shutil.chown(folder, user)
        _make_cluster(programs, folder, password, user)
        with _started(programs, folder, user) as port:
            yield f"postgresql://{ROLE}:{password}@127.0.0.1:{port}/postgres"
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def unprivileged_user() -> str | None:
    """Whom to run the server as; `None` for whoever runs the tests."""
    if os.geteuid() != 0:
        return None
    names = {entry.pw_name for entry in pwd.getpwall()}
    return "postgres" if "postgres" in names else "nobody"


def as_user(user: str | None) -> dict[str, Any]:
    """Arguments of `subprocess` that give root's rights up."""
    if user is None:
        return {}
    return {"user": user, "group": pwd.getpwnam(user).pw_gid, "extra_groups": []}


def _make_cluster(programs: Path, folder: Path, password: str, user: str | None) -> None:
    secret = folder / "password"
    secret.touch(mode=0o600)
    secret.write_text(password)
    if user:
        shutil.chown(secret, user)
    command = [
        str(programs / "initdb"),
        *("--pgdata", str(folder / "data"), "--username", ROLE, "--auth", "scram-sha-256"),
        *("--encoding", "UTF8", "--locale", "C", "--no-sync", "--pwfile", str(secret)),
    ]
    done = subprocess.run(
        command, text=True, capture_output=True, check=False, cwd="/", **as_user(user)
    )
    if done.returncode:
        raise RuntimeError(f"initdb failed: {done.stderr}")


@contextlib.contextmanager
def _started(programs: Path, folder: Path, user: str | None) -> Iterator[int]:
    """A running server, on the port it listens on. A free port may be taken before it is used."""
    for _ in range(PORTS_TO_TRY):
        with socket.create_server(("127.0.0.1", 0)) as probe:
            port: int = probe.getsockname()[1]
        with _guarded(folder, _pg_ctl(programs, folder, port), user) as is_up:
            if is_up:
                yield port
                return
    raise RuntimeError(f"PostgreSQL did not start: {(folder / 'log').read_text()}")


def _pg_ctl(programs: Path, folder: Path, port: int) -> list[str]:
    settings = OPTIONS | {"port": str(port), "unix_socket_directories": str(folder)}
    options = " ".join(f"-c {name}={value}" for name, value in settings.items())
    data, log = str(folder / "data"), str(folder / "log")
    return [str(programs / "pg_ctl"), "-D", data, "-l", log, "-t", str(TIMEOUT_S), "-o", options]


@contextlib.contextmanager
def _guarded(folder: Path, pg_ctl: list[str], user: str | None) -> Iterator[bool]:
    """Whether the server started; it is stopped at the end of the block."""
    with subprocess.Popen(
        ["/bin/sh", "-c", GUARD, "sh", str(folder), *pg_ctl],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        start_new_session=True,
        **as_user(user),
    ) as guard:
        if guard.stdout is None:
            raise AssertionError("asked for a pipe, got none")
        yield guard.stdout.readline() == b"up\n"
        guard.communicate(timeout=TIMEOUT_S)


@contextlib.asynccontextmanager
async def fresh_database(server_url: str) -> AsyncIterator[str]:
    """The address of a database that nobody else uses, dropped at the end. It has no tables."""
    name = f"compose_test_{secrets.token_hex(6)}"
    await _execute(server_url, f"CREATE DATABASE {name} TEMPLATE template0")
    try:
        yield make_url(server_url).set(database=name).render_as_string(hide_password=False)
    finally:
        await _execute(server_url, f"DROP DATABASE {name} WITH (FORCE)")


async def wipe(url: str) -> None:
    """Empty all tables, which takes a hundredth of the time that a new database takes."""
    tables = reversed(metadata.sorted_tables)
    await _execute(url, "; ".join(str(sa.delete(table)) for table in tables))


async def _execute(url: str, statements: str) -> None:
    connection = await asyncpg.connect(url)
    try:
        await connection.execute(statements)
    finally:
        await connection.close()
