"""The ids that answers around a generation carry in their headers, and what they say it cost.

AI/ML API docs: Capabilities > Request Tracing and Cost Headers.
"""

import re
import uuid
from typing import Final, Literal

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.aimlapi.catalogue import CREDITS_PER_USD
from sandbox.aimlapi.generations import Generation

CostHeaders = Literal["ended", "all", "none"]
"""Which answers name a cost: that a generation has ended, all (0 until then), or none. The
provider says "non-streaming JSON responses" and no more.
"""
INFERENCE: Final = web.RequestKey("inference_id", str)
"""Where a request keeps the id of its inference. A handler can replace it; "" leaves it out."""

_WITHOUT_USD: Final = frozenset({"google/lyria2", "stable-audio"})
_TRACED: Final = "/v2/generate/audio"
_CLIENT_ID: Final = re.compile(r"[A-Za-z0-9._:-]{1,128}", re.ASCII)


@web.middleware
async def traced(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Name the inference, refused ones too, and echo the client's own id."""
    if request.path != _TRACED:
        return await handler(request)
    request[INFERENCE] = str(uuid.uuid4())
    response = await handler(request)
    if request[INFERENCE]:
        response.headers["x-inference-id"] = request[INFERENCE]
    if (client_id := client_request_id(request)) is not None:
        response.headers["x-client-request-id"] = client_id
    return response


def client_request_id(request: web.Request) -> str | None:
    """The id the client gave its request. One that is malformed is dropped without a word."""
    given = request.headers.get("X-Client-Request-Id", "")
    return given if _CLIENT_ID.fullmatch(given) else None


def cost_headers(credits_used: int) -> dict[str, str]:
    """What an answer says its generation cost."""
    usd = credits_used / CREDITS_PER_USD
    return {"x-aimlapi-credits-used": str(credits_used), "x-aimlapi-usd-spent": f"{usd:.9f}"}


def usage(generation: Generation) -> dict[str, float]:
    """`meta.usage` of a completed generation: in USD, too, where the model's page says so."""
    told: dict[str, float] = {"credits_used": generation.credits}
    if generation.model.name not in _WITHOUT_USD:
        told["usd_spent"] = generation.credits / CREDITS_PER_USD
    return told
