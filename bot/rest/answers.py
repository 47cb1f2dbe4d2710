"""What a failed request to Discord means: whose words it was, how long to wait, how to say it."""

import json
import math
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Final

import aiohttp
import discord

from bot.errors import ComposeError, NotDiscords

# Cloudflare's bans last about an hour. Whatever asks for more would look like a bot that hangs.
LONGEST_WAIT_S: Final = 3600.0
# Too many requests, and no word about when to come back.
UNTOLD_WAIT_S: Final = 60.0
TEXT_LIMIT: Final = 300


def said_by_discord(error: discord.HTTPException) -> bool:
    """Whether this is Discord's own refusal, and not a page of a proxy or firewall on the way.

    Discord docs, Reference > Error Messages: JSON with a `code` and a `message`.
    """
    # aiohttp keeps the body, but `read()` refuses to give it once the connection was released.
    body = getattr(error.response, "_body", None)
    try:
        said = json.loads(body) if isinstance(body, bytes) else None
    except (ValueError, RecursionError):
        return False
    return isinstance(said, dict) and {"message", "code"} <= said.keys()


def retry_after_s(error: BaseException) -> float:
    """How long the answer asks to wait, at most `LONGEST_WAIT_S`; 0 where it does not."""
    if isinstance(error, discord.RateLimited):
        return min(error.retry_after, LONGEST_WAIT_S)
    if not isinstance(error, discord.HTTPException):
        return 0.0
    wait_s = _seconds(error.response.headers.get("Retry-After"))
    if wait_s is None:
        return UNTOLD_WAIT_S if error.status == 429 else 0.0
    return min(max(wait_s, 0.0), LONGEST_WAIT_S)


def _seconds(header: str | None) -> float | None:
    """RFC 9110, Retry-After: seconds or a date."""
    if header is None:
        return None
    try:
        seconds = float(header)
    except ValueError:
        pass
    else:
        return None if math.isnan(seconds) else seconds
    try:
        return (parsedate_to_datetime(header) - datetime.now(UTC)).total_seconds()
    except (ValueError, TypeError, OverflowError):
        return None


def explained(error: BaseException) -> str:
    """One line for the host. Nothing of a foreign page, nor of an answer that can't be read."""
    match error:
        case ComposeError():
            return str(error)
        case discord.HTTPException() if said_by_discord(error):
            return " ".join(str(error).split())[:TEXT_LIMIT]
        case discord.HTTPException():
            return f"the answer is {error.status}, and isn't Discord's: is a proxy in between?"
        case TimeoutError():
            return "no answer in time"
        case aiohttp.ClientPayloadError():
            return "the answer broke off"
        case aiohttp.ClientResponseError():
            return f"the answer leads nowhere ({type(error).__name__}, status {error.status})"
        case OSError() | aiohttp.ClientError():
            return str(error)[:TEXT_LIMIT] or type(error).__name__
    return f"the answer isn't Discord's, or isn't what Discord documents ({type(error).__name__})"


def checked(answer: Any, **types: type) -> dict[str, Any]:
    """A JSON object that has these members. Raises `NotDiscords`."""
    if isinstance(answer, str):  # discord.py reads JSON only with the bare content type
        try:
            answer = json.loads(answer)
        except (ValueError, RecursionError):
            answer = None
    if isinstance(answer, dict) and all(isinstance(answer.get(k), t) for k, t in types.items()):
        return answer
    raise NotDiscords("the answer isn't Discord's: is a proxy in between?")
