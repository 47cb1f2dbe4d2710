"""Sentences are said in the language of the moment."""

import asyncio

import pytest

from bot import words


def test_sentence_is_english_when_nobody_speaks() -> None:
    assert words.card_ready() == "Your track is ready"


def test_sentence_is_german_while_german_is_spoken() -> None:
    with words.speaking("de"):
        assert words.card_ready() == "Dein Stück ist fertig"
        assert words.track_ready(7) == "<@7>, dein Stück ist fertig."
    assert words.card_ready() == "Your track is ready"


def test_language_before_returns_when_an_inner_one_ends() -> None:
    with words.speaking("de"):
        with words.speaking("en-US"):
            assert words.button_share() == "Share"
        assert words.button_share() == "Teilen"


def test_language_before_returns_when_something_fails() -> None:
    with pytest.raises(LookupError), words.speaking("de"):
        raise LookupError
    assert words.button_share() == "Share"


@pytest.mark.parametrize("locale", [None, "", "en-US", "en-GB", "ja", "DE", "../de", "de\0"])
def test_sentence_is_english_when_there_is_no_catalogue(locale: str | None) -> None:
    with words.speaking("de"), words.speaking(locale):
        assert words.button_share() == "Share"


async def test_tasks_keep_their_languages_when_they_run_at_the_same_time() -> None:
    both_speak = asyncio.Barrier(2)

    async def says(locale: str) -> list[str]:
        with words.speaking(locale):
            await both_speak.wait()
            first = words.button_share()
            await both_speak.wait()
            return [first, await asyncio.create_task(later())]

    async def later() -> str:
        return words.button_delete()

    async with asyncio.timeout(10):
        german, english = await asyncio.gather(says("de"), says("en-US"))
    assert german == ["Teilen", "Löschen"]
    assert english == ["Share", "Delete"]


@pytest.mark.parametrize(
    ("count", "english", "german"),
    [
        (0, "0 likes", "0 Likes"),
        (1, "1 like", "1 Like"),
        (2, "2 likes", "2 Likes"),
        (101, "101 likes", "101 Likes"),
    ],
)
def test_plural_goes_with_the_count(count: int, english: str, german: str) -> None:
    assert words.likes_count(count) == english
    with words.speaking("de"):
        assert words.likes_count(count) == german


def test_filter_keeps_its_nouns_when_it_stands_within_a_sentence() -> None:
    def filtered() -> str:
        return words.narrowed("rain", words.ONLY_LIKED, "Google Lyria 2", here=True)

    assert filtered() == "with rain, with likes, by Google Lyria 2, on this server"
    with words.speaking("de"):
        assert filtered() == "mit rain, mit Likes, von Google Lyria 2, auf diesem Server"


@pytest.mark.parametrize(
    ("seconds", "english", "german"),
    [
        (0.02, "less than 0.1 seconds", "weniger als 0,1 Sekunden"),
        (1.54, "1.5 seconds", "1,5 Sekunden"),
        (61, "1 minute 1 second", "1 Minute 1 Sekunde"),
        (125, "2 minutes 5 seconds", "2 Minuten 5 Sekunden"),
    ],
)
def test_length_is_written_as_the_language_does(seconds: float, english: str, german: str) -> None:
    assert words.length(seconds) == english
    with words.speaking("de"):
        assert words.length(seconds) == german
