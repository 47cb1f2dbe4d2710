"""Components V2: a message that is laid out by components alone, texts and files included.

Discord docs: Components > Component Reference; Resources > Message > Message Flags
(IS_COMPONENTS_V2).
"""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sandbox.discord.components import ComponentReader, Readers
from sandbox.discord.enums import ComponentType
from sandbox.discord.forms import Form
from sandbox.discord.model import Json

MAX_COMPONENTS = 40
MAX_TEXT = 4000
ATTACHMENT = "attachment://"
_ANYWHERE = ("http", "https", "attachment")


class LayoutReader(ComponentReader):
    """Reads a message's layout; `files` are the names that `attachment://` can refer to."""

    def __init__(self, files: Collection[str]) -> None:
        super().__init__()
        self._files = files

    def message(self, form: Form) -> list[Json]:
        readers = {**self._contents(), ComponentType.CONTAINER: self._container}
        read = self.children(form, readers, maximum=MAX_COMPONENTS)
        if self.total > MAX_COMPONENTS:
            form.reject(
                "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED",
                f"Total number of components cannot exceed {MAX_COMPONENTS}",
            )
        if sum(map(len, displayed_texts(read))) > MAX_TEXT:
            form.reject(
                "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED",
                f"Components displayable text size exceeds maximum size of {MAX_TEXT}",
            )
        return read

    def _contents(self) -> Readers:
        return {
            ComponentType.ACTION_ROW: self.action_row,
            ComponentType.SECTION: self._section,
            ComponentType.TEXT_DISPLAY: read_text_display,
            ComponentType.MEDIA_GALLERY: self._gallery,
            ComponentType.FILE: self._file,
            ComponentType.SEPARATOR: _read_separator,
        }

    def _container(self, form: Form) -> Json:
        return {
            "accent_color": form["accent_color"].integer(minimum=0, maximum=0xFFFFFF),
            "spoiler": form["spoiler"].boolean(),
            "components": self.children(
                form["components"], self._contents(), minimum=1, maximum=MAX_COMPONENTS
            ),
        }

    def _section(self, form: Form) -> Json:
        texts = {ComponentType.TEXT_DISPLAY: read_text_display}
        beside = {ComponentType.BUTTON: self.button, ComponentType.THUMBNAIL: self._picture}
        return {
            "components": self.children(form["components"], texts, minimum=1, maximum=3),
            "accessory": self.one(form["accessory"], beside),
        }

    def _gallery(self, form: Form) -> Json:
        entries = form["items"].items(minimum=1, maximum=10)
        return {"items": [self._picture(entry) for entry in entries]}

    def _picture(self, form: Form) -> Json:
        """A thumbnail, or one of a gallery's items."""
        return {
            "media": self._media(form["media"], _ANYWHERE),
            "description": form["description"].text(minimum=1, maximum=1024),
            "spoiler": form["spoiler"].boolean(),
        }

    def _file(self, form: Form) -> Json:
        media = self._media(form["file"], ("attachment",))
        return {"file": media, "spoiler": form["spoiler"].boolean()}

    def _media(self, form: Form, schemes: Collection[str]) -> Json:
        if not form.mapping(required=True):
            return {}
        url = form["url"].url(schemes=schemes, required=True) or ""
        if url.startswith(ATTACHMENT) and url.removeprefix(ATTACHMENT) not in self._files:
            form["url"].reject(
                "UNFURLED_MEDIA_ITEM_REFERENCED_ATTACHMENT_NOT_FOUND",
                f"The referenced attachment {url} was not found",
            )
        return {"url": url}


def read_text_display(form: Form) -> Json:
    return {"content": form["content"].text(minimum=1, maximum=MAX_TEXT, required=True) or ""}


def displayed_texts(components: Sequence[Json]) -> list[str]:
    """What text displays say, in reading order."""
    texts = []
    for component in components:
        if component.get("type") == ComponentType.TEXT_DISPLAY:
            texts.append(component["content"])
        texts += displayed_texts(component.get("components", ()))
    return texts


def _read_separator(form: Form) -> Json:
    spacing = form["spacing"].choice((1, 2))
    return {"divider": form["divider"].boolean(default=True), "spacing": spacing or 1}
