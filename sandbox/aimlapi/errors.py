"""The provider's way to say no: one JSON body for all errors.

AI/ML API docs: Errors and Messages > General Info, and > Errors with status code 4xx.
"""

import uuid
from datetime import UTC, datetime
from typing import Any, Final

from aiohttp import web
from aiohttp.typedefs import Handler

from sandbox.aimlapi.moments import zulu

BAD_KEY: Final = (
    "This request requires a valid API key. You can create a new API key on the Billing page:"
    " https://aimlapi.com/app/keys"
)
NO_CREDITS: Final = (
    "You've run out of credits. Please top up your balance or update your payment method to"
    " continue: https://aimlapi.com/app/billing/"
)
NOT_VERIFIED: Final = "Complete verification to using the API: https://aimlapi.com/app/verification"
LIMIT_REACHED: Final = "The spending limit of this API key is reached"
NO_SCOPE: Final = "This API key has no access to models of the category audio"
OTHER_KEY: Final = "Reporting on a different key requires a management key"
UNKNOWN_KEY: Final = "API key not found"
FOR_REGULAR_KEYS: Final = "This request is not available for management keys"
TOO_MANY_REQUESTS: Final = "Too Many Requests"


class ApiError(Exception):
    """An answer with an HTTP status of 400 and above."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status
        self.message = message


def error_body(status: int, message: str, path: str = "/v2/generate/audio") -> dict[str, Any]:
    """The JSON body of an error, for scenarios too: `rule.respond(503, error_body(503, "…"))`."""
    return {
        "message": message,
        "path": path,
        "requestId": str(uuid.uuid4()),
        "statusCode": status,
        "timestamp": zulu(datetime.now(UTC)),
    }


@web.middleware
async def errors_as_json(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Answer in the provider's words, also where the router or aiohttp refused a request."""
    try:
        return await handler(request)
    except ApiError as error:
        status, message = error.status, error.message
    except web.HTTPNotFound:
        status, message = 404, f"Cannot {request.method} {request.path}"
    except web.HTTPClientError as error:
        status, message = error.status, error.reason
    return web.json_response(error_body(status, message, request.path), status=status)
