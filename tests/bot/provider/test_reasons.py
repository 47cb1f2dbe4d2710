"""The sentence for people, in whatever JSON it is hidden."""

import time
from typing import Any

import pytest
from hypothesis import given

from bot.provider.reasons import HINT_LIMIT, reason_in
from tests.bot.provider.test_wire_fuzz import JSON


@pytest.mark.parametrize(
    ("data", "said"),
    [
        ("plain words", "plain words"),
        ({"message": "not this"}, "not this"),
        ({"error": {"message": "not this"}}, "not this"),
        ({"error": {"error": {"cause": {"reason": "deep down here"}}}}, "deep down here"),
        ({"error": ["one thing", "another thing"]}, "one thing; another thing"),
        ({"message": [{"a": 1}, {"message": "in a list"}]}, "in a list"),
        ({"success": False, "data": {"errorMessage": "no such voice"}}, "no such voice"),
        ({"detail": "Prompt has names", "title": "Unprocessable Entity"}, "Prompt has names"),
        ({"message": "提示包含艺术家姓名"}, "提示包含艺术家姓名"),
        # A sentence says more than a code or a status, wherever it stands.
        ({"message": "bad_prompt", "detail": "Names are not allowed"}, "Names are not allowed"),
        ({"error": "Bad Request", "meta": {"reason": "too many words"}}, "too many words"),
        (
            {"message": "Request failed with status code 400", "data": {"msg": "no names"}},
            "no names",
        ),
        ({"code": "bad_prompt"}, "bad_prompt"),
        ({"message": "Bad Request", "error": "Bad Request"}, "Bad Request"),
        ({"name": "Refused"}, "Refused"),
        # Issues with the field they are about: FastAPI, Zod, Django, Laravel, Google.
        (
            {"detail": [{"loc": ["body", "prompt"], "msg": "field required", "type": "missing"}]},
            "prompt: field required",
        ),
        (
            {
                "message": "Body validation error",
                "meta": [
                    {"path": ["seed"], "message": "Invalid", "expected": "int", "received": "text"}
                ],
                "path": "/v2/generate/audio",
            },
            "seed: Invalid (expected int, received text)",
        ),
        (
            {"issues": [{"path": ["prompt"], "message": "The prompt is empty"}, {"msg": "no, no"}]},
            "The prompt is empty; no, no",
        ),
        ({"prompt": ["This field is required."]}, "prompt: This field is required."),
        ({"errors": {"lyrics": ["much too long"]}}, "lyrics: much too long"),
        ({"error": {"lyrics": "much too long"}}, "lyrics: much too long"),
        (
            {"details": [{"fieldViolations": [{"field": "lyrics", "description": "no tags"}]}]},
            "lyrics: no tags",
        ),
        (
            {"message": [{"constraints": {"maxLength": "at most 600 letters"}}]},
            "at most 600 letters",
        ),
        ({"message": "no names", "received": {"prompt": "by a singer"}}, "no names"),
        ({"message": "no names", "echo": {"prompt": "by a singer"}}, "no names"),
        # What came from further up, packed into text.
        ({"message": '400 {"error": {"message": "blocked by checks"}}'}, "blocked by checks"),
        ({"message": "Error: {'message': 'Names, no', 'code': 400}"}, "Names, no"),
        ({"message": '{"message": "cut off here", "rest": {"a"'}, "cut off here"),
        ({"message": "<p>Prompt <b>too</b> long &amp; odd</p>"}, "Prompt too long & odd"),
        ({"message": "<style>p{color:red}</style><h1>No</h1> names"}, "No names"),
        ({"message": "Use {name} there"}, "Use {name} there"),
        ({"message": "one\r\ntwo\x00\x1b[31m \u202ethree"}, "one two[31m three"),
    ],
)
def test_sentence_is_found_wherever_it_stands(data: Any, said: str) -> None:
    assert reason_in(data) == said


@pytest.mark.parametrize(
    "data",
    [
        *(None, True, 5, "", "  ", [], {}, {"message": None}, {"message": {"deep": 1}}, "123"),
        {"message": "{'deep': 1}"},
        {"message": "[{}, {}]"},
        {"message": "[object Object]"},
        {"statusCode": 400, "path": "/v2/x", "requestId": "a b", "timestamp": "1 2"},
        {"input": {"prompt": "what the member asked for"}},
        {"prompt": "what the member asked for", "lyrics": "of many words"},
    ],
)
def test_nothing_is_said_when_there_is_no_sentence(data: Any) -> None:
    assert reason_in(data) is None


@pytest.mark.parametrize("name", ["prompt_suggestion", "suggestedPrompt", "suggestions"])
def test_suggestion_is_shown_wherever_it_comes(name: str) -> None:
    detail = {"code": "bad_prompt", "message": "It names an artist.", "data": {name: "warm jazz"}}
    assert reason_in({"detail": detail}) == "It names an artist. Suggestion: warm jazz"
    assert reason_in({"error": {name: ["warm jazz"]}}) == "Suggestion: warm jazz"


def test_suggestion_is_kept_when_the_explanation_is_long() -> None:
    said = reason_in({"message": "so many words " * 99, "suggestion": "warm jazz"})
    assert said is not None
    assert said.endswith("… Suggestion: warm jazz")
    assert len(said) <= HINT_LIMIT


def test_walk_ends_soon_when_the_answer_is_hostile() -> None:
    deep: Any = "at the bottom"
    for _ in range(500):
        deep = {"error": deep}
    wide = {"errors": [["<script"] * 1000] * 1000, "message": ["<script <!-- [{'" * 5000] * 100}
    begun = time.process_time()
    assert reason_in(deep) is None
    reason_in(wide)
    assert time.process_time() - begun < 1


@given(JSON)
def test_what_is_found_is_short_and_plain_whatever_comes(data: Any) -> None:
    said = reason_in(data)
    assert said is None or (0 < len(said) <= HINT_LIMIT and said.isprintable())
