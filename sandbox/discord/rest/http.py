"""Requests and answers as the API has them: JSON bodies, multipart uploads, ids in the path."""

from __future__ import annotations

import json
from typing import Any, NoReturn

from aiohttp import web

from sandbox.discord import errors
from sandbox.discord.forms import Form
from sandbox.discord.uploads import Upload, check_request_size, parse_multipart


def reply(data: Any, status: int = 200) -> web.Response:
    """JSON with the content type exactly `application/json`, without a charset."""
    return web.Response(
        status=status, body=json.dumps(data).encode(), content_type="application/json"
    )


def no_content() -> web.Response:
    return web.Response(status=204)


def path_id(request: web.Request, name: str) -> int:
    """A snowflake from the path. Raises 50035 for anything else."""
    form = Form(dict(request.match_info))[name]
    snowflake = form.snowflake(required=True)
    form.errors.raise_if_any()
    return snowflake or 0


def query_form(request: web.Request) -> Form:
    return Form(dict(request.query))


async def read_form(request: web.Request) -> tuple[Form, list[Upload]]:
    """The body as a form to read from, and the files that came with it.

    Raises 50109 for broken JSON, 40005 for too large a request, 50035 for another content type.
    """
    check_request_size(request.content_length or 0)
    body = await request.read()
    check_request_size(len(body))
    uploads: list[Upload] = []
    if request.content_type == "multipart/form-data":
        body, uploads = parse_multipart(request.headers["Content-Type"], body)
    elif body and request.content_type != "application/json":
        raise _wrong_content_type()
    return Form(_decoded(body) if body else {}), uploads


async def read_json(request: web.Request) -> Form:
    form, _ = await read_form(request)
    return form


def _decoded(body: bytes) -> Any:
    try:
        return json.loads(body.decode(), parse_constant=_reject_constant)
    except (ValueError, RecursionError):
        raise errors.bad_json() from None


def _reject_constant(name: str) -> NoReturn:
    raise ValueError(f"{name} is not JSON")


def _wrong_content_type() -> errors.ApiError:
    wording = (
        "Expected \"Content-Type\" header to be one of {'application/json', 'multipart/form-data'}."
    )
    inner = {"_errors": [{"code": "CONTENT_TYPE_INVALID", "message": wording}]}
    return errors.ApiError(400, 50035, "Invalid Form Body", inner)
