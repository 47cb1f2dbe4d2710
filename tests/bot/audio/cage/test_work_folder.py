"""What passes between the bot and a worker, and what does not."""

import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.audio.cage.work_folder import WorkFolder
from bot.errors import WorkshopTrouble


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "temporary"))


@pytest.fixture
def folder() -> Iterator[WorkFolder]:
    with WorkFolder.made_for_one() as folder:
        yield folder


@pytest.fixture
def errand(tmp_path: Path) -> dict[str, Any]:
    """To make another file of one."""
    (tmp_path / "audio").write_bytes(b"RIFF")
    return {"do": "fit", "path": str(tmp_path / "audio"), "target": str(tmp_path / "audio-1")}


def content(path: str) -> bytes:
    return Path(path).read_bytes()


def contents(folder: WorkFolder) -> list[Path]:
    return [*folder.given.iterdir(), *folder.made.iterdir()]


async def test_file_is_there_for_the_errand_only(
    folder: WorkFolder, errand: dict[str, Any]
) -> None:
    async with folder.lending(errand) as lent:
        assert content(lent["path"]) == b"RIFF"
        assert Path(lent["path"]).parent == folder.given
        assert Path(lent["target"]).parent == folder.made
    assert contents(folder) == []
    assert content(errand["path"]) == b"RIFF"


async def test_file_is_copied_when_it_can_not_be_in_two_places(
    folder: WorkFolder, errand: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(18, "Invalid cross-device link")

    monkeypatch.setattr(os, "link", refuse)
    async with folder.lending(errand) as lent:
        assert content(lent["path"]) == b"RIFF"
    assert contents(folder) == []


async def test_nothing_stays_when_the_errand_fails(
    folder: WorkFolder, errand: dict[str, Any]
) -> None:
    with pytest.raises(LookupError):
        async with folder.lending(errand):
            raise LookupError
    assert contents(folder) == []


async def test_missing_file_is_no_loss_of_the_workers(
    folder: WorkFolder, errand: dict[str, Any]
) -> None:
    with pytest.raises(WorkshopTrouble, match="FileNotFoundError"):
        async with folder.lending(errand | {"path": errand["path"] + "-gone"}):
            pass


async def test_what_was_made_lies_at_the_target_and_the_rest_is_gone(
    folder: WorkFolder, errand: dict[str, Any]
) -> None:
    async with folder.lending(errand) as lent:
        Path(lent["target"]).with_suffix(".mp3").write_bytes(b"ID3")
        (folder.made / "left").write_bytes(b"")
        (folder.made / "folder").mkdir()
    assert Path(errand["target"]).with_suffix(".mp3").read_bytes() == b"ID3"
    assert contents(folder) == []


def a_symbolic_link(place: Path, secret: Path) -> None:
    place.symlink_to(secret)


def a_hard_link(place: Path, secret: Path) -> None:
    place.hardlink_to(secret)


def a_pipe(place: Path, _: Path) -> None:
    os.mkfifo(place)


def a_folder(place: Path, secret: Path) -> None:
    place.mkdir()
    (place / "within").symlink_to(secret)


@pytest.mark.parametrize("trap", [a_symbolic_link, a_hard_link, a_pipe, a_folder])
async def test_trap_in_place_of_a_file_is_not_taken(
    folder: WorkFolder,
    errand: dict[str, Any],
    tmp_path: Path,
    trap: Callable[[Path, Path], None],
) -> None:
    secret = tmp_path / ".env"
    secret.write_text("DISCORD_TOKEN=secret")
    with pytest.raises(WorkshopTrouble, match="no plain file"):
        async with folder.lending(errand) as lent:
            trap(Path(lent["target"]).with_suffix(".flac"), secret)
    assert not Path(errand["target"]).with_suffix(".flac").exists()
    assert secret.read_text() == "DISCORD_TOKEN=secret"
