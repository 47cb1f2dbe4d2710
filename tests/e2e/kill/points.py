"""Every point on the wire at which the bot may die during a request, and what must come of it."""

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from tests.e2e.kill.outcomes import (
    Outcome,
    announced,
    announced_or_held,
    announced_or_not_started,
    held,
    interrupted,
    kept,
    not_started,
    on_card,
    told_directly,
    unanswered,
)
from tests.e2e.kill.tripwire import KillPoint, Moment, Service

DISCORD, PROVIDER = Service.DISCORD, Service.PROVIDER
MESSAGES = "/api/v10/channels/{channel}/messages"
GENERATIONS = "/v2/generate/audio"


@dataclass(frozen=True)
class Case:
    """A kill point and its outcome. `in_the_dark` is what comes of it where neither Discord's
    memory nor the channel's history can tell the bot what it had done.
    """

    name: str
    point: KillPoint
    outcome: Outcome
    in_the_dark: Outcome


def cases(
    name: str,
    service: Service,
    method: str,
    path: str,
    *,
    body: bytes = b"",
    upload: bool = False,
    dark: dict[Moment, Outcome] | None = None,
    **outcomes: Outcome,
) -> list[Case]:
    """One request, with an outcome for each moment of it."""
    cases = []
    for moment in Moment:
        if outcome := outcomes.get(moment):
            point = KillPoint(
                service=service,
                method=method,
                path=path,
                moment=moment,
                body=body,
                upload=upload,
            )
            in_the_dark = (dark or {}).get(moment, outcome)
            cases.append(Case(f"{name}-{moment}", point, outcome, in_the_dark))
    return cases


def sampled(cases: Sequence[Case], *names: str) -> pytest.MarkDecorator:
    """One test for each case; those with other names than these are left to `make soak`."""
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(
                case,
                id=case.name,
                marks=() if case.name.startswith(names) else pytest.mark.soak,
            )
            for case in cases
        ],
    )


CASES = [
    *cases(
        "first-answer", DISCORD, "POST", r"/api/v10/interactions/\d+/.+/callback",
        received=unanswered, taken=announced, answered=announced,
        dark={
            Moment.RECEIVED: not_started,
            Moment.TAKEN: not_started,
            Moment.ANSWERED: announced_or_not_started,
        },
    ),
    *cases(
        "submission", PROVIDER, "POST", GENERATIONS,
        received=interrupted, taken=announced, answered=announced,
    ),
    *cases(
        "poll", PROVIDER, "GET", GENERATIONS,
        received=announced, taken=announced, answered=announced,
    ),
    *cases(
        "completion", PROVIDER, "GET", GENERATIONS, body=b'"completed"',
        taken=announced, answered=announced,
    ),
    *cases(
        "download", PROVIDER, "GET", "/cdn/generations/.+",
        received=announced, midway=announced, answered=announced,
    ),
    *cases(
        "message", DISCORD, "POST", MESSAGES,
        received=announced, taken=announced, answered=announced,
        dark={
            Moment.RECEIVED: held,
            Moment.TAKEN: held,
            Moment.ANSWERED: announced_or_held,
        },
    ),
    *cases(
        "card-edit", DISCORD, "PATCH", MESSAGES + r"/\d+",
        received=announced, taken=announced, answered=announced,
    ),
]  # fmt: skip

TOKEN_MESSAGES = r"/api/v10/webhooks/\d+/[^/]+/messages/\d+"
PRIVATE_CASES = [
    *cases(
        "first-answer", DISCORD, "POST", r"/api/v10/interactions/\d+/.+/callback",
        received=unanswered, taken=on_card, answered=on_card,
        dark={Moment.RECEIVED: told_directly, Moment.TAKEN: told_directly},
    ),
    *cases(
        "track-on-card", DISCORD, "PATCH", TOKEN_MESSAGES, upload=True,
        received=on_card, taken=on_card, answered=on_card,
        dark={Moment.RECEIVED: kept, Moment.TAKEN: kept},
    ),
]  # fmt: skip
