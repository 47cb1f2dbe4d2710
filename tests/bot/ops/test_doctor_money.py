"""What the doctor says of money."""

from datetime import timedelta

import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import utc_now
from bot.domain.jobs import JobState
from bot.ops.doctor.findings import Level
from bot.ops.doctor.money import check_money
from bot.settings import Settings
from sandbox.aimlapi import AimlapiStandIn, error_body
from tests.bot.ops.test_doctor import settings_of, texts
from tests.bot.store.test_spend_store import UNKNOWN, a_row, store

TWO_DAYS = timedelta(days=2)


@pytest.fixture
def host(database_url: str, stand_in: AimlapiStandIn) -> Settings:
    return settings_of(database_url, aimlapi_url=stand_in.url)


def provider_counts(stand_in: AimlapiStandIn, usd: float) -> None:
    answer = {"spend": usd, "currency": "USD", "requests": 1, "models": []}
    stand_in.scenario.on("GET", "/v2/usage/detail", times=None).respond(200, answer)


async def test_both_sums_and_what_is_not_settled_are_told(
    engine: AsyncEngine, host: Settings, stand_in: AimlapiStandIn
) -> None:
    provider_counts(stand_in, 0.25)
    lost = {"state": JobState.FAILED, **UNKNOWN}
    await store(engine, a_row(submitted_at=utc_now()), a_row(submitted_at=utc_now(), **lost))
    today, unsettled = texts(await check_money(host), Level.OK)
    assert today == "0.12 USD today; the provider counts 0.25 so far"
    assert "cost isn't known: 1, counted at their expected price, 0.06 USD" in unsettled


@pytest.mark.parametrize("shared", [True, False])
async def test_difference_of_a_closed_day_is_told_with_why_no_alert_comes(
    engine: AsyncEngine, host: Settings, stand_in: AimlapiStandIn, *, shared: bool
) -> None:
    provider_counts(stand_in, 3.0)
    row = a_row(submitted_at=utc_now() - TWO_DAYS)
    await store(engine, row)
    name = "another-program" if shared else f"{row['id']}.1"
    request = {
        "created": row["submitted_at"].isoformat(),
        "status": "succeeded",
        "cost": {"credits": 5_880_000},
        "inference_id": "somebody",
        "client_request_id": name,
    }
    page = {"data": [request], "pagination": {"total": 1, "has_more": False}}
    stand_in.scenario.on("GET", "/v2/logs", times=None).respond(200, page)
    findings = await check_money(host)
    about = [one for one in findings if "3.00 by the provider's count" in one.text]
    assert [one.level for one in about] == [Level.OK if shared else Level.WARN]
    assert ("requests of other programs" in about[0].text) == shared


@pytest.mark.usefixtures("engine")
async def test_sum_that_can_not_be_asked_for_is_a_warning(
    host: Settings, stand_in: AimlapiStandIn
) -> None:
    rule = stand_in.scenario.on("GET", "/v2/usage/detail", times=None)
    rule.respond(502, error_body(502, "Bad Gateway"))
    [said] = texts(await check_money(host), Level.WARN)
    assert said.startswith("0.00 USD today; the provider's sum can't be asked for: 502")


async def test_nothing_is_said_without_a_database(host: Settings) -> None:
    assert await check_money(host) == []
