"""The provider's JSON as frozen typed objects. Dicts go no further than this module.

Source: the provider's OpenAPI files and its pages on errors. Only `id` and `status` are sure to be
there; whatever else is missing, null or of another shape must not break a paid generation.
"""

import contextlib
import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Annotated, Any, TypeVar

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError

from bot.errors import (
    InvalidRequest,
    KeyRejected,
    OutOfCredits,
    RateLimited,
    Refused,
    Trouble,
    Unavailable,
)

HINT_LIMIT = 500
LARGEST_AMOUNT = 1e12  # of money or credits; beyond it, it is a mistake


class Phase(Enum):
    """What a status word means for us. An unknown word counts as pending."""

    PENDING = auto()
    COMPLETED = auto()
    ERROR = auto()


class _Answer(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


AnswerT = TypeVar("AnswerT", bound=_Answer)


def _dict_or_none(value: Any) -> Any:
    return value if isinstance(value, dict) else None


def _str_or_none(value: Any) -> Any:
    return value if isinstance(value, str) and value else None


def _text_or_empty(value: Any) -> Any:
    return value if isinstance(value, str) else ""


def _amount_or_none(value: Any) -> Any:
    # `type`, since a bool is an int; the upper bound also refuses infinity and NaN.
    fits = type(value) in {int, float} and 0 <= value <= LARGEST_AMOUNT
    return value if fits else None


OptionalText = Annotated[str | None, BeforeValidator(_str_or_none)]
OptionalAmount = Annotated[float | None, BeforeValidator(_amount_or_none)]


class AudioFile(_Answer):
    """`audio_file` of a completed generation; only `url` is sure."""

    url: OptionalText = None


class Usage(_Answer):
    """`meta.usage` of a completed generation: what it cost, where the provider says so."""

    credits_used: OptionalAmount = None
    usd_spent: OptionalAmount = None


class Meta(_Answer):
    """`meta` of a generation."""

    usage: Annotated[Usage | None, BeforeValidator(_dict_or_none)] = None


class Generation(_Answer):
    """A generation as the provider sees it."""

    id: Annotated[str, Field(min_length=1, max_length=500)]
    # Without a status the id is known all the same: it may be paid for, and counts as pending.
    status: Annotated[str, BeforeValidator(_text_or_empty)] = ""
    audio_file: Annotated[AudioFile | None, BeforeValidator(_dict_or_none)] = None
    error: Any = None
    meta: Annotated[Meta | None, BeforeValidator(_dict_or_none)] = None
    # Of a submission only, and from a header of the answer: see `Provider.submit`.
    inference_id: OptionalText = None

    @property
    def usage(self) -> Usage:
        """What it cost, as far as it is known."""
        return (self.meta and self.meta.usage) or Usage()

    @property
    def phase(self) -> Phase:
        """Where it stands."""
        if self.status == "completed":
            return Phase.COMPLETED
        return Phase.ERROR if self.status == "error" else Phase.PENDING

    @property
    def audio_url(self) -> str | None:
        """Where the finished file is, if there is one; as unchecked as all that was sent."""
        return self.audio_file.url if self.audio_file else None

    @property
    def error_text(self) -> str:
        """The provider's reason: it comes as an object, as text, or not at all."""
        error = self.error
        if isinstance(error, dict):
            error = error.get("message") or error.get("name")
        return _writable(str(error))[:HINT_LIMIT] if error else "no reason given"


class Balance(_Answer):
    """What is left on the host's account."""

    current_balance: Annotated[float, Field(allow_inf_nan=False)]
    currency: str = "USD"


class _Amount(_Answer):
    usd: OptionalAmount = None
    credits: OptionalAmount = None


def _amount_object(value: Any) -> Any:
    return value if isinstance(value, dict) else {}


class Transaction(_Answer):
    """One movement on the host's account. `reference_id` names what it was for."""

    created_at: AwareDatetime
    type: OptionalText = None
    amount: Annotated[_Amount, BeforeValidator(_amount_object)] = _Amount()
    model: OptionalText = None
    reference_id: OptionalText = None


def _readable(entries: Any) -> Any:
    """One entry that can't be read is not worth losing the rest of the page."""
    transactions = []
    for entry in entries if isinstance(entries, list) else ():
        with contextlib.suppress(ValidationError):
            transactions.append(Transaction.model_validate(entry))
    return transactions


class _Pagination(_Answer):
    next_cursor: OptionalText = None


class TransactionPage(_Answer):
    """One page of the account's ledger, newest first."""

    data: Annotated[tuple[Transaction, ...], BeforeValidator(_readable)] = ()
    pagination: Annotated[_Pagination | None, BeforeValidator(_dict_or_none)] = None

    @property
    def next_cursor(self) -> str | None:
        """What to ask for the next page with, if there is one."""
        return self.pagination.next_cursor if self.pagination else None


def parse(kind: type[AnswerT], body: bytes) -> AnswerT:
    """A 2xx body as `kind`; raises `Trouble` when it makes no sense.

    Decoded by Python, since pydantic's own decoder refuses half a surrogate pair in any text.
    """
    try:
        return kind.model_validate(json.loads(body))
    except ValidationError as error:
        what = error.errors(include_input=False, include_url=False)[0]
        raise Trouble(f"the answer makes no sense: {what['loc']} {what['msg']}") from None
    except (ValueError, RecursionError):
        raise Trouble("the answer makes no sense: it is not JSON") from None


def hint(body: bytes) -> str:
    """The provider's own message in an error body, or what it sent instead, shortened."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        data = None
    message = data.get("message") if isinstance(data, dict) else None
    if isinstance(message, list):
        message = "; ".join(str(part) for part in message)
    if not isinstance(message, str) or not message.strip():
        return "no explanation given"
    return _writable(message.strip())[:HINT_LIMIT]


def _writable(text: str) -> str:
    """JSON can spell half a surrogate pair, which no log takes."""
    return text.encode("utf-8", "replace").decode()


def says_it_refused(body: bytes) -> bool:
    """Whether a 5xx body is the provider's own JSON error, not some proxy's page."""
    try:
        data = json.loads(body)
    except (ValueError, RecursionError):
        return False
    return isinstance(data, dict) and {"message", "statusCode"} <= data.keys()


def refusal(status: int, body: bytes, retry_after: str | None) -> Refused | None:
    """What a non-2xx answer to a submission says, when it surely was not accepted; else `None`."""
    message = f"{status}: {hint(body)}"
    if status == 401:
        return KeyRejected(message)
    if status in {402, 403}:
        return OutOfCredits(message)
    if status == 429:
        return RateLimited(message, retry_after_s=parse_retry_after_s(retry_after))
    if status in {404, 405}:
        # Not the member's fault: the request never reached the provider's API.
        return Unavailable(f"{status}: there is no AI/ML API at this address, check AIMLAPI_URL")
    if status == 503 and says_it_refused(body):
        return Unavailable(message)
    if status == 408 or status >= 500:
        return None
    if 300 <= status < 400:
        return Unavailable(f"{status}: a redirect, where the provider's API should be")
    return InvalidRequest(hint(body))


def parse_retry_after_s(value: str | None) -> float | None:
    """`Retry-After` as seconds: a number or an HTTP date (RFC 9110); `None` if it is neither."""
    if not value:
        return None
    try:
        seconds = float(value)
    except ValueError:
        pass
    else:
        return None if math.isnan(seconds) else min(max(seconds, 0.0), 3600.0)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), 3600.0)
