"""Making the text of members and of the provider safe to show among our own."""

import re

from bot.domain.characters import ELLIPSIS, printable, whole

# What has a meaning in Discord's markdown. A backslash takes it from any sign, but shows itself
# before letters, digits and spaces.
_MEANT = re.compile(
    r"(^[^\S\n]*(?:\d+(?=[.)](?:\s|$))|(?=[-+])))"  # lists and subtext: goes before their sign
    r"|([\\*_~`|\[\]<>@]"
    r"|:(?!\s)|(?<=[<:/])/"  # :emoji:, https://, and all of <t:1:R> <:a:1> </a:1> <id:guide>
    r"|(?<!\w)#"  # headings, <#1>; but keys such as F# stay as they are
    r"|(?<=\w)\.(?=\w+/))",  # discord.gg/invite is a link without https://
    re.MULTILINE,
)
_ESCAPES = re.compile(r"\\([^0-9A-Za-z\s])")
# Discord's servers find pings without heed of backslashes: these get an invisible space.
_PINGS = re.compile(r"@(?=everyone|here|[!&]?[0-9]{17,20})")


def harmless(text: str, limit: int) -> str:
    """Text that shows as it was typed, pings nobody, links to nothing, and has at most `limit`.

    Every sign that Discord's markdown gives a meaning is escaped for itself, so it does not matter
    whether the text around it looks like an address or like code. What is too long fills the room.
    """
    escaped = _escape(printable(text)[: limit + 1])
    if len(escaped) <= limit:
        return escaped
    kept = escaped[: max(whole(escaped, limit - 1), 0)]
    if (len(kept) - len(kept.rstrip("\\"))) % 2:
        kept = kept[:-1]  # half an escape
    return kept + ELLIPSIS[:limit]


def isolated(text: str) -> str:
    """Text that goes on in the same line, and whose script turns nothing of it around."""
    return f"\u2068{text}\u2069"


def as_shown(markdown: str) -> str:
    """What a reader sees of text that was made harmless: without the backslashes."""
    return _ESCAPES.sub(r"\1", markdown)


def _escape(text: str) -> str:
    return _MEANT.sub(r"\1\\\2", _PINGS.sub("@\u200b", text))
