"""How long it takes to read from a million jobs what was spent."""

import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bench.table import Figure
from bot.clock import utc_now
from bot.domain.models import MODELS
from bot.store.database.engine import open_database
from bot.store.spend_days import LOOKS_BACK
from bot.store.spend_store import By, SpendStore
from bot.store.stores import Stores

JOBS: Final = 1_000_000
DAYS: Final = 365
GOAL_S: Final = 1.0
# Spread over a year and 200 servers. Each day 500 of 5,000 members make five or six tracks each by
# the model they like. Of the last days, one in fifty waits for its cost.
FILL: Final = """
INSERT INTO jobs (id, state, model, prompt, interaction_id, application_id, channel_id, guild_id,
    member_id, upload_limit_bytes, created_at, due_at, submitted_at, held_credits, cost_credits,
    cost_source)
WITH RECURSIVE numbers(n) AS (SELECT 0 UNION ALL SELECT n + 1 FROM numbers WHERE n < :jobs - 1),
    moments AS (SELECT n, strftime('%Y-%m-%d %H:%M:%S.000000', :now - n * :every_s, 'unixepoch')
        AS moment, n % 50 = 0 AND n < :jobs / 200 AS open,
        (n / 2740 * 131 + n % 500) % 5000 AS member FROM numbers)
SELECT printf('%016x', n), 'succeeded', m.value, 'rain', n, 1, member % 1000, member % 200,
    member, 1, moment, moment, moment, 120000, CASE WHEN open THEN NULL ELSE 120000 END,
    CASE WHEN open THEN NULL ELSE 'usage' END
FROM moments JOIN json_each(:models) AS m ON m.key = member % :kinds
"""


async def measure() -> list[Figure]:
    """SQLite, before and after the days that are over are added up."""
    with tempfile.TemporaryDirectory(prefix="compose-bench-") as folder:
        async with open_database(f"sqlite:///{Path(folder) / 'compose.db'}") as engine:
            await _fill(engine)
            by_jobs = replace(
                await _read(engine, 30, By.MEMBER, "by jobs alone, as no bot leaves it"),
                goal="",
                reached=None,
            )
            await _add_up(engine)
            days = [(30, By.DAY), (30, By.MEMBER), (DAYS, By.DAY), (DAYS, By.MEMBER)]
            return [by_jobs, *[await _read(engine, *one, "days added up") for one in days]]


async def _fill(engine: AsyncEngine) -> None:
    every_s = DAYS * 86_400 / JOBS
    listed = "[" + ",".join(f'"{model_id}"' for model_id in MODELS) + "]"
    values = {"jobs": JOBS, "now": utc_now().timestamp(), "every_s": every_s}
    async with engine.begin() as connection:
        kinds = {"models": listed, "kinds": len(MODELS)}
        await connection.execute(sa.text(FILL), values | kinds)


async def _add_up(engine: AsyncEngine) -> None:
    """As a bot does that has run all the time."""
    days, now = Stores(engine, "bench").spend_days, utc_now()
    for back in range(DAYS // LOOKS_BACK.days, -1, -1):
        await days.add_up(now - timedelta(days=back * LOOKS_BACK.days))


async def _read(engine: AsyncEngine, days: int, by: By, how: str) -> Figure:
    today = utc_now().date()
    store = SpendStore(engine)
    began_s = time.perf_counter()
    await store.spent(today - timedelta(days=days - 1), today, by)
    await store.waiting()
    took_s = time.perf_counter() - began_s
    return Figure(
        what=f"spend, {JOBS:,} jobs, {days} days by {by}, {how}",
        value=f"{took_s:.2f} s",
        goal=f"< {GOAL_S:.0f} s",
        reached=took_s < GOAL_S,
    )
