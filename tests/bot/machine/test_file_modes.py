"""Files and folders of the bot's are its user's alone."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.machine.file_modes import close_to_others, make_file, make_folder
from bot.machine.scratch import LOCK, scratch_folder
from bot.store.database.engine import open_database

pytestmark = pytest.mark.skipif(os.name != "posix", reason="rights as POSIX has them")


@pytest.fixture(autouse=True)
def careless() -> Iterator[None]:
    """A umask that keeps nothing from anybody."""
    before = os.umask(0)
    yield
    os.umask(before)


def rights(path: Path) -> int:
    return path.stat().st_mode & 0o777


def rights_within(folder: Path) -> dict[str, int]:
    return {path.name: rights(path) for path in folder.iterdir()}


def test_folders_are_made_for_this_user_only_and_those_that_are_there_stay(tmp_path: Path) -> None:
    tmp_path.chmod(0o755)
    make_folder(tmp_path / "data" / "deep")
    assert rights(tmp_path / "data" / "deep") == rights(tmp_path / "data") == 0o700
    (tmp_path / "data").chmod(0o750)
    make_folder(tmp_path / "data" / "deep")
    assert (rights(tmp_path / "data"), rights(tmp_path)) == (0o750, 0o755)


def test_file_is_made_once_and_keeps_what_is_in_it(tmp_path: Path) -> None:
    file = tmp_path / "compose.db"
    make_file(file)
    assert rights(file) == 0o600
    file.write_text("jobs")
    make_file(file)
    assert file.read_text() == "jobs"
    make_file(tmp_path / "nowhere" / "compose.db")  # SQLite says why


@pytest.mark.parametrize("mode", [0o644, 0o660, 0o640, 0o777, 0o604])
def test_file_is_closed_to_others_and_that_is_said_once(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, mode: int
) -> None:
    file = tmp_path / "compose.db"
    file.touch()
    file.chmod(mode)
    for _ in range(2):
        close_to_others(file)
    close_to_others(tmp_path / "nothing")
    assert rights(file) == 0o600
    assert [record.message for record in caplog.records] == [
        f"{file} was open to other users of this machine; it no longer is"
    ]


def test_file_that_can_not_be_closed_is_said(
    tmp_path: Path, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = tmp_path / "compose.db"
    file.touch(0o644)
    monkeypatch.setattr(Path, "chmod", lambda *_: None)  # as on a disk without rights
    close_to_others(file)
    assert "can't be closed" in caplog.text


async def test_database_and_what_is_beside_it_are_this_users_alone(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    async with open_database(f"sqlite:///{folder / 'compose.db'}"):
        found = rights_within(folder)
        assert {"compose.db", "compose.db-wal", "compose.db-shm", "compose.db.lock"} <= set(found)
        assert set(found.values()) == {0o600}
        assert rights(folder) == 0o700


async def test_database_of_an_earlier_version_is_closed_to_others(tmp_path: Path) -> None:
    file = tmp_path / "compose.db"
    async with open_database(f"sqlite:///{file}"):
        pass
    file.chmod(0o644)
    async with open_database(f"sqlite:///{file}"):
        assert set(rights_within(tmp_path).values()) == {0o600}


def test_temporary_folder_and_its_lock_are_this_users_alone() -> None:
    with scratch_folder() as folder:
        assert (rights(folder), rights(folder / LOCK)) == (0o700, 0o600)
