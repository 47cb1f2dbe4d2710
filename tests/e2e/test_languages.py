"""The bot answers a member in the member's language, and writes to a channel in the server's."""

import pytest

from bot import words
from sandbox.aimlapi.generations import Fate
from sandbox.driver import MessageView
from tests.e2e.place import Place
from tests.e2e.pressing import BUTTONS, more
from tests.e2e.shared import GENERATIONS, reply_to
from tests.e2e.stage import private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

with words.speaking("de"):
    GERMAN_BUTTONS = ["Like", "Remix", "Noch mal", words.button_more()]
OUT_OF_IDEAS = Fate(error={"name": "Error", "message": "out of ideas"})


def speaks(place: Place, *, member: str, server: str) -> None:
    """In a server of the member's own, so that it's no other test's."""
    place.own_guild()
    place.member.locale = member
    place.guild.preferred_locale = server


def labels(message: MessageView) -> list[str]:
    return [button["label"] for button in message.buttons]


def title(message: MessageView) -> str:
    found: str = message.embeds[0]["title"]
    return found


def field_names(message: MessageView) -> set[str]:
    return {field["name"] for field in message.embeds[0]["fields"]}


def german_ready(place: Place) -> str:
    """What the card of the member's track says in the end."""
    with words.speaking("de"):
        return words.ready("\u2068Lo-fi rain\u2069", place.member.user_id)


async def refusal(place: Place) -> str:
    """Of a request that its model doesn't take."""
    return await private_answer(
        await place.member.slash("compose", channel=place.channel, prompt="rain", lyrics="la la")
    )


async def pressed(place: Place, message: MessageView, label: str) -> str:
    """What the member alone reads after a press."""
    return await private_answer(await place.member.click(message, label=label))


async def test_everything_is_german_when_member_and_server_are(place: Place) -> None:
    speaks(place, member="de", server="de")
    _, card = await place.compose()
    assert title(card) == "Dein Stück entsteht"
    assert field_names(card) == {"Voraussichtlich fertig"}
    assert labels(card) == ["Abbrechen"]

    track = await reply_to(place.stage, place.member, card)
    assert track.content == f"<@{place.member.user_id}>, dein Stück ist fertig."
    assert labels(track) == GERMAN_BUTTONS
    ready = await place.member.wait_for_edit(card, lambda one: german_ready(place) in one.text)
    assert labels(ready) == []

    assert await pressed(place, track, "Like") == "Dein eigenes Stück kannst du nicht liken."
    assert "kann mit `lyrics` nichts anfangen" in await refusal(place)


async def test_channel_reads_english_and_the_member_german_when_only_the_member_is_german(
    place: Place,
) -> None:
    speaks(place, member="de", server="en-US")
    _, card = await place.compose()
    assert title(card) == "Composing your track"
    track = await reply_to(place.stage, place.member, card)
    assert track.content.endswith("your track is ready.")
    assert labels(track) == BUTTONS

    assert await pressed(place, track, "Like") == "Dein eigenes Stück kannst du nicht liken."
    panel = await more(place.member, track)
    assert "Alles, was du brauchst" in await pressed(place, panel, "Rezept")
    assert "kann mit `lyrics` nichts anfangen" in await refusal(place)


async def test_channel_reads_german_and_the_member_english_when_only_the_server_is_german(
    place: Place,
) -> None:
    speaks(place, member="en-GB", server="de")
    _, card = await place.compose()
    assert title(card) == "Dein Stück entsteht"
    track = await reply_to(place.stage, place.member, card)
    assert labels(track) == GERMAN_BUTTONS

    assert await pressed(place, track, "Like") == "You can't like your own track."
    assert "takes no `lyrics`" in await refusal(place)


async def test_private_track_is_german_when_its_member_is_german_on_an_english_server(
    place: Place,
) -> None:
    speaks(place, member="de", server="en-US")
    call = await place.member.slash(
        "compose", channel=place.channel, prompt="lo-fi rain", private=True
    )
    card = await call.answered()
    assert title(card) == "Dein Stück entsteht"
    track = await place.member.wait_for_edit(card, lambda one: one.audio)
    assert "dein Stück ist fertig" in track.content
    assert labels(track) == [*GERMAN_BUTTONS[1:], "Löschen"]


async def test_failure_is_told_in_the_servers_language(place: Place) -> None:
    speaks(place, member="en-US", server="de")
    place.stage.provider.plan(OUT_OF_IDEAS)
    _, card = await place.compose()
    told = await reply_to(place.stage, place.member, card)
    assert "aus deinem Stück ist leider nichts geworden" in told.content
    assert "Seine Begründung: „out of ideas“." in told.content
    assert labels(told) == ["Erneut versuchen", "Bearbeiten", "Rezept"]
    failed = await place.member.wait_for_edit(card, lambda one: "geworden" in title(one))
    assert "„out of ideas“" in failed.text


@pytest.mark.parametrize(
    ("fate", "says", "ended"),
    [
        (Fate(), "dein Stück ist fertig", None),
        (OUT_OF_IDEAS, "aus deinem Stück ist leider", "Aus diesem Stück ist nichts geworden"),
    ],
    ids=["track", "failure"],
)
async def test_servers_language_stays_when_the_bot_is_killed_on_the_way(
    place: Place, fate: Fate, says: str, ended: str | None
) -> None:
    speaks(place, member="en-US", server="de")
    place.stage.provider.plan(fate)
    poll = place.stage.provider.scenario.on("GET", GENERATIONS).hold_before()
    _, card = await place.compose()
    await place.stage.bot.watch(poll.reached())
    await place.stage.bot.kill()
    poll.drop()
    await place.stage.bot.start()
    await place.stage.bot.ready()
    told = await reply_to(place.stage, place.member, card)
    assert says in told.content
    await place.member.wait_for_edit(card, lambda one: (ended or german_ready(place)) in one.text)
