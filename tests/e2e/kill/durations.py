"""A database of a bot that has made many short tracks: it asks early, so that tests are short."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bot.domain.models import LYRIA_2
from bot.generate.estimates import LEARN_FROM
from bot.store.database import tables
from bot.store.database.engine import open_database


async def learn(database: Path, *, duration_s: float) -> None:
    """Store as many finished tracks as the bot learns from, of about that many seconds each."""
    async with open_database(f"sqlite:///{database}") as engine, engine.begin() as connection:
        rows = [_finished_job(number, duration_s) for number in range(LEARN_FROM)]
        await connection.execute(sa.insert(tables.jobs), rows)


def _finished_job(number: int, duration_s: float) -> dict[str, object]:
    finished_at = datetime.now(UTC) - timedelta(days=2)
    spread = 0.8 + 0.4 * number / LEARN_FROM
    return {
        "id": f"{number:016x}",
        "state": "succeeded",
        "model": LYRIA_2.id,
        "prompt": "long ago",
        "seed": number,
        "interaction_id": number,
        "application_id": 1,
        "channel_id": 1,
        "member_id": 1,
        "upload_limit_bytes": 1,
        "created_at": finished_at - timedelta(minutes=1),
        "submitted_at": finished_at - timedelta(seconds=duration_s * spread),
        "due_at": finished_at,
        "finished_at": finished_at,
    }
