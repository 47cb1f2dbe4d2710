"""How fast requests go out, and how long they are held back."""

from dataclasses import replace

import pytest

from bot.errors import (
    AccountRefused,
    KeyLacksAudio,
    KeyLimitReached,
    KeyRejected,
    NotVerified,
    OutcomeUnknown,
    OutOfCredits,
    RateLimited,
    Refused,
    Unavailable,
)
from bot.generate.circuit_breaker import (
    FIRST_PROBE_S,
    FORGOTTEN_AFTER_S,
    LONGEST_PROBE_S,
    held_back,
)
from bot.loops.rate_limiter import RateLimiter
from bot.store.pause_store import REFUSED_AFTER, Pause, PauseReason
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
    rate_limiter, sent = RateLimiter(per_s, clock_s), 0
    for _ in range(6000):
        available = rate_limiter.available()
        rate_limiter.spend(available)
        sent += available
        clock_s.now_s += 0.01
    assert sent == pytest.approx(60 * per_s, abs=max(per_s / 4, 1) + 1)


def test_pace_allows_no_burst_after_a_rest() -> None:
    clock_s = Seconds()
    rate_limiter = RateLimiter(8.0, clock_s)
    clock_s.now_s += 3600
    assert rate_limiter.available() == 2


@pytest.mark.parametrize("per_s", [0.01, 0.5, 5.0])
def test_pace_says_when_the_next_request_may_go(per_s: float) -> None:
    clock_s = Seconds()
    rate_limiter = RateLimiter(per_s, clock_s)
    rate_limiter.spend(rate_limiter.available())
    assert rate_limiter.available() == 0
    clock_s.now_s += rate_limiter.seconds_to_next() * 1.000001
    assert rate_limiter.available() == 1
    assert rate_limiter.seconds_to_next() == 0


def test_pace_says_how_many_requests_may_go_within_a_while() -> None:
    clock_s = Seconds()
    rate_limiter = RateLimiter(5.0, clock_s)
    assert rate_limiter.within(1.0) == 6  # one now, and five within the second
    rate_limiter.spend(1)
    assert (rate_limiter.within(1.0), rate_limiter.within(0.1)) == (5, 0)
    clock_s.now_s += 3600
    assert rate_limiter.within(1.0) == 6


def limited(retry_after_s: float | None) -> RateLimited:
    return RateLimited("429", retry_after_s=retry_after_s)


def distance_s(pause: Pause, clock: HandClock) -> float:
    return (pause.probe_at - clock()).total_seconds()


def test_probes_are_further_and_further_apart_up_to_a_limit() -> None:
    pause, clock, distances = None, HandClock(), []
    for _ in range(8):
        pause = held_back(pause, Unavailable("503"), clock())
        distances.append(distance_s(pause, clock))
        clock.advance(distances[-1])
    assert distances == [2, 4, 8, 16, 32, 60, 60, 60]
    assert (distances[0], distances[-1]) == (FIRST_PROBE_S, LONGEST_PROBE_S)


def test_probes_are_not_put_off_when_what_was_under_way_is_refused_too() -> None:
    clock = HandClock()
    pause = held_back(None, Unavailable("503"), clock())
    for _ in range(10):
        assert held_back(pause, Unavailable("503"), clock()) == pause


@pytest.mark.parametrize(("asked_s", "waits_s"), [(17.0, 17.0), (None, 2.0), (0.0, 2.0)])
def test_probe_waits_as_long_as_the_provider_asked(asked_s: float | None, waits_s: float) -> None:
    clock = HandClock()
    assert distance_s(held_back(None, limited(asked_s), clock()), clock) == waits_s


def test_newest_reason_counts_when_they_differ() -> None:
    first = held_back(None, KeyRejected("a"), NOW)
    second = held_back(first, OutOfCredits("b"), NOW)
    assert second == replace(first, reason=PauseReason.OUT_OF_CREDITS)


@pytest.mark.parametrize(
    ("why", "must_act"),
    [
        (KeyRejected("x"), True),
        (OutOfCredits("x"), True),
        (NotVerified("x"), True),
        (KeyLimitReached("x"), True),
        (KeyLacksAudio("x"), True),
        (limited(1), False),
        (Unavailable("x"), False),
        (OutcomeUnknown("x"), False),
    ],
)
def test_host_must_act_when_waiting_alone_does_not_help(
    why: Refused | OutcomeUnknown, must_act: bool
) -> None:
    pause = held_back(None, why, NOW)
    assert pause.host_must_act is must_act
    assert pause.advice == (why.advice if isinstance(why, AccountRefused) else None)


def test_pause_lasts_from_its_first_refusal_on() -> None:
    pause, clock = None, HandClock()
    for _ in range(3):
        pause = held_back(pause, Unavailable("503"), clock())
        clock.advance(100)
    assert pause is not None
    assert pause.lasted_s(clock()) == 300


def test_pause_begins_anew_when_the_last_one_was_forgotten() -> None:
    clock = HandClock()
    old = held_back(held_back(None, limited(1), clock()), KeyRejected("x"), clock())
    clock.advance(1 + FORGOTTEN_AFTER_S + 1)
    anew = held_back(old, KeyRejected("x"), clock())
    assert anew.began_at == clock()
    assert distance_s(anew, clock) == FIRST_PROBE_S


def test_pause_goes_on_when_nobody_came_since_requests_were_refused() -> None:
    clock = HandClock()
    old = replace(held_back(None, OutOfCredits("x"), clock()), looks_right=True)
    clock.advance(REFUSED_AFTER.total_seconds())
    goes_on = held_back(old, KeyRejected("x"), clock())
    assert (goes_on.began_at, goes_on.looks_right) == (NOW, False)
    assert goes_on.keeps_requests_out(clock())
    other = held_back(old, Unavailable("503"), clock())
    assert other.began_at == clock()
