"""What members typed and looked at is kept, but not without end."""

import asyncio

import pytest
import sqlalchemy as sa

from bot.store.kept_json import KEPT_LIMIT
from bot.store.track_store import Wanted
from tests.factories import MEMBER_ID, HandClock, Stored, a_draft


async def test_oldest_draft_of_a_member_makes_room_when_there_are_many(
    stored: Stored, clock: HandClock
) -> None:
    drafts = stored.stores.drafts
    others = await drafts.keep(a_draft(prompt="hers"), MEMBER_ID + 1, clock())
    kept = []
    for number in range(KEPT_LIMIT + 3):
        draft = a_draft(prompt=f"rain {number}")
        kept.append(await drafts.keep(draft, MEMBER_ID, clock.advance(1)))
    found = [await drafts.get(one, MEMBER_ID) for one in kept]
    assert [draft is not None for draft in found] == [False] * 3 + [True] * KEPT_LIMIT
    assert await drafts.get(others, MEMBER_ID + 1) is not None


async def test_drafts_and_views_leave_each_other_alone(stored: Stored, clock: HandClock) -> None:
    stores, wanted = stored.stores, Wanted(viewer_id=MEMBER_ID, member_id=MEMBER_ID)
    draft_id = await stores.drafts.keep(a_draft(prompt="view: rain"), MEMBER_ID, clock())
    views = [
        await stores.views.keep(wanted, MEMBER_ID, clock.advance(1)) for _ in range(KEPT_LIMIT + 1)
    ]
    found = [await stores.views.get(one, MEMBER_ID) for one in views]
    assert [view is not None for view in found] == [False] + [True] * KEPT_LIMIT
    assert await stores.drafts.get(draft_id, MEMBER_ID) is not None


async def test_bound_on_drafts_holds_when_many_come_at_once(
    stored: Stored, clock: HandClock
) -> None:
    drafts = stored.stores.drafts
    typed = (drafts.keep(a_draft(prompt="rain"), MEMBER_ID, clock()) for _ in range(2 * KEPT_LIMIT))
    await asyncio.gather(*typed)
    async with stored.engine.connect() as connection:
        counted = await connection.execute(sa.text("SELECT count(*) FROM drafts"))
        assert counted.scalar() == KEPT_LIMIT


async def test_drafts_of_a_member_are_found_by_an_index(stored: Stored) -> None:
    if stored.engine.dialect.name != "sqlite":
        pytest.skip("PostgreSQL's plans depend on how full the tables are")
    query = "EXPLAIN QUERY PLAN SELECT id FROM drafts WHERE member_id = 1 ORDER BY created_at DESC"
    async with stored.engine.connect() as connection:
        plan = " ".join(row.detail for row in await connection.execute(sa.text(query)))
    assert "ix_drafts_member_id_created_at" in plan
