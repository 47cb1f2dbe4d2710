"""Pages of the account's ledger: filters, and cursors that stay right while entries arrive.

AI/ML API docs: Account Balance > Get account transactions.
"""

import base64
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final

from sandbox.aimlapi.catalogue import CREDITS_PER_USD, OneOf
from sandbox.aimlapi.generations import Entry
from sandbox.aimlapi.moments import Window, zulu

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
_PARAMETERS: Final = frozenset({"from", "to", "direction", "type", "limit", "cursor"})
_DIRECTIONS: Final = OneOf(("TOPUP", "CHARGE"))
_TYPES: Final = OneOf(
    ("PAYMENT", "BONUS", "REFUND", "ADJUSTMENT", "MODEL_USAGE", "CREDITS_EXPIRED", "INIT")
)


def ledger_page(
    entries: Sequence[Entry], query: Mapping[str, str]
) -> tuple[list[dict[str, Any]], str | None]:
    """One page of the entries (newest first) as JSON, and the cursor of the next, if any.

    Raises ValueError with what is wrong with the query.
    """
    if unknown := query.keys() - _PARAMETERS:
        raise ValueError(f"{min(unknown)}: Unrecognized")
    limit, moments = page_limit(query), _between(query)
    wanted = [entry for entry in entries if _wants(query, entry) and entry.created_at in moments]
    if "cursor" in query:
        last_seen = _decoded(query["cursor"])
        wanted = [entry for entry in wanted if _position(entry) < last_seen]
    page = wanted[:limit]
    cursor = _encoded(_position(page[-1])) if len(wanted) > limit else None
    return [_as_json(entry) for entry in page], cursor


def page_limit(query: Mapping[str, str]) -> int:
    """How many entries a page has. Raises ValueError."""
    text = query.get("limit", str(DEFAULT_LIMIT))
    if not text.isascii() or not text.isdigit() or not 1 <= int(text) <= MAX_LIMIT:
        raise ValueError(f"limit: Expected an integer from 1 to {MAX_LIMIT}, received {text!r}")
    return int(text)


def _wants(query: Mapping[str, str], entry: Entry) -> bool:
    for name, allowed in (("direction", _DIRECTIONS), ("type", _TYPES)):
        if name in query and (issue := allowed.issue(query[name])):
            raise ValueError(f"{name}: {issue}")
    return (
        query.get("direction", entry.direction) == entry.direction
        and query.get("type", entry.type) == entry.type
    )


def _between(query: Mapping[str, str]) -> Window:
    start, end = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    if "from" in query:
        start = _moment("from", query["from"])
    if "to" in query:
        end = _moment("to", query["to"])
    if end <= start:
        raise ValueError("to: Expected later than from")
    return Window(start, end)


def _moment(name: str, text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise ValueError(f"{name}: Expected ISO-8601 with an offset, received {text!r}")
    return moment


def _position(entry: Entry) -> tuple[str, int, str]:
    return entry.created_at.isoformat(timespec="microseconds"), entry.sequence, entry.type


def _encoded(position: tuple[str, int, str]) -> str:
    raw = json.dumps({"v": 1, "c": position}).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[str, int, str]:
    refusal = "cursor: Expected a cursor that was given out, received another"
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, sequence, kind = json.loads(raw)["c"]
        position = str(at), int(sequence), str(kind)
    except (ValueError, KeyError, TypeError, OverflowError):
        raise ValueError(refusal) from None
    if _encoded(position) != cursor:
        raise ValueError(refusal)
    return position


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "created_at": zulu(entry.created_at),
        "direction": entry.direction,
        "type": entry.type,
        "amount": {"usd": entry.credits / CREDITS_PER_USD, "credits": entry.credits},
        "model": entry.model,
        "reference_id": entry.reference_id,
    }
