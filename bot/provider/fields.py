"""Members of the provider's answers, read so that an odd one costs nothing but itself."""

import contextlib
import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, TypeAdapter, ValidationError

from bot.domain.money import CREDITS_PER_USD, credits_of
from bot.domain.prices import LIMIT_USD

AMOUNT_LIMIT = 1e12  # of money or credits; beyond it, it is a mistake
RECORD_ID_LIMIT = 200


class Answer(BaseModel):
    """Anything that the provider sends."""

    model_config = ConfigDict(frozen=True, extra="ignore")


AnswerT = TypeVar("AnswerT", bound=Answer)


def dict_or_none(value: Any) -> Any:
    """An object as it is."""
    return value if isinstance(value, dict) else None


def object_or_empty(value: Any) -> Any:
    """An object as it is; in place of anything else, one that says nothing."""
    return value if isinstance(value, dict) else {}


def text_or_none(value: Any) -> Any:
    """A text that is not empty."""
    return value if isinstance(value, str) and value else None


def id_or_none(value: Any) -> Any:
    """A name that a request or a charge can be known by; anything else may not be stored."""
    fits = isinstance(value, str) and value.isascii() and value.isprintable()
    return value if fits and 0 < len(value) <= RECORD_ID_LIMIT else None


def amount_or_none(value: Any) -> Any:
    """A number that can be an amount of anything."""
    # `type`, since a bool is an int; the upper bound also refuses infinity and NaN.
    fits = type(value) in {int, float} and 0 <= value <= AMOUNT_LIMIT
    return value if fits else None


def credits_or_none(value: Any) -> int | None:
    """Whole credits."""
    amount = amount_or_none(value)
    return None if amount is None else math.ceil(amount)


def credits_in(cost: Any) -> int | None:
    """The credits of an object of `credits` and `usd`, by whichever can be read."""
    named = object_or_empty(cost)
    found = credits_or_none(named.get("credits"))
    return credits_of_usd_or_none(named.get("usd")) if found is None else found


def cost_in(cost: Any) -> int | None:
    """The same of a single request: what is beyond any price is a mistake, and not known."""
    found = credits_in(cost)
    return found if found is None or found <= LIMIT_USD * CREDITS_PER_USD else None


def credits_of_usd_or_none(value: Any) -> int | None:
    """Whole credits, of an amount in USD."""
    amount = amount_or_none(value)
    return None if amount is None else credits_or_none(credits_of(amount))


def moment_or_none(value: Any) -> Any:
    """An aware time in UTC, which is meant where no other is named."""
    with contextlib.suppress(ValidationError, OverflowError):
        moment = _MOMENT.validate_python(text_or_none(value))
        return moment.replace(tzinfo=moment.tzinfo or UTC).astimezone(UTC)
    return None


_MOMENT = TypeAdapter(datetime)

OptionalText = Annotated[str | None, BeforeValidator(text_or_none)]
OptionalId = Annotated[str | None, BeforeValidator(id_or_none)]
OptionalAmount = Annotated[float | None, BeforeValidator(amount_or_none)]
OptionalCredits = Annotated[int | None, BeforeValidator(cost_in)]
OptionalMoment = Annotated[datetime | None, BeforeValidator(moment_or_none)]


def readable(kind: type[AnswerT]) -> Callable[[Any], Any]:
    """For a list: one entry that can't be read is not worth losing the rest of the page."""

    def read(entries: Any) -> Any:
        found = []
        for entry in entries if isinstance(entries, list) else ():
            with contextlib.suppress(ValidationError):
                found.append(kind.model_validate(entry))
        return found

    return read
