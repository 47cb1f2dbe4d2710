"""Finding, in any JSON that says why something didn't work, the sentence meant for people.

Providers, and the partners whose errors they pass on, put it under many names and at any depth:
`message`, `error.message`, `detail`, a list of issues with the field each is about (FastAPI, Zod,
Django), JSON within a text. What is found is plain text and short; raw JSON never is.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from http import HTTPStatus
from itertools import islice
from typing import Any

from bot import words

HINT_LIMIT = 500
SUGGESTION_LIMIT = 200
SENTENCES = 4
DEPTH_LIMIT = 8
LOOKS = 300  # at so many values at most
WIDTH_LIMIT = 50  # of one list or object
READ_LIMIT = 4_000  # characters of one text
READ_LIMIT_IN_ALL = 20_000

# Where sentences stand, best first; then what may hold them further down.
_SPOKEN = (
    *("message", "msg", "errormessage", "errordescription", "detail", "details", "description"),
    *("reason", "failurereason", "statusmessage", "explanation", "error", "errors"),
    *("issues", "violations", "cause", "meta", "data", "body", "response"),
)
_OF_ERRORS = ("error", "errors", "detail", "details", "message", "issues", "violations")
# What kind of error it is: better than nothing.
_NAMES = ("title", "name", "code", "type")
# Asides of machines, and what only repeats the request.
_NOISE = frozenset(
    {"path", "loc", "requestid", "timestamp", "statuscode", "status", "id", "model", "url", "uri"}
    | {"input", "value", "request", "params", "ctx", "stack", "stacktrace", "trace", "traceback"}
    | {"docs", "documentationurl", "helpurl", "instance", "object", "method", "usage", "audiofile"}
    | {"expected", "received", "field", "param", "property", "pointer", "generationid"}
)
_FIELDS = ("path", "loc", "field", "param", "property", "pointer")
_WHERE_IT_STOOD = frozenset({"body", "query", "header"})
_SUGGESTIONS = ("promptsuggestion", "suggestedprompt", "suggestion", "suggestions", "didyoumean")
_KNOWN = frozenset({*_SPOKEN, *_NAMES, *_SUGGESTIONS, *_NOISE})
_FIELD = re.compile(r"[A-Za-z_][\w.\[\]-]{0,40}", re.ASCII)
_TAG = re.compile(r"<!--.*?-->|<(script|style)\b.*?</\1\s*>|</?[a-z!][^<>]{0,2000}>", re.I | re.S)
# Objects that were not quite JSON: of Python, or cut off.
_QUOTED = re.compile(
    r"""['"](?:message|msg|detail|error|reason)['"]\s*:\s*(['"])([^{}\[\]]{1,2000}?)\1\s*(?:[,}\]]|$)"""
)
# Said of any error, and so of none.
_EMPTY_WORDS = re.compile(
    "|".join(re.escape(status.phrase) for status in HTTPStatus)
    + r"|(?:request|generation|task|job) failed(?: with status code \d+)?"
    r"|an? (?:\w+ )?error (?:has )?occurr?ed"
    r"|(?:body |request |input )?validation (?:failed|errors?)"
    r"|something went wrong|(?:internal|unknown|server)(?: server)? error",
    re.I,
)

# The words of filters for names, quotations and what's offensive, at whatever stage they look.
_FILTERED = re.compile(
    r"recitation|bad.prompt|moderat|safety|polic(?:y|ies)|copyright|prohibited|guidelines|violat"
    r"|blocked",
    re.I,
)


def is_by_filter(reason: str) -> bool:
    """Whether the prompt was refused, rather than that something broke."""
    return _FILTERED.search(reason) is not None


def reason_in(data: Any) -> str | None:
    """The most human sentence, or a few, in decoded JSON of any shape; `None` if there is none.

    At most `HINT_LIMIT` characters, without controls and markup of HTML. What the provider suggests
    instead comes last, and is not cut off for the rest.
    """
    looks = _Looks()
    sentences = _best(looks.sentences(data))
    suggestion = next((text for text in looks.suggestions(data) if text), None)
    room = HINT_LIMIT
    ending = ""
    if suggestion:
        ending = words.suggested(_shortened(suggestion, SUGGESTION_LIMIT))
        room -= len(ending) + 2
    said = _shortened(_joined(sentences), room)
    return _joined([part for part in (said, ending) if part]) or None


class _Looks:
    """A walk through hostile JSON: bounded in depth, and in how much is looked at."""

    def __init__(self) -> None:
        self._left = LOOKS
        self._letters_left = READ_LIMIT_IN_ALL

    def sentences(
        self, value: Any, depth: int = DEPTH_LIMIT, *, of_errors: bool = False
    ) -> Iterator[str]:
        """All texts that may be for people, those in the best places first.

        `of_errors` says that each member is one, whatever its name.
        """
        self._left -= 1
        if depth < 0 or self._left < 0:
            return
        if isinstance(value, str):
            yield from self._in_text(value, depth)
        elif isinstance(value, list):
            for entry in islice(value, WIDTH_LIMIT):
                yield from self.sentences(entry, depth - 1, of_errors=of_errors)
        elif isinstance(value, dict):
            yield from self._in_object(value, depth, of_errors=of_errors)

    def _in_text(self, text: str, depth: int) -> Iterator[str]:
        """The text itself; of an object that stands in it, what that says."""
        text = text[: min(READ_LIMIT, self._letters_left)]
        self._letters_left -= len(text)
        start = min((at for at in (text.find("{"), text.find("[")) if at >= 0), default=-1)
        if start >= 0:
            inner = _decoded(text[start:]) or [
                quoted[1] for quoted in _QUOTED.findall(text[start:])
            ]
            if inner:
                yield from self.sentences(inner, depth - 1)
                text = text[:start].rstrip(" :-")
        if plain := _plain(text):
            yield plain

    def _in_object(self, value: dict[str, Any], depth: int, *, of_errors: bool) -> Iterator[str]:
        named = by_plain_name(value)
        field, spoken = _field_of(named), False
        for name in _SPOKEN:
            found = self.sentences(named.get(name), depth - 1, of_errors=name in _OF_ERRORS)
            for sentence in found:
                said = _about(field, sentence, named)
                spoken = spoken or _is_sentence(said)
                yield said
        for key, inner in islice(value.items(), WIDTH_LIMIT):
            # Elsewhere a plain text may be anything: the request's own prompt, for one.
            is_said = isinstance(inner, list | dict) or of_errors
            if is_said and plain_name(key) not in _KNOWN:
                own = key if _names_field(key, inner) else None
                for sentence in self.sentences(inner, depth - 1, of_errors=of_errors):
                    yield _about(own, sentence, {}) if _is_sentence(sentence) else sentence
        if not spoken:
            for name in _NAMES:
                yield from self.sentences(named.get(name), depth - 1)

    def suggestions(self, value: Any, depth: int = DEPTH_LIMIT) -> Iterator[str]:
        """What the provider would take instead, wherever it says so."""
        self._left -= 1
        if depth < 0 or self._left < -LOOKS:
            return
        if isinstance(value, str) and "uggest" in value[:READ_LIMIT]:
            start = value.find("{")
            value = _decoded(value[start:READ_LIMIT]) if start >= 0 else None
        if isinstance(value, list):
            for entry in islice(value, WIDTH_LIMIT):
                yield from self.suggestions(entry, depth - 1)
        elif isinstance(value, dict):
            named = by_plain_name(value)
            for name in _SUGGESTIONS:
                yield from _texts(named.get(name))
            for inner in islice(value.values(), WIDTH_LIMIT):
                yield from self.suggestions(inner, depth - 1)


def plain_name(key: str) -> str:
    """A member's name however it is spelt: `audioFile`, `audio_file` and `Audio-File` are one."""
    return key.casefold().replace("_", "").replace("-", "")


def by_plain_name(value: Mapping[str, Any]) -> dict[str, Any]:
    """The members by their plain names; of several, the first one that says something."""
    named: dict[str, Any] = {}
    for key, inner in islice(value.items(), 4 * WIDTH_LIMIT):
        name = plain_name(key)
        if named.get(name) in (None, ""):
            named[name] = inner
    return named


def _best(found: Iterable[str]) -> list[str]:
    """Sentences where there are some, else what the status is called, else a single word.

    What only repeats another is left out.
    """
    said: list[str] = []
    lesser: list[str] = []
    for text in found:
        if not _is_sentence(text):
            lesser.append(text)
        elif not any(text.casefold() in other.casefold() for other in said):
            said.append(text)
        if len(said) == SENTENCES:
            break
    return said or lesser[:1]


def _is_sentence(text: str) -> bool:
    """Rather than a code, or the name of a status."""
    if _EMPTY_WORDS.fullmatch(text.strip(" .!")):
        return False
    return " " in text or not text.isascii()


def _about(field: str | None, sentence: str, named: Mapping[str, Any]) -> str:
    """With the field that it is about, and what was expected there, unless it says so itself."""
    if field and field.casefold() not in sentence.casefold():
        sentence = f"{field}: {sentence}"
    expected, received = (next(_texts(named.get(it)), "") for it in ("expected", "received"))
    if expected and expected.casefold() not in sentence.casefold():
        sentence = f"{sentence.rstrip('.')} ({words.expected(expected, received)})"
    return sentence


def _field_of(named: Mapping[str, Any]) -> str | None:
    """Which part of the request an issue is about: the last name on the way there."""
    for name in _FIELDS:
        place = named.get(name)
        steps = place if isinstance(place, list) else re.split(r"[/.]", str(place or "")[:200])
        names = [step for step in steps if isinstance(step, str) and _FIELD.fullmatch(step)]
        if names and names[0] in _WHERE_IT_STOOD:
            del names[0]
        if names and not (isinstance(place, str) and place.count("/") > 1):  # that is an address
            return str(names[-1])
    return None


def _names_field(key: str, inner: Any) -> bool:
    """Django and Laravel name the field, and list what is wrong with it."""
    first = inner[0] if isinstance(inner, list) and inner else inner
    return isinstance(first, str) and key.islower() and _FIELD.fullmatch(key) is not None


def _texts(value: Any) -> Iterator[str]:
    for entry in islice(value, WIDTH_LIMIT) if isinstance(value, list) else (value,):
        if isinstance(entry, str) and (plain := _plain(entry[:READ_LIMIT])):
            yield plain
        elif isinstance(entry, int | float) and not isinstance(entry, bool):
            yield str(entry)[:40]


def _decoded(text: str) -> Any:
    """The JSON that a text begins with, if it is an object or a list that says something."""
    try:
        value, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    return value or None


def _plain(text: str) -> str:
    """One line for people, or nothing: no markup, no controls, no code."""
    text = html.unescape(_TAG.sub(" ", text))
    text = "".join(char for char in text if char.isprintable() or char.isspace())
    text = " ".join(text.split())
    if not any(char.isalpha() for char in text):
        return ""
    return "" if text[0] in "{[" and text[-1] in "}]" else text


def _joined(sentences: list[str]) -> str:
    joined = ""
    for sentence in sentences:
        glue = "" if not joined else " " if joined[-1] in ".!?…" else "; "
        joined += glue + sentence
    return joined


def _shortened(text: str, limit: int) -> str:
    """Cut between words, if that loses little."""
    if len(text) <= limit:
        return text
    kept = text[: limit - 1]
    at_word = kept.rpartition(" ")[0]
    return (at_word if len(at_word) > limit // 2 else kept).rstrip(" ,;:") + "…"
