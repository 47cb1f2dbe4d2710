"""The card that variations share."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given, settings

from bot.deliver.cards.batch_card import batch_card
from bot.domain.characters import is_blank
from bot.domain.jobs import FailureKind, JobState, Rung
from bot.domain.places import Place
from bot.generate.expectations import Expectation
from bot.store.batch_store import Take
from tests.bot.deliver.test_messages import HOSTILE, assert_fits
from tests.factories import MEMBER_ID, NOW, a_job, a_request

BATCH_ID = "0123456789abcdef"


def a_take(take: int = 1, *, likes: int = 0, told: bool = False, **changes: Any) -> Take:
    """One variation of a batch."""
    values: dict[str, Any] = {"state": JobState.SUCCEEDED, "take": take, "batch_id": BATCH_ID}
    return Take(
        job=a_job(**values | changes),
        place=3 if changes.get("state") is JobState.QUEUED else None,
        rung=Rung.CHANNEL if told else None,
        told=Place(guild_id=400, channel_id=77, message_id=88) if told else None,
        likes=likes,
    )


def text(*takes: Take) -> str:
    """Everything that the card says."""
    embed, _ = batch_card(takes, Expectation(at=NOW + timedelta(seconds=35)))
    fields = [f"{field.name}: {field.value}" for field in embed.fields]
    quiet = embed.footer.text or ""
    return "\n".join([embed.title or "", embed.description or "", *fields, quiet])


@pytest.mark.parametrize(
    ("take", "said"),
    [
        (a_take(state=JobState.QUEUED), "**Take 1**: Waiting, number 3 in the queue."),
        (a_take(state=JobState.GENERATING), "**Take 1**: Being composed."),
        (
            a_take(state=JobState.SUBMITTING, unsure_since=NOW),
            "**Take 1**: The connection broke. Checking whether your request arrived.",
        ),
        (a_take(told=True, likes=2), "(https://discord.com/channels/400/77/88) · 2 likes"),
        (a_take(), "**Take 1**: Ready."),
        (a_take(deleted_at=NOW), "**Take 1**: Deleted."),
        (a_take(state=JobState.CANCELLED), "cost nothing"),
        (
            a_take(state=JobState.FAILED, failure_kind=FailureKind.GENERATION, failure_reason="x"),
            "couldn't make this track",
        ),
    ],
)
def test_card_says_how_each_take_stands(take: Take, said: str) -> None:
    assert said in text(take)


def test_cancellation_is_said_once_whatever_became_of_the_others() -> None:
    cancelled = [a_take(take, state=JobState.CANCELLED) for take in (1, 3, 4)]
    said = text(cancelled[0], a_take(2, state=JobState.GENERATING), *cancelled[1:])
    assert "**Take 1, Take 3 and Take 4**: Cancelled before they were started" in said
    assert "**Take 2**: Being composed." in said
    assert said.startswith("Composing 4 versions")


def test_card_tells_what_was_cancelled_for_free_from_what_was_already_being_made() -> None:
    free, running = (
        a_take(take, state=JobState.CANCELLED, generation_id=generation_id)
        for take, generation_id in enumerate([None, "g:1"], start=1)
    )
    said = text(free, running)
    assert said.startswith("Cancelled\n")
    assert "**Take 1**: Cancelled before it was started, so it cost nothing." in said
    assert "**Take 2**: Cancelled. It was already being made" in said
    assert "**Take 1 and Take 2**: Cancelled. They were already" in text(
        a_take(1, state=JobState.CANCELLED, generation_id="g:2"), running
    )


def test_title_counts_what_is_ready() -> None:
    waiting = a_take(2, state=JobState.QUEUED)
    failed = a_take(2, state=JobState.FAILED, failure_kind=FailureKind.LOST)
    assert text(a_take(), waiting).startswith("Composing 2 versions, 1 ready")
    assert text(a_take(), a_take(2)).startswith("Your 2 versions are ready")
    assert text(a_take(), failed).startswith("1 of your 2 versions is ready")


def test_cancel_is_offered_only_while_something_runs() -> None:
    running, ended = a_take(state=JobState.GENERATING), a_take()
    _, view = batch_card([ended, running])
    assert [getattr(item, "custom_id", "") for item in view.children] == [
        f"compose:cancel:{BATCH_ID}:card"
    ]
    assert not batch_card([ended])[1].children


def test_most_liked_take_is_named() -> None:
    assert "Most liked: Take 2" in text(a_take(1, likes=1), a_take(2, likes=3))
    assert "Most liked: Take 1 and Take 2, tied" in text(a_take(1, likes=1), a_take(2, likes=1))
    assert "Most liked" not in text(a_take(1), a_take(2))


def test_deleted_take_wins_nothing() -> None:
    assert "Most liked: Take 2" in text(a_take(1, likes=9, deleted_at=NOW), a_take(2, likes=1))


def test_seeds_of_all_takes_are_shown_while_they_are_made() -> None:
    waiting = [
        a_take(take, state=JobState.QUEUED, request=a_request(seed=6 + take)) for take in (1, 2, 3)
    ]
    assert text(*waiting).endswith("Google Lyria 2 · seeds 7 to 9")
    seedless = a_take(1, state=JobState.QUEUED, request=a_request(seed=None))
    assert "seed" not in text(seedless, a_take(2))


def test_card_names_who_asked_whatever_became_of_it() -> None:
    for state in JobState:
        take = a_take(state=state, failure_kind=FailureKind.LOST)
        assert f"<@{MEMBER_ID}>" in text(
            take, a_take(2, state=state, failure_kind=FailureKind.LOST)
        )


def test_card_is_a_line_for_each_take_when_all_have_ended() -> None:
    request = a_request(prompt="rain " * 200, seed=7)
    embed, _ = batch_card([a_take(take, told=True, request=request) for take in (1, 2)])
    head, *lines = (embed.description or "").splitlines()
    assert head.endswith(f"** by <@{MEMBER_ID}>")
    assert [line.partition("](")[0] for line in lines] == [
        "**Take 1**: [Listen",
        "**Take 2**: [Listen",
    ]
    assert (len(head) < 200, embed.fields, embed.footer.text) == (True, [], None)


@given(HOSTILE, HOSTILE)
@settings(deadline=None, max_examples=40)
def test_card_fits_whatever_was_typed_and_however_takes_failed(prompt: str, reason: str) -> None:
    avoided = None if is_blank(prompt) else prompt
    request = a_request(prompt=prompt, negative_prompt=avoided)
    failed = [
        a_take(
            take,
            request=request,
            state=JobState.FAILED,
            failure_kind=FailureKind.REJECTED,
            failure_reason=reason,
        )
        for take in (1, 2, 3)
    ]
    for last in (JobState.FAILED, JobState.GENERATING):
        fourth = replace(failed[0].job, state=last, take=4)
        embed, _ = batch_card([*failed, Take(job=fourth, place=None)], Expectation(at=NOW))
        assert_fits(embed)
