"""What the models are good for, as members read it."""

from collections.abc import Mapping

from bot.domain import models
from bot.domain.characters import shortened
from bot.domain.models import Model
from bot.domain.offer import Share
from bot.words.language import Sentence, said, sentence

CHOICE_LIMIT = 100

_GOOD_FOR: Mapping[str, Sentence] = {
    models.LYRIA_2.id: sentence("half a minute of clean instrumental music"),
    models.STABLE_AUDIO.id: sentence("loops, textures and sounds up to 47 seconds"),
    models.ELEVEN_MUSIC.id: sentence("whole pieces of 10 seconds to 5 minutes"),
    models.MUSIC_1_5.id: sentence("songs to your own lyrics, from a short prompt"),
    models.MUSIC_2_0.id: sentence("songs to your own lyrics, from a detailed prompt"),
    models.MUSIC_2_6.id: sentence("songs, with your lyrics, its own, or none"),
    models.MUSIC_COVER.id: sentence("a new version of a track in another style"),
}
# What to know before sending a request.
_TIPS: Mapping[str, Sentence] = {
    models.LYRIA_2.id: sentence("prompt in English"),
    models.ELEVEN_MUSIC.id: sentence("makes 10 seconds unless you say more"),
    models.MUSIC_1_5.id: sentence("takes [Verse], [Chorus]"),
    models.MUSIC_2_0.id: sentence("takes [Verse], [Chorus]"),
    models.MUSIC_2_6.id: sentence("takes [Verse], [Chorus]"),
}


def good_for(model: Model) -> str:
    """A few words, to go on after the model's name or after "good for"."""
    return _GOOD_FOR[model.id]()


def model_hint(model: Model, share: Share | None = None) -> str:
    """Below a model's name in a list; Discord takes at most 100 characters."""
    good = said("Good for {what}", what=_with_tip(model))
    if share is None:
        return shortened(good, CHOICE_LIMIT)
    counts = f"; {counts_as(share)}"
    return shortened(good, CHOICE_LIMIT - len(counts)) + counts


def model_choice(model: Model, share: Share | None = None) -> str:
    """A line of the list at `model`; Discord takes at most 100 characters."""
    return shortened(f"{_named(model, share)}: {_with_tip(model)}", CHOICE_LIMIT)


def help_model(model: Model, share: Share | None = None, usd: float | None = None) -> str:
    """A line of the list of models. `usd` is about what a track of the usual length costs."""
    counts = f"; {counts_as(share)}" if share else ""
    price = "" if usd is None else f"; {about_usd(usd)}"
    return f"**{model.name}**: {good_for(model)}{price}{counts}"


def about_usd(usd: float) -> str:
    """A price, to the cent, but never as nothing."""
    return said("about {usd} USD", usd=f"{max(usd, 0.01):.2f}")


def counts_as(share: Share) -> str:
    """Follows the model's name, so members read it before they ask for a track."""
    if share.at_least:
        return said(
            "counts as at least {tracks} of your {a_day} tracks a day",
            tracks=share.tracks,
            a_day=share.a_day,
        )
    return said(
        "counts as {tracks} of your {a_day} tracks a day", tracks=share.tracks, a_day=share.a_day
    )


def _named(model: Model, share: Share | None) -> str:
    return f"{model.name} ({counts_as(share)})" if share else model.name


def _with_tip(model: Model) -> str:
    tip = _TIPS.get(model.id)
    return f"{good_for(model)}; {tip()}" if tip else good_for(model)
