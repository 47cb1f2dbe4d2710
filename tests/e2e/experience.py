"""A database of a bot that has made short tracks before: it asks early, so that tests are short."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from bot.domain.jobs import JobState
from bot.domain.models import LYRIA_2, MUSIC_COVER
from bot.store.database.engine import open_database
from bot.store.database.tables import jobs
from tests.factories import a_new_job, a_request

# So much is known that polls are half a second apart for some 20 s, and no more than that.
TRACKS = 20
TRACK_S = 0.9
MODELS = (LYRIA_2.id, MUSIC_COVER.id)

_made = TemporaryDirectory(prefix="compose-tests-")  # for as long as this process runs
_pattern = Path(_made.name) / "experienced.db"


async def experienced_database(file: Path) -> None:
    """Put such a database there. The migrations run once in each process."""
    if not _pattern.exists():
        await _make(_pattern)
    shutil.copy(_pattern, file)


async def _make(file: Path) -> None:
    async with open_database(f"sqlite:///{file}") as engine, engine.begin() as connection:
        await connection.execute(sa.insert(jobs), [_finished(m) for m in MODELS * TRACKS])


def _finished(model: str) -> dict[str, Any]:
    finished_at = datetime.now(UTC) - timedelta(days=2)
    submitted_at = finished_at - timedelta(seconds=TRACK_S)
    new = a_new_job(request=a_request(model=model))
    return {
        "id": new.id,
        "state": JobState.SUCCEEDED,
        "model": model,
        "prompt": new.request.prompt,
        "seed": new.request.seed,
        "interaction_id": new.interaction_id,
        "application_id": new.application_id,
        "channel_id": new.channel_id,
        "member_id": new.member_id,
        "upload_limit_bytes": new.upload_limit_bytes,
        "created_at": submitted_at,
        "due_at": submitted_at,
        "submitted_at": submitted_at,
        "finished_at": finished_at,
    }
