"""What a 403 means. The provider gives one status to four things, and only its words differ."""

import re
from typing import Final

from bot.errors import AccountRefused, KeyLacksAudio, KeyLimitReached, NotVerified, OutOfCredits

# Addresses name pages for keys and bills whatever is wrong.
_BETWEEN_WORDS: Final = re.compile(r"https?://\S+|[\W_]+")
_LIMIT: Final = "(limits?|budget|cap|quota|threshold|maximum)"
# By plain words; the first that fits counts. What is sure comes before what is often said besides.
_KINDS: Final[tuple[tuple[type[AccountRefused], str], ...]] = (
    (NotVerified, r"verification|unverified|not (\w+ )?verified|kyc"),
    (NotVerified, r"(verify|confirm) (your|the|an) (account|e ?mail|identity|phone|card)"),
    (OutOfCredits, r"(out of|insufficient|not enough|no( more)?) (credits?|balance|funds|money)"),
    (OutOfCredits, r"(credits?|balance|funds) (is|are) (too low|insufficient|not enough|used up)"),
    (KeyLimitReached, rf"(key|spend|spending)\b.*\b{_LIMIT}|{_LIMIT}\b.*\b(key|spend|spending)"),
    (KeyLimitReached, rf"(daily|weekly|monthly) (usage )?{_LIMIT}"),
    (KeyLacksAudio, r"scopes?|model audio|category"),
    (OutOfCredits, r"credits?|balance|funds|top( it)? up"),
    (KeyLacksAudio, r"access to|no access|permissions?|not (allowed|permitted|authori[sz]ed)"),
)


def forbidden(message: str) -> AccountRefused:
    """The error for a 403 in the provider's own words; out of credits is the usual one."""
    said = _BETWEEN_WORDS.sub(" ", message.casefold())
    kinds = (kind for kind, words in _KINDS if re.search(rf"\b({words})\b", said))
    return next(kinds, OutOfCredits)(message)
