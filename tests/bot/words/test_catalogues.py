"""Each language is complete, true to the English, and within Discord's limits.

A failure says what is missing: bring the catalogue up to date with `make words`, and translate.
"""

import ast
import inspect
import re
from collections import Counter
from collections.abc import Callable, Iterator
from string import Formatter

import pytest

from bot import words
from bot.domain.models import MODELS
from bot.words.commands import FILE_NAME_LIMIT
from tests.bot.words.catalogues import (
    LANGUAGES,
    WORDS,
    MessageId,
    catalogue,
    extracted,
    forms,
    messages,
)

SAYING = {"said", "sentence", "counted", "marked"}
# Discord's limits for what has such a name.
LIMITS = {
    r"modal_.*(?<!_hint)|.*_title|.*_label": 45,
    r".*_hint": 100,
    r"button_.*": 80,
    r"select_.*|.*_placeholder": 150,
    r"card_.*|field_.*|top_(week|month|ever)": 256,
}
END = re.compile(r"[.?:…\u3002\uff1f\uff1a]$")
# What is no sentence of the bot's: names of formats, the provider's own words, which are English,
# prompts, and what is written into files and pictures.
SAID_PAST_THE_CATALOGUES = {
    "`/(([a-z]+)(?: [a-z]+)?)`",
    "AI-generated",
    "AI-generated with ",
    ". Prompt: ",
    " on ",
    "Suggestion: ",
    "expected ",
    ", received ",
    "FLAC",
    "MP3",
    "Opus",
    *words.EXAMPLES,
}

in_each_language = pytest.mark.parametrize("locale", ["en-US", *LANGUAGES])
in_each_catalogue = pytest.mark.parametrize("locale", LANGUAGES)


@in_each_catalogue
def test_catalogue_has_what_the_code_says_and_nothing_else(locale: str) -> None:
    known = {message.id for message in messages(locale)}
    assert {"missing": extracted() - known, "not said any more": known - extracted()} == {
        "missing": set(),
        "not said any more": set(),
    }


@in_each_catalogue
def test_catalogue_translates_everything(locale: str) -> None:
    empty = [one.id for one in messages(locale) if not all(forms(one.string))]
    assert empty == []
    assert [one.id for one in messages(locale) if one.fuzzy] == []
    plurals = [one for one in messages(locale) if isinstance(one.id, tuple)]
    assert {len(forms(one.string)) for one in plurals} == {catalogue(locale).num_plurals}


@in_each_catalogue
def test_translation_takes_the_same_values_as_the_english(locale: str) -> None:
    for english, translation in _translated(locale):
        assert _values(translation) == _values(english), translation
        assert translation.format(**dict.fromkeys(_values(english), "x"))


@in_each_catalogue
def test_translation_keeps_the_marks_of_the_english(locale: str) -> None:
    for english, translation in _translated(locale):
        assert _marks(translation) == _marks(english), translation
        assert bool(END.search(translation)) == bool(END.search(english)), translation


@in_each_catalogue
def test_translation_quotes_labels_as_they_read(locale: str) -> None:
    labels = {translation for _english, translation in _translated(locale)}
    for label in re.findall(r"[„“«]([^„“”«»]+)[“”»]", "\n".join(labels)):
        assert label in labels or re.fullmatch(r"{\w+}", label), label


def test_everything_said_in_the_code_is_extracted() -> None:
    """Extraction reads tokens, and is blind to what is said within f-strings."""
    said = {text for tree in _trees() for call in _sayings(tree) for text in _texts(call)}
    assert said - extracted() == set()


def test_no_text_gets_past_the_catalogues() -> None:
    past = {text for tree in _trees() for text in _plain_texts(tree) if _is_for_readers(text)}
    assert past - SAID_PAST_THE_CATALOGUES == set()
    assert SAID_PAST_THE_CATALOGUES - past == set()


@pytest.mark.parametrize("pattern", LIMITS)
@in_each_language
def test_sentence_keeps_to_discords_limit_for_its_kind(locale: str, pattern: str) -> None:
    sentences = dict(_sentences(pattern))
    assert sentences
    with words.speaking(locale):
        too_long = {
            name: said() for name, said in sentences.items() if len(said()) > LIMITS[pattern]
        }
    assert too_long == {}


@in_each_language
def test_label_with_values_keeps_to_discords_limit(locale: str) -> None:
    with words.speaking(locale):
        assert len(words.modal_audio_kept("n" * FILE_NAME_LIMIT)) <= 100
        assert len(words.like_label(1_000_000)) <= 80
        assert len(words.takes_label(4)) <= 80
        assert len(words.cancel_label(25)) <= 80
        for model in MODELS.values():
            assert len(words.model_hint(model)) <= 100
            assert len(words.modal_model_gone(model.name)) <= 100
            assert words.good_for(model) in words.model_choice(model)


def _translated(locale: str) -> Iterator[tuple[str, str]]:
    """Each form of what is translated so far, with its English."""
    for message in messages(locale):
        for form in filter(None, forms(message.string)):
            yield forms(message.id)[-1], form


def _values(text: str) -> set[str]:
    return {name for _before, name, _spec, _conversion in Formatter().parse(text) if name}


def _marks(text: str) -> Counter[str]:
    """Markdown, quoted commands, line breaks, and blanks at the ends."""
    return Counter(re.findall(r"`[^`]*`|\*\*|\[|\]\([^)]*\)|<|>|\n|^\s|\s$", text))


def _sentences(pattern: str) -> Iterator[tuple[str, Callable[[], str]]]:
    for name, value in vars(words).items():
        if re.fullmatch(pattern, name) and not inspect.signature(value).parameters:
            yield name, value


def _trees() -> Iterator[ast.Module]:
    for path in WORDS.glob("*.py"):
        yield ast.parse(path.read_text())


def _sayings(tree: ast.AST) -> Iterator[ast.Call]:
    for node in ast.walk(tree):
        match node:
            case ast.Call(func=ast.Name(id=name)) if name in SAYING:
                yield node


def _texts(call: ast.Call) -> Iterator[MessageId]:
    constants = [one.value for one in call.args if isinstance(one, ast.Constant)]
    texts = tuple(text for text in constants if isinstance(text, str))
    if texts:
        yield texts if len(texts) > 1 else texts[0]


def _plain_texts(tree: ast.Module) -> Iterator[str]:
    """All that is neither said nor a docstring."""
    no_texts = {id(one) for call in _sayings(tree) for one in call.args}
    no_texts |= {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
    for node in ast.walk(tree):
        match node:
            case ast.Constant(value=str(text)) if id(node) not in no_texts:
                yield text


def _is_for_readers(text: str) -> bool:
    """Whether it has words: a letter and a blank, or a capital to begin with."""
    return bool(re.search(r"[^\W\d_]", text)) and (" " in text or text[0].isupper())
