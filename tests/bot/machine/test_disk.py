"""A disk that is nearly full takes nothing new, and says so once."""

import logging
from collections import namedtuple
from pathlib import Path

import pytest

from bot.machine import disk as module
from bot.machine.disk import LEAST_FREE_BYTES, Disk, folders_in_use, short_of_room

Usage = namedtuple("Usage", "free")


class Room:
    """How much is free, by hand."""

    def __init__(self) -> None:
        self.free = {"/a": LEAST_FREE_BYTES, "/b": LEAST_FREE_BYTES}

    def __call__(self, folder: Path) -> Usage:
        if str(folder) not in self.free:
            raise FileNotFoundError(folder)
        return Usage(self.free[str(folder)])


@pytest.fixture
def room(monkeypatch: pytest.MonkeyPatch) -> Room:
    room = Room()
    monkeypatch.setattr("shutil.disk_usage", room)
    monkeypatch.setattr(module, "LOOK_EVERY_S", 0.0)
    return room


@pytest.mark.parametrize("short", ["/a", "/b"])
def test_there_is_no_room_when_one_of_the_folders_is_short(
    room: Room, caplog: pytest.LogCaptureFixture, short: str
) -> None:
    disk = Disk([Path("/a"), Path("/b")])
    with caplog.at_level(logging.INFO):
        assert disk.has_room()
        room.free[short] -= 1
        assert not disk.has_room()
        assert not disk.has_room()
        room.free[short] += 1
        assert disk.has_room()
    told, over = caplog.messages
    assert f"MB free in {short}" in told
    assert "Make room" in told
    assert "room on the disk again" in over


def test_room_that_comes_and_goes_is_said_once(
    room: Room, caplog: pytest.LogCaptureFixture
) -> None:
    disk = Disk([Path("/a")])
    with caplog.at_level(logging.INFO):
        for short in (1, -1) * 10:
            room.free["/a"] -= short
            disk.has_room()
    assert len(caplog.messages) == 2


def test_folder_that_is_gone_is_no_reason_to_refuse(room: Room) -> None:
    room.free.clear()
    assert Disk([Path("/a")]).has_room()


def test_disk_is_looked_at_now_and_then_however_often_it_is_asked(
    room: Room, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "LOOK_EVERY_S", 1000.0)
    disk = Disk([Path("/a")])
    assert disk.has_room()
    room.free["/a"] = 0
    assert disk.has_room()


def test_nearest_folder_counts_when_the_databases_is_not_there_yet(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "data").mkdir()
    on_one_disk = [tmp_path / "data"]
    assert folders_in_use(tmp_path / "data" / "new" / "compose.db") == on_one_disk
    assert folders_in_use(None) == [tmp_path / "tmp"]
    assert list(short_of_room(folders_in_use(None))) == []


def test_folders_on_two_disks_both_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.gettempdir", lambda: "/proc")
    assert folders_in_use(tmp_path / "compose.db") == [tmp_path, Path("/proc")]
