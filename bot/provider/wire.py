"""The provider's JSON as frozen typed objects. Dicts go no further than this module.

Source: the provider's OpenAPI files and its pages on errors. Only `id` and `status` are sure to be
there; whatever else is missing, null or of another shape must not break a paid generation. Where
things are found in unusual answers is in `shapes`, the sentence for people in `reasons`.
"""

import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Annotated, Any

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from bot.domain.jobs import NO_REASON
from bot.errors import (
    AccountRefused,
    GenerationUnknown,
    Intercepted,
    InvalidRequest,
    KeyRejected,
    LogsUnavailable,
    OutOfCredits,
    ProviderError,
    RateLimited,
    Refused,
    Trouble,
    Unavailable,
)
from bot.provider.fields import (
    Answer,
    AnswerT,
    OptionalAmount,
    OptionalText,
    dict_or_none,
)
from bot.provider.forbidden import forbidden
from bot.provider.reasons import reason_in
from bot.provider.shapes import Phase, look_through
from bot.provider.usage import Usage, usage_in

DIGITS_LIMIT = 400
ABOUT_THE_SIZE = {413, 414, 431}  # whoever says so means this request
NOT_THERE = {404, 405, 410, 501}


class Generation(Answer):
    """A generation as the provider sees it, from an answer of whatever shape that tells of one.

    `id` is empty where the answer names none: a submission needs it, a poll does not. `audio_url`
    is where the finished file is, if there is one; as unchecked as all that was sent. `reason` is
    the provider's, if it gave one. `usage` is what it cost, as far as it is known.
    """

    id: str = ""
    phase: Phase = Phase.PENDING
    audio_url: str | None = None
    reason: str | None = None
    usage: Annotated[Usage, BeforeValidator(usage_in)] = Usage()
    # Of a submission only, and from a header of the answer: see `Provider.submit`.
    inference_id: OptionalText = None

    @model_validator(mode="before")
    @classmethod
    def _found(cls, answer: Any) -> Any:
        found = look_through(answer)
        if found is None:
            raise ValueError("tells of no generation")
        return vars(found)

    @property
    def error_text(self) -> str:
        """The provider's reason, or that there is none."""
        return self.reason or NO_REASON


class Balance(Answer):
    """What is left on the host's account."""

    current_balance: Annotated[float, Field(allow_inf_nan=False)]
    currency: str = "USD"


def _true(value: Any) -> Any:
    return value is True


def _texts_or_none(value: Any) -> Any:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else None


class KeyLimit(Answer):
    """What a key may spend, in USD, until it starts again: `day`, `week`, `month`, `no_reset`."""

    threshold: OptionalAmount = None
    retention: OptionalText = None


class KeyTerms(Answer):
    """What the provider says of a key. It names the latest one, which need not be ours: `prefix`.

    `scopes` is `None` where the key may be used for everything.
    """

    prefix: OptionalText = None
    disabled: Annotated[bool, BeforeValidator(_true)] = False
    scopes: Annotated[tuple[str, ...] | None, BeforeValidator(_texts_or_none)] = None
    limit: Annotated[KeyLimit | None, BeforeValidator(dict_or_none)] = None
    monthly_usage: OptionalAmount = None

    @model_validator(mode="before")
    @classmethod
    def _unwrapped(cls, answer: Any) -> Any:
        data = answer.get("data") if isinstance(answer, dict) else None
        if not isinstance(data, dict):
            raise ValueError("tells of no key")  # noqa: TRY004 - pydantic's way to refuse
        return data


def parse(kind: type[AnswerT], body: bytes) -> AnswerT:
    """A 2xx body as `kind`; raises `Trouble` when it makes no sense."""
    data = _decoded(body)
    if data is None:
        raise Trouble("the answer makes no sense: it is not JSON")
    try:
        return kind.model_validate(data)
    except ValidationError as error:
        what = error.errors(include_input=False, include_url=False)[0]
        raise Trouble(f"the answer makes no sense: {what['loc']} {what['msg']}") from None


def _decoded(body: bytes) -> Any:
    """The JSON that a body begins with, whatever it is called and encoded in; else `None`.

    Decoded by Python, since pydantic's own decoder refuses half a surrogate pair in any text.
    """
    try:
        text = body.decode(json.detect_encoding(body), "surrogatepass")
    except UnicodeDecodeError:
        text = body.decode("latin-1")  # any bytes are that, and ASCII is as it was
    try:
        data, _ = _JSON.raw_decode(text.strip())
        # JSON as a text within JSON
        return _JSON.raw_decode(data)[0] if isinstance(data, str) and data[:1] == "{" else data
    except (ValueError, RecursionError):
        return None


def _number(digits: str) -> int | float:
    """Python refuses to count very many digits, which must not cost the rest of the answer."""
    return int(digits) if len(digits) < DIGITS_LIMIT else float(digits)


_JSON = json.JSONDecoder(parse_int=_number)


def hint(body: bytes) -> str:
    """The provider's own explanation in an error body, for people; of a page there is none."""
    return reason_in(_decoded(body)) or NO_REASON


def is_own(body: bytes) -> bool:
    """Whether an error body is the provider's, however it is laid out, not a proxy's page."""
    data = _decoded(body)
    return isinstance(data[0] if isinstance(data, list) and data else data, dict)


def says_it_refused(body: bytes) -> bool:
    """Whether a 5xx body is the provider's own JSON error, not some proxy's page."""
    data = _decoded(body)
    return isinstance(data, dict) and {"message", "statusCode"} <= data.keys()


def refusal(status: int, body: bytes, retry_after: str | None) -> Refused | None:
    """What a non-2xx answer to a submission says, when it surely was not accepted; else `None`."""
    message = f"{status}: {hint(body)}"
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
    if not is_own(body) and status not in ABOUT_THE_SIZE:
        # A proxy or firewall on the way: it knows nothing of keys, balances and prompts.
        return Intercepted(not_its_own(status))
    if refused := _of_account(status, message):
        return refused
    return InvalidRequest(hint(body))


def _of_account(status: int, message: str) -> AccountRefused | None:
    """What the provider itself says of key and account, if it is about them."""
    match status:
        case 401:
            return KeyRejected(message)
        case 402:
            return OutOfCredits(message)
        case 403:
            return forbidden(message)
    return None


def read_failure(status: int, body: bytes, retry_after: str | None) -> ProviderError:
    """What a non-2xx answer to a read says."""
    message = f"{status}: {hint(body)}"
    if status in {401, 402, 403} and not is_own(body):
        return Trouble(not_its_own(status))
    if refused := _of_account(status, message):
        return refused
    if status == 404 and says_it_refused(body):
        # Only in the provider's own words: a proxy's or a wrong address's 404 may pass.
        return GenerationUnknown(message)
    if status == 429:
        return RateLimited(message, retry_after_s=parse_retry_after_s(retry_after))
    return Trouble(message)


def logs_failure(status: int, body: bytes, retry_after: str | None) -> ProviderError:
    """The same where logs or sums were asked for, which not every provider keeps, or shows."""
    if status in NOT_THERE or (status in {401, 402, 403} and is_own(body)):
        return LogsUnavailable(f"{status}: {hint(body)}")
    return read_failure(status, body, retry_after)


def not_its_own(status: int) -> str:
    """For the log: an answer that came from somewhere on the way."""
    return f"{status}, but not in the provider's own words: a proxy or firewall on the way?"


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
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return min(max((moment - datetime.now(UTC)).total_seconds(), 0.0), 3600.0)
