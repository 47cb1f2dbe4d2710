"""Where a track goes when Discord has closed a way, or has trouble: the ladder of delivery.

One bot for all; each case has a channel and a member of its own, and what happens to them happens
between the card and the track.
"""

from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from bot.domain.jobs import Rung
from sandbox.discord.permissions import Permissions
from sandbox.driver import Call, MemberDriver, MessageView
from sandbox.scenario import Rule
from tests.e2e.place import API, Place
from tests.e2e.shared import Records, quick_sandbox, shared_stage, until
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

TOO_LARGE = {"message": "Request entity too large", "code": 40005}
PAGE = "<!doctype html><title>Access denied</title>"
ODD = {"message": "Something new", "code": 99123}
HELD_WORDS = "I couldn't deliver this track"


@dataclass(frozen=True)
class Case:
    """What happens after the card, and the rung on which the track is told then."""

    name: str
    strike: Callable[[Place, Call, MessageView], object]
    rung: Rung
    before: Callable[[Place], object] = lambda _: None
    with_file: bool = True

    def __str__(self) -> str:
        return self.name


def denied(*permissions: Permissions) -> Callable[[Place, Call, MessageView], None]:
    return lambda place, _call, _card: place.deny(*permissions)


def failing(status: int, body: object = None) -> Callable[[Place, Call, MessageView], Rule]:
    """The first try to post the track gets this answer."""
    content = {"message": "no", "code": 0} if body is None else body
    headers = {"Via": "1.1 google", "Retry-After": "1"}
    return lambda place, _call, _card: place.posts().respond(status, content, headers=headers)


def limited(*, whole: bool) -> dict[str, object]:
    """The body of a 429, of the route or of all that the bot does."""
    about = {"message": "You are being rate limited.", "code": 0}
    return about | {"retry_after": 1.0, "global": whole}


def behind_a_firewall(place: Place, _call: Call, card: MessageView) -> None:
    """For a while nothing gets through, neither to the channel nor to the card."""
    place.posts(times=3).respond(403, PAGE)
    path = f"{API}/channels/{place.channel.id}/messages/{card.id}"
    place.stage.discord.scenario.on("PATCH", path, times=3).respond(403, PAGE)


def odd(times: int) -> Callable[[Place, Call, MessageView], Rule]:
    """So many tries to post get a refusal in Discord's words that nobody has heard of."""
    return lambda place, *_: place.posts(times=times).respond(400, ODD)


def direct_messages_behind_a_firewall(place: Place, call: Call, card: MessageView) -> None:
    all_but_direct(place, call, card)
    opened = place.stage.discord.scenario.on("POST", f"{API}/users/@me/channels", times=4)
    opened.respond(403, PAGE)


def closed_with_a_card_out_of_reach(place: Place, call: Call, card: MessageView) -> None:
    everything(place, call, card)
    path = f"{API}/channels/{place.channel.id}/messages/{card.id}"
    place.stage.discord.scenario.on("PATCH", path, times=2).respond(403, PAGE)


def all_but_direct(place: Place, call: Call, _card: MessageView) -> None:
    place.deny(Permissions.SEND_MESSAGES)
    place.expire(call)


def everything(place: Place, call: Call, card: MessageView) -> None:
    all_but_direct(place, call, card)
    place.close_direct_messages()


def channel_and_card(place: Place, _call: Call, card: MessageView) -> None:
    place.deny(Permissions.SEND_MESSAGES)
    place.delete_card(card)


def archived(place: Place, *, locked: bool) -> None:
    place.world.thread_archive.set_archived(place.channel, archived=True, locked=locked)


def too_large_for_the_token(place: Place, _call: Call, card: MessageView) -> None:
    place.deny(Permissions.SEND_MESSAGES)
    path = f"{API}/webhooks/.+/messages/{card.id}"
    rule = place.stage.discord.scenario.on("PATCH", path)
    rule.respond(413, TOO_LARGE)


def bot_is_removed_for_long(place: Place, call: Call, _card: MessageView) -> None:
    place.remove_bot()
    place.expire(call)


def member_leaves(place: Place) -> None:
    place.world.places.remove_member(place.guild, place.member.user_id)


def member_leaves_a_closed_channel(place: Place, call: Call, card: MessageView) -> None:
    all_but_direct(place, call, card)
    member_leaves(place)


IN_CHANNEL = [
    Case("500", failing(500), Rung.CHANNEL),
    Case("502", failing(502), Rung.CHANNEL),
    Case("503", failing(503), Rung.CHANNEL),
    Case("429 of the route", failing(429, limited(whole=False)), Rung.CHANNEL),
    Case("429 of all", failing(429, limited(whole=True)), Rung.CHANNEL),
    Case("401 of a new bot token", failing(401), Rung.CHANNEL),
    Case("200 with HTML", failing(200, "<!doctype html>"), Rung.CHANNEL),
    Case("200 without a message", failing(200), Rung.CHANNEL),
    Case("a page with 400", failing(400, PAGE), Rung.CHANNEL),
    Case("a page with 403", failing(403, PAGE), Rung.CHANNEL),
    Case("a page with 404", failing(404, PAGE), Rung.CHANNEL),
    Case("405", failing(405, {"message": "405: Method Not Allowed", "code": 0}), Rung.CHANNEL),
    Case("425", failing(425, "Too Early"), Rung.CHANNEL),
    Case("403 of the edge", failing(403, {"message": "no network", "code": 40333}), Rung.CHANNEL),
    Case("403 of a gateway", failing(403, {"message": "Forbidden"}), Rung.CHANNEL),
    Case("403 with another code", failing(403, {"code": "50013"}), Rung.CHANNEL),
    Case("403 with a list", failing(403, [{"code": 50013, "message": "no"}]), Rung.CHANNEL),
    Case("404 with odd errors", failing(404, {"code": 0, "errors": ["no"]}), Rung.CHANNEL),
    Case("a firewall for a while", behind_a_firewall, Rung.CHANNEL),
    Case("an odd code twice", odd(2), Rung.CHANNEL),
    Case("an endless code", failing(400, {"code": 10**30, "message": "?"}), Rung.CHANNEL),
    Case("cut before it was posted", lambda p, *_: p.posts().reset_before(), Rung.CHANNEL),
    Case("cut after it was posted", lambda p, *_: p.posts().reset_after(), Rung.CHANNEL),
    Case("cut in the answer", lambda p, *_: p.posts().truncate(20), Rung.CHANNEL),
    Case("too large after all", failing(413, TOO_LARGE), Rung.CHANNEL, with_file=False),
    Case("too large as a 400", failing(400, TOO_LARGE), Rung.CHANNEL, with_file=False),
    Case("history lost", denied(Permissions.READ_MESSAGE_HISTORY), Rung.CHANNEL),
    Case("card deleted", lambda p, _, card: p.delete_card(card), Rung.CHANNEL),
    Case("token expired", lambda p, call, _: p.expire(call), Rung.CHANNEL),
    Case("direct messages closed", lambda p, *_: p.close_direct_messages(), Rung.CHANNEL),
    Case("member left", lambda p, *_: member_leaves(p), Rung.CHANNEL),
    Case("archived", lambda p, *_: archived(p, locked=False), Rung.CHANNEL, Place.thread),
]

ELSEWHERE = [
    Case("send lost", denied(Permissions.SEND_MESSAGES), Rung.INTERACTION),
    Case("attach lost", denied(Permissions.ATTACH_FILES), Rung.INTERACTION),
    Case("embed lost", denied(Permissions.EMBED_LINKS), Rung.INTERACTION),
    Case("view lost", denied(Permissions.VIEW_CHANNEL), Rung.INTERACTION),
    Case("send lost and token expired", all_but_direct, Rung.DIRECT_MESSAGE),
    Case(
        "direct messages behind a firewall", direct_messages_behind_a_firewall, Rung.DIRECT_MESSAGE
    ),
    Case("locked", lambda p, *_: archived(p, locked=True), Rung.DIRECT_MESSAGE, Place.thread),
    Case(
        "channel deleted",
        lambda p, *_: p.world.places.delete_channel(p.channel),
        Rung.DIRECT_MESSAGE,
    ),
    Case(
        "thread deleted",
        lambda p, *_: p.world.places.delete_channel(p.channel),
        Rung.DIRECT_MESSAGE,
        Place.thread,
    ),
    Case(
        "send lost and card deleted",
        channel_and_card,
        Rung.DIRECT_MESSAGE,
    ),
    Case("too large for the token", too_large_for_the_token, Rung.INTERACTION, with_file=False),
    Case("bot removed", lambda p, *_: p.remove_bot(), Rung.INTERACTION, Place.own_guild),
    Case("bot removed for long", bot_is_removed_for_long, Rung.HELD, Place.own_guild),
    Case("an odd code three times", odd(3), Rung.INTERACTION),
    Case("everything closed", everything, Rung.HELD),
    Case("everything closed, the card for a while", closed_with_a_card_out_of_reach, Rung.HELD),
    Case("member left a closed channel", member_leaves_a_closed_channel, Rung.HELD),
]
CASES = [*IN_CHANNEL, *ELSEWHERE]


@dataclass(frozen=True)
class Told:
    """How a case went."""

    place: Place
    call: Call
    card: MessageView
    rung: Rung


class Cases:
    """All cases, started one after the other, and looked at in any order."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self._started: dict[str, tuple[Place, Call, MessageView]] = {}

    async def start(self, case: Case) -> None:
        place = Place(self.stage, case.name)
        case.before(place)
        call, card = await place.compose()
        case.strike(place, call, card)
        self._started[case.name] = place, call, card

    async def told(self, case: Case) -> Told:
        place, call, card = self._started[case.name]
        return Told(place, call, card, await Records(self.stage).until_told(call))


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def cases(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Cases]:
    async with shared_stage(tmp_path_factory.mktemp("ladder"), quick_sandbox()) as stage:
        cases = Cases(stage)
        for case in CASES:
            await cases.start(case)
        yield cases


@pytest.mark.parametrize("case", IN_CHANNEL, ids=str)
async def test_track_is_posted_in_the_channel_once(cases: Cases, case: Case) -> None:
    told = await cases.told(case)
    assert told.rung is Rung.CHANNEL
    place, mention = told.place, f"<@{told.place.member.user_id}>"
    shown = [place.member._view(message) for message in place.channel.messages.values()]
    [track] = [one for one in shown if one.id != told.card.id and mention in one.content]
    assert len(track.attachments) == int(case.with_file)
    assert [user["id"] for user in track.mentions] == [str(place.member.user_id)]
    if not case.with_file:
        assert track.buttons[0]["url"].startswith(cases.stage.provider.url)
    assert not place.direct_messages().messages


@pytest.mark.parametrize("case", ELSEWHERE, ids=str)
async def test_track_takes_the_next_rung_when_the_channel_is_closed(
    cases: Cases, case: Case
) -> None:
    told = await cases.told(case)
    assert told.rung is case.rung
    in_channel, directly = told.place.audio(), told.place.audio(told.place.direct_messages())
    on_card = case.rung is Rung.INTERACTION and case.with_file
    assert [track.id for track in in_channel] == ([told.card.id] if on_card else [])
    assert len(directly) == int(case.rung is Rung.DIRECT_MESSAGE)


@pytest.mark.parametrize(
    "name", ["a firewall for a while", "everything closed, the card for a while"]
)
async def test_card_says_so_in_the_end_when_it_could_not_be_changed_for_a_while(
    cases: Cases, name: str
) -> None:
    told = await cases.told(next(case for case in CASES if case.name == name))
    member = told.place.member
    said = "Listen" if told.rung is Rung.CHANNEL else "/tracks"
    await until(cases.stage, lambda: said in member.message(told.card).text)


async def test_held_track_is_handed_out_to_its_member(cases: Cases) -> None:
    case = next(case for case in CASES if case.name == "everything closed")
    told = await cases.told(case)
    assert told.rung is Rung.HELD
    member = told.place.member
    await until(cases.stage, lambda: "/tracks" in member.message(told.card).text)
    handed_out = await tracks(cases.stage, member)
    assert [len(message.attachments) for message in handed_out] == [1]
    assert HELD_WORDS in handed_out[0].content
    records = Records(cases.stage)
    await until(cases.stage, lambda: records.rung(told.call) is Rung.INTERACTION)
    assert not [message for message in await tracks(cases.stage, member) if message.attachments]


async def test_held_track_is_not_handed_out_to_others(cases: Cases) -> None:
    case = next(case for case in CASES if case.name == "member left a closed channel")
    await cases.told(case)
    for message in await tracks(cases.stage, cases.stage.member("Chika")):
        assert HELD_WORDS not in message.content


async def tracks(stage: Stage, member: MemberDriver) -> list[MessageView]:
    """What `/tracks` answers."""
    call = await member.slash("tracks", channel="general")
    await call.acknowledged()
    filled = await stage.bot.watch(
        member.wait_for_edit(await call.answered(), lambda message: not message.thinking)
    )
    return [filled]
