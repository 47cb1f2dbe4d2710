"""Lists within Discord's limits, whatever titles and searches hold."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from bot.domain.jobs import Job
from bot.domain.places import Place
from bot.library.lists import PAGE_LENGTH, Page
from bot.store.track_store import ListedTrack, Only, Wanted
from cogs.ui.track_list import MINE, PAGE_ID, page_embed, page_view
from tests.factories import a_job, a_request

LARGEST_ID = 2**63 - 1
PLACE = Place(guild_id=LARGEST_ID, channel_id=LARGEST_ID, message_id=LARGEST_ID)
HOSTILE = st.text(max_size=200) | st.sampled_from(["*" * 200, "_" * 200, "😀" * 200, "\u202e" * 9])


def a_track(**changes: Any) -> ListedTrack:
    """With everything a line can tell."""
    values: dict[str, Any] = {
        "job": a_job(private=True, duration_s=3599.0, finished_at=a_job().created_at),
        "likes": 10**9,
        "held": True,
        "places": (PLACE,),
    }
    return ListedTrack(**values | changes)


def a_page(*tracks: ListedTrack, number: int = 0, total: int = 1, **wanted: Any) -> Page:
    """One's own tracks, unless told otherwise."""
    values: dict[str, Any] = {"viewer_id": 1, "member_id": 1}
    return Page(wanted=Wanted(**values | wanted), tracks=tracks, number=number, total=total)


def titled(title: str) -> Job:
    request, batch_id = a_request(prompt=title or "x"), "0123456789abcdef"
    return a_job(title=title, request=request, private=True, duration_s=3599.0, batch_id=batch_id)


def items(page: Page) -> list[Any]:
    return list(page_view(page, "0123456789abcdef").children)


@given(title=HOSTILE, search=st.text(max_size=80))
def test_page_keeps_discords_limits_whatever_is_in_it(title: str, search: str) -> None:
    tracks = [a_track(job=titled(title)) for _ in range(PAGE_LENGTH)]
    page = a_page(*tracks, number=99_998, total=10**6, search=search, only=Only.LIKED, guild_id=9)
    embed = page_embed(page)
    assert 0 < len(embed.description or "") <= 4096
    assert len(embed) <= 6000
    select, *turns = items(page)
    assert all(1 <= len(option.label) <= 100 for option in select.options)
    assert all(len(item.custom_id) <= 100 for item in (select, *turns))


def test_takes_of_one_request_are_told_apart() -> None:
    takes = [a_job(batch_id="0123456789abcdef", take=take) for take in (1, 2)]
    page = a_page(*(a_track(job=take) for take in takes), a_track(job=a_job()))
    lines = (page_embed(page).description or "").splitlines()
    labels = [option.label for option in items(page)[0].options]
    for said, take in zip(lines, ("(take 1)", "(take 2)", None), strict=True):
        assert take in said if take else "take" not in said
    assert labels == ["1. Lo-fi rain (take 1)", "2. Lo-fi rain (take 2)", "3. Lo-fi rain"]


def test_first_and_last_page_have_one_way_on() -> None:
    for number, possible in ((0, [False, True]), (1, [True, True]), (2, [True, False])):
        page = a_page(a_track(), number=number, total=2 * PAGE_LENGTH + 1)
        turns = items(page)[1:]
        assert [not item.disabled for item in turns] == possible
        assert [bool(PAGE_ID.fullmatch(item.custom_id)) for item in turns] == possible


def test_single_page_has_no_ways_on_and_an_empty_one_nothing_to_choose() -> None:
    assert len(items(a_page(a_track()))) == 1
    assert items(a_page(total=0)) == []


def test_numbers_go_on_over_pages() -> None:
    page = a_page(a_track(), number=2, total=2 * PAGE_LENGTH + 1)
    assert (page_embed(page).description or "").startswith("21. ")
    assert items(page)[0].options[0].label.startswith("21. ")


def test_custom_ids_of_pages_are_read_strictly() -> None:
    assert PAGE_ID.fullmatch(f"compose:page:{MINE}:0")
    for forged in ("compose:page:mine:-1", "compose:page:mine:99999999", "compose:page:x:1"):
        assert not PAGE_ID.fullmatch(forged)
