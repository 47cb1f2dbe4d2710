"""Checking IDENTIFY and RESUME, with the documented close codes.

Discord docs: Events > Gateway Events > Identify; Opcodes and Status Codes > Gateway Close Event
Codes.
"""

from __future__ import annotations

import hmac
from dataclasses import dataclass
from typing import Any

from sandbox.discord.enums import PRIVILEGED_INTENTS, Intents
from sandbox.discord.model import Application

_KNOWN_INTENTS = (1 << 26) - 1
UNKNOWN_ERROR = 4000
UNKNOWN_OPCODE = 4001
DECODE_ERROR = 4002
NOT_AUTHENTICATED = 4003
AUTHENTICATION_FAILED = 4004
ALREADY_AUTHENTICATED = 4005
INVALID_SEQ = 4007
RATE_LIMITED = 4008
INVALID_SHARD = 4010
INVALID_API_VERSION = 4012
INVALID_INTENTS = 4013
DISALLOWED_INTENTS = 4014


class Refused(Exception):
    """The connection is to be closed with this code."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(f"{code} {reason}")
        self.code = code
        self.reason = reason


@dataclass(frozen=True)
class Identity:
    shard: tuple[int, int]
    intents: Intents
    compress: bool


def check_token(data: Any, application: Application) -> None:
    """The token may come with or without the word Bot."""
    token = data.get("token") if isinstance(data, dict) else None
    if not isinstance(token, str):
        raise Refused(DECODE_ERROR, "Error while decoding payload.")
    sent = token.removeprefix("Bot ").encode("utf-8", "replace")
    if not hmac.compare_digest(sent, application.token.encode()):
        raise Refused(AUTHENTICATION_FAILED, "Authentication failed.")


def read_identify(data: Any, application: Application) -> Identity:
    """Raises Refused."""
    check_token(data, application)
    intents = data.get("intents")
    if not isinstance(intents, int) or isinstance(intents, bool):
        raise Refused(INVALID_INTENTS, "Invalid intent(s).")
    if intents < 0 or intents & ~_KNOWN_INTENTS:
        raise Refused(INVALID_INTENTS, "Invalid intent(s).")
    if Intents(intents) & PRIVILEGED_INTENTS & ~application.privileged_intents:
        raise Refused(DISALLOWED_INTENTS, "Disallowed intent(s).")
    if not isinstance(data.get("properties"), dict):
        raise Refused(DECODE_ERROR, "Error while decoding payload.")
    return Identity(_read_shard(data), Intents(intents), data.get("compress") is True)


def _read_shard(data: Any) -> tuple[int, int]:
    match data.get("shard", [0, 1]):
        case [int(shard_id), int(count)] if 0 <= shard_id < count:
            return shard_id, count
    raise Refused(INVALID_SHARD, "Invalid shard.")


def read_resume(data: Any, application: Application) -> tuple[str, int]:
    """The session's id and the last sequence number received. Raises Refused."""
    check_token(data, application)
    session_id, seq = data.get("session_id"), data.get("seq")
    if not isinstance(session_id, str) or not isinstance(seq, int):
        raise Refused(DECODE_ERROR, "Error while decoding payload.")
    return session_id, seq
