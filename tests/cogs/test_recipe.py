"""Whom a track goes back to: everybody is told, in messages that Discord takes."""

from bot.domain.requests import Relation
from bot.domain.visibility import Ancestor
from bot.library.visibility import NAMED_ANCESTORS
from cogs.recipe import _beside, _in_messages
from cogs.ui.limits import MESSAGE_LIMIT
from tests.factories import a_job

MEMBER_ID = 2**63 - 1


def test_every_author_is_credited_when_the_line_is_long() -> None:
    line = [
        Ancestor(
            job=a_job(member_id=MEMBER_ID - number, relation=Relation.REMIX, title="*" * 100),
            visible=number < NAMED_ANCESTORS,
        )
        for number in range(300)
    ]
    messages = _in_messages(["x" * MESSAGE_LIMIT, *_beside(a_job(relation=Relation.REMIX), line)])
    assert all(len(message) <= MESSAGE_LIMIT for message in messages)
    told = "\n".join(messages)
    assert all(f"<@{MEMBER_ID - number}>" in told for number in range(300))
    assert told.count("Remix of") == NAMED_ANCESTORS


def test_each_author_is_named_once_before_the_nearest() -> None:
    jobs = [a_job(member_id=number % 2, relation=Relation.REMIX) for number in range(30)]
    lines = _beside(a_job(relation=Relation.AGAIN), [Ancestor(job=j, visible=False) for j in jobs])
    assert lines[-1] == "- Before that, by <@0> and <@1>"


def test_what_fits_is_one_message() -> None:
    assert _in_messages(["recipe", "- one", "- two"]) == ["recipe\n- one\n- two"]
