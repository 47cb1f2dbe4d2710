"""What the provider keeps of requests and money: its logs, the account's ledger, a day's sum.

Sources: AI/ML API docs, Logs; Account Balance > Get account transactions; Usage.
"""

from enum import Enum, auto
from typing import Annotated, Any, Final

from pydantic import AwareDatetime, BeforeValidator, Field, model_validator

from bot.provider.fields import (
    Answer,
    OptionalAmount,
    OptionalCredits,
    OptionalId,
    OptionalMoment,
    OptionalText,
    credits_in,
    dict_or_none,
    object_or_empty,
    readable,
)

LOG_PAGE_ROWS: Final = 100


# --- logs ---------------------------------------------------------------------------------------


class Outcome(Enum):
    """What became of a request. One that failed surely cost nothing."""

    SUCCEEDED = auto()
    FAILED = auto()
    OTHER = auto()


class LoggedRequest(Answer):
    """One request of our key. Of its two ids, at least one is there."""

    created: OptionalMoment = None
    status: OptionalText = None
    model: OptionalText = None
    credits: OptionalCredits = Field(default=None, validation_alias="cost")
    inference_id: OptionalId = None
    client_request_id: OptionalId = None

    @model_validator(mode="after")
    def _can_be_found(self) -> "LoggedRequest":
        if not (self.inference_id or self.client_request_id):
            raise ValueError("names no request")
        return self

    @property
    def outcome(self) -> Outcome:
        """By the two published words only: what is taken for a failure is paid for once more."""
        word = (self.status or "").strip().casefold()
        if word == "succeeded":
            return Outcome.SUCCEEDED
        return Outcome.FAILED if word == "failed" and not self.credits else Outcome.OTHER


def _flag_or_none(value: Any) -> Any:
    return value if isinstance(value, bool) else None


class _Extent(Answer):
    total: OptionalAmount = None
    has_more: Annotated[bool | None, BeforeValidator(_flag_or_none)] = None


class LogPage(Answer):
    """One page of the logs, newest first. `received` counts its rows, readable or not.

    Whoever follows the pages has to stop at some number of them, and where a page's rows are those
    of the page before: a server might not heed the offset.
    """

    rows: Annotated[tuple[LoggedRequest, ...], BeforeValidator(readable(LoggedRequest))] = ()
    received: int = 0
    offset: int = 0
    extent: Annotated[_Extent, BeforeValidator(object_or_empty)] = _Extent()

    @model_validator(mode="before")
    @classmethod
    def _listed(cls, answer: Any) -> Any:
        rows = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(rows, list):
            raise ValueError("lists no requests")  # noqa: TRY004 - pydantic's way to refuse
        return {"rows": rows, "received": len(rows), "extent": answer.get("pagination")}

    @property
    def next_offset(self) -> int:
        """Where the next page starts."""
        return self.offset + self.received

    @property
    def is_last(self) -> bool:
        """Whether nothing follows. In doubt it's worth another request; an empty page is none."""
        total = self.extent.total
        if not self.received:
            return True
        if self.extent.has_more or (total is not None and total > self.next_offset):
            return False
        return total is not None or self.received < LOG_PAGE_ROWS


# --- the ledger ---------------------------------------------------------------------------------


class Transaction(Answer):
    """One movement on the host's account. `reference_id` names what it was for."""

    created_at: AwareDatetime
    type: OptionalText = None
    credits: OptionalCredits = Field(default=None, validation_alias="amount")
    model: OptionalText = None
    reference_id: OptionalText = None


class _Pagination(Answer):
    next_cursor: OptionalText = None


class TransactionPage(Answer):
    """One page of the account's ledger, newest first."""

    data: Annotated[tuple[Transaction, ...], BeforeValidator(readable(Transaction))] = ()
    pagination: Annotated[_Pagination | None, BeforeValidator(dict_or_none)] = None

    @property
    def next_cursor(self) -> str | None:
        """What to ask for the next page with, if there is one."""
        return self.pagination.next_cursor if self.pagination else None


# --- a day's sum --------------------------------------------------------------------------------


class Counted(Answer):
    """What our key has spent, in credits, from `start` to `end` as far as they are named."""

    credits: int
    start: OptionalMoment = None
    end: OptionalMoment = None

    @model_validator(mode="before")
    @classmethod
    def _in_credits(cls, answer: Any) -> Any:
        named = object_or_empty(answer)
        found = credits_in({"usd": named.get("spend")})
        if found is None:
            raise ValueError("names no sum")
        return {"credits": found, "start": named.get("start"), "end": named.get("end")}
