"""Finding what is needed in answers of any shape: a generation's id, its end, its file's address.

What is published is looked for first. After that, names that similar providers use are understood,
and envelopes such as `{"data": {…}}`: what was paid for must not be lost over a spelling. Nothing
is guessed: a status counts as an end only if its word is known to mean one.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum, auto
from itertools import islice
from typing import Any

from bot.provider.reasons import by_plain_name, reason_in

ENVELOPE_LIMIT = 16
DEPTH_LIMIT = 4
WIDTH_LIMIT = 20
ID_LIMIT = 500
WORD_LIMIT = 50
TEXT_LIMIT = 10_000
DIGITS_LIMIT = 100
EXACT_FLOAT = 2.0**53

_SPACE, _ENDS = re.compile(r"[\s_-]+"), re.compile(r"^[\W_]+|[\W_]+$")
# What an answer about a generation may be wrapped in; names as `by_plain_name` spells them.
_ENVELOPES = ("data", "result", "response", "generation", "task", "job", "output", "body")
# `generation_id` is what the published calls ask with, so it is the surest name.
_IDS = ("generationid", "id", "taskid", "jobid", "requestid")
_STATUSES = ("status", "state", "generationstatus", "taskstatus")
# The published place, where any address counts; after it, others' names for the same.
_FILE = "audiofile"
_FILES = (
    *("audiofiles", "audio", "audiourl", "audios", "file", "fileurl", "files", "downloadurl"),
    *("output", "outputs", "outputurl", "result", "results", "track", "tracks", "trackurl", "url"),
)
_ADDRESSES = ("url", "audiourl", "fileurl", "downloadurl", "signedurl", "href", "uri", "src")
_REASONS = (
    *("error", "errors", "errormessage", "message", "msg", "detail", "details", "reason"),
    *("failurereason", "failure", "cause", "description", "meta"),
)


class Phase(Enum):
    """What a status word means for us. An unknown word counts as pending."""

    PENDING = auto()
    COMPLETED = auto()
    ERROR = auto()


_PHASES = {
    **dict.fromkeys(("completed", "complete", "succeeded", "success"), Phase.COMPLETED),
    **dict.fromkeys(("done", "finished", "successful", "ready"), Phase.COMPLETED),
    **dict.fromkeys(("error", "errored", "failed", "failure"), Phase.ERROR),
    **dict.fromkeys(("cancelled", "canceled", "aborted", "rejected"), Phase.ERROR),
    **dict.fromkeys(("expired", "timeout", "timed out"), Phase.ERROR),
    **dict.fromkeys(("queued", "waiting", "generating", "pending"), Phase.PENDING),
    **dict.fromkeys(("processing", "running", "in progress"), Phase.PENDING),
}


@dataclass(frozen=True, kw_only=True)
class Found:
    """What an answer tells of a generation. `usage` is as it came."""

    id: str
    phase: Phase
    audio_url: str | None
    reason: str | None
    usage: Any


def look_through(answer: Any) -> Found | None:
    """What decoded JSON tells of a generation; `None` if that is nothing at all."""
    layers = [
        by_plain_name(layer) for layer in islice(_layers(answer, DEPTH_LIMIT), ENVELOPE_LIMIT)
    ]
    if not layers:
        return None
    id_, phase, file = _id(layers), _phase(layers), _published_file(layers)
    url = file or _other_file(layers)
    if phase is None and url is None and not id_:
        return None
    if phase is None:
        # Without a word, only the file in its own place says that it is there.
        phase = Phase.COMPLETED if file else Phase.PENDING
    reason = _reason(layers) if phase is Phase.ERROR else None
    return Found(id=id_, phase=phase, audio_url=url, reason=reason, usage=_usage(layers))


def _layers(answer: Any, depth: int) -> Iterator[dict[str, Any]]:
    """The answer without its envelopes, the outermost first; a list stands for its first entry."""
    if isinstance(answer, list) and answer and depth:
        yield from _layers(answer[0], depth - 1)
    elif isinstance(answer, dict):
        yield answer
        named = by_plain_name(answer)
        for name in _ENVELOPES if depth else ():
            yield from _layers(named.get(name), depth - 1)


def _id(layers: list[dict[str, Any]]) -> str:
    for name in _IDS:
        for layer in layers:
            if id_ := _as_id(layer.get(name)):
                return id_
    return ""


def _as_id(value: Any) -> str | None:
    """Numbers are ids, too: they are asked for by the same digits."""
    if isinstance(value, float) and value.is_integer() and value <= EXACT_FLOAT:
        value = int(value)
    if type(value) is int:  # a bool is none
        return str(value) if 0 < value < 10**DIGITS_LIMIT else None
    text = _text(value)
    return text if text and len(text) <= ID_LIMIT else None


def _phase(layers: list[dict[str, Any]]) -> Phase | None:
    """By the innermost word that is known: an envelope's may be about the request alone."""
    words = [layer.get(name) for layer in reversed(layers) for name in _STATUSES]
    said = [_plain_word(word) for word in words if isinstance(word, str) and word.strip()]
    known = (_PHASES[word] for word in said if word in _PHASES)
    return next(known, Phase.PENDING if said else None)


def _plain_word(word: str) -> str:
    """As `_PHASES` spells it: `TIMED_OUT` is `timed out`, and a full stop says nothing."""
    return _SPACE.sub(" ", _ENDS.sub("", word[:WORD_LIMIT])).casefold()


def _published_file(layers: list[dict[str, Any]]) -> str | None:
    """As it is published, `audio_file.url`, any text counts: what it is worth is checked later."""
    for layer in layers:
        file = layer.get(_FILE)
        url = _text(by_plain_name(file).get("url")) if isinstance(file, dict) else None
        if url := url or _address(file, DEPTH_LIMIT) or _any_address(file, DEPTH_LIMIT):
            return url
    return None


def _other_file(layers: list[dict[str, Any]]) -> str | None:
    for name in _FILES:
        for layer in layers:
            if url := _address(layer.get(name), DEPTH_LIMIT):
                return url
    return None


def _address(value: Any, depth: int) -> str | None:
    """The first address of the web within, under names that such addresses have."""
    if isinstance(value, str):
        text = value.strip()
        return text if text.casefold().startswith(("https://", "http://")) else None
    inner: list[Any] = []
    if isinstance(value, list):
        inner = value[:WIDTH_LIMIT]
    elif isinstance(value, dict):
        named = by_plain_name(value)
        inner = [named.get(name) for name in (*_ADDRESSES, _FILE, *_FILES)]
    found = (_address(entry, depth - 1) for entry in inner if depth)
    return next((url for url in found if url), None)


def _any_address(value: Any, depth: int) -> str | None:
    """The first address of the web within, whatever it is called; also in JSON within a text."""
    if isinstance(value, str):
        try:
            value = json.loads(value[:TEXT_LIMIT])
        except (ValueError, RecursionError):
            return _address(value, depth)
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
    found = (_any_address(entry, depth - 1) for entry in islice(inner, WIDTH_LIMIT) if depth)
    return next((url for url in found if url), None)


def _reason(layers: list[dict[str, Any]]) -> str | None:
    """What is called an error first. Other members repeat the request, which is no reason."""
    for name in _REASONS:
        for layer in layers:
            if name in layer and (reason := reason_in({name: layer[name]})):
                return reason
    return None


def _usage(layers: list[dict[str, Any]]) -> Any:
    for layer in layers:
        meta = layer.get("meta")
        usage = meta.get("usage") if isinstance(meta, dict) else layer.get("usage")
        if isinstance(usage, dict):
            return usage
    return None


def _text(value: Any) -> str | None:
    return value.strip() or None if isinstance(value, str) else None
