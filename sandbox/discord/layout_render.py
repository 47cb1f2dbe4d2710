"""Components as Discord gives them back: what they show has links of its own.

Discord docs: Components > Component Reference > Unfurled Media Item.
"""

from __future__ import annotations

from collections.abc import Mapping

from sandbox.discord.layouts import ATTACHMENT
from sandbox.discord.model import Attachment, Json, Message
from sandbox.discord.state import State


def components_json(state: State, message: Message) -> list[Json]:
    """The message's components, their files with links that are fresh each time."""
    files = {ATTACHMENT + attachment.filename: attachment for attachment in message.attachments}
    return [_shown(state, message, files, component) for component in message.components]


def _shown(
    state: State, message: Message, files: Mapping[str, Attachment], component: Json
) -> Json:
    """A component, or one of a gallery's items."""
    shown = dict(component)
    for name in ("components", "items"):
        if name in component:
            shown[name] = [_shown(state, message, files, one) for one in component[name]]
    if "accessory" in component:
        shown["accessory"] = _shown(state, message, files, component["accessory"])
    for name in ("media", "file"):
        if name in component:
            url = component[name]["url"]
            shown[name] = _media(state, message, url, files.get(url))
    if "file" in component:
        file = files.get(component["file"]["url"])
        shown |= {"name": file and file.filename, "size": file and len(file.data)}
    return shown


def _media(state: State, message: Message, url: str, file: Attachment | None) -> Json:
    if file is None:
        return {"id": str(message.id), "url": url, "proxy_url": url}
    link = state.cdn.url(file)
    return {
        "id": str(file.id),
        "url": link,
        "proxy_url": link,
        "width": file.width,
        "height": file.height,
        "content_type": file.content_type,
        "attachment_id": str(file.id),
    }
