"""`python -m bot spend`, beside a bot that works on the same database."""

import csv
import io
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import utc_now
from bot.domain.jobs import JobState
from bot.domain.models import LYRIA_2
from bot.domain.money import CostSource
from bot.errors import DatabaseTrouble
from bot.ops.spend import spend
from bot.settings import Settings
from bot.store.database.tables import jobs
from bot.store.spend_store import By
from sandbox.aimlapi import KEY, AimlapiStandIn
from sandbox.aimlapi.errors import error_body
from tests.bot.store.test_spend_store import UNKNOWN, a_row, store

DAY = timedelta(days=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Any) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'compose.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url


@pytest.fixture
def host(database_url: str, stand_in: AimlapiStandIn) -> Settings:
    return Settings(
        discord_token="token", aimlapi_key=KEY, aimlapi_url=stand_in.url, database_url=database_url
    )


async def told(capsys: pytest.CaptureFixture[str], host: Settings, **how: Any) -> list[list[str]]:
    """The words of each line."""
    usual: dict[str, Any] = {"days": 30, "by": By.DAY, "as_csv": False}
    await spend(host, **usual | how)
    return [line.split() for line in capsys.readouterr().out.splitlines()]


async def some_tracks(engine: AsyncEngine) -> None:
    now = utc_now()
    await store(
        engine,
        a_row(submitted_at=now),
        a_row(submitted_at=now, member_id=8, cost_source=CostSource.LOGS),
        a_row(submitted_at=now, guild_id=None, state=JobState.GENERATING, **UNKNOWN),
        a_row(submitted_at=now - DAY, cost_credits=1),
        a_row(submitted_at=now - 40 * DAY),
        a_row(submitted_at=None, state=JobState.QUEUED, **UNKNOWN),
    )


async def test_table_has_days_total_sources_and_what_waits(
    engine: AsyncEngine, host: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await some_tracks(engine)
    lines = await told(capsys, host)
    today = utc_now().date()
    assert lines[2:6] == [
        ["day", "tracks", "known", "estimated", "sum"],
        [str(today - DAY), "1", "0.0000", "0.0000", "0.0000"],
        [str(today), "3", "0.1200", "0.0600", "0.1800"],
        ["total", "4", "0.1200", "0.0600", "0.1800"],
    ]
    said = [" ".join(line) for line in lines]
    sources = "the provider's answers 0.0600, the logs 0.0600, estimates 0.0600"
    assert f"costs by source: {sources}" in said
    assert "set aside for tracks that wait in the queue: 0.0600 for 1" in said
    assert "budget for today: 0.2400 of 5.0000 used" in said


async def test_columns_are_aligned(
    engine: AsyncEngine, host: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    await some_tracks(engine)
    await store(engine, a_row(submitted_at=utc_now(), model="m" * 64, cost_credits=10**12))
    await spend(host, days=50, by=By.MODEL, as_csv=False)
    table = capsys.readouterr().out.splitlines()[2:6]
    assert len({len(line) for line in table}) == 1
    assert [line.split()[0] for line in table] == ["model", "m" * 64, LYRIA_2.id, "total"]


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        (By.SERVER, [["400", "3"], ["", "1"]]),
        (By.MEMBER, [["7", "3"], ["8", "1"]]),
        (By.MODEL, [[LYRIA_2.id, "4"]]),
    ],
)
async def test_csv_is_for_other_programs(
    engine: AsyncEngine,
    host: Settings,
    capsys: pytest.CaptureFixture[str],
    by: By,
    expected: list[list[str]],
) -> None:
    await some_tracks(engine)
    await spend(host, days=30, by=by, as_csv=True)
    head, *rows = csv.reader(io.StringIO(capsys.readouterr().out))
    assert head == [by, "tracks", "known_usd", "estimated_usd", "usd"]
    assert [row[:2] for row in rows] == expected
    assert sum(float(row[4]) for row in rows) == pytest.approx(0.18 + 0.0000005)


async def test_nothing_is_told_of_a_database_that_is_not_there(
    host: Settings, database_url: str, tmp_path: Any
) -> None:
    if not database_url.startswith("sqlite"):
        pytest.skip("a server's database is always there")
    with pytest.raises(DatabaseTrouble, match="no tables"):
        await spend(host, days=1, by=By.DAY, as_csv=False)
    assert list(tmp_path.glob("*.db")) == []


@pytest.mark.usefixtures("engine")
async def test_fresh_bot_has_spent_nothing(
    host: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = [" ".join(line) for line in await told(capsys, host, days=1)]
    assert "total 0 0.0000 0.0000 0.0000" in lines
    assert "nothing was spent" in lines


async def test_reads_while_the_bot_writes(
    engine: AsyncEngine, host: Settings, capsys: pytest.CaptureFixture[str]
) -> None:
    """SQLite's one writer isn't waited for."""
    await some_tracks(engine)
    async with engine.begin() as writer:
        await writer.execute(sa.delete(jobs))
        assert ["total", "4", "0.1200", "0.0600", "0.1800"] in await told(capsys, host)
        await writer.rollback()


async def test_sum_of_today_is_beside_the_providers(
    engine: AsyncEngine,
    host: Settings,
    stand_in: AimlapiStandIn,
    capsys: pytest.CaptureFixture[str],
) -> None:
    await some_tracks(engine)
    assert "today 0.1800; the provider counts 0.0000 for this key" in (
        " ".join(line) for line in await told(capsys, host, days=1)
    )
    stand_in.scenario.on("GET", "/v2/usage/detail", times=None).respond(
        502, error_body(502, "Bad\nGateway")
    )
    assert any(
        " ".join(line).startswith("today 0.1800; the provider's count can't be had: 502: Bad")
        for line in await told(capsys, host, days=1)
    )
