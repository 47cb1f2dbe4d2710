"""What a track is called, and its file. All of it is plain text, not made safe to show."""

import re
import unicodedata
from collections.abc import Iterator

from bot.domain.characters import JOINERS, is_blank, is_seen, whole
from bot.domain.function_words import leads_on
from bot.domain.jobs import Job

FILE_NAME_LIMIT = 60
ID_LETTERS = 6
TITLE_WIDTH = 60
CUT_WIDTH = 40  # of what is cut from a prompt: as much as a phone shows on a line
# Where a clause ends: signs at the end of a word, in any script, or between words.
_CLAUSES = re.compile(
    r"([,.;:!?](?=\s|$)|\s[-\u2013\u2014]+\s|[\n(){}\u2014\u2026]"
    r"|[\u060c\u061b\u061f\u0964\u3001\u3002\uff01\uff08\uff09\uff0c\uff1a\uff1b\uff1f])"
)
_ENDS_A_SENTENCE = frozenset("!?\u061f\u0964\u3002\uff01\uff1f")
_QUOTES = '"\u201c\u201d\u201e\u00ab\u00bb\u300c\u300d\u300e\u300f'
_NO_WORDS = re.compile(r"https?://\S*|<(?:[@#:/]|[at]:|id:)[^<>\s]*>?|@(?=everyone|here)")
_EDGES = " \t'\u2018\u2019.,;:!?-\u2013\u2014"
_UNFIT = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
# Latin letters that are no other letter with an accent.
_SPELLED_OUT = str.maketrans(
    {"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th"}
)
# Reserved by Windows for devices, with or without an extension.
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$")


def title_of(job: Job) -> str | None:
    """What a track is called: by its member, else by the first clause of its prompt, if it has one.

    One plain line of at most `TITLE_WIDTH` columns. Words keep their case, but for the first
    letter: what is right for titles differs from language to language.
    """
    own = _cut(_one_line(job.title or "")).strip()
    if not is_blank(own):
        return own
    clauses = list(_clauses(job.request.prompt))
    alone = len(clauses) == 1
    titles = (_shortened(text, whole=alone or complete) for text, complete in clauses)
    # Where there are only such words as lead on to others, they have to do.
    short = next((title for title in titles if not is_blank(title)), None)
    title = short or next((_cut(text) for text, _ in clauses), None)
    return _capitalised(title) if title else None


def file_name(job: Job, extension: str) -> str:
    """A name from the title that every system takes, such as `lo-fi-rain.wav`.

    It is ASCII, since Discord drops all else. So that titles in other scripts do not all lead to
    the same name, what lost a letter gets the beginning of the job's id. Variations are numbered:
    `lo-fi-rain-take-1.wav`.
    """
    plain = unicodedata.normalize("NFKD", (title_of(job) or "").lower().translate(_SPELLED_OUT))
    kept = re.sub(r"[^a-z0-9]+", "-", _without_accents(plain)).strip("-")
    if not kept or _DEVICES.match(kept):
        kept = f"track-{kept}".rstrip("-")
    endings = []
    if kept == "track" or any(char.isalnum() and not char.isascii() for char in plain):
        endings.append(job.id[:ID_LETTERS])
    if job.batch_id is not None:
        endings.append(f"take-{job.take}")
    room = FILE_NAME_LIMIT - len("-".join(["", *endings]))
    if len(kept) > room:
        kept = kept[:room].rsplit("-", 1)[0]
    return "-".join([kept, *endings]) + extension


def _without_markup(text: str) -> str:
    """Without addresses, mentions and the like, and the signs of markdown."""
    return re.sub(r"[*_`~|\\#>\[\]]+", " ", _NO_WORDS.sub(" ", text))


def _one_line(text: str) -> str:
    """Without controls, lone surrogates and marks that turn the direction; joiners stay."""
    return " ".join("".join(char if _is_fit(char) else " " for char in text).split())


def _is_fit(char: str) -> bool:
    kind = unicodedata.category(char)
    return char in JOINERS or (is_seen(char) if kind == "Cn" else kind not in _UNFIT)


def _clauses(prompt: str) -> Iterator[tuple[str, bool]]:
    """All that can be seen, each clause with whether a sentence ends with it."""
    pieces = _CLAUSES.split(_without_markup(prompt))
    for clause, sign in zip(pieces[::2], [*pieces[1::2], ""], strict=True):
        text = _one_line(clause).strip(_EDGES)
        if not is_blank(text.strip(_EDGES + _QUOTES)):
            yield text, sign in _ENDS_A_SENTENCE


def _shortened(text: str, *, whole: bool) -> str:
    """As many words as a title has room for, the last of them one with a meaning of its own.

    Empty if there is none. A `whole` clause that has room is left as it is. What has no spaces is
    cut between characters.
    """
    spoken = text.split()
    short = spoken[:1]
    for word in spoken[1:]:
        if _width(" ".join([*short, word])) > CUT_WIDTH:
            break
        short.append(word)
    cut = len(short) < len(spoken)
    while short and (cut or not whole) and leads_on(short, cut=cut):
        short.pop()
        cut = True
    return _without_loose_quotes(_cut(" ".join(short))).rstrip(_EDGES)


def _without_loose_quotes(text: str) -> str:
    """Marks within a title stay where all that were opened are closed again."""
    at = [index for index, char in enumerate(text) if char in _QUOTES]
    if len(at) % 2 == 0 and at != [0, len(text) - 1]:
        return text
    return "".join(char for char in text if char not in _QUOTES).strip()


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
