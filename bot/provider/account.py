"""What keeps an account or a key from making music, and what its owner can do about it."""

from bot.errors import KeyLacksAudio, KeyLimitReached
from bot.provider.wire import KeyTerms

AUDIO_SCOPE = "model:audio"
_UNTIL = {"day": " a day", "week": " a week", "month": " a month"}


def hindrance(terms: KeyTerms) -> str | None:
    """Why no track can be made with such a key, if none can."""
    if terms.disabled:
        return "the key is switched off. Switch it on at the provider, or set another AIMLAPI_KEY"
    if terms.scopes is not None and AUDIO_SCOPE not in terms.scopes:
        return KeyLacksAudio.advice
    limit = terms.limit
    if limit and limit.retention == "month" and limit.threshold is not None:
        return KeyLimitReached.advice if (terms.monthly_usage or 0) >= limit.threshold else None
    return None


def is_limited(terms: KeyTerms) -> bool:
    """Whether the key has a spending limit of its own."""
    return terms.limit is not None and terms.limit.threshold is not None


def spending(terms: KeyTerms) -> str:
    """What a key may spend, and what it has spent this month."""
    limit = terms.limit
    if limit is None or limit.threshold is None:
        return "the key has no spending limit of its own. The provider's key page can set one"
    used = "" if terms.monthly_usage is None else f"; {terms.monthly_usage:.2f} USD this month"
    until = _UNTIL.get(limit.retention or "", " in all")
    return f"the key may spend {limit.threshold:.2f} USD{until}{used}"
