"""SQLite files that are ready to use: the migrations run once in each process of the tests."""

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

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
_migrated = Path(_made.name) / "migrated.db"
_experienced = Path(_made.name) / "experienced.db"


async def migrated_database(file: Path) -> None:
    """Put a database there that has the schema, and nothing in it."""
    if not _migrated.exists():
        async with open_database(f"sqlite:///{_migrated}"):
            pass
    shutil.copy(_migrated, file)


async def do_not_sync(engine: AsyncEngine) -> None:
    """Thousands of commits that nobody needs on the disk."""

    def at_connect(connection: Any, _record: Any) -> None:
        connection.cursor().execute("PRAGMA synchronous = OFF")

    if engine.dialect.name == "sqlite":
        sa.event.listen(engine.sync_engine, "connect", at_connect)
        await engine.dispose()


async def experienced_database(file: Path) -> None:
    """Put the database of a bot there that has made short tracks before, so that it asks early."""
    if not _experienced.exists():
        await migrated_database(_experienced)
        async with (
            open_database(f"sqlite:///{_experienced}") as engine,
            engine.begin() as connection,
        ):
            await connection.execute(sa.insert(jobs), [_finished(m) for m in MODELS * TRACKS])
    shutil.copy(_experienced, file)


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
