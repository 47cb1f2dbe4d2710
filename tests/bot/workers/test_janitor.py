"""What is tidied up, and what is left for later."""

import tempfile
from pathlib import Path

import pytest

from bot.scratch import LOCK, PREFIX
from bot.store.held_store import HeldAudio, HeldStore
from bot.workers.janitor import Janitor
from tests.factories import HandClock, Stored

HELD_DAYS = 7


async def test_held_track_is_dropped_only_after_its_days(stored: Stored, clock: HandClock) -> None:
    held = HeldStore(stored.engine)
    janitor = Janitor(held, held_days=HELD_DAYS, clock=clock)
    job = await stored.succeed()
    await held.keep(job.id, HeldAudio(file_name="rain.wav", content=b"RIFF"), clock())
    clock.advance(HELD_DAYS * 24 * 3600 - 1)
    await janitor.run_once()
    assert await held.get(job.id) is not None
    clock.advance(2)
    await janitor.run_once()
    assert await held.get(job.id) is None


async def test_folder_of_a_dead_process_is_deleted(
    stored: Stored, clock: HandClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    (left / LOCK).touch()
    await Janitor(HeldStore(stored.engine), held_days=HELD_DAYS, clock=clock).run_once()
    assert not left.exists()
