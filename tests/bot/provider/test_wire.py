"""The provider's JSON, whatever shape it comes in."""

import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.errors import (
    Intercepted,
    InvalidRequest,
    KeyRejected,
    OutOfCredits,
    RateLimited,
    Refused,
    Trouble,
    Unavailable,
)
from bot.provider.reasons import HINT_LIMIT
from bot.provider.shapes import Phase
from bot.provider.wire import (
    Balance,
    Generation,
    hint,
    parse,
    parse_retry_after_s,
    refusal,
    says_it_refused,
)
from sandbox.aimlapi import error_body

ID = "ac94b938-a53a-483a-bef3-2bea9dd12bb8:lyria2"
URL = "https://cdn.aimlapi.com/output.wav"
DEEP = b"[" * 200_000

JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["id", "status", "error", "message", "audio_file", "url"]), inner
        )
    ),
    max_leaves=8,
)


def generation(**members: Any) -> Generation:
    return parse(Generation, json.dumps({"id": ID, "status": "completed"} | members).encode())


@pytest.mark.parametrize(
    ("status", "phase"),
    [
        ("queued", Phase.PENDING),
        ("waiting", Phase.PENDING),
        ("generating", Phase.PENDING),
        ("completed", Phase.COMPLETED),
        ("error", Phase.ERROR),
        ("polishing", Phase.PENDING),
        ("", Phase.PENDING),
        ("COMPLETED", Phase.COMPLETED),
        (" completed\n", Phase.COMPLETED),
        ("succeeded", Phase.COMPLETED),
        ("Success", Phase.COMPLETED),
        ("done", Phase.COMPLETED),
        ("Completed.", Phase.COMPLETED),
        ("\u200bcompleted", Phase.COMPLETED),
        ("completed 50%", Phase.PENDING),
        ("IN-PROGRESS", Phase.PENDING),
        ("TIMED_OUT", Phase.ERROR),
        ("rejected", Phase.ERROR),
        ("Failed", Phase.ERROR),
        ("FAILURE", Phase.ERROR),
        ("cancelled", Phase.ERROR),
        ("canceled", Phase.ERROR),
        ("not completed", Phase.PENDING),
        ("errors found: 0", Phase.PENDING),
        (5, Phase.PENDING),
        (None, Phase.PENDING),
        (["completed"], Phase.PENDING),
    ],
)
def test_status_word_is_pending_unless_it_is_a_known_end(status: object, phase: Phase) -> None:
    assert generation(status=status).phase is phase


@pytest.mark.parametrize(
    ("answer", "phase"),
    [
        ({"status": "success", "data": {"id": ID, "status": "generating"}}, Phase.PENDING),
        ({"status": "ok", "data": {"id": ID, "status": "completed"}}, Phase.COMPLETED),
        ({"data": {"id": ID, "state": "FAILED"}}, Phase.ERROR),
        ([{"id": ID, "status": "completed"}], Phase.COMPLETED),
        ({"id": ID, "audio_file": {"url": URL}}, Phase.COMPLETED),
        ({"id": ID, "audio_file": None, "url": URL}, Phase.PENDING),
        ({"id": ID, "status": "polishing", "audio_file": {"url": URL}}, Phase.PENDING),
        ({"id": ID, "error": {"message": "what does that mean?"}}, Phase.PENDING),
    ],
)
def test_end_is_one_only_when_it_is_named_as_one(answer: object, phase: Phase) -> None:
    assert parse(Generation, json.dumps(answer).encode()).phase is phase


@pytest.mark.parametrize("junk", [5, None, [], {}, True, "", 10**30, float("nan")])
def test_audio_is_kept_when_other_members_are_junk(junk: Any) -> None:
    file = {"url": URL, "content_type": junk, "file_name": junk, "file_size": junk}
    assert generation(audio_file=file, meta=junk, error=junk).audio_url == URL


@pytest.mark.parametrize(
    "members",
    [
        {"audio_file": URL},
        {"audio_file": f" {URL}\n"},
        {"audio_file": [URL]},
        {"audio_file": [{"url": URL}, {"url": "https://cdn.example/second.wav"}]},
        {"audio_file": {"url": [URL]}},
        {"audio_file": {"href": URL}},
        {"audio_file": {"link": URL}},
        {"audio_file": {"0": {"name": "x", "url": URL}}},
        {"audio_file": json.dumps({"url": URL})},
        {"audio_file": f'[["{URL}"]]'},
        {"audioFile": {"URL": URL}},
        {"audio_files": [{"url": URL}]},
        {"audio": {"url": URL}},
        {"audio_url": URL},
        {"url": URL},
        {"output": [URL]},
        {"output": {"audio": {"download_url": URL}}},
        {"result": {"audio_url": URL}},
        {"data": {"audio_file": {"url": URL}}},
        {"data": [{"audio_file": URL}]},
        {"url": "https://api.example/self", "audio_file": {"url": URL}},
        {"image_url": "https://cdn.example/cover.png", "files": [{"name": "x", "url": URL}]},
    ],
)
@pytest.mark.parametrize("id_", [{}, {"id": 5}, {"id": None}, {"id": "another"}])
def test_audio_is_found_in_other_places_whatever_the_id(
    members: dict[str, Any], id_: dict[str, Any]
) -> None:
    done = parse(Generation, json.dumps({"status": "completed"} | members | id_).encode())
    assert (done.phase, done.audio_url) == (Phase.COMPLETED, URL)


@pytest.mark.parametrize(
    ("members", "id_"),
    [
        ({"id": ID}, ID),
        ({"id": 17}, "17"),
        ({"id": 17.0}, "17"),
        ({"id": 2**63}, str(2**63)),
        ({"id": f" {ID}\n"}, ID),
        ({"generation_id": ID}, ID),
        ({"generationId": ID, "id": 5}, ID),
        ({"id": None, "task_id": ID}, ID),
        ({"data": {"id": ID}}, ID),
        ({"requestId": "trace-1", "data": {"id": ID}}, ID),
        ({"data": {"generation": {"id": ID}}}, ID),
        ({"result": [{"id": ID, "status": "queued"}]}, ID),
        ({"id": True, "status": "queued"}, ""),
        ({"id": 0, "status": "queued"}, ""),
        ({"id": -5, "status": "queued"}, ""),
        ({"id": "", "status": "queued"}, ""),
        ({"id": "x" * 501, "status": "queued"}, ""),
        ({"id": float("inf"), "status": "queued"}, ""),
        ({"id": {"a": 1}, "status": "queued"}, ""),
        ({"audio_file": {"id": "of-the-file", "url": URL}}, ""),
    ],
)
def test_id_is_found_in_any_shape(members: dict[str, Any], id_: str) -> None:
    assert parse(Generation, json.dumps(members).encode()).id == id_


@pytest.mark.parametrize(
    "body",
    [
        b'\xef\xbb\xbf{"id": "x", "status": "completed"}',
        '{"id": "x", "status": "completed"}'.encode("utf-16"),
        b'{"id": "x", "status": "completed", "note": "caf\xe9"}',
        b'\n {"id": "x", "status": "completed"}\x00 and more',
        b'{"id": "x", "status": "queued", "status": "completed"}',
        b'{"id": "x", "status": "completed", "size": ' + b"9" * 9999 + b"}",
        b'{"id": "x", "status": "completed", "size": NaN, "more": -Infinity}',
        json.dumps('{"id": "x", "status": "completed"}').encode(),
    ],
    ids=lambda body: repr(body[:40]),
)
def test_answer_is_read_when_its_spelling_is_odd(body: bytes) -> None:
    done = parse(Generation, body)
    assert (done.id, done.phase) == ("x", Phase.COMPLETED)


@pytest.mark.parametrize("file", [None, "x", [], {}, {"url": None}, {"url": ""}, {"url": 5}])
def test_audio_is_none_when_there_is_no_address(file: Any) -> None:
    assert generation(audio_file=file).audio_url is None


@pytest.mark.parametrize(
    ("error", "text"),
    [
        ({"name": "Refused", "message": "no violence"}, "no violence"),
        ({"name": "Refused"}, "Refused"),
        ({"name": None, "message": ""}, "no explanation given"),
        ("plain words", "plain words"),
        (None, "no explanation given"),
        ([], "no explanation given"),
        ({"message": "x" * 9999}, "x" * (HINT_LIMIT - 1) + "…"),
        ({"message": {"deep": 1}}, "no explanation given"),
    ],
)
def test_error_text_is_found_in_any_shape(error: Any, text: str) -> None:
    assert generation(status="error", error=error).error_text == text


@pytest.mark.parametrize(
    ("members", "text"),
    [
        ({"message": "no names"}, "no names"),
        ({"data": {"failure_reason": "no names"}}, "no names"),
        (
            {"meta": {"detail": [{"loc": ["body", "prompt"], "msg": "no names"}]}},
            "prompt: no names",
        ),
        ({"error": {"code": 5}, "reason": "no names"}, "no names"),
        ({"prompt": "lo-fi rain at night", "model": "google lyria"}, "no explanation given"),
    ],
)
def test_error_text_is_found_beside_the_error(members: dict[str, Any], text: str) -> None:
    assert generation(status="failed", **members).error_text == text


def test_generation_is_read_when_a_text_has_half_a_surrogate_pair() -> None:
    body = b'{"id": "x:y", "status": "error", "error": {"message": "bad \\ud800"}}'
    assert parse(Generation, body).phase is Phase.ERROR


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{}",
        b"null",
        b"[]",
        b"<!doctype html><title>Sign in</title>",
        b'{"message": "hello"}',
        b'{"id": ""}',
        b'{"id": "x", "status": "que',
        b"\xff\xfe",
        DEEP,
    ],
    ids=lambda body: repr(body[:20]),
)
def test_answer_is_trouble_when_it_makes_no_sense(body: bytes) -> None:
    with pytest.raises(Trouble) as caught:
        parse(Generation, body)
    assert len(str(caught.value)) < 300


@given(JSON)
def test_answer_is_read_or_trouble_whatever_json_comes(data: Any) -> None:
    try:
        parsed = parse(Generation, json.dumps(data).encode())
    except Trouble:
        return
    assert parsed.phase in Phase
    assert len(parsed.error_text) <= HINT_LIMIT
    assert parsed.audio_url != ""


@pytest.mark.parametrize("value", [b"NaN", b"Infinity", b"null", b'"much"'])
def test_balance_is_trouble_when_it_is_no_number(value: bytes) -> None:
    with pytest.raises(Trouble):
        parse(Balance, b'{"current_balance": ' + value + b"}")


def test_balance_may_be_negative() -> None:
    assert parse(Balance, b'{"current_balance": -1.5}').current_balance == -1.5


# --- errors -------------------------------------------------------------------------------------


def own_words(status: int, message: str = "because") -> bytes:
    return json.dumps(error_body(status, message)).encode()


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, InvalidRequest),
        (401, KeyRejected),
        (402, OutOfCredits),
        (403, OutOfCredits),
        (404, Unavailable),
        (422, InvalidRequest),
        (429, RateLimited),
        (503, Unavailable),
        (302, Unavailable),
        (408, None),
        (500, None),
        (502, None),
        (504, None),
        (599, None),
    ],
)
def test_refusal_says_whether_a_submission_surely_cost_nothing(
    status: int, kind: type[Refused] | None
) -> None:
    refused = refusal(status, own_words(status), None)
    assert type(refused) is (kind or type(None))


@pytest.mark.parametrize("body", [b"", b"<html>no</html>", b"no", b'"no"', b"[]", DEEP])
def test_refusal_does_not_blame_the_host_when_it_is_not_in_the_providers_own_words(
    body: bytes,
) -> None:
    for status in (400, 401, 402, 403, 418, 422):
        assert type(refusal(status, body, None)) is Intercepted
    assert type(refusal(429, body, None)) is RateLimited
    assert type(refusal(413, body, None)) is InvalidRequest


@pytest.mark.parametrize(
    "body", [b"{}", b'{"error": {"message": "no"}}', b'{"detail": "no"}', b'[{"error": "no"}]']
)
def test_refusal_is_the_providers_when_its_words_are_laid_out_in_another_way(body: bytes) -> None:
    kinds = [type(refusal(status, body, None)) for status in (400, 401, 403)]
    assert kinds == [InvalidRequest, KeyRejected, OutOfCredits]


@pytest.mark.parametrize("body", [b"", b"<html>busy</html>", b'{"message": "x"}', b"[]", DEEP])
def test_503_is_unknown_when_it_is_not_in_the_providers_own_words(body: bytes) -> None:
    assert not says_it_refused(body)
    assert refusal(503, body, None) is None


def test_hint_is_kept_for_the_member_when_the_request_is_invalid() -> None:
    refused = refusal(400, own_words(400, "Expected string, received number"), None)
    assert isinstance(refused, InvalidRequest)
    assert refused.hint == "Expected string, received number"


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (b'{"message": " too long "}', "too long"),
        (b'{"message": ["a", 5, null]}', "a"),
        (b'{"message": {"a": 1}}', "no explanation given"),
        (b'{"message": "  "}', "no explanation given"),
        (b'"text"', "text"),
        (b"<html>", "no explanation given"),
        (b"\xff\xff", "no explanation given"),
        (b'{"message": "' + b"x" * 9999 + b'"}', "x" * (HINT_LIMIT - 1) + "…"),
        (DEEP, "no explanation given"),
    ],
    ids=lambda value: repr(value[:20]),
)
def test_hint_is_found_in_any_body(body: bytes, text: str) -> None:
    assert hint(body) == text


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("", None),
        ("0", 0.0),
        ("7", 7.0),
        ("1.5", 1.5),
        ("-3", 0.0),
        ("1e9", 3600.0),
        ("inf", 3600.0),
        ("nan", None),
        ("soon", None),
        ("Fri, 31 Feb 2026 00:00:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2099 07:28:00", 3600.0),
        ("Mon, 01 Jan 999999999999 00:00:00 GMT", None),
    ],
)
def test_retry_after_is_seconds_within_an_hour_or_nothing(
    value: str | None, seconds: float | None
) -> None:
    assert parse_retry_after_s(value) == seconds


def test_retry_after_is_counted_from_now_when_it_is_a_date() -> None:
    moment = datetime.now(UTC) + timedelta(seconds=100)
    seconds = parse_retry_after_s(format_datetime(moment, usegmt=True))
    assert seconds == pytest.approx(100, abs=5)


@given(
    st.text(max_size=40)
    | st.from_regex(r"\w{3}, \d{1,3} \w{3} \d{1,5} \d+:\d+:\d+ [+-]?\w+", fullmatch=True)
)
def test_retry_after_never_breaks_whatever_the_header_says(value: str) -> None:
    seconds = parse_retry_after_s(value)
    assert seconds is None or 0 <= seconds <= 3600


@pytest.mark.parametrize("body", [b'{"id": "x"}', b'{"id": "x", "status": null}'])
def test_generation_counts_as_pending_when_it_has_no_status(body: bytes) -> None:
    assert parse(Generation, body).phase is Phase.PENDING
