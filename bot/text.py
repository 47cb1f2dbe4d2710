"""Making members' and the provider's text safe to show, and naming files after it."""

import re
import unicodedata

import discord

from bot import words
from bot.domain.characters import ELLIPSIS, JOINERS, is_blank, is_seen, printable, whole
from bot.domain.jobs import Job

__all__ = ["among_takes", "as_shown", "file_name", "harmless", "is_blank", "title_of"]

FILE_NAME_LIMIT = 60
ID_LETTERS = 6
TITLE_WORDS = 6
TITLE_WIDTH = 60
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
# Where a clause ends: signs at the end of a word, in any script, or between words.
_CLAUSES = re.compile(
    r"[,.;:!?](?=\s|$)|\s[-\u2013\u2014]+\s|[\n()\u2014]"
    r"|[\u060c\u061b\u061f\u0964\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f]"
)
_NO_WORDS = re.compile(r"https?://\S*|<(?:[@#:/]|[at]:|id:)[^<>\s]*>?|@(?=everyone|here)")
_EDGES = " \t\"'\u2018\u2019\u201c\u201d\u201e\u00ab\u00bb.,;:!?-\u2013\u2014"
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# English words that no title ends with.
_LEAD_ON = frozenset(
    {"a", "about", "an", "and", "at", "by", "for", "from", "in", "of", "on", "or", "over", "the",
     "to", "with"}
)  # fmt: skip
# Latin letters that are no other letter with an accent.
_SPELLED_OUT = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
# Reserved by Windows for devices, with or without an extension.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$")


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


def as_shown(markdown: str) -> str:
    """What a reader sees of text that was made harmless: without the backslashes."""
    return _ESCAPES.sub(r"\1", markdown)


def _escape(text: str) -> str:
    # Discord's servers look for pings without heed of backslashes: these get an invisible space.
    return _MEANT.sub(r"\1\\\2", discord.utils.escape_mentions(text))


def title_of(job: Job) -> str:
    """What a track is called: by its member, else by the first clause of its prompt.

    One plain line, to be passed through `harmless` before it is shown. Words keep their case, but
    for the first letter: what is right for titles differs from language to language.
    """
    own = _cut(_one_line(job.title or "")).strip()
    if not is_blank(own):
        return own
    for clause in _CLAUSES.split(_without_markup(job.request.prompt)):
        title = _shortened(_one_line(clause).strip(_EDGES))
        if not is_blank(title):
            return _capitalised(title)
    return words.UNTITLED


def among_takes(job: Job, title: str) -> str:
    """A title, as it is shown, with the number of the take where there are several of it."""
    return title if job.batch_id is None else words.take_title(title, job.take)


def file_name(job: Job, extension: str) -> str:
    """A name from the title that every system takes, such as `lo-fi-rain.wav`.

    It is ASCII, since Discord drops all else. So that titles in other scripts do not all lead to
    the same name, what lost a letter gets the beginning of the job's id.
    """
    plain = unicodedata.normalize("NFKD", title_of(job).lower().translate(_SPELLED_OUT))
    kept = re.sub(r"[^a-z0-9]+", "-", _without_accents(plain)).strip("-")
    if len(kept) > FILE_NAME_LIMIT:
        kept = kept[:FILE_NAME_LIMIT].rsplit("-", 1)[0]
    if not kept or _DEVICES.match(kept):
        kept = f"track-{kept}".rstrip("-")
    if kept == "track" or any(char.isalnum() and not char.isascii() for char in plain):
        kept = f"{kept}-{job.id[:ID_LETTERS]}"
    return kept + extension


def _without_markup(text: str) -> str:
    """Without addresses, mentions and the like, and the signs of markdown."""
    return re.sub(r"[*_`~|\\#>\[\]]+", " ", _NO_WORDS.sub(" ", text))


def _one_line(text: str) -> str:
    """Without controls, lone surrogates and marks that turn the direction; joiners stay."""
    return " ".join("".join(char if _is_fit(char) else " " for char in text).split())


def _is_fit(char: str) -> bool:
    kind = unicodedata.category(char)
    return char in JOINERS or (is_seen(char) if kind == "Cn" else kind not in _UNFIT)


def _shortened(text: str) -> str:
    """As many whole words as a title may have; what has no spaces is cut between characters."""
    spoken = text.split()
    short = spoken[:TITLE_WORDS]
    while len(short) > 1 and _width(" ".join(short)) > TITLE_WIDTH:
        short.pop()
    if len(short) < len(spoken):
        while len(short) > 1 and short[-1].lower() in _LEAD_ON:
            short.pop()
    return _cut(" ".join(short)).rstrip(_EDGES)


def _capitalised(title: str) -> str:
    """Names such as iPad stay, and so do letters that are two when they are large."""
    first = title[0].upper()
    return first + title[1:] if len(first) == 1 and title.partition(" ")[0].islower() else title


def _cut(text: str) -> str:
    """At most `TITLE_WIDTH` columns, and no character without what belongs to it."""
    end = min(len(text), TITLE_WIDTH + 1)
    while _width(text[:end]) > TITLE_WIDTH:
        end -= 1
    return text[: whole(text, end)]


def _width(text: str) -> int:
    """In columns: the characters of Chinese, Japanese and Korean take two."""
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _without_accents(decomposed: str) -> str:
    return "".join(char for char in decomposed if not unicodedata.combining(char))
