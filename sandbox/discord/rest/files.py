"""The CDN: attachments behind signed links, whole or in part.

Discord docs: Reference > Signed Attachment CDN URLs.
"""

from __future__ import annotations

from aiohttp import web

from sandbox.discord.state import State
from sandbox.discord.uploads import safe_filename


class FileRoutes:
    def __init__(self, state: State) -> None:
        self._state = state

    def routes(self) -> list[web.RouteDef]:
        place = "{channel_id}/{attachment_id}/{filename}"
        return [
            web.get(f"/attachments/{place}", self.file),
            web.get(f"/ephemeral-attachments/{place}", self.file),
        ]

    async def file(self, request: web.Request) -> web.Response:
        """The file, or the part asked for: browsers' players jump about with Range requests."""
        attachment = self._state.cdn.find(request.path, request.query)
        if attachment is None:
            return web.Response(status=404, text="This content is no longer available.")
        headers = {
            "Accept-Ranges": "bytes",
            "Access-Control-Allow-Origin": "*",
            "Cache-Control": "private, max-age=86400",
            "Content-Disposition": f'attachment; filename="{safe_filename(attachment.filename)}"',
            "Content-Type": attachment.content_type or "application/octet-stream",
            "X-Content-Type-Options": "nosniff",
        }
        size = len(attachment.data)
        wanted = _wanted_range(request, size)
        if wanted is None:
            return web.Response(body=attachment.data, headers=headers)
        start, stop = wanted
        if start >= min(stop, size):
            return web.Response(status=416, headers={"Content-Range": f"bytes */{size}"})
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
        return web.Response(status=206, body=attachment.data[start:stop], headers=headers)


def _wanted_range(request: web.Request, size: int) -> tuple[int, int] | None:
    """`(start, stop)` of a single byte range; None for none or one that can't be read."""
    try:
        wanted = request.http_range
    except ValueError:
        return None
    if wanted.start is None:
        return None
    start = wanted.start if wanted.start >= 0 else max(0, size + wanted.start)
    stop = size if wanted.stop is None else min(wanted.stop, size)
    return start, stop
