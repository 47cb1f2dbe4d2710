"""Where one can compose, and how the track comes back there: one bot for all that is allowed."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.jobs import NoticeKind, Rung
from sandbox.aimlapi.generations import Fate
from sandbox.discord.model import Channel
from sandbox.discord.permissions import Permissions
from sandbox.driver import Call, MemberDriver, MessageView, OptionError
from sandbox.stack import Sandbox
from tests.e2e.place import Place
from tests.e2e.shared import Records, quick_sandbox, reply_to, shared_stage
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

EVERYWHERE = "ALLOW_USER_INSTALLS"
BOT = "@Compose Bot"


def servers_with_the_bot(sandbox: Sandbox) -> str:
    """As `ALLOWED_GUILD_IDS` takes them."""
    world = sandbox.discord.world
    return ",".join(
        str(one.id) for one in world.state.guilds.values() if world.state.bot.id in one.members
    )


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """Composing is allowed everywhere, and of the servers in those that have the bot."""
    sandbox = quick_sandbox()
    settings = {EVERYWHERE: "true", "ALLOWED_GUILD_IDS": servers_with_the_bot(sandbox)}
    async with shared_stage(tmp_path_factory.mktemp("open"), sandbox, **settings) as opened:
        yield opened


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def closed_stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    """The default: servers alone."""
    async with shared_stage(tmp_path_factory.mktemp("closed"), quick_sandbox()) as opened:
        yield opened


async def composed(member: MemberDriver, place: str | Channel) -> tuple[Call, MessageView]:
    """The card, in a place where nothing is refused."""
    call = await member.slash("compose", channel=place, prompt="lo-fi rain")
    card = await call.answered()
    assert "lo-fi rain" in card.text, card
    return call, card


async def assert_posted(stage: Stage, member: MemberDriver, place: str | Channel) -> None:
    """The track comes as a new message that replies to its card and notifies the member."""
    call, card = await composed(member, place)
    track = await reply_to(stage, member, card)
    assert len(track.audio) == 1
    assert track.id in [message.id for message in member.pings(int(card.channel_id))]
    assert await Records(stage).until_told(call) is Rung.CHANNEL


async def assert_on_card(stage: Stage, member: MemberDriver, place: str | Channel) -> None:
    """The track takes the card's place, and nothing else is said."""
    before = len(member.messages(place))
    call, card = await composed(member, place)
    track = await stage.bot.watch(member.wait_for_edit(card, lambda message: message.audio))
    assert "Composing" not in track.text
    assert await Records(stage).until_told(call) is Rung.INTERACTION
    assert len(member.messages(place)) == before + 1


# --- servers with the bot -----------------------------------------------------------------------


async def test_track_is_posted_in_the_thread_it_was_asked_for_in(stage: Stage) -> None:
    ben = stage.member()
    thread = await ben.start_thread("side room", channel="Night Bus/depot")
    await assert_posted(stage, ben, thread)


async def test_track_is_posted_in_a_thread_that_was_archived(stage: Stage) -> None:
    ben = stage.member()
    thread = await ben.start_thread("old room", channel="Night Bus/depot")
    await ben.archive(thread)
    await assert_posted(stage, ben, thread)


async def test_track_is_posted_in_the_forum_post_it_was_asked_for_in(stage: Stage) -> None:
    ben = stage.member()
    post = await ben.start_post("My night", "What do you think?", channel="Night Bus/showcase")
    await assert_posted(stage, ben, post)


async def test_track_is_posted_in_the_chat_of_a_voice_channel(stage: Stage) -> None:
    await assert_posted(stage, stage.member(), "Night Bus/Top Deck")


async def test_thread_needs_its_own_permission(stage: Stage) -> None:
    place = Place(stage, "Threader")
    place.thread()
    parent = place.world.state.channels[place.channel.parent_id or 0]
    denied = Place(stage, "Unheard")
    denied.channel = parent
    denied.deny(Permissions.SEND_MESSAGES_IN_THREADS)
    call = await place.member.slash("compose", channel=place.channel, prompt="lo-fi rain")
    assert "Send Messages in Threads" in await private_answer(call)


# --- where the app is the member's own ----------------------------------------------------------


async def test_track_is_posted_in_the_bots_own_direct_messages(stage: Stage) -> None:
    await assert_posted(stage, stage.member(), BOT)


async def test_track_takes_the_cards_place_in_a_server_without_the_bot(stage: Stage) -> None:
    await assert_on_card(stage, stage.member(), "Elsewhere/platform")


async def test_track_takes_the_cards_place_in_a_group(stage: Stage) -> None:
    await assert_on_card(stage, stage.member(), "Carpool")


async def test_track_comes_directly_when_the_token_died_in_a_group(stage: Stage) -> None:
    ben = stage.member()
    direct = ben.channel(BOT)
    call, card = await composed(ben, "Carpool")
    place = Place(stage, "Passenger")
    place.expire(call)
    assert await Records(stage).until_told(call) is Rung.DIRECT_MESSAGE
    assert ben.messages(direct)[-1].audio
    assert not ben.message(card).audio


async def test_failure_takes_the_cards_place_in_a_server_without_the_bot(stage: Stage) -> None:
    ben = stage.member()
    stage.provider.plan(Fate(error={"name": "Error", "message": "no such sound"}))
    call, card = await composed(ben, "Elsewhere/platform")
    told = await stage.bot.watch(ben.wait_for_edit(card, lambda one: "no such sound" in one.text))
    assert "Try again" in [button["label"] for button in told.buttons]
    assert await Records(stage).until_told(call, NoticeKind.FAILURE) is Rung.INTERACTION


# --- other languages ----------------------------------------------------------------------------


async def test_commands_are_described_in_the_language_of_the_member(stage: Stage) -> None:
    ada = stage.member("Ada")
    ada.locale = "de"
    found = {one["name"]: one for one in stage.world.commands.all(None)}
    compose, menu = found["compose"], found["Cover this track"]
    assert compose["description_localizations"] == {"de": "Mach aus einem Satz ein Musikstück"}
    assert menu["name_localizations"] == {"de": "Dieses Stück covern"}
    message = await ada.say("Nothing to hear", channel="general")
    call = await ada.menu("Dieses Stück covern", message)
    assert "kein Audio" in await private_answer(call)


# --- as long as the host does not allow it ------------------------------------------------------


def contexts(stage: Stage) -> dict[str, tuple[list[int], list[int]]]:
    """Installations and contexts of each command, as registered."""
    registered = stage.world.commands.all(None)
    return {one["name"]: (one["integration_types"], one["contexts"]) for one in registered}


async def test_commands_are_offered_everywhere_when_that_is_allowed(stage: Stage) -> None:
    assert contexts(stage)["compose"] == ([0, 1], [0, 1, 2])


async def test_commands_are_offered_in_servers_alone_when_nothing_else_is_allowed(
    closed_stage: Stage,
) -> None:
    found = contexts(closed_stage)
    assert found["compose"] == ([0], [0])
    assert found["tracks"] == ([0], [0, 1])
    for place in (BOT, "Carpool", "Elsewhere/platform"):
        with pytest.raises(OptionError):
            await closed_stage.member().slash("compose", channel=place, prompt="lo-fi rain")


async def test_another_try_is_refused_in_direct_messages_when_servers_alone_are_allowed(
    closed_stage: Stage,
) -> None:
    place = Place(closed_stage, "Penpal")
    closed_stage.provider.plan(Fate(error={"name": "Error", "message": "no such sound"}))
    call, _ = await place.compose()
    place.deny(Permissions.SEND_MESSAGES)
    place.expire(call)
    told = await Records(closed_stage).until_told(call, NoticeKind.FAILURE)
    assert told is Rung.DIRECT_MESSAGE
    (failure,) = place.member.messages(place.direct_messages())
    again = await place.member.click(failure, label="Try again")
    answer = await private_answer(again)
    assert "can't start tracks here" in answer
    assert "/compose prompt:lo-fi rain" in answer
