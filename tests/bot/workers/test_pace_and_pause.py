"""How fast requests go out, and how long they are held back."""

from datetime import timedelta

import pytest

from bot.errors import KeyRejected, OutOfCredits, RateLimited, Unavailable
from bot.workers.pace import Pace
from bot.workers.pause import FIRST_PROBE_S, LONGEST_PROBE_S, Pause
from tests.factories import NOW, HandClock


class Seconds:
    """A monotonic clock that is moved by hand."""

    def __init__(self) -> None:
        self.now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.mark.parametrize("per_s", [0.5, 5.0, 40.0])
def test_pace_holds_over_a_minute_when_every_request_is_taken(per_s: float) -> None:
    clock_s = Seconds()
    pace, sent = Pace(per_s, clock_s), 0
    for _ in range(6000):
        available = pace.available()
        pace.spend(available)
        sent += available
        clock_s.now_s += 0.01
    assert sent == pytest.approx(60 * per_s, abs=max(per_s / 4, 1) + 1)


def test_pace_allows_no_burst_after_a_rest() -> None:
    clock_s = Seconds()
    pace = Pace(8.0, clock_s)
    clock_s.now_s += 3600
    assert pace.available() == 2


@pytest.mark.parametrize("per_s", [0.01, 0.5, 5.0])
def test_pace_says_when_the_next_request_may_go(per_s: float) -> None:
    clock_s = Seconds()
    pace = Pace(per_s, clock_s)
    pace.spend(pace.available())
    assert pace.available() == 0
    clock_s.now_s += pace.seconds_to_next() * 1.000001
    assert pace.available() == 1
    assert pace.seconds_to_next() == 0


def limited(retry_after_s: float | None) -> RateLimited:
    return RateLimited("429", retry_after_s=retry_after_s)


def distance_s(pause: Pause, clock: HandClock) -> float:
    assert pause.probe_at is not None
    return (pause.probe_at - clock()).total_seconds()


def test_probes_are_further_and_further_apart_up_to_a_limit() -> None:
    pause, clock, distances = Pause(), HandClock(), []
    for _ in range(8):
        pause.begin(Unavailable("503"), clock())
        distances.append(distance_s(pause, clock))
        clock.advance(distances[-1])
    assert distances == [2, 4, 8, 16, 32, 60, 60, 60]
    assert (distances[0], distances[-1]) == (FIRST_PROBE_S, LONGEST_PROBE_S)


def test_probes_are_not_put_off_when_what_was_under_way_is_refused_too() -> None:
    pause, clock = Pause(), HandClock()
    for _ in range(10):
        pause.begin(Unavailable("503"), clock())
    assert distance_s(pause, clock) == FIRST_PROBE_S


@pytest.mark.parametrize(("asked_s", "waits_s"), [(17.0, 17.0), (None, 2.0), (0.0, 2.0)])
def test_probe_waits_as_long_as_the_provider_asked(asked_s: float | None, waits_s: float) -> None:
    pause, clock = Pause(), HandClock()
    pause.begin(limited(asked_s), clock())
    assert distance_s(pause, clock) == waits_s


def test_refusal_is_news_when_its_reason_is_another() -> None:
    pause, clock = Pause(), HandClock()
    reasons = [KeyRejected("a"), KeyRejected("b"), OutOfCredits("c"), OutOfCredits("d")]
    assert [pause.begin(reason, clock()) for reason in reasons] == [True, False, True, False]


def test_host_must_act_when_waiting_alone_does_not_help() -> None:
    for reason, must_act in (
        (KeyRejected("x"), True),
        (OutOfCredits("x"), True),
        (limited(1), False),
    ):
        pause = Pause()
        pause.begin(reason, NOW)
        assert pause.host_must_act is must_act
    assert not Pause().host_must_act


def test_pause_starts_anew_when_it_had_ended() -> None:
    pause, clock = Pause(), HandClock()
    assert not pause.end()
    for _ in range(3):
        pause.begin(Unavailable("503"), clock())
        clock.advance(100)
    assert pause.lasted_s(clock()) == 300
    assert pause.end()
    assert (pause.probe_at, pause.reason, pause.lasted_s(clock())) == (None, None, 0)
    assert pause.begin(Unavailable("503"), clock())
    assert pause.probe_at == clock() + timedelta(seconds=FIRST_PROBE_S)
