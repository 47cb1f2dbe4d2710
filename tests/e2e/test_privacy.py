"""What others must not learn of tracks that are private, hidden, or taken away."""

import asyncio
import itertools
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot import words
from bot.domain.jobs import Job, Rung
from bot.domain.requests import Relation
from sandbox.discord.model import Channel, Overwrite
from sandbox.discord.permissions import Permissions
from sandbox.discord.select_use import select_data
from sandbox.driver import MemberDriver, MessageView
from tests.bot.store.shelf import Shelf
from tests.e2e.place import Place
from tests.e2e.pressing import (
    choose,
    delivered,
    forge,
    job_id_of,
    labels,
    next_track,
    press,
    recipe,
)
from tests.e2e.reader import Reader, filled, opened_shelf, titles
from tests.e2e.shared import Records, quick_sandbox, shared_stage
from tests.e2e.stage import Stage, private_answer

_numbers = itertools.count(1)

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("privacy")
    async with shared_stage(folder, quick_sandbox(), ALLOW_USER_INSTALLS="true") as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def shelf(stage: Stage) -> AsyncIterator[Shelf]:
    async with opened_shelf(f"sqlite:///{stage.folder / 'compose.db'}") as opened:
        yield opened


@pytest.fixture
def reader(stage: Stage, shelf: Shelf) -> Reader:
    return Reader(stage, shelf, f"Owner {next(_numbers)}")


@pytest.fixture
def place(reader: Reader) -> Place:
    return reader.place


@pytest.fixture
def other(stage: Stage) -> MemberDriver:
    return stage.member("Chika")


def close_to(place: Place, member: MemberDriver) -> None:
    """The place's channel is none of this member's business."""
    hidden = Overwrite(member.user_id, True, deny=Permissions.VIEW_CHANNEL)
    place.world.places.set_overwrite(place.channel, hidden)


async def private_thread(place: Place) -> Channel:
    """A thread of the place's member alone, which the bot knows."""
    may = Overwrite(place.member.user_id, True, allow=Permissions.CREATE_PRIVATE_THREADS)
    place.world.places.set_overwrite(place.channel, may)
    knows = Overwrite(place.world.state.bot.id, True, allow=Permissions.MANAGE_THREADS)
    place.world.places.set_overwrite(place.channel, knows)
    return await place.member.start_thread("secret room", channel=place.channel, private=True)


async def shared_from(place: Place, track: MessageView, where: Channel) -> MessageView:
    """The message with the same track in another channel."""
    shown = await place.member.click(track, label="More") if "More" in labels(track) else None
    panel = await shown.answered() if shown else track
    question = await (await place.member.click(panel, label="Share")).answered()
    return place.member.follow((await choose(place, question, where.name)).split()[-1])


# --- titles ---------------------------------------------------------------------------------------


async def test_title_from_a_closed_channel_is_not_told_where_a_remix_is_shared(
    place: Place, other: MemberDriver
) -> None:
    close_to(place, other)
    track = await delivered(place, "layoff announcement jingle")
    call = await place.member.click(track, label="Remix")
    call = await place.member.fill_modal(call, {"prompt": "plain tune"})
    child = await next_track(place, place.member, call)
    named = f"Remix of **Layoff announcement jingle** by <@{place.member.user_id}>"
    assert named in child.text
    elsewhere = Place(place.stage, f"Elsewhere {next(_numbers)}")
    shared = await shared_from(place, child, elsewhere.channel)
    unnamed = f"Remix of a track by <@{place.member.user_id}>"
    assert unnamed in shared.text
    assert unnamed in await recipe(other, shared)
    assert named in await recipe(place.member, shared)


async def test_track_of_a_private_thread_is_unknown_to_those_who_are_not_in_it(
    reader: Reader, other: MemberDriver
) -> None:
    thread = await private_thread(reader.place)
    secret = await reader.put("whispered name", channel_id=thread.id)
    lineage = {"parent_id": secret.id, "relation": Relation.REMIX}
    child = await reader.put("plain tune", **lineage)
    pressed = await delivered(reader.place)
    unknown = await private_answer(await forge(other, pressed, "recipe", secret.id))
    assert unknown == words.job_unknown()
    told = await private_answer(await forge(other, pressed, "recipe", child.id))
    assert "Remix of a track by" in told
    own = await private_answer(await forge(reader.member, pressed, "recipe", child.id))
    assert "Whispered name" in own


async def test_track_is_shared_to_a_private_thread_only_by_those_who_are_in_it(
    reader: Reader,
) -> None:
    thread = await private_thread(reader.place)
    guest = Place(reader.stage, f"Guest {next(_numbers)}")
    track = await delivered(guest)
    question = await (await press(guest.member, track, "Share")).answered()
    guest.world.thread_members.join(thread, guest.member.user_id)
    (select,) = question.selects
    chosen = select_data(
        guest.world.state, guest.channel, guest.member.user_id, select, [thread.name]
    )
    assert "The track is here" in await choose(guest, question, thread.name)
    guest.world.thread_members.leave(thread, guest.member.user_id)
    guest.member._use(question, select, chosen)  # as a forged client would
    await guest.stage.bot.watch(
        guest.member.wait_for_edit(
            question, lambda one: one.content == words.share_member_may_not()
        )
    )


# --- what was shared and taken back ---------------------------------------------------------------


async def private_by_direct_message(place: Place) -> str:
    """The id of a private track that its member has as a direct message."""
    call = await place.member.slash(
        "compose", channel=place.channel, prompt="hidden lullaby", private=True
    )
    await call.answered()
    place.expire(call)
    assert await Records(place.stage).until_told(call) is Rung.DIRECT_MESSAGE
    return job_id_of(place.audio(place.direct_messages())[-1])


async def test_shared_track_is_silent_for_others_when_its_share_was_removed_by_hand(
    reader: Reader, shelf: Shelf, other: MemberDriver
) -> None:
    job = await shelf.stored.job(await private_by_direct_message(reader.place))
    opened = await reader.open(await reader.tracks(), job)
    target = Place(reader.stage, f"Elsewhere {next(_numbers)}").channel
    shared = await shared_from(reader.place, opened, target)
    heard = await open_of(reader, job, other)
    assert heard.audio
    assert "only for you" not in heard.text

    reader.stage.world.messages.delete(target.messages[int(shared.id)])
    gone = await open_of(reader, job, other)
    assert gone.text == words.track_unknown()
    assert not titles(await reader.tracks(other, user=reader.member.user))
    assert (await reader.open(await reader.tracks(), job)).audio  # its member still has it


async def open_of(reader: Reader, job: Job, other: MemberDriver) -> MessageView:
    """What somebody else gets of a track that is listed."""
    listed = await reader.tracks(other, user=reader.member.user)
    assert "private" not in listed.text
    return await reader.open(listed, job, other)


# --- where the bot is not -------------------------------------------------------------------------


@pytest.mark.parametrize("where", ["Elsewhere/platform", "Carpool"])
async def test_track_is_deleted_with_its_message_where_the_bot_is_not(
    stage: Stage, where: str
) -> None:
    ben = stage.member()
    call = await ben.slash("compose", channel=where, prompt="lo-fi rain")
    card = await call.answered()
    track = await stage.bot.watch(ben.wait_for_edit(card, lambda message: message.audio))
    panel = await (await ben.click(track, label="More")).answered()
    assert labels(panel) == ["Variations", "Recipe", "Rename"]
    dialog = await ben.click(track, label="Delete")
    await dialog.acknowledged()
    assert dialog.modal
    assert "can't be made again exactly" in str(dialog.modal)
    sure = await ben.fill_modal(dialog, {})
    await ben.wait_until_gone(track)
    told = await ben.wait_for_message(
        lambda one: one.id in {mine.id for mine in sure.messages()}, channel=where
    )
    assert told.content == words.deleted()
    assert told.ephemeral


async def test_track_that_was_deleted_from_afar_goes_by_a_press_on_its_message(
    stage: Stage,
) -> None:
    ben = stage.member()
    call = await ben.slash("compose", channel="Carpool", prompt="song of the road")
    card = await call.answered()
    track = await stage.bot.watch(ben.wait_for_edit(card, lambda message: message.audio))
    listed = await filled(stage, await ben.slash("tracks", channel="general"))
    chosen = await ben.choose(listed, custom_id="compose:open", values=[job_id_of(track)])
    opened = await filled(stage, chosen)
    question = await (await ben.click(opened, label="Delete")).answered()
    await (await ben.click(question, label="Delete it")).acknowledged()
    await ben.wait_for_edit(question, lambda one: one.content == words.deleted_out_of_reach())
    await ben.fill_modal(await ben.click(track, label="Delete"), {})
    await ben.wait_until_gone(track)


async def test_variations_outside_are_said_to_be_kept_when_there_is_no_way_to_post_them(
    stage: Stage,
) -> None:
    place = Place(stage, "Lone traveller")
    stage.world.state.set_dms(place.member.user, accepted=False)
    call = await place.member.slash(
        "compose", channel=place.channel, prompt="twins", private=True, variations=2
    )
    card = await call.answered()
    both = await stage.bot.watch(
        place.member.wait_for_edit(card, lambda one: one.text.count(words.held_for_you()) == 2)
    )
    assert both.ephemeral


# --- at the same moment ---------------------------------------------------------------------------


async def test_held_track_is_handed_out_once_when_it_is_asked_for_twice(reader: Reader) -> None:
    await reader.hold("only once")
    calls = await asyncio.gather(
        *(reader.member.slash("tracks", channel=reader.place.channel) for _ in range(2))
    )
    for call in calls:
        await filled(reader.stage, call)
        await reader.member.wait_for_message(
            lambda one, call=call: (
                "Your tracks" in one.text  # type: ignore[misc]
                and one.id in {mine.id for mine in call.messages()}
            )
        )
    handed_out = [one for call in calls for one in call.messages() if one.audio]
    assert len(handed_out) == 1


async def test_second_track_is_opened_when_the_first_one_has_come(reader: Reader) -> None:
    job = await reader.composed()
    listed = await reader.tracks()
    fetching = reader.stage.discord.scenario.on("GET", "/(ephemeral-)?attachments/.+")
    held = fetching.hold_before()
    first = await reader.member.choose(listed, custom_id="compose:open", values=[job.id])
    await reader.stage.bot.watch(held.reached())
    second = await reader.member.choose(listed, custom_id="compose:open", values=[job.id])
    assert await private_answer(second) == words.one_moment()
    held.release()
    assert (await filled(reader.stage, first)).audio
    assert (await reader.open(listed, job)).audio
