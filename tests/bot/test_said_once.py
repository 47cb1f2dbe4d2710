"""A lasting trouble is said once, and its end once; what comes and goes does not fill the log."""

import logging

import pytest

from bot.errors import DatabaseTrouble
from bot.said_once import COMES_BACK_WITHIN_S, PROBLEMS_LIMIT, TROUBLES_LIMIT, SaidOnce


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def seconds() -> Seconds:
    return Seconds()


@pytest.fixture
def said(seconds: Seconds, caplog: pytest.LogCaptureFixture) -> SaidOnce:
    caplog.set_level(logging.INFO)
    return SaidOnce(logging.getLogger("test"), seconds=seconds)


def test_trouble_is_said_once_and_its_end_once(
    said: SaidOnce, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(1000):
        said.say("poll", "could not poll: %s", "500")
        seconds.now_s += 10
    for _ in range(3):
        said.over("poll", "could be polled again")
    assert caplog.messages == [
        "could not poll: 500",
        "could be polled again (1000 times in 10000 s)",
    ]


def test_each_problem_is_said_when_they_differ_but_not_without_end(
    said: SaidOnce, caplog: pytest.LogCaptureFixture
) -> None:
    for number in range(100):
        said.say("poll", "%s", f"problem {number % 2}")
    assert caplog.messages == ["problem 0", "problem 1"]
    for number in range(100):
        said.say("poll", "%s", f"request {number}")
    assert len(caplog.messages) == PROBLEMS_LIMIT


def test_troubles_are_told_apart_by_their_keys(
    said: SaidOnce, caplog: pytest.LogCaptureFixture
) -> None:
    for key in (1, 2, 1, 2):
        said.say(key, "%s", f"of {key}")
    said.over(1, "1 is well")
    said.over(3, "there was none")
    assert caplog.messages[:2] == ["of 1", "of 2"]
    assert len(caplog.messages) == 3


def test_log_stays_short_when_a_trouble_comes_and_goes(
    said: SaidOnce, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(500):
        said.say("poll", "%s", "500")
        said.over("poll", "well")
        seconds.now_s += 2
    assert len(caplog.messages) == 2


def test_trouble_is_said_again_when_it_came_back_to_stay(
    said: SaidOnce, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    said.say("poll", "%s", "500")
    said.over("poll", "well")
    for _ in range(20):
        seconds.now_s += 10
        said.say("poll", "%s", "500")
    said.over("poll", "well")
    assert [message.partition(" ")[0] for message in caplog.messages] == ["500", "well"] * 2


def test_trouble_is_a_new_one_when_the_last_was_over_for_long(
    said: SaidOnce, seconds: Seconds, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(2):
        said.say("poll", "%s", "500")
        said.over("poll", "well")
        seconds.now_s += COMES_BACK_WITHIN_S + 1
    assert caplog.messages == ["500", "well (1 times in 0 s)"] * 2


def test_exception_goes_no_further_and_shows_its_traceback_once(
    said: SaidOnce, caplog: pytest.LogCaptureFixture
) -> None:
    for beats in (False, False, False, False, False, True):
        with said.watching("beat", "no beat: %s", over="beats again"):
            if not beats:
                raise LookupError("nobody thought of this")
    assert caplog.text.count("Traceback") == 1
    assert caplog.messages[0] == "no beat: LookupError: nobody thought of this"
    assert caplog.messages[-1] == "beats again (5 times in 0 s)"


def test_error_of_ours_is_said_without_a_traceback(
    said: SaidOnce, caplog: pytest.LogCaptureFixture
) -> None:
    def beat() -> None:
        raise DatabaseTrouble("is locked")

    with said.watching("beat", "no beat: %s", over="beats again"):
        beat()
    assert caplog.messages == ["no beat: the database is locked"]
    assert "Traceback" not in caplog.text


def test_memory_is_bounded_when_troubles_are_never_over(said: SaidOnce) -> None:
    for key in range(TROUBLES_LIMIT + 100):
        said.say(key, "%s", "500")
    assert len(said._troubles) == TROUBLES_LIMIT
