"""Sentences fit Discord's limits, and say what they must."""

import re
from datetime import timedelta

import pytest

from bot import words
from bot.domain.jobs import FailureKind
from bot.domain.models import MODELS, Model
from bot.domain.offer import Share
from bot.errors import DailyLimitReached
from tests.factories import MEMBER_ID, NOW


@pytest.mark.parametrize("kind", FailureKind)
def test_failure_fits_message_and_card_when_the_reason_is_long(kind: FailureKind) -> None:
    reason = "x" * 400
    assert len(words.failed(MEMBER_ID, kind, reason)) <= 2000
    assert len(words.failure(kind, reason)) <= 1024


@pytest.mark.parametrize("kind", FailureKind)
def test_failure_is_whole_sentences(kind: FailureKind) -> None:
    text = words.failure(kind, "no")
    assert text[0].isupper()
    assert words.failed(MEMBER_ID, kind, "no").endswith(f". {text}")


@pytest.mark.parametrize("kind", FailureKind)
def test_failure_mentions_its_member_once(kind: FailureKind) -> None:
    assert words.failed(MEMBER_ID, kind, "no").count(f"<@{MEMBER_ID}>") == 1


def test_interrupted_member_learns_that_it_might_have_been_paid_for() -> None:
    assert "might have been paid for" in words.failure(FailureKind.INTERRUPTED, "")


def test_reason_is_given_when_the_model_failed() -> None:
    assert "the reason" in words.failure(FailureKind.GENERATION, "the reason")


def test_reason_is_only_for_those_who_ask_when_the_request_was_turned_down() -> None:
    assert "the reason" not in words.failed(MEMBER_ID, FailureKind.REJECTED, "the reason")
    assert "“the reason”" in words.why_rejected("the reason")
    assert "didn't say why" in words.why_rejected("")


@pytest.mark.parametrize(("whole_bot", "who"), [(True, "I've made"), (False, "You've used your")])
@pytest.mark.parametrize(("limit", "tracks"), [(1, "1 track "), (3, "3 tracks ")])
def test_limit_names_the_next_moment_and_no_setting(
    whole_bot: bool, who: str, limit: int, tracks: str
) -> None:
    free_at = NOW + timedelta(hours=3)
    text = words.limit_reached(DailyLimitReached(limit=limit, whole_bot=whole_bot, free_at=free_at))
    assert text.startswith(who)
    assert tracks in text
    assert f"<t:{int(free_at.timestamp())}:R>" in text
    assert "MAX_" not in text


@pytest.mark.parametrize("language", [None, "de"])
@pytest.mark.parametrize("whole_bot", [True, False])
@pytest.mark.parametrize(("counts_as", "fits_later"), [(5, True), (25, False)])
def test_request_that_counts_as_more_than_is_left_is_told_so(
    *, counts_as: int, fits_later: bool, whole_bot: bool, language: str | None
) -> None:
    free_at = NOW + timedelta(hours=3)
    error = DailyLimitReached(
        limit=20, whole_bot=whole_bot, free_at=free_at, counts_as=counts_as, left=4
    )
    with words.speaking(language):
        text = words.limit_reached(error)
    assert {str(counts_as), "4", "20"} <= set(re.findall(r"\b\d+\b", text))
    assert (f"<t:{int(free_at.timestamp())}:R>" in text) is fits_later


def test_missing_permissions_are_named_as_discord_names_them() -> None:
    text = words.permissions_missing(["attach_files", "embed_links"])
    assert "**Attach Files** and **Embed Links**" in text
    assert "manage_threads" in words.permissions_missing(["manage_threads"])


@pytest.mark.parametrize("language", [None, "de"])
@pytest.mark.parametrize("at_least", [False, True])
@pytest.mark.parametrize("model", MODELS.values())
def test_list_of_models_says_as_how_many_tracks_one_counts(
    model: Model, *, at_least: bool, language: str | None
) -> None:
    share = Share(tracks=13, a_day=20, at_least=at_least)
    with words.speaking(language):
        counts = words.counts_as(share)
        lines = [words.model_hint(model, share), words.model_choice(model, share)]
        assert counts in words.help_model(model, share)
    for line in lines:
        assert counts in line
        assert len(line) <= 100
