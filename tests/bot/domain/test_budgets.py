"""Days and months, wherever the clock that tells the time stands."""

from datetime import UTC, datetime, timedelta, timezone

import pytest

from bot.domain.budgets import Budgets, Period


@pytest.mark.parametrize(
    ("now", "day", "month"),
    [
        ("2026-11-30T23:59:59.999999", "2026-12-01", "2026-12-01"),
        ("2026-12-01T00:00:00", "2026-12-02", "2027-01-01"),
        ("2028-02-29T12:00:00", "2028-03-01", "2028-03-01"),
        ("2027-01-31T12:00:00", "2027-02-01", "2027-02-01"),
        ("2026-12-31T23:00:00", "2027-01-01", "2027-01-01"),
    ],
)
def test_period_ends_where_the_next_begins(now: str, day: str, month: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    for period, end in ((Period.DAY, day), (Period.MONTH, month)):
        ends_at = period.ends_at(moment)
        assert ends_at == datetime.fromisoformat(end).replace(tzinfo=UTC)
        assert period.began_at(ends_at) == ends_at
        assert period.began_at(moment) <= moment < ends_at
        assert period.began_at(ends_at - timedelta(microseconds=1)) == period.began_at(moment)


def test_day_is_utcs_whatever_the_time_zone() -> None:
    evening = datetime(2026, 11, 30, 22, tzinfo=timezone(timedelta(hours=-5)))
    assert Period.DAY.began_at(evening) == datetime(2026, 12, 1, tzinfo=UTC)
    assert Period.MONTH.began_at(evening) == datetime(2026, 12, 1, tzinfo=UTC)


def test_longest_period_comes_first_and_what_is_0_not_at_all() -> None:
    assert Budgets(per_day=1, per_month=2).limits == [(Period.MONTH, 2), (Period.DAY, 1)]
    assert Budgets(per_month=2).limits == [(Period.MONTH, 2)]
    assert Budgets().limits == []
