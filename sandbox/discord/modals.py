"""Modals: their form, as an application sends it. Discord docs: Interactions > Receiving and
Responding > Modal; Components > Component Reference > Label.
"""

from __future__ import annotations

from sandbox.discord.components import ComponentReader
from sandbox.discord.enums import ComponentType
from sandbox.discord.forms import Form
from sandbox.discord.layouts import read_text_display
from sandbox.discord.model import Json

MAX_TITLE = 45
MAX_COMPONENTS = 5
MAX_INPUT = 4000


def read_modal(form: Form) -> Json:
    """The modal, normalised. Raises 50035 with all that is wrong."""
    reader = _ModalReader()
    modal = {
        "custom_id": form["custom_id"].text(minimum=1, maximum=100, required=True),
        "title": form["title"].text(minimum=1, maximum=MAX_TITLE, required=True),
        "components": reader.modal(form["components"]),
    }
    form.errors.raise_if_any()
    return modal


class _ModalReader(ComponentReader):
    def modal(self, form: Form) -> list[Json]:
        readers = {
            ComponentType.ACTION_ROW: self.row,
            ComponentType.LABEL: self.label,
            ComponentType.TEXT_DISPLAY: read_text_display,
        }
        return self.children(form, readers, minimum=1, maximum=MAX_COMPONENTS)

    def row(self, form: Form) -> Json:
        """The older form: an action row that holds one text input with a label of its own."""
        readers = {ComponentType.TEXT_INPUT: self.labelled_input}
        return {"components": self.children(form["components"], readers, minimum=1, maximum=1)}

    def labelled_input(self, form: Form) -> Json:
        label = form["label"].text(minimum=1, maximum=45, required=True)
        return {"label": label} | self.text_input(form)

    def label(self, form: Form) -> Json:
        readers = {
            ComponentType.TEXT_INPUT: self.text_input,
            ComponentType.STRING_SELECT: self.modal_select,
            ComponentType.USER_SELECT: self.modal_select,
            ComponentType.ROLE_SELECT: self.modal_select,
            ComponentType.MENTIONABLE_SELECT: self.modal_select,
            ComponentType.CHANNEL_SELECT: self.modal_select,
            ComponentType.FILE_UPLOAD: self.file_upload,
            ComponentType.RADIO_GROUP: self.choices,
            ComponentType.CHECKBOX_GROUP: self.choices,
            ComponentType.CHECKBOX: self.checkbox,
        }
        return {
            "label": form["label"].text(minimum=1, maximum=45, required=True),
            "description": form["description"].text(minimum=1, maximum=100),
            "component": self.one(form["component"], readers),
        }

    def text_input(self, form: Form) -> Json:
        return {
            "custom_id": self.custom_id(form),
            "style": form["style"].choice((1, 2), required=True),
            "min_length": form["min_length"].integer(minimum=0, maximum=MAX_INPUT) or 0,
            "max_length": form["max_length"].integer(minimum=1, maximum=MAX_INPUT) or MAX_INPUT,
            "required": form["required"].boolean(default=True),
            "value": form["value"].text(maximum=MAX_INPUT),
            "placeholder": form["placeholder"].text(maximum=100),
        }

    def modal_select(self, form: Form) -> Json:
        return self.select(form) | {"required": form["required"].boolean(default=True)}

    def file_upload(self, form: Form) -> Json:
        minimum = form["min_values"].integer(minimum=0, maximum=10)
        return {
            "custom_id": self.custom_id(form),
            "min_values": 1 if minimum is None else minimum,
            "max_values": form["max_values"].integer(minimum=1, maximum=10) or 1,
            "required": form["required"].boolean(default=True),
        }

    def choices(self, form: Form) -> Json:
        """A radio group (one of 2 to 10) or a checkbox group (any of 1 to 10)."""
        radio = form["type"].value == ComponentType.RADIO_GROUP
        options = [
            {
                "value": entry["value"].text(minimum=1, maximum=100, required=True),
                "label": entry["label"].text(minimum=1, maximum=100, required=True),
                "description": entry["description"].text(maximum=100),
                "default": entry["default"].boolean(),
            }
            for entry in form["options"].items(minimum=2 if radio else 1, maximum=10)
        ]
        minimum = form["min_values"].integer(minimum=0, maximum=10)
        maximum = form["max_values"].integer(minimum=1, maximum=10)
        return {
            "custom_id": self.custom_id(form),
            "options": options,
            "min_values": 1 if minimum is None else minimum,
            "max_values": 1 if radio else maximum or len(options),
            "required": form["required"].boolean(default=True),
        }

    def checkbox(self, form: Form) -> Json:
        return {"custom_id": self.custom_id(form), "default": form["default"].boolean()}
