"""The checker itself: each test takes a right exchange, and spoils one thing."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from multidict import CIMultiDict, CIMultiDictProxy, MultiDict

from sandbox.aimlapi import error_body
from sandbox.traffic import Exchange, FilePart
from tests.contract import published

pytestmark = pytest.mark.published

SUBMISSION = {"model": "google/lyria2", "prompt": "lo-fi rain", "seed": 3}
BUTTON = {"type": 2, "style": 2, "label": "Cancel", "custom_id": "cancel"}
MESSAGE = {
    "content": "<@5> your track is ready.",
    "components": [{"type": 1, "components": [BUTTON]}],
    "allowed_mentions": {"parse": [], "users": [5]},
    "attachments": [{"id": 0, "filename": "track.wav"}],
}
CHARGE: dict[str, object] = {
    "created_at": "2026-11-22T12:00:00.000Z",
    "direction": "CHARGE",
    "type": "MODEL_USAGE",
    "amount": {"usd": 0.06, "credits": 120_000},
    "model": "google/lyria2",
    "reference_id": None,
}
REFUSAL = {"code": 50013, "message": "Missing Permissions"}


def exchange(
    method: str,
    path: str,
    body: object = None,
    *,
    status: int = 200,
    answer: object = None,
    content_type: str = "application/json",
    query: Mapping[str, str] | None = None,
    files: tuple[FilePart, ...] = (),
) -> Exchange:
    """An exchange of JSON; a body or answer of None is an empty one."""
    return Exchange(
        at=datetime.now(UTC),
        method=method,
        path=path,
        query=MultiDict(query or {}),
        request_headers=_headers(content_type if body is not None else ""),
        request_body=b"" if body is None else json.dumps(body).encode(),
        files=files,
        status=status,
        response_headers=_headers("application/json; charset=utf-8" if answer is not None else ""),
        response_body=b"" if answer is None else json.dumps(answer).encode(),
    )


def _headers(content_type: str) -> CIMultiDictProxy[str]:
    return CIMultiDictProxy(CIMultiDict({"Content-Type": content_type} if content_type else {}))


def post(body: object, **changes: Any) -> Exchange:
    """A message that Discord refuses for want of permissions: a right request and answer."""
    given: dict[str, Any] = {"status": 403, "answer": REFUSAL} | changes
    return exchange("POST", "/api/v10/channels/7/messages", body, **given)


def submit(body: object) -> Exchange:
    answer = {"id": "a:lyria2", "status": "queued"}
    return exchange("POST", "/v2/generate/audio", body, status=201, answer=answer)


def ledger(query: Mapping[str, str], entry: Mapping[str, object]) -> Exchange:
    page = {"data": [entry], "pagination": {"next_cursor": None, "has_more": False}}
    return exchange("GET", published.LEDGER, answer=page, query=query)


def fetch(answer: object, *, status: int = 200, **query: str) -> Exchange:
    return exchange("GET", "/v2/generate/audio", status=status, answer=answer, query=query)


def of_discord(one: Exchange) -> list[str]:
    return published.discord().violations([one])


def of_provider(one: Exchange) -> list[str]:
    return published.provider().violations([one])


def test_nothing_is_found_when_all_is_as_published() -> None:
    file = FilePart("files[0]", "track.wav", "application/octet-stream", 9)
    assert of_discord(post(MESSAGE)) == []
    assert of_discord(post(MESSAGE, content_type="multipart/form-data", files=(file,))) == []
    listed = exchange(
        "GET", "/api/v10/channels/7/messages", answer=[], query={"limit": "5", "after": "9"}
    )
    assert of_discord(listed) == []
    callback = "/api/v10/interactions/1/token/callback"
    query = {"with_response": "0"}
    assert of_discord(exchange("POST", callback, {"type": 5}, status=204, query=query)) == []
    assert of_provider(submit(SUBMISSION)) == []
    assert of_provider(fetch({"id": "a", "status": "queued"}, generation_id="a")) == []
    assert of_provider(fetch(error_body(404, "?"), status=404, generation_id="a")) == []
    balance = {"current_balance": 1.5, "currency": "USD"}
    assert of_provider(exchange("GET", "/v2/billing", answer=balance)) == []
    since = {"from": "2026-11-22T11:00:00+00:00", "type": "MODEL_USAGE", "limit": "100"}
    assert of_provider(ledger(since, CHARGE)) == []


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"content": 5}, "request: content: 5 is not of type"),
        ({"content": "x" * 4001}, "request: content: "),
        ({"contents": "hello"}, "request: body: Additional properties"),
        ({"nonce": "n" * 26}, "is too long"),
        ({"allowed_mentions": {"parse": ["all"]}}, "request: allowed_mentions/parse/0"),
        ({"attachments": [{"filename": "track.wav"}]}, "'id' is a required property"),
        ({"embeds": [{"title": "x" * 257}]}, "request: embeds/0/title: "),
        ({"embeds": [{"timestamp": "today"}]}, "request: embeds/0/timestamp: "),
    ],
)
def test_wrong_member_of_a_request_is_named(change: dict[str, object], said: str) -> None:
    for content_type in ("application/json", "multipart/form-data"):
        (violation,) = of_discord(post(MESSAGE | change, content_type=content_type))
        assert violation.startswith("POST /channels/{channel_id}/messages: request: ")
        assert said in violation


def test_fault_of_the_component_that_was_meant_is_named() -> None:
    row = {"type": 1, "components": [BUTTON | {"label": "x" * 81}]}
    (violation,) = of_discord(post({"components": [row]}))
    assert "components/0/components/0/label: " in violation
    assert "is too long" in violation


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ({"limit": "101"}, "query parameter limit can't be '101'"),
        ({"limit": "all"}, "query parameter limit can't be 'all'"),
        ({"before": "yesterday"}, "query parameter before can't be 'yesterday'"),
        ({"befor": "9"}, "query parameter befor is not described"),
    ],
)
def test_wrong_query_is_named(query: dict[str, str], said: str) -> None:
    listed = exchange("GET", "/api/v10/channels/7/messages", answer=[], query=query)
    assert of_discord(listed) == [f"GET /channels/{{channel_id}}/messages: request: {said}"]


def test_wrong_place_method_and_id_are_named() -> None:
    assert "not described" in of_discord(exchange("GET", "/api/v10/musicians"))[0]
    assert "not described" in of_discord(exchange("PUT", "/api/v10/channels/7/messages"))[0]
    told = of_discord(exchange("POST", "/api/v10/channels/general/typing", status=204))
    assert "path parameter channel_id can't be 'general'" in told[0]


def test_missing_body_and_wrong_form_are_named() -> None:
    assert "the body is missing" in of_discord(post(None))[0]
    assert "a body of type 'text/plain'" in of_discord(post("hello", content_type="text/plain"))[0]
    typing = exchange("POST", "/api/v10/channels/7/typing", {}, status=204)
    assert "is not described" in of_discord(typing)[0]
    file = FilePart("track", "track.wav", None, 9)
    told = of_discord(post(MESSAGE, content_type="multipart/form-data", files=(file,)))
    assert "a file's field can't be 'track'" in told[0]
    assert "not JSON" in of_discord(replace(post(MESSAGE), request_body=b"{"))[0]


@pytest.mark.parametrize(
    ("status", "answer", "said"),
    [
        (403, {"code": 50013}, "answer 403: body: 'message' is a required property"),
        (403, REFUSAL | {"code": "50013"}, "answer 403: code: '50013' is not of type 'integer'"),
        (429, REFUSAL, "answer 429: body: 'retry_after' is a required property"),
        (200, {"id": "1"}, "answer 200: body: "),
        (403, None, "answer 403: not JSON"),
        (500, REFUSAL, "answer 500: not described"),
        (201, REFUSAL, "answer 201: not described"),
    ],
)
def test_wrong_answer_is_named(status: int, answer: object, said: str) -> None:
    told = of_discord(post(MESSAGE, status=status, answer=answer))
    assert any(said in violation for violation in told), told


def test_body_is_a_violation_where_none_is_described() -> None:
    (told,) = of_discord(exchange("POST", "/api/v10/channels/7/typing", status=204, answer={}))
    assert "answer 204: a body of type" in told


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (SUBMISSION | {"seed": "3"}, "seed: '3' is not of type 'integer'"),
        (SUBMISSION | {"negativ_prompt": "drums"}, "Additional properties"),
        (SUBMISSION | {"steps": 10}, "Additional properties"),
        (SUBMISSION | {"model": "google/lyria9"}, "google/lyria9"),
        ({"model": "google/lyria2"}, "'prompt' is a required property"),
        ({"prompt": "lo-fi rain"}, "model"),
        ({"model": "stable-audio", "prompt": "rain", "seconds_total": 48}, "48 is greater than"),
        (
            {"model": "minimax/music-2.0", "prompt": "ten letters"},
            "'lyrics' is a required property",
        ),
    ],
)
def test_wrong_submission_is_named_by_its_models_rules(body: object, said: str) -> None:
    (told,) = of_provider(submit(body))
    assert told.startswith("POST /v2/generate/audio: request: ")
    assert said in told


def test_wrong_answer_of_the_provider_is_named() -> None:
    assert "generation_id is missing" in of_provider(fetch({"id": "a", "status": "queued"}))[0]
    for answer, said in (
        ({"status": "queued"}, "'id' is a required property"),
        ({"id": "a", "status": "done"}, "status: 'done' is not one of"),
        ({"id": "a", "status": "completed", "audio_file": {}}, "'url' is a required property"),
    ):
        (told,) = of_provider(fetch(answer, generation_id="a"))
        assert said in told
    bare = error_body(404, "?") | {"statusCode": "404"}
    (told,) = of_provider(fetch(bare, status=404, generation_id="a"))
    assert "answer 404: statusCode: '404' is not of type 'integer'" in told


@pytest.mark.parametrize(
    ("query", "entry", "said"),
    [
        ({"limit": "101"}, {}, "query parameter limit can't be '101'"),
        ({"form": "2026-11-22T11:00:00Z"}, {}, "query parameter form is not described"),
        ({"from": "yesterday"}, {}, "query parameter from can't be 'yesterday'"),
        ({"type": "MODEL"}, {}, "query parameter type can't be 'MODEL'"),
        ({}, {"amount": 0.06}, "amount: 0.06 is not of type 'object'"),
        ({}, {"created_at": 7}, "created_at: 7 is not of type 'string'"),
        ({}, {"reference_id": 7}, "reference_id: 7 is not of type 'string'"),
    ],
)
def test_wrong_call_of_the_ledger_is_named(
    query: dict[str, str], entry: dict[str, object], said: str
) -> None:
    (told,) = of_provider(ledger(query, CHARGE | entry))
    assert told.startswith("GET /v2/billing/transactions: ")
    assert said in told


def test_refused_request_is_passed_over_when_asked_to() -> None:
    discord = published.discord()
    refused, accepted = post({"content": 5}), post({"content": 5}, status=200, answer=REFUSAL)
    assert discord.violations([refused], refused_requests=False) == []
    told = discord.violations([accepted], refused_requests=False)
    assert any("request: content" in violation for violation in told)


def test_other_paths_are_not_looked_at() -> None:
    assert of_discord(exchange("GET", "/attachments/1/2/track.wav")) == []
    assert of_provider(exchange("GET", "/cdn/generations/a/out.wav")) == []
