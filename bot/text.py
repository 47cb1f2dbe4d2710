"""Making members' and the provider's text safe to show, and naming files after it."""

import re
import unicodedata

import discord

from bot.jobs import Brief

FILE_NAME_LIMIT = 60
# Discord shows these as something else than text: <@1> <#1> <t:1:R> <:a:1> </a:1> <id:guide>
_TAGS = re.compile(r"<(?=[@#:/at]|id:)")
# Letters and symbols by their category, and yet nothing to see: Hangul fillers, empty braille.
_UNSEEN = frozenset("\u115f\u1160\u2800\u3164\uffa0")
# Reserved by Windows for devices, with or without an extension.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$")


def harmless(text: str, limit: int) -> str:
    """Text that shows as it was typed, pings nobody, and has at most `limit` characters."""
    text = "".join(char for char in text if char == "\n" or unicodedata.category(char) != "Cc")
    escaped = _escape(text)
    while len(escaped) > limit:
        # Cut the text, not its escaped form, where a lone backslash might be left over.
        text = text[: max(0, len(text) - max(len(escaped) - limit, 2))]
        escaped = _escape(text) + "…"
    return escaped


def _escape(text: str) -> str:
    escaped = discord.utils.escape_mentions(discord.utils.escape_markdown(text))
    return _TAGS.sub(r"\\<", escaped)


def is_blank(text: str) -> bool:
    """Whether nothing in it can be seen: spaces, controls, joiners and other invisibles."""
    return all(unicodedata.category(char)[0] in "ZC" or char in _UNSEEN for char in text)


def file_name(prompt: str, extension: str) -> str:
    """A name from the prompt that every system takes, such as `lo-fi-rain-warm-tape.wav`."""
    plain = unicodedata.normalize("NFKD", prompt).encode("ascii", "ignore").decode()
    words = re.sub(r"[^a-z0-9]+", "-", plain.lower()).strip("-")
    if len(words) > FILE_NAME_LIMIT:
        words = words[:FILE_NAME_LIMIT].rsplit("-", 1)[0]
    if not words or _DEVICES.match(words):
        words = f"track-{words}".rstrip("-")
    return words + extension


def compose_command(brief: Brief) -> str:
    """The command that makes the same track again, to be copied."""
    parts = [f"/compose prompt:{brief.prompt}"]
    if brief.negative_prompt:
        parts.append(f"negative_prompt:{brief.negative_prompt}")
    parts.append(f"seed:{brief.seed}")
    return " ".join(parts)
