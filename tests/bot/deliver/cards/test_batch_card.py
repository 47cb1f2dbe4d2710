"""The card that variations share."""

from datetime import timedelta
from typing import Any

import pytest

from bot.deliver.cards.batch_card import batch_card
from bot.domain.jobs import FailureKind, JobState, Rung
from bot.domain.places import Place
from bot.store.batch_store import Take
from tests.factories import NOW, a_job, a_request

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
    embed, _ = batch_card(takes, NOW + timedelta(seconds=35))
    fields = [f"{field.name}: {field.value}" for field in embed.fields]
    return "\n".join([embed.title or "", embed.description or "", *fields])


@pytest.mark.parametrize(
    ("take", "said"),
    [
        (a_take(state=JobState.QUEUED), "Take 1: Waiting, number 3 in the queue."),
        (a_take(state=JobState.GENERATING), "Take 1: Being composed."),
        (a_take(told=True, likes=2), "(https://discord.com/channels/400/77/88), 2 likes"),
        (a_take(), "Take 1: Ready."),
        (a_take(deleted_at=NOW), "Take 1: Deleted."),
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
    once = "Take 1, Take 3 and Take 4: Cancelled before they were started, so they cost nothing."
    assert once in said
    assert "Take 2: Being composed." in said
    assert said.startswith("Composing 4 versions")


def test_card_tells_what_was_cancelled_for_free_from_what_was_already_being_made() -> None:
    free, running = (
        a_take(take, state=JobState.CANCELLED, generation_id=generation_id)
        for take, generation_id in enumerate([None, "g:1"], start=1)
    )
    said = text(free, running)
    assert said.startswith("Cancelled\n")
    assert "Take 1: Cancelled before it was started, so it cost nothing." in said
    assert "Take 2: Cancelled. It was already being made" in said
    assert "Take 1 and Take 2: Cancelled. They were already" in text(
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


def test_seeds_of_all_takes_are_shown() -> None:
    waiting = [a_take(take, request=a_request(seed=6 + take)) for take in (1, 2, 3)]
    assert "Seed: 7 to 9" in text(*waiting)
    assert "Seed" not in text(a_take(1, request=a_request(seed=None)), a_take(2))
