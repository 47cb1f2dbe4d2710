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
from urllib.parse import quote, unquote

from jsonschema.exceptions import ValidationError  # type: ignore[import-untyped]
from jsonschema.validators import extend  # type: ignore[import-untyped]
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

from sandbox.traffic import Exchange

Json: TypeAlias = dict[str, Any]

_REQUESTS, _ANSWERS = "urn:requests", "urn:answers"
_JSON = "application/json"
# Discord docs: API Reference > Uploading Files.
_FILE_FIELD = re.compile(r"files\[\d\]")
_MAX_WORDS = 300
_VARYING = re.compile(
    r"(?P<snowflake>\b[1-9]\d{16,18}\b)"
    r"|(?P<moment>\b20\d\d-[01]\d-[0-3]\dT[0-2]\d:[0-5]\d:[0-5]\d(\.\d{3,6})?(\+00:00|Z))"
    r"|(?P<uuid>\b[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b)"
    r"|(?P<hex>\b[0-9a-f]{16,64}\b)"
    r'|(?P<text>(?<="content": )"([^"\\]|\\.){1,1500}")'
)


@dataclass(frozen=True)
class Operation:
    """A method of a path, and where the document describes it (a JSON pointer)."""

    name: str
    pointer: str
    description: Json
    path_parameters: Mapping[str, str]


@dataclass(frozen=True)
class Parameter:
    """A value in the path or query, and the reference to its schema."""

    place: str
    name: str
    required: bool
    schema: str


class Specification:
    """An OpenAPI document to hold exchanges against.

    `validator` is the class that knows its version's JSON Schema dialect. `under` is a regular
    expression for what stands before the document's paths; what lies elsewhere is not its business.

    Requests are held against a variant of the document, usually `closed(document)`: there a query
    parameter or a member that is not described is a violation too, since this is how a misspelt
    optional one shows. Answers may hold more than is described.
    """

    def __init__(self, document: Json, validator: Any, *, requests: Json, under: str = "") -> None:
        self._document = document
        self._under = re.compile(under)
        self._registry: Registry[Any] = Registry().with_resources(
            (uri, Resource.from_contents(contents, default_specification=DRAFT202012))
            for uri, contents in ((_REQUESTS, requests), (_ANSWERS, document))
        )
        self._routes = [
            (_pattern(template), template)
            for template in sorted(document["paths"], key=lambda template: template.count("{"))
        ]
        validator = _remembering(validator)
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

    def violations(
        self, exchanges: Iterable[Exchange], *, refused_requests: bool = True
    ) -> list[str]:
        """All that requests and answers violate, as sentences, each once.

        `refused_requests=False` passes over requests that got a 4xx: a test may ask in error on
        purpose. Their answers, and what was accepted, have to be right all the same.
        """
        found: dict[str, None] = {}
        for exchange in filter(self.covers, exchanges):
            held = refused_requests or exchange.status < 400
            found |= dict.fromkeys(self._of_exchange(exchange, with_request=held))
        return list(found)

    def _of_exchange(self, exchange: Exchange, *, with_request: bool) -> Iterator[str]:
        operation = self._operation(exchange)
        if operation is None:
            yield f"{exchange.method} {exchange.path}: not described"
            return
        if with_request:
            for fault in self._of_request(operation, exchange):
                yield f"{operation.name}: request: {fault}"
        for fault in self._of_answer(operation, exchange):
            yield f"{operation.name}: answer {exchange.status}: {fault}"

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
        parameters = list(self._parameters(operation))
        path = {name: [raw] for name, raw in operation.path_parameters.items()}
        query = {name: exchange.query.getall(name) for name in exchange.query}
        yield from self._of_parameters("path", parameters, path)
        yield from self._of_parameters("query", parameters, query)
        if exchange.request_body or exchange.files:
            yield from self._of_body(operation, exchange)
        elif operation.description.get("requestBody", {}).get("required"):
            yield "the body is missing"

    def _parameters(self, operation: Operation) -> Iterator[Parameter]:
        path = operation.pointer.rpartition("/")[0]
        for pointer in (path, operation.pointer):
            described = _at(self._document, pointer).get("parameters", ())
            for number, parameter in enumerate(described):
                yield Parameter(
                    place=parameter["in"],
                    name=parameter["name"],
                    required=parameter.get("required", False),
                    schema=f"{_REQUESTS}#{pointer}/parameters/{number}/schema",
                )

    def _of_parameters(
        self, place: str, parameters: list[Parameter], given: Mapping[str, list[str]]
    ) -> Iterator[str]:
        described = {
            parameter.name: parameter for parameter in parameters if parameter.place == place
        }
        for name, raw in given.items():
            if name not in described:
                yield f"{place} parameter {name} is not described"
                continue
            validator = self._validator(described[name].schema)
            if not any(validator.is_valid(reading) for reading in _readings(raw)):
                yield f"{place} parameter {name} can't be {', '.join(raw)!r}"
        for name, parameter in described.items():
            if parameter.required and name not in given:
                yield f"{place} parameter {name} is missing"

    def _of_body(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        described = operation.description.get("requestBody", {}).get("content", {})
        content_type = _content_type(exchange.request_headers)
        if content_type not in described:
            yield f"a body of type {content_type!r} is not described"
            return
        for part in exchange.files:
            if not _FILE_FIELD.fullmatch(part.field):
                yield f"a file's field can't be {part.field!r}"
        # A multipart body's `payload_json`, which no document knows by that name, is the JSON body.
        if exchange.request_body and _JSON in described:
            pointer = f"{operation.pointer}/requestBody/content/{_escaped(_JSON)}/schema"
            yield from self._faults(f"{_REQUESTS}#{pointer}", exchange.request_body)

    def _of_answer(self, operation: Operation, exchange: Exchange) -> Iterator[str]:
        responses = operation.description["responses"]
        keys = (str(exchange.status), f"{exchange.status // 100}XX", "default")
        key = next((key for key in keys if key in responses), None)
        if key is None:
            yield "not described"
            return
        pointer = f"{operation.pointer}/responses/{key}"
        pointer = responses[key].get("$ref", pointer).removeprefix("#")
        content = _at(self._document, pointer).get("content", {})
        content_type = _content_type(exchange.response_headers)
        if exchange.response_body and content_type not in content:
            yield f"a body of type {content_type!r} is not described"
        elif _JSON in content:
            reference = f"{_ANSWERS}#{pointer}/content/{_escaped(_JSON)}/schema"
            yield from self._faults(reference, exchange.response_body)

    def _faults(self, reference: str, body: bytes) -> Iterator[str]:
        try:
            value = json.loads(body)
        except ValueError:
            yield f"not JSON: {body[:80]!r}"
            return
        for error in self._validator(reference).iter_errors(value):
            yield _worded(error)


def _remembering(validator: Any) -> Any:
    """The same validator, which holds values that are alike against a schema only once.

    A schema tells neither ids nor moments apart. Most of the traffic is the same users, buttons and
    commands again and again, and jsonschema looks for all that is wrong with every alternative.
    """
    # With the schema, so that no other can get its id.
    verdicts: dict[tuple[int, str], tuple[Any, bool]] = {}

    def fits(held: Any, schema: Any, value: Any) -> bool:
        alike = id(schema), _VARYING.sub(lambda found: found.lastgroup or "", json.dumps(value))
        if alike not in verdicts:
            verdicts[alike] = schema, held.evolve(schema=schema).is_valid(value)
        return verdicts[alike][1]

    def quick(keyword: str) -> Any:
        thorough = validator.VALIDATORS[keyword]

        def of_alternatives(held: Any, schemas: Any, value: Any, schema: Any) -> Iterator[Any]:
            # That exactly one fits is enough for both keywords.
            told_apart = "discriminator" in schema
            if told_apart or sum(fits(held, one, value) for one in schemas) != 1:
                yield from thorough(held, schemas, value, schema)

        return of_alternatives

    def of_reference(held: Any, reference: Any, value: Any, schema: Any) -> Iterator[Any]:
        resolved = held._resolver.lookup(reference)
        there = held.evolve(schema=resolved.contents, _resolver=resolved.resolver)
        if not fits(there, resolved.contents, value):
            yield from validator.VALIDATORS["$ref"](held, reference, value, schema)

    return extend(
        validator, {"oneOf": quick("oneOf"), "anyOf": quick("anyOf"), "$ref": of_reference}
    )


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
    reason = _innermost(error)
    place = "/".join(map(str, reason.absolute_path))
    return f"{place or 'body'}: {reason.message[:_MAX_WORDS]}"


def _innermost(error: ValidationError) -> ValidationError:
    """Of a `oneOf` or `anyOf`, what is wrong by the one alternative that was meant, if one was.

    (`jsonschema.exceptions.best_match` takes the shallowest, and blames a button for not being a
    text input.)
    """
    alternatives: dict[object, list[ValidationError]] = {}
    for inner in error.context:
        alternatives.setdefault(inner.schema_path[0], []).append(inner)
    meant = [inner for inner in alternatives.values() if not any(map(_is_another_kind, inner))]
    return _innermost(meant[0][0]) if meant else error


def _is_another_kind(error: ValidationError) -> bool:
    place = list(error.relative_path)
    if error.validator == "type":
        return not place
    return error.validator in {"const", "enum"} and place in ([], ["type"])


def _content_type(headers: Mapping[str, str]) -> str:
    return headers.get("Content-Type", "").partition(";")[0].strip().lower()


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(re.sub(r"\\\{(\w+)\\\}", r"(?P<\1>[^/]+)", re.escape(template)))


def _escaped(name: str) -> str:
    """As one step of a JSON pointer in a URI's fragment (RFC 6901, section 6)."""
    return quote(name.replace("~", "~0").replace("/", "~1"), safe="~")


def _at(document: Any, pointer: str) -> Any:
    for step in pointer.split("/")[1:]:
        document = document[unquote(step).replace("~1", "/").replace("~0", "~")]
    return document
