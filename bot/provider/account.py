"""What keeps an account or a key from making music, and what its owner can do about it."""

from bot.provider.wire import KeyTerms

AUDIO_SCOPE = "model:audio"
_UNTIL = {"day": " a day", "week": " a week", "month": " a month"}
# Of what is said with a 403, and what to do; the first that fits. Out of credits is the usual one.
_FORBIDDEN = {
    "verif": "the account is not verified. Follow the link in the provider's words",
    "scope": "the key may not be used for audio. Give it that scope on the provider's key page",
    "access": "the key may not be used for audio. Give it that scope on the provider's key page",
    "limit": "the key's own spending limit is reached. Raise it on the provider's key page",
}
NO_CREDITS = "the account is out of credits. Top it up at the provider"


def advice(forbidden: str) -> str:
    """What to do about a 403, by what was said with it."""
    said = forbidden.casefold()
    return next((what for word, what in _FORBIDDEN.items() if word in said), NO_CREDITS)


def hindrance(terms: KeyTerms) -> str | None:
    """Why no track can be made with such a key, if none can."""
    if terms.disabled:
        return "the key is switched off. Switch it on at the provider, or set another AIMLAPI_KEY"
    if terms.scopes is not None and AUDIO_SCOPE not in terms.scopes:
        return _FORBIDDEN["scope"]
    limit = terms.limit
    if limit and limit.retention == "month" and limit.threshold is not None:
        return _FORBIDDEN["limit"] if (terms.monthly_usage or 0) >= limit.threshold else None
    return None


def spending(terms: KeyTerms) -> str:
    """What a key may spend, and what it has spent this month."""
    limit = terms.limit
    if limit is None or limit.threshold is None:
        return "the key has no spending limit of its own. The provider's key page can set one"
    used = "" if terms.monthly_usage is None else f"; {terms.monthly_usage:.2f} USD this month"
    until = _UNTIL.get(limit.retention or "", " in all")
    return f"the key may spend {limit.threshold:.2f} USD{until}{used}"
