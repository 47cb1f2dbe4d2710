"""Saved styles: one of a name, so many a member, and nobody else's."""

import asyncio

import pytest

from bot.domain.requests import AudioFormat
from bot.domain.studio import LastUsed
from bot.domain.styles import STYLES_LIMIT, Style
from bot.store.style_store import Saving, StyleStore
from tests.factories import MEMBER_ID, HandClock, Stored, a_draft, a_request

OTHER_ID = MEMBER_ID + 1
NIGHT = Style(
    name="Night drive",
    model="elevenlabs/eleven_music",
    negative_prompt="drums",
    seconds=60,
    audio_format=AudioFormat.FLAC,
    words="warm tape",
)
WORDS = Style(name="NIGHT Drive", words="cold wind")


@pytest.fixture
def styles(stored: Stored) -> StyleStore:
    return stored.stores.styles


async def test_style_is_found_by_its_member_in_any_case(
    styles: StyleStore, clock: HandClock
) -> None:
    assert await styles.save(NIGHT, MEMBER_ID, clock()) is Saving.SAVED
    assert await styles.get(MEMBER_ID, " night DRIVE") == NIGHT
    assert await styles.get(OTHER_ID, NIGHT.name) is None
    assert (await styles.of(MEMBER_ID), await styles.of(OTHER_ID)) == ([NIGHT], [])
    assert await styles.save(WORDS, OTHER_ID, clock()) is Saving.SAVED
    assert not await styles.delete(OTHER_ID + 1, NIGHT.name)
    assert await styles.delete(MEMBER_ID, WORDS.name)
    assert not await styles.delete(MEMBER_ID, WORDS.name)
    assert await styles.of(OTHER_ID) == [WORDS]


async def test_style_gives_way_to_one_of_its_name_only_when_it_is_to(
    styles: StyleStore, clock: HandClock
) -> None:
    await styles.save(NIGHT, MEMBER_ID, clock())
    assert await styles.save(WORDS, MEMBER_ID, clock()) is Saving.TAKEN
    assert await styles.of(MEMBER_ID) == [NIGHT]
    assert await styles.save(WORDS, MEMBER_ID, clock(), replace=True) is Saving.SAVED
    assert await styles.of(MEMBER_ID) == [WORDS]


async def test_one_of_a_name_is_saved_when_several_come_at_once(
    styles: StyleStore, clock: HandClock
) -> None:
    saving = (styles.save(style, MEMBER_ID, clock()) for style in (NIGHT, WORDS) * 3)
    outcomes = await asyncio.gather(*saving)
    assert sorted(one.value for one in outcomes) == ["saved", *["taken"] * 5]
    assert len(await styles.of(MEMBER_ID)) == 1


async def test_limit_holds_when_many_come_at_once(styles: StyleStore, clock: HandClock) -> None:
    many = [Style(name=f"style {number}", seconds=9) for number in range(STYLES_LIMIT + 5)]
    outcomes = await asyncio.gather(*(styles.save(one, MEMBER_ID, clock()) for one in many))
    assert outcomes.count(Saving.SAVED) == len(await styles.of(MEMBER_ID)) == STYLES_LIMIT
    assert outcomes.count(Saving.FULL) == 5
    assert await styles.save(NIGHT, OTHER_ID, clock()) is Saving.SAVED
    kept, *_ = await styles.of(MEMBER_ID)
    assert await styles.save(kept, MEMBER_ID, clock(), replace=True) is Saving.SAVED
    assert await styles.delete(MEMBER_ID, kept.name)
    assert await styles.save(NIGHT, MEMBER_ID, clock(), replace=True) is Saving.SAVED


async def test_what_was_used_last_is_what_the_newest_request_was_made_with(
    styles: StyleStore, stored: Stored, clock: HandClock
) -> None:
    assert await styles.last_used(MEMBER_ID) is None
    await styles.save(NIGHT, MEMBER_ID, clock())
    await styles.save(NIGHT, OTHER_ID, clock())
    request = a_request(model="stable-audio", seconds=20)
    job = await stored.queue(request=request)
    assert await styles.last_used(MEMBER_ID) == LastUsed(model="stable-audio", seconds=20)
    await styles.used(MEMBER_ID, WORDS.name, job.id)
    clock.advance(1)
    await stored.queue(member_id=OTHER_ID)
    used = LastUsed(model="stable-audio", seconds=20, style=NIGHT.name)
    assert await styles.last_used(MEMBER_ID) == used
    assert await styles.last_used(OTHER_ID) == LastUsed(model="google/lyria2")
    clock.advance(1)
    await stored.queue()
    assert await styles.last_used(MEMBER_ID) == LastUsed(model="google/lyria2")


async def test_style_in_question_is_no_draft_and_nobody_elses(
    stored: Stored, clock: HandClock
) -> None:
    questions, drafts = stored.stores.style_questions, stored.stores.drafts
    asked = await questions.keep(NIGHT, MEMBER_ID, clock())
    typed = await drafts.keep(a_draft(prompt="style: rain"), MEMBER_ID, clock())
    assert await questions.get(asked, MEMBER_ID) == NIGHT
    assert await questions.get(asked, OTHER_ID) is None
    assert await questions.get(typed, MEMBER_ID) is None
    assert await drafts.get(asked, MEMBER_ID) is None
