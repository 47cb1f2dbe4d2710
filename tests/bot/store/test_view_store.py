"""Lists that can be gone through after a restart."""

from bot.store.track_store import Only, Wanted
from tests.factories import MEMBER_ID, Stored, a_draft

WANTED = Wanted(
    viewer_id=MEMBER_ID,
    member_id=MEMBER_ID + 1,
    guild_id=400,
    search="100% \u202eräin 🎷",
    only=Only.LIKED,
    model="google/lyria2",
)


async def test_view_comes_back_to_its_viewer_alone(stored: Stored) -> None:
    views = stored.stores.views
    view_id = await views.keep(WANTED, MEMBER_ID, stored.clock())
    assert await views.get(view_id, MEMBER_ID) == WANTED
    assert await views.get(view_id, MEMBER_ID + 1) is None
    assert await views.get("0" * 16, MEMBER_ID) is None


async def test_draft_is_no_view(stored: Stored) -> None:
    draft_id = await stored.stores.drafts.keep(a_draft(prompt="x"), MEMBER_ID, stored.clock())
    assert await stored.stores.views.get(draft_id, MEMBER_ID) is None


async def test_view_is_no_draft(stored: Stored) -> None:
    view_id = await stored.stores.views.keep(WANTED, MEMBER_ID, stored.clock())
    assert await stored.stores.drafts.get(view_id, MEMBER_ID) is None
