"""What HTTP exchanges violate of an OpenAPI specification, request by request.

OpenAPI Specification 3.0 and 3.1 > Paths Object, Operation Object, Responses Object.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, TypeAlias
from urllib.parse import quote

from jsonschema.exceptions import ValidationError, best_match  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sandbox.traffic import Exchange

Json: TypeAlias = dict[str, Any]

_REQUESTS, _ANSWERS = "urn:requests", "urn:answers"
_JSON, _MULTIPART = "application/json", "multipart/form-data"
_FILE_FIELD = re.compile(r"files\[\d\]")
_MAX_WORDS = 300


@dataclass(frozen=True)
class Operation:
    """A method of a path, and where the document describes it (a JSON pointer)."""

    name: str
    pointer: str
    description: Json
    path_parameters: Mapping[str, str]


class Specification:
    """An OpenAPI document to hold exchanges against.

    `validator` is the class that knows its version's JSON Schema dialect. `under` is a regular
    expression for what stands before the document's paths; what lies elsewhere is not its business.

    Requests are read strictly: a query parameter or a member that the document does not describe
    is a violation too, since this is how a misspelt optional one shows. In answers it is none.
    """

    def __init__(self, document: Json, validator: Any, *, under: str = "") -> None:
        self._document = document
        self._under = re.compile(under)
        self._registry: Registry[Any] = Registry().with_resources(
            (uri, Resource.from_contents(contents, default_specification=DRAFT202012))
            for uri, contents in ((_REQUESTS, closed(document)), (_ANSWERS, document))
        )
        self._routes = [
            (_pattern(template), template)
            for template in sorted(document["paths"], key=lambda template: template.count("{"))
        ]
        # Resolving references costs most; one validator for each place remembers what it looked up.
        self._validator = cache(
            lambda reference: validator(
                {"$ref": reference},
                registry=self._registry,
                format_checker=validator.FORMAT_CHECKER,
            )
        )

    def covers(self, exchange: Exchange) -> bool:
        """Whether the exchange lies under the document's paths."""
        return self._under.match(exchange.path) is not None

    def violations(self, exchanges: Iterable[Exchange]) -> list[str]:
        """All that requests and answers violate, as sentences, each once."""
        return self._sentences(exchanges, (self._of_request, self._of_answer))

    def answer_violations(self, exchanges: Iterable[Exchange]) -> list[str]:
        """What the answers violate. Whoever asked in error is not held to anything, as long as the
        answer says so; a request that was accepted has to be a right one.
        """
        exchanges = [exchange for exchange in exchanges if self.covers(exchange)]
        accepted = [exchange for exchange in exchanges if exchange.status < 400]
        return self._sentences(exchanges, (self._of_answer,)) + self._sentences(
            accepted, (self._of_request,)
        )

    def _sentences(self, exchanges: Iterable[Exchange], checks: Iterable[Any]) -> list[str]:
        found: dict[str, None] = {}
        checks = tuple(checks)
        for exchange in filter(self.covers, exchanges):
            operation = self._operation(exchange)
            if operation is None:
                found[f"{exchange.method} {exchange.path}: not described"] = None
                continue
            for check in checks:
                found |= dict.fromkeys(
                    f"{operation.name}: {fault}" for fault in check(operation, exchange)
                )
        return list(found)

    def _operation(self, exchange: Exchange) -> Operation | None:
        path, method = self._under.sub("", exchange.path, count=1), exchange.method.lower()
        for pattern, template in self._routes:
            found = pattern.fullmatch(path)
            if found and method in self._document["paths"][template]:
                pointer = f"/paths/{_escaped(template)}/{method}"
                description = self._document["paths"][template][method]
                name = f"{exchange.method} {template}"
                return Operation(name, pointer, description, found.groupdict())
        return None

    def _of_request(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        yield from self._of_parameters(operation, exchange)
        body = operation.description.get("requestBody")
        if exchange.request_body or exchange.files:
            yield from self._of_body(operation, exchange)
        elif body and body.get("required"):
            yield "request: the body is missing"

    def _of_parameters(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        described = dict(self._parameters(operation))
        for name, raw in operation.path_parameters.items():
            if not self._takes(described[name, "path"][0], [raw]):
                yield f"request: path parameter {name} can't be {raw!r}"
        for name in dict.fromkeys(exchange.query):
            if (name, "query") not in described:
                yield f"request: query parameter {name} is not described"
            elif not self._takes(described[name, "query"][0], exchange.query.getall(name)):
                yield f"request: query parameter {name} can't be {exchange.query[name]!r}"
        for (name, place), (_, parameter) in described.items():
            if place == "query" and parameter.get("required") and name not in exchange.query:
                yield f"request: query parameter {name} is missing"

    def _parameters(
        self, operation: Operation
    ) -> Iterator[tuple[tuple[str, str], tuple[str, Json]]]:
        """((name, place), (reference to the schema, description)) of a path and its operation."""
        path = operation.pointer.rpartition("/")[0]
        template = operation.name.partition(" ")[2]
        for pointer, owner in (
            (path, self._document["paths"][template]),
            (operation.pointer, operation.description),
        ):
            for number, parameter in enumerate(owner.get("parameters", ())):
                reference = f"{_REQUESTS}#{pointer}/parameters/{number}/schema"
                yield (parameter["name"], parameter["in"]), (reference, parameter)

    def _takes(self, reference: str, raw: list[str]) -> bool:
        validator = self._validator(reference)
        return any(validator.is_valid(reading) for reading in _readings(raw))

    def _of_body(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        described = operation.description.get("requestBody", {}).get("content", {})
        content_type = _content_type(exchange.request_headers)
        if content_type not in described:
            yield f"request: a body of type {content_type!r} is not described"
            return
        if content_type == _MULTIPART:
            names = (part.field for part in exchange.files)
            for name in names:
                if not _FILE_FIELD.fullmatch(name):
                    yield f"request: a file's field can't be {name!r}"
            if not exchange.request_body:
                return
        # A multipart body's `payload_json`, which no document knows by that name, is the JSON body.
        pointer = f"{operation.pointer}/requestBody/content/{_escaped(_JSON)}/schema"
        faults = self._faults(f"{_REQUESTS}#{pointer}", exchange.request_body)
        yield from (f"request: {fault}" for fault in faults)

    def _of_answer(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        responses = operation.description["responses"]
        keys = (str(exchange.status), f"{exchange.status // 100}XX", "default")
        key = next((key for key in keys if key in responses), None)
        place = f"answer {exchange.status}"
        if key is None:
            yield f"{place}: not described"
            return
        response, pointer = responses[key], f"{operation.pointer}/responses/{key}"
        if "$ref" in response:
            pointer = response["$ref"].removeprefix("#")
            response = _at(self._document, pointer)
        content_type = _content_type(exchange.response_headers)
        if "content" not in response:
            if exchange.response_body:
                yield f"{place}: a body is not described"
        elif content_type not in response["content"]:
            yield f"{place}: a body of type {content_type!r} is not described"
        elif content_type == _JSON:
            reference = f"{_ANSWERS}#{pointer}/content/{_escaped(_JSON)}/schema"
            faults = self._faults(reference, exchange.response_body)
            yield from (f"{place}: {fault}" for fault in faults)

    def _faults(self, reference: str, body: bytes) -> Iterator[str]:
        try:
            value = json.loads(body)
        except ValueError:
            yield f"not JSON: {body[:80]!r}"
            return
        for error in self._validator(reference).iter_errors(value):
            yield _worded(error)


def closed(schema: Any) -> Any:
    """A copy in which no object takes members besides those that are described.

    Only for schemas whose `allOf` does not share an object's members between several parts.
    """
    if isinstance(schema, list):
        return [closed(part) for part in schema]
    if not isinstance(schema, dict):
        return schema
    copy = {name: closed(part) for name, part in schema.items()}
    if "object" in schema.get("type", ()) and "properties" in schema:
        copy.setdefault("additionalProperties", False)
    return copy


def _readings(raw: list[str]) -> Iterator[object]:
    """What a parameter's text may stand for: the schema says which of them it takes.

    Discord docs: API Reference > Boolean Query Strings.
    """
    yield raw
    if len(raw) > 1:
        return
    (text,) = raw
    yield text
    if re.fullmatch(r"-?\d+", text):
        yield int(text)
    if text in {"True", "true", "1", "False", "false", "0"}:
        yield text in {"True", "true", "1"}


def _worded(error: ValidationError) -> str:
    """The innermost reason: of a `oneOf`, what is wrong with the alternative that fits best."""
    reason = best_match([error])
    place = "/".join(map(str, reason.absolute_path))
    return f"{place or 'body'}: {reason.message[:_MAX_WORDS]}"


def _content_type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))


def _escaped(name: str) -> str:
    """As one step of a JSON pointer in a URI's fragment (RFC 6901, section 6)."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")


def _at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[step]
    return document
