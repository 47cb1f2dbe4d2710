"""A database in trouble: a clear word for whoever waits, and nothing lost."""

import asyncio
import contextlib
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot import words
from sandbox.stack import Sandbox
from tests.e2e.stage import Stage, private_answer
from tests.e2e.test_running import run_bot

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

LOOK_EVERY_S = 0.1
PROMPT = "lo-fi rain, warm tape, 70 bpm"
STOP_LIMIT_S = 10.0


@contextlib.contextmanager
def locked(file: Path) -> Iterator[None]:
    """Another program holds the write lock."""
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as connection:
        connection.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            connection.execute("ROLLBACK")


async def test_member_is_told_in_time_when_nothing_can_be_stored(stage: Stage) -> None:
    ben = stage.member()
    with locked(stage.folder / "compose.db"):
        call = await ben.slash("compose", channel="general", prompt="never stored")
        assert "nothing was started" in await private_answer(call)
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    await stage.track(ben, PROMPT)
    assert [generation.body["prompt"] for generation in stage.provider.generations] == [PROMPT]


async def test_presses_and_lists_are_answered_in_time_while_the_database_is_locked(
    stage: Stage,
) -> None:
    ben, chika = stage.member(), stage.member("Chika")
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    track = await stage.track(ben, PROMPT)
    with locked(stage.folder / "compose.db"):
        calls = await asyncio.gather(
            *(chika.click(track, label=label) for label in ("Like", "More", "Again")),
            *(chika.slash(name, channel="general") for name in ("top", "jobs", "help")),
        )
        answers = await asyncio.gather(*(private_answer(call) for call in calls))
        proposed = await chika.autocomplete("tracks", "model", "ly", channel="general")
    assert answers == [words.store_slow()] * len(calls)
    assert proposed == []


async def test_running_jobs_go_on_when_the_database_was_locked_for_a_while(stage: Stage) -> None:
    ben = stage.member()
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    await stage.world.state.bus.wait_until(lambda: bool(stage.provider.generations))
    with locked(stage.folder / "compose.db"):
        await _logged(stage, "is locked by another program")
    await stage.track(ben, PROMPT)
    assert len(stage.provider.generations) == 1


async def test_stop_is_quick_while_the_database_is_locked(stage: Stage) -> None:
    clock = asyncio.get_running_loop().time
    with locked(stage.folder / "compose.db"):
        asked_at = clock()
        assert await stage.bot.stop(30) == 0
        assert clock() - asked_at < STOP_LIMIT_S
    assert "Traceback" not in stage.log()


async def test_damaged_database_ends_with_a_clear_line(tmp_path: Path) -> None:
    (tmp_path / "compose.db").write_bytes(b"these are not the tables you are looking for" * 100)
    async with Sandbox() as sandbox:
        code, _, err = await run_bot(sandbox.bot_env(tmp_path / "compose.db"), tmp_path)
    assert code == 1
    assert "damaged" in err
    assert "Traceback" not in err


async def _logged(stage: Stage, words: str, timeout_s: float = 40) -> None:
    """The log is a file of another process: there is no event to wait for."""
    async with asyncio.timeout(timeout_s):
        while words not in stage.log():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)
