"""What tests of the buttons under a track do: get one, press, forge, choose."""

from typing import Any

from bot import words
from sandbox.driver import Call, MemberDriver, MessageView
from tests.e2e.place import Place
from tests.e2e.shared import Records, reply_to
from tests.e2e.stage import private_answer

BUTTONS = ["Like", "Remix", "Again", "More"]
PROMPT = "lo-fi rain"
UNKNOWN = "I don't remember this track"


async def delivered(place: Place, prompt: str = PROMPT, **options: Any) -> MessageView:
    """The track of the place's member."""
    call = await place.member.slash("compose", channel=place.channel, prompt=prompt, **options)
    return await reply_to(place.stage, place.member, await call.answered())


async def next_track(place: Place, member: MemberDriver, call: Call) -> MessageView:
    """The track that a press led to; its card is for all."""
    card = await call.answered()
    assert not card.ephemeral, card
    return await reply_to(place.stage, member, card)


def card_of(member: MemberDriver, track: MessageView) -> MessageView:
    assert track.reference is not None
    return member.message(track.reference["message_id"], int(track.channel_id))


async def forge(
    member: MemberDriver, message: MessageView, action: str, job_id: str, where: str = "result"
) -> Call:
    """A press on a button that the bot never put there."""
    return await forge_id(member, message, f"compose:{action}:{job_id}:{where}")


async def forge_id(member: MemberDriver, message: MessageView, forged: str) -> Call:
    """The same with any custom_id."""
    real = member._find(message).components[0]["components"][0]
    kept = real["custom_id"]
    real["custom_id"] = forged
    try:
        call = await member.click(message, custom_id=forged)
        await call.acknowledged()
    finally:
        real["custom_id"] = kept
    return call


def job_id_of(track: MessageView) -> str:
    named: str = track.buttons[0]["custom_id"]
    return named.split(":")[2]


async def recipe(member: MemberDriver, track: MessageView) -> str:
    shown = track if "Recipe" in labels(track) else await more(member, track)
    return await private_answer(await member.click(shown, label="Recipe"))


async def more(member: MemberDriver, track: MessageView) -> MessageView:
    """The private message that More under a track opens."""
    panel = await (await member.click(track, label="More")).answered()
    assert panel.ephemeral, panel
    return panel


async def press(member: MemberDriver, track: MessageView, label: str) -> Call:
    """A press on one of the buttons behind More."""
    return await member.click(await more(member, track), label=label)


def labels(message: MessageView) -> list[str]:
    return [button["label"] for button in message.buttons]


def file_ids(message: MessageView) -> list[str]:
    """Their links change with each look."""
    return [file["id"] for file in message.attachments]


async def private_track(place: Place) -> MessageView:
    """A track that its member alone has seen."""
    call = await place.member.slash(
        "compose", channel=place.channel, prompt="secret song", private=True
    )
    card = await call.answered()
    assert card.ephemeral
    await Records(place.stage).until_told(call)
    return next(one for one in call.messages() if one.attachments)


async def choose(place: Place, question: MessageView, channel: str) -> str:
    """What the member is told after choosing a channel to share to."""
    (select,) = place.member.message(question).selects
    call = await place.member.choose(question, custom_id=select["custom_id"], values=[channel])
    await call.acknowledged()
    answer = await place.stage.bot.watch(
        place.member.wait_for_edit(question, lambda one: one.content != words.sharing())
    )
    return answer.content
