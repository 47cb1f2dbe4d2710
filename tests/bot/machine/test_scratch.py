"""Temporary folders, and who may delete those of others."""

import contextlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.machine.scratch import LOCK, PREFIX, scratch_folder, sweep_abandoned

ANOTHER_PROCESS = """
import sys
from bot.machine.scratch import scratch_folder
with scratch_folder() as folder:
    (folder / "audio").write_bytes(b"RIFF")
    print(folder, flush=True)
    sys.stdin.read()
"""


@pytest.fixture(autouse=True)
def temporary(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The system's temporary directory, where nobody else has anything."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    return tmp_path


@contextlib.contextmanager
def another_process(temporary: Path) -> Iterator[tuple[subprocess.Popen[str], Path]]:
    """It has a folder with a file in it, and keeps both until it is killed."""
    with subprocess.Popen(
        [sys.executable, "-c", ANOTHER_PROCESS],
        env=os.environ | {"TMPDIR": str(temporary)},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        try:
            assert process.stdout is not None
            yield process, Path(process.stdout.readline().strip())
        finally:
            process.kill()


def test_folder_is_private_and_gone_after_the_block(temporary: Path) -> None:
    with scratch_folder() as folder:
        assert folder.parent == temporary
        assert folder.stat().st_mode & 0o777 == 0o700
        (folder / "audio").write_bytes(b"RIFF")
    assert list(temporary.iterdir()) == []


def test_folder_is_gone_when_the_block_fails(temporary: Path) -> None:
    with pytest.raises(LookupError), scratch_folder():
        raise LookupError
    assert list(temporary.iterdir()) == []


def test_folder_is_swept_only_when_its_process_is_dead(temporary: Path) -> None:
    with another_process(temporary) as (process, theirs), scratch_folder() as ours:
        assert theirs.name.startswith(PREFIX)
        assert sweep_abandoned() == 0
        assert (theirs / "audio").exists()
        process.kill()
        process.wait()
        assert sweep_abandoned() == 1
        assert list(temporary.iterdir()) == [ours]


def test_what_somebody_else_put_there_is_left_alone(temporary: Path, tmp_path: Path) -> None:
    without_lock = temporary / f"{PREFIX}notes"
    without_lock.mkdir()
    file = temporary / f"{PREFIX}list.txt"
    file.touch()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / LOCK).touch()
    link = temporary / f"{PREFIX}link"
    link.symlink_to(elsewhere)
    assert sweep_abandoned() == 0
    assert without_lock.exists()
    assert file.exists()
    assert link.is_symlink()
    assert elsewhere.exists()
