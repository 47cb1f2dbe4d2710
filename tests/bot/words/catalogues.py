"""What the code says and what the catalogues of other languages have of it."""

import re
import warnings
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract_from_dir
from babel.messages.frontend import parse_keywords
from babel.messages.pofile import read_po

from bot import words
from bot.words.language import LANGUAGES as FOLDER

LANGUAGES = sorted(words.languages())
WORDS = FOLDER.parent
MAKEFILE = Path(__file__).parents[3] / "Makefile"

MessageId = str | tuple[str, ...]


@cache
def catalogue(locale: str) -> Catalog:
    """As translators write it."""
    with (FOLDER / f"{locale}.po").open("rb") as file:
        return read_po(file, locale=locale.replace("-", "_"))


def messages(locale: str) -> list[Message]:
    """All but the header."""
    return [message for message in catalogue(locale) if message.id]


def forms(text: str | Sequence[str] | None) -> tuple[str, ...]:
    """One text, or as many as there are plural forms; empty where there is none."""
    return (text,) if isinstance(text, str) else tuple(text or ("",))


@cache
def extracted() -> frozenset[MessageId]:
    """What `make words` finds in the code."""
    keywords = parse_keywords(re.findall(r"-k (\S+)", MAKEFILE.read_text()))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # values that are f-strings are no sentences
        found = extract_from_dir(WORDS, [("**.py", "python")], keywords=keywords)
        return frozenset(text for _file, _line, text, _comments, _context in found)
