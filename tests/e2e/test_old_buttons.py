"""Buttons of messages that are there already: each is answered as it was when it was posted."""

from itertools import chain

import pytest

from sandbox.discord.enums import ComponentType
from sandbox.discord.model import Json
from sandbox.driver import Call, MemberDriver, MessageView
from tests.e2e.place import Place
from tests.e2e.pressing import delivered, job_id_of

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

# Rows of buttons as they were posted before More, by the last part of their custom_ids. These are
# in channels for ever: actions may be added here, never changed or taken away.
TRACK = (("again", "remix", "vary", "like"), ("share", "recipe", "delete"))
ROWS = {
    "result": (*TRACK, ("check",)),
    "share": TRACK,
    "library": (
        ("again", "share", "rename", "recipe", "delete"),
        ("like", "remix", "remake"),
    ),
    "card": (("cancel", "recipe"),),
    "failure": (("retry", "check", "reword", "recipe"),),
    "unstarted": (("recipe",),),
    "overdue": (("check", "cancel"),),
    "delayed": (("cancel",),),
    "late": (("check",),),
    # Answers to the buttons of a track. They name their place, too.
    "tworesult": (("takes",),),
    "threeshare": (("takes",),),
    "fourresult": (("takes",),),
}
QUESTIONS = (("sharehere", "keep", "deletenow"),)  # the last one, since it deletes the track

# What the member who asked for a finished track reads first.
ANSWERS = {
    "again": "Composing your track",
    "remake": "Composing your track",
    "remix": "Remix a track",
    "vary": "Variations",
    "takes": "versions",
    "like": "You can't like your own track",
    "share": "Where do you want to share",
    "recipe": "/compose prompt:lo-fi rain",
    "delete": "can't be made again exactly",
    "rename": "Rename this track",
    "check": "The music service still has it",
    "retry": "no need to try again",
    "reword": "no need to try again",
    "cancel": "Too late to cancel",
    "sharehere": "Sharing it",
    "keep": "Nothing was deleted",
    "deletenow": "Deleting it",
}


@pytest.mark.parametrize("where", ROWS)
async def test_old_button_is_answered_wherever_it_stands(place: Place, where: str) -> None:
    track = await delivered(place)
    await assert_answered(place.member, track, where, ROWS[where])


@pytest.mark.parametrize("where", ["result", "share", "library"])
async def test_button_of_an_old_question_is_answered(place: Place, where: str) -> None:
    track = await delivered(place)
    await assert_answered(place.member, track, where, QUESTIONS)
    await place.member.wait_until_gone(track)


async def assert_answered(
    member: MemberDriver, track: MessageView, where: str, rows: tuple[tuple[str, ...], ...]
) -> None:
    """Press every button of the track's message, as an earlier version had posted it."""
    custom_ids = [[f"compose:{one}:{job_id_of(track)}:{where}" for one in row] for row in rows]
    member._find(track).components[:] = [as_posted(row) for row in custom_ids]
    for custom_id in chain.from_iterable(custom_ids):
        call = await member.click(track, custom_id=custom_id)
        said = await first_words(member, call)
        assert ANSWERS[custom_id.split(":")[1]] in said, custom_id


def as_posted(custom_ids: list[str]) -> Json:
    """A row of grey buttons."""
    grey = {"type": ComponentType.BUTTON, "style": 2}
    row = [
        {**grey, "id": number, "label": custom_id, "custom_id": custom_id}
        for number, custom_id in enumerate(custom_ids, 2)
    ]
    return {"type": ComponentType.ACTION_ROW, "id": 1, "components": row}


async def first_words(member: MemberDriver, call: Call) -> str:
    """The title of a dialog, or what a message says once it was thought about."""
    await call.acknowledged()
    if call.modal:
        return str(call.modal["title"])
    answer = await call.answered()
    if answer.thinking:
        answer = await member.wait_for_edit(answer, lambda message: not message.thinking)
    return answer.text
