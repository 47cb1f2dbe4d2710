"""`python -m bot` and its tools: what they say, and with which exit code they end."""

import asyncio
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

import bot
from bot.__main__ import main
from bot.ops.asking_health import is_alive
from bot.ops.probes import Answer, Probes
from bot.settings import Settings
from bot.store.database.engine import open_database
from bot.store.database.schema import known_revisions
from tests.bot.ops.test_doctor import settings_of

COMMANDS = ("run", "doctor", "health", "spend", "backup", "restore", "restored", "move")


@pytest.fixture
def run(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> Callable[..., tuple[int, str, str]]:
    """Exit code, output and complaints of a command, in an empty folder with good settings."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr("bot.__main__.harden", lambda: None)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    monkeypatch.setenv("AIMLAPI_KEY", "key")

    def run(*words: str) -> tuple[int, str, str]:
        monkeypatch.setattr(sys, "argv", ["bot", *words])
        try:
            code: object = main()
        except SystemExit as ending:
            code = ending.code
        assert isinstance(code, int)
        said = capsys.readouterr()
        return code, said.out, said.err

    return run


Run = Callable[..., tuple[int, str, str]]


def test_help_names_every_command(run: Run) -> None:
    code, said, _ = run("--help")
    assert code == 0
    assert all(f"\n    {command} " in said for command in COMMANDS)


def test_version_tells_the_schema_too(run: Run) -> None:
    expected = f"compose-bot {bot.__version__}, schema {known_revisions()[-1]}\n"
    assert run("--version") == (0, expected, "")


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["sing"], "sing"),
        (["backup"], "FILE"),
        (["restore"], "FILE"),
        (["restored", "one.db"], "too many arguments"),
        (["move"], "DATABASE_URL"),
        (["move", "postgresql://bot:pass", "hunter2@host/name"], "too many arguments"),
        (["move", "postgresql://bot:hunter2@x@host/name"], "not of the form"),
        (["move", "other.db"], "postgresql://"),
        (["backup", "nowhere/one.db"], "no folder"),
        (["backup", "compose.db"], "there already"),
        (["restore", "nowhere.db"], "no file"),
        (["health"], "PORT"),
    ],
)
def test_wrong_use_is_one_line_and_exit_code_2(run: Run, words: list[str], said: str) -> None:
    with closing(sqlite3.connect("compose.db")) as connection:
        connection.execute("CREATE TABLE jobs (id)")
    Path("data").mkdir()
    Path("data/compose.db").touch()
    code, out, err = run(*words)
    assert (code, out, len(err.splitlines())) == (2, "", 1)
    assert said in err
    assert "hunter2" not in err


@pytest.mark.parametrize("command", ["backup", "restore", "move"])
def test_wrong_setting_is_one_line_and_exit_code_2(
    run: Run, command: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "")
    code, _, err = run(command, "one.db")
    assert (code, len(err.splitlines())) == (2, 1)
    assert "DISCORD_TOKEN" in err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["backup", "one.db"], "no database yet"),
        (["restore", "garbage.db"], "no SQLite file"),
        (["move", "postgresql://bot:hunter2@127.0.0.1:1/name"], "no database yet"),
    ],
)
def test_failure_is_one_line_and_exit_code_1(run: Run, words: list[str], said: str) -> None:
    Path("garbage.db").write_bytes(b"garbage" * 1000)
    code, out, err = run(*words)
    assert (code, out, len(err.splitlines())) == (1, "", 1)
    assert said in err
    assert "hunter2" not in err


def test_backup_and_restore_end_well(run: Run) -> None:
    async def make() -> None:
        async with open_database("sqlite:///data/compose.db"):
            pass

    asyncio.run(make())
    assert run("backup", "one.db")[0] == 0
    code, said, err = run("restore", "one.db")
    assert (code, err) == (0, "")
    assert "is kept as" in said
    assert run("restored")[0] == 0


@pytest.mark.skipif(sys.platform == "win32", reason="/dev/full is a Unix device")
def test_folder_that_takes_no_file_is_one_line(run: Run) -> None:
    async def make() -> None:
        async with open_database("sqlite:///data/compose.db"):
            pass

    asyncio.run(make())
    code, _, err = run("backup", "/proc/one.db")
    assert (code, len(err.splitlines())) == (1, 1)


# --- health -------------------------------------------------------------------------------------


@pytest.mark.parametrize("host", [None, "127.0.0.1", "0.0.0.0"])
@pytest.mark.parametrize("status", [200, 503])
async def test_bot_is_alive_when_healthz_says_so(
    host: str | None, status: int, unused_port: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:1")  # is not asked

    async def healthz() -> Answer:
        return Answer(status=status, content_type="application/json", body=b"{}")

    settings = settings_of("sqlite:///data/compose.db", port=unused_port, host=host)
    async with Probes({"/healthz": healthz}).listening(host or "127.0.0.1", unused_port):
        assert await asyncio.to_thread(is_alive, settings) == (status == 200)


def test_bot_is_not_alive_when_nobody_answers(unused_port: int) -> None:
    assert not is_alive(settings_of("sqlite:///data/compose.db", port=unused_port))


def test_nothing_is_complained_of_when_the_reader_has_seen_enough(tmp_path: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)  # as `| head` does
    try:
        ended = subprocess.run(
            [sys.executable, "-m", "bot", "doctor"],
            stdout=writing,
            stderr=subprocess.PIPE,
            cwd=tmp_path,  # without settings, so it asks nobody
            env={"PYTHONPATH": str(Path(bot.__file__).parents[1]), "PATH": os.environ["PATH"]},
            timeout=60,
            check=False,
        )
    finally:
        os.close(writing)
    assert (ended.returncode, ended.stderr) == (1, b"")
