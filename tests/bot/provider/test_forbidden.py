"""Which of four things a 403 means."""

import json

import pytest

from bot.errors import (
    AccountRefused,
    KeyLacksAudio,
    KeyLimitReached,
    NotVerified,
    OutOfCredits,
)
from bot.provider.wire import read_failure, refusal
from sandbox.aimlapi import error_body, errors

OF_CREDITS = [
    errors.NO_CREDITS,
    "Insufficient balance to access this model. See https://aimlapi.com/app/keys",
    "insufficient_credits",
    "Not enough funds on your account",
    "Your balance is too low, raise the limit or top up",
    "Please top-up to continue",
    "No more credits. The limits of your key are not affected.",
    "You have reached the free tier, buy credits to go on",
]
OF_VERIFICATION = [
    errors.NOT_VERIFIED,
    "Complete verification to using the API",
    "Your account has not been verified yet. Verify it to get free credits",
    "Please verify your e-mail address: https://aimlapi.com/app/keys",
    "Account is unverified and may not access this key's models",
    "KYC required",
]
OF_LIMIT = [
    errors.LIMIT_REACHED,
    "Your API key has reached its spending limit",
    "key_limit_exceeded",
    "This key has exceeded its credit limit of $5. See https://aimlapi.com/app/billing",
    "Spend cap reached",
    "Monthly limit exceeded",
    "The budget of this API key is used up. Top up won't help",
]
OF_SCOPE = [
    errors.NO_SCOPE,
    "This key lacks the scope model:audio",
    "insufficient_scope",
    "API key does not have permission for audio",
    "Key is not allowed to use google/lyria2",
    "You don't have access to this model",
    "This key is limited to the scopes model:chat. Add more and top up",
]
UNKNOWN = [
    "Forbidden",
    "because",
    "",
    "You exceeded your current quota, check your plan",
    "x" * 9000,
]


@pytest.mark.parametrize(
    ("said", "kind"),
    [
        *((said, OutOfCredits) for said in (*OF_CREDITS, *UNKNOWN)),
        *((said, NotVerified) for said in OF_VERIFICATION),
        *((said, KeyLimitReached) for said in OF_LIMIT),
        *((said, KeyLacksAudio) for said in OF_SCOPE),
    ],
)
def test_403_is_told_apart_by_its_words(said: str, kind: type[AccountRefused]) -> None:
    body = json.dumps(error_body(403, said)).encode()
    for error in (refusal(403, body, None), read_failure(403, body, None)):
        assert type(error) is kind
    upper = json.dumps({"error": {"message": said.upper()}}).encode()
    assert type(refusal(403, upper, None)) is kind


@pytest.mark.parametrize("said", [*OF_VERIFICATION, *OF_LIMIT, *OF_SCOPE])
def test_402_is_out_of_credits_whatever_it_says(said: str) -> None:
    body = json.dumps(error_body(402, said)).encode()
    for error in (refusal(402, body, None), read_failure(402, body, None)):
        assert type(error) is OutOfCredits
