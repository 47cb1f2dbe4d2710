"""Pages of the account's ledger: filters, and cursors that stay right while entries arrive.

AI/ML API docs: Account Balance > Get account transactions.
"""

import base64
import binascii
import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final

from sandbox.aimlapi.catalogue import CREDITS_PER_USD, OneOf
from sandbox.aimlapi.generations import Entry
from sandbox.aimlapi.moments import zulu

DEFAULT_LIMIT: Final = 50
MAX_LIMIT: Final = 100
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
    limit = page_limit(query)
    wanted = [entry for entry in entries if _wants(query, entry)]
    if "cursor" in query:
        last_seen = _decoded(query["cursor"])
        wanted = [entry for entry in wanted if _position(entry) < last_seen]
    page = wanted[:limit]
    cursor = _encoded(page[-1]) if len(wanted) > limit else None
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
    if "from" in query and entry.created_at < _moment("from", query["from"]):
        return False
    if "to" in query and entry.created_at >= _moment("to", query["to"]):
        return False
    return (
        query.get("direction", entry.direction) == entry.direction
        and query.get("type", entry.type) == entry.type
    )


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


def _encoded(entry: Entry) -> str:
    raw = json.dumps({"v": 1, "c": _position(entry)}).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _decoded(cursor: str) -> tuple[str, int, str]:
    try:
        raw = base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4))
        at, sequence, kind = json.loads(raw)["c"]
        return str(at), int(sequence), str(kind)
    except (binascii.Error, ValueError, KeyError, TypeError):
        raise ValueError("cursor: Expected a cursor that was given out, received another") from None


def _as_json(entry: Entry) -> dict[str, Any]:
    return {
        "created_at": zulu(entry.created_at),
        "direction": entry.direction,
        "type": entry.type,
        "amount": {"usd": entry.credits / CREDITS_PER_USD, "credits": entry.credits},
        "model": entry.model,
        "reference_id": entry.reference_id,
    }
