"""The body of a submission: what a member asked for, in the parameters of the model.

Source: the provider's OpenAPI file of each model.
"""

from typing import Any

from bot.domain.jobs import Brief
from bot.domain.models import MODELS


def body_of(brief: Brief) -> dict[str, Any]:
    """The JSON object for `POST /v2/generate/audio`. Nothing is sent that was not asked for."""
    model = MODELS.get(brief.model)
    body: dict[str, Any] = {"model": brief.model}
    wishes = {
        "prompt": brief.prompt,
        "negative_prompt": brief.negative_prompt,
        "seed": brief.seed,
        "lyrics": brief.lyrics,
    }
    body |= {name: value for name, value in wishes.items() if value not in {None, ""}}
    if model is None:
        return body
    if model.seconds and brief.seconds is not None:
        body[model.seconds.parameter] = brief.seconds * model.seconds.units_per_s
    if model.instrumental and brief.instrumental:
        body[model.instrumental] = True
    elif model.lyrics and not brief.lyrics:
        body |= model.lyrics.instead or {}
    if model.reference and brief.reference:
        body[model.reference.parameter] = brief.reference.url
    return body
