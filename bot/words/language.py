"""The language in which sentences are said: English as the code has it, others from catalogues.

Which one is a matter of the moment, not of the caller: whoever answers a member or writes to a
channel says `with words.speaking(locale):`, and all that is called within says it in that language.

A language is a file: `languages/<locale>.po`, in gettext's format, named as Discord names locales.
`make words` brings the catalogues up to date with the code. What a catalogue lacks stays English.
"""

import gettext
import io
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from functools import lru_cache
from pathlib import Path

LANGUAGES = Path(__file__).parent / "languages"

# Says itself in the language of the moment.
Sentence = Callable[[], str]

_ENGLISH = gettext.NullTranslations()
_spoken: ContextVar[gettext.NullTranslations] = ContextVar("spoken", default=_ENGLISH)


@contextmanager
def speaking(locale: str | None) -> Iterator[None]:
    """Within, sentences are said in the language of this locale of Discord's, such as `de`."""
    before = _spoken.set(catalogue(locale))
    try:
        yield
    finally:
        _spoken.reset(before)


def catalogue(locale: str | None) -> gettext.NullTranslations:
    """The translations into a language; English where there are none."""
    return _loaded(locale) if locale in languages() else _ENGLISH


@lru_cache(maxsize=1)
def languages() -> frozenset[str]:
    """The locales that have a catalogue."""
    return frozenset(path.stem for path in LANGUAGES.glob("*.po"))


@lru_cache
def _loaded(locale: str) -> gettext.NullTranslations:
    # Loaded once somebody speaks the language: most processes never need it.
    from babel.messages.mofile import write_mo  # noqa: PLC0415
    from babel.messages.pofile import read_po  # noqa: PLC0415

    compiled = io.BytesIO()
    with (LANGUAGES / f"{locale}.po").open("rb") as file:
        write_mo(compiled, read_po(file, locale=locale.replace("-", "_")))
    compiled.seek(0)
    return gettext.GNUTranslations(compiled)


def said(english: str, /, **values: object) -> str:
    """The sentence in the language of the moment, with its named values filled in."""
    return _spoken.get().gettext(english).format(**values)


def counted(one: str, many: str, /, *, count: int, **values: object) -> str:
    """The form that goes with `count`, which the sentence can name like the other values."""
    return _spoken.get().ngettext(one, many, count).format(count=count, **values)


def sentence(english: str) -> Sentence:
    """A sentence without values, to be called where it's said."""
    return lambda: _spoken.get().gettext(english)


def marked(english: str) -> str:
    """The same, and in the catalogues: for what Discord translates by itself, such as commands."""
    return english
