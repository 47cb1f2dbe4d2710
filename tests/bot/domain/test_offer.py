"""Which models are on offer, and which of them is the default."""

import pytest

from bot.domain.models import ELEVEN_MUSIC, LYRIA_2, MODELS, MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer


def test_all_models_are_on_offer_when_none_are_chosen() -> None:
    offer = Offer.of([])
    assert list(offer.models) == list(MODELS.values())
    assert (offer.default, offer.covers) == (LYRIA_2, MUSIC_COVER)


def test_first_one_is_the_default_when_the_host_chooses() -> None:
    offer = Offer.of([STABLE_AUDIO.id, LYRIA_2.id])
    assert list(offer.models) == [STABLE_AUDIO, LYRIA_2]
    assert (offer.default, offer.covers) == (STABLE_AUDIO, None)


def test_default_needs_no_audio_wherever_the_model_for_covers_stands() -> None:
    offer = Offer.of([MUSIC_COVER.id, ELEVEN_MUSIC.id])
    assert (offer.default, offer.covers) == (ELEVEN_MUSIC, MUSIC_COVER)
    assert (offer.making(covers=False), offer.making(covers=True)) == (
        [ELEVEN_MUSIC],
        [MUSIC_COVER],
    )


@pytest.mark.parametrize("typed", [LYRIA_2.id, "google LYRIA 2 ", "suno", ""])
def test_no_model_is_meant_when_it_is_not_on_offer(typed: str) -> None:
    assert Offer.of([STABLE_AUDIO.id]).named(typed) is None


@pytest.mark.parametrize("typed", [STABLE_AUDIO.id, " Stable audio"])
def test_model_on_offer_is_known_by_id_and_name(typed: str) -> None:
    assert Offer.of([STABLE_AUDIO.id]).named(typed) == STABLE_AUDIO


def test_model_goes_and_comes_back_while_the_bot_runs() -> None:
    withdrawn: set[str] = set()
    offer = Offer(allowed=(LYRIA_2, STABLE_AUDIO, MUSIC_COVER), withdrawn=lambda: withdrawn)
    withdrawn |= {LYRIA_2.id, MUSIC_COVER.id}
    assert list(offer.models) == [STABLE_AUDIO]
    assert (offer.default, offer.covers, offer.named(LYRIA_2.id)) == (STABLE_AUDIO, None, None)
    withdrawn.clear()
    assert (offer.default, offer.covers) == (LYRIA_2, MUSIC_COVER)


def test_default_is_named_but_not_on_offer_when_everything_is_withdrawn() -> None:
    offer = Offer(allowed=(STABLE_AUDIO, LYRIA_2), withdrawn=lambda: MODELS)
    assert (list(offer.models), offer.default) == ([], STABLE_AUDIO)
