"""Requests that Discord refused are counted, and what can wait does before they are too many."""

import pytest

from bot.rest.bad_answers import ANSWERS_LIMIT, WITHIN_S, BadAnswers
from tests.bot.deliver.conftest import Post


class Seconds:
    now = 1.0

    def __call__(self) -> float:
        return self.now


@pytest.mark.parametrize("status", [401, 403, 429])
def test_there_is_no_room_when_so_many_were_refused(status: int) -> None:
    clock_s = Seconds()
    answers = BadAnswers(clock_s)
    for _ in range(ANSWERS_LIMIT):
        assert answers.few()
        answers.count(status)
    assert not answers.few()
    clock_s.now += WITHIN_S
    assert answers.few()


def test_other_answers_do_not_count() -> None:
    answers = BadAnswers()
    for status in (200, 400, 404, 500):
        for _ in range(ANSWERS_LIMIT):
            answers.count(status)
    assert answers.few()


async def test_nothing_is_delivered_or_drawn_while_there_is_no_room(post: Post) -> None:
    await post.finished()
    for _ in range(ANSWERS_LIMIT):
        post.bad_answers.count(403)
    await post.deliver_until_told()
    assert not post.messenger.sent
    post.clock.advance(WITHIN_S)
    await post.deliver_until_told()
    assert len(post.messenger.sent) == 1
