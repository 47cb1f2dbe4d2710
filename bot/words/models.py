"""What the models are good for, as members read it."""

from collections.abc import Mapping

from bot.domain import models
from bot.domain.models import Model
from bot.words.language import Sentence, said, sentence

_GOOD_FOR: Mapping[str, Sentence] = {
    models.LYRIA_2.id: sentence("half a minute of clean instrumental music"),
    models.STABLE_AUDIO.id: sentence("loops, textures and sounds up to 47 seconds"),
    models.ELEVEN_MUSIC.id: sentence("whole pieces of 10 seconds to 5 minutes"),
    models.MUSIC_1_5.id: sentence("songs to your own lyrics, from a short prompt"),
    models.MUSIC_2_0.id: sentence("songs to your own lyrics, from a detailed prompt"),
    models.MUSIC_2_6.id: sentence("songs, with your lyrics, its own, or none"),
    models.MUSIC_COVER.id: sentence("a new version of a track in another style"),
}


def good_for(model: Model) -> str:
    """A few words, to go on after the model's name or after "good for"."""
    return _GOOD_FOR[model.id]()


def model_hint(model: Model) -> str:
    """Below a model's name in a list."""
    return said("Good for {what}", what=good_for(model))


def model_choice(model: Model) -> str:
    """A line of the list at `model`; Discord takes at most 100 characters."""
    return f"{model.name}: {good_for(model)}"[:100]


def help_model(model: Model) -> str:
    """A line of the list of models."""
    return f"**{model.name}**: {good_for(model)}"
