"""The catalogue of music models: adding one is adding an entry."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Model:
    """A music model. `usual_s` is about how long a generation takes, until there is experience."""

    id: str
    name: str
    usual_s: float


LYRIA_2 = Model(id="google/lyria2", name="Google Lyria 2", usual_s=35.0)

MODELS = {model.id: model for model in (LYRIA_2,)}
