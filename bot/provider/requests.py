"""The body of a submission: what a member asked for, in the parameters of the model.

Source: the provider's OpenAPI file of each model.
"""

from typing import Any

from bot.domain.models import MODELS
from bot.domain.requests import Request


def body_of(request: Request) -> dict[str, Any]:
    """The JSON object for `POST /v2/generate/audio`. Nothing is sent that was not asked for."""
    model = MODELS.get(request.model)
    body: dict[str, Any] = {"model": request.model}
    wishes = {
        "prompt": request.prompt,
        "negative_prompt": request.negative_prompt,
        "seed": request.seed,
        "lyrics": request.lyrics,
    }
    body |= {name: value for name, value in wishes.items() if value not in {None, ""}}
    if model is None:
        return body
    if model.seconds and request.seconds is not None:
        body[model.seconds.parameter] = request.seconds * model.seconds.units_per_s
    if model.instrumental and request.instrumental:
        body[model.instrumental] = True
    elif model.lyrics and not request.lyrics:
        body |= model.lyrics.instead or {}
    if model.reference and request.reference:
        body[model.reference.parameter] = request.reference.url
    return body
