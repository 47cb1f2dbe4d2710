"""What is tidied up, and what is left for later."""

import tempfile
from dataclasses import replace
from pathlib import Path

import pytest

from bot.domain.models import MUSIC_COVER
from bot.domain.requests import Reference
from bot.loops.janitor import DRAFT_LIFE, LINK_LIFE, Janitor
from bot.machine.scratch import LOCK, PREFIX
from bot.store.held_store import HeldStore, KeptAudio
from tests.factories import MEMBER_ID, HandClock, Stored, a_draft, a_request

HELD_DAYS = 7
REFERENCE = Reference(url="https://cdn.example/hum.mp3", file_name="hum.mp3", message_id=5)


def a_janitor(stored: Stored) -> Janitor:
    return Janitor(stored.stores, held_days=HELD_DAYS, clock=stored.clock)


async def test_held_track_is_dropped_only_after_its_days(stored: Stored, clock: HandClock) -> None:
    held = HeldStore(stored.engine)
    janitor = a_janitor(stored)
    job = await stored.succeed()
    await held.keep(job.id, KeptAudio(file_name="rain.wav", content=b"RIFF"), clock())
    clock.advance(HELD_DAYS * 24 * 3600 - 1)
    await janitor.run_once()
    assert await held.get(job.id) is not None
    clock.advance(2)
    await janitor.run_once()
    assert await held.get(job.id) is None


async def test_folder_of_a_dead_process_is_deleted(
    stored: Stored, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    left = tmp_path / f"{PREFIX}left"
    left.mkdir()
    (left / LOCK).touch()
    await a_janitor(stored).run_once()
    assert not left.exists()


async def test_link_to_a_reference_is_forgotten_only_when_it_is_dead(
    stored: Stored, clock: HandClock
) -> None:
    request = a_request(model=MUSIC_COVER.id, seed=None, reference=REFERENCE)
    ended, waiting = await stored.fail(request=request), await stored.queue(request=request)
    clock.advance(LINK_LIFE.total_seconds())
    await a_janitor(stored).run_once()
    assert (await stored.job(ended.id)).request.reference == REFERENCE
    clock.advance(1)
    await a_janitor(stored).run_once()
    assert (await stored.job(ended.id)).request.reference == replace(REFERENCE, url="")
    assert (await stored.job(waiting.id)).request.reference == REFERENCE


async def test_draft_is_forgotten_only_after_its_time(stored: Stored, clock: HandClock) -> None:
    drafts, typed = stored.stores.drafts, a_draft(prompt="lo-fi rain")
    draft_id = await drafts.keep(typed, MEMBER_ID, clock())
    clock.advance(DRAFT_LIFE.total_seconds())
    await a_janitor(stored).run_once()
    assert await drafts.get(draft_id, MEMBER_ID) == typed
    clock.advance(1)
    await a_janitor(stored).run_once()
    assert await drafts.get(draft_id, MEMBER_ID) is None
