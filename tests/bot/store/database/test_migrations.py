"""Databases of earlier versions, with jobs in them."""

import pytest
import sqlalchemy as sa

from bot.domain.jobs import NoticeKind
from bot.store.database.engine import connect, migrate
from tests.factories import NOW, HandClock, Stored

JOB_ID = "0123456789abcdef"
OLD_JOB = {
    "id": JOB_ID,
    "state": "succeeded",
    "model": "google/lyria2",
    "prompt": "lo-fi rain",
    "seed": 7,
    "interaction_id": 1,
    "application_id": 2,
    "channel_id": 3,
    "member_id": 4,
    "upload_limit_bytes": 5,
    "created_at": NOW.replace(tzinfo=None),
    "due_at": NOW.replace(tzinfo=None),
}
OLD_NOTICE = {"job_id": JOB_ID, "kind": "result", "created_at": NOW.replace(tzinfo=None)}


def _insert(table: str, row: dict[str, object]) -> sa.TextClause:
    names = ", ".join(row)
    return sa.text(f"insert into {table} ({names}) values (:{', :'.join(row)})")  # noqa: S608


async def test_jobs_and_their_notices_are_kept_when_an_older_database_is_migrated(
    database_url: str,
) -> None:
    engine = connect(database_url)
    try:
        await migrate(engine, "0003")
        async with engine.begin() as connection:
            await connection.execute(_insert("jobs", OLD_JOB), OLD_JOB)
            await connection.execute(_insert("notices", OLD_NOTICE), OLD_NOTICE)
        await migrate(engine)
        stored = Stored(engine, HandClock())
        job = await stored.job(JOB_ID)
        assert (job.request.prompt, job.request.seed, job.take, job.private) == (
            "lo-fi rain",
            7,
            1,
            False,
        )
        assert (await stored.notice(JOB_ID)).kind is NoticeKind.RESULT
        orphan = OLD_NOTICE | {"job_id": "f" * 16}
        with pytest.raises(sa.exc.IntegrityError):
            async with engine.begin() as connection:
                await connection.execute(_insert("notices", orphan), orphan)
    finally:
        await engine.dispose()
