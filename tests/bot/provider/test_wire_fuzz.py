"""Whatever bytes, headers and status codes a provider sends: our own errors, or sound values."""

import json
import math
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.errors import InvalidRequest, RateLimited, Refused, Trouble
from bot.provider.fields import AMOUNT_LIMIT, RECORD_ID_LIMIT
from bot.provider.reasons import HINT_LIMIT
from bot.provider.records import LogPage, TransactionPage
from bot.provider.shapes import ID_LIMIT, Phase
from bot.provider.wire import (
    Balance,
    Generation,
    hint,
    parse,
    parse_retry_after_s,
    refusal,
    says_it_refused,
)

NAMES = (
    *("id", "status", "audio_file", "url", "content_type", "file_name", "file_size", "error"),
    *("name", "message", "meta", "usage", "credits_used", "usd_spent", "current_balance"),
    *("currency", "data", "pagination", "next_cursor", "created_at", "type", "amount", "usd"),
    *("created", "cost", "credits", "inference_id", "client_request_id", "has_more", "total"),
    *("credits", "model", "reference_id", "statusCode"),
)
WORDS = st.sampled_from(
    ["completed", "error", "queued", "MODEL_USAGE", "https://a.example/a.wav", "2026-11-22", ""]
)
NUMBERS = st.integers() | st.floats() | st.sampled_from([2**63, -(2**63), 10**400, 1e308])
LEAVES = st.none() | st.booleans() | NUMBERS | st.text(max_size=30) | WORDS
JSON = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(NAMES) | st.text(max_size=5), inner, max_size=8)
    ),
    max_leaves=20,
)
# A whole answer with one member or more gone wrong gets further than any random JSON.
SOUND: dict[str, Any] = {
    "id": "ac94b938:lyria2",
    "status": "completed",
    "audio_file": {"url": "https://a.example/a.wav", "file_size": 6_291_544},
    "meta": {"usage": {"credits_used": 120_000}},
    "error": None,
}
NEARLY_SOUND = st.dictionaries(st.sampled_from(sorted(SOUND)), JSON, max_size=3).map(
    lambda wrong: SOUND | wrong
)
BODIES = (
    st.binary(max_size=200)
    | (JSON | NEARLY_SOUND).map(lambda data: json.dumps(data).encode())
    | NEARLY_SOUND.map(lambda data: json.dumps(data)[:-7].encode())
    | st.text(max_size=50).map(lambda text: text.encode("utf-16", "surrogatepass"))
    | st.integers(1, 100_000).map(lambda depth: b'{"id":' * depth)
    | st.integers(1, 5000).map(lambda digits: b'{"id": "x", "status": ' + b"9" * digits + b"}")
)
HEADERS = (
    st.none()
    | st.text(max_size=40)
    | st.floats().map(str)
    | st.integers().map(str)
    | st.datetimes().map(lambda moment: moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    | st.datetimes().map(lambda moment: moment.strftime("%d %b %Y %H:%M:%S +2359"))
)


@given(BODIES)
@example(b"\xef\xbb\xbf{}")
@example(b'{"id": "x", "status": "completed", "audio_file": {"url": "\\ud800"}}')
def test_generation_is_sound_or_trouble_whatever_comes(body: bytes) -> None:
    try:
        generation = parse(Generation, body)
    except Trouble:
        return
    assert len(generation.id) <= ID_LIMIT
    assert generation.phase in Phase
    assert len(generation.error_text) <= HINT_LIMIT
    assert generation.audio_url != ""
    assert_sound_usage(generation)


def assert_sound_usage(generation: Generation) -> None:
    usage = generation.usage
    assert (usage.credits is None) is (usage.source is None)
    assert usage.credits is None or 0 <= usage.credits <= AMOUNT_LIMIT


@given(st.dictionaries(st.sampled_from(["meta", "error", "more"]), JSON, max_size=3))
def test_paid_track_is_kept_whatever_stands_beside_it(beside: dict[str, Any]) -> None:
    generation = parse(Generation, json.dumps(SOUND | beside).encode())
    assert generation.phase is Phase.COMPLETED
    assert generation.audio_url == SOUND["audio_file"]["url"]


@given(BODIES)
def test_balance_is_a_number_or_trouble_whatever_comes(body: bytes) -> None:
    try:
        balance = parse(Balance, body)
    except Trouble:
        return
    assert math.isfinite(balance.current_balance)


@given(BODIES)
def test_ledger_page_is_sound_or_trouble_whatever_comes(body: bytes) -> None:
    try:
        page = parse(TransactionPage, body)
    except Trouble:
        return
    assert all(transaction.created_at.tzinfo for transaction in page.data)
    assert page.next_cursor is None or page.next_cursor


@given(BODIES)
@example(b'{"data": [{"inference_id": "a", "created": "0001-01-01T00:00:00+14:00"}]}')
@example(b'{"data": [{"inference_id": "a", "cost": {"usd": 1e12}}], "pagination": {"total": 1e99}}')
def test_page_of_logs_is_sound_or_trouble_whatever_comes(body: bytes) -> None:
    try:
        page = parse(LogPage, body)
    except Trouble:
        return
    assert len(page.rows) <= page.received
    assert page.is_last or page.next_offset > page.offset
    for row in page.rows:
        assert 0 < len(row.inference_id or row.client_request_id or "") <= RECORD_ID_LIMIT
        assert row.created is None or row.created.tzinfo is UTC
        assert row.credits is None or 0 <= row.credits <= AMOUNT_LIMIT


@given(st.integers(100, 999).filter(lambda status: not 200 <= status < 300), BODIES, HEADERS)
def test_submission_is_refused_or_unknown_whatever_comes(
    status: int, body: bytes, retry_after: str | None
) -> None:
    refused = refusal(status, body, retry_after)
    if status >= 500 and not (status == 503 and says_it_refused(body)):
        assert refused is None  # it may have been accepted: never sent again
    else:
        assert refused is None or isinstance(refused, Refused)
    if isinstance(refused, RateLimited) and refused.retry_after_s is not None:
        assert 0 <= refused.retry_after_s <= 3600
    if isinstance(refused, InvalidRequest):
        assert 0 < len(refused.hint) <= HINT_LIMIT


@given(BODIES)
def test_hint_is_words_whatever_comes(body: bytes) -> None:
    assert 0 < len(hint(body)) <= HINT_LIMIT


@given(HEADERS)
def test_retry_after_is_within_an_hour_or_nothing(value: str | None) -> None:
    seconds = parse_retry_after_s(value)
    assert seconds is None or 0 <= seconds <= 3600


@pytest.mark.parametrize("days", [-400_000, -1, 0, 1, 2_900_000])
def test_retry_after_is_bounded_when_its_date_is_far_away(days: int) -> None:
    moment = datetime.now(UTC) + timedelta(days=days)
    seconds = parse_retry_after_s(moment.strftime("%a, %d %b %Y %H:%M:%S GMT"))
    assert seconds is not None
    assert (seconds == 0) is (days <= 0)
