"""The dialog in which a request is typed or changed, and how it is read.

What is submitted is told by its custom_id, which names a stored draft: a dialog that was opened
before a restart can be sent after it.
"""

import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import discord

from bot import words
from bot.client import ComposeClient
from bot.drafts import Draft
from bot.errors import DatabaseTrouble
from bot.provider.models import (
    DEFAULT,
    MODELS,
    NEGATIVE_PROMPT_MOST,
    PROMPT_MOST,
    Model,
    model_named,
)

UNSTORED = "new"
CUSTOM_ID = re.compile(r"compose:modal:(?P<draft_id>[0-9a-f]{16}|new)")
TEXTS = ("prompt", "negative_prompt", "lyrics")

log = logging.getLogger(__name__)


async def open_modal(interaction: discord.Interaction[ComposeClient], draft: Draft) -> None:
    """Answer with the dialog, filled in with the draft."""
    draft_id = UNSTORED
    if draft != Draft():
        try:
            draft_id = await interaction.client.reception.keep(draft, interaction.user.id)
        except DatabaseTrouble as error:
            log.error("a draft could not be stored: the database %s", error)
    await interaction.response.send_modal(RequestModal(draft, draft_id))


class RequestModal(discord.ui.Modal):
    """Prompt, model, what the model needs besides, and who will hear it."""

    def __init__(self, draft: Draft, draft_id: str) -> None:
        super().__init__(
            title=words.MODAL_TITLE, custom_id=f"compose:modal:{draft_id}", timeout=None
        )
        model = model_named(draft.model) if draft.model else None
        self._add_text("prompt", words.MODAL_PROMPT, draft.prompt, PROMPT_MOST, required=True)
        self._add_model(draft, model)
        if draft.negative_prompt or model is None or model.negative_prompt:
            typed = draft.negative_prompt
            self._add_text("negative_prompt", words.MODAL_AVOID, typed, NEGATIVE_PROMPT_MOST)
        if draft.lyrics or model is None or model.lyrics:
            self._add_text("lyrics", words.MODAL_LYRICS, draft.lyrics, PROMPT_MOST)
        self.add_item(
            discord.ui.Label(
                text=words.MODAL_PRIVATE,
                description=words.MODAL_PRIVATE_HINT,
                component=discord.ui.Checkbox(custom_id="private", default=draft.private),
            )
        )
        self.stop()  # presses are routed by custom_id: discord.py need not remember the dialog

    def _add_text(
        self, name: str, label: str, typed: str | None, most: int, *, required: bool = False
    ) -> None:
        short = name == "negative_prompt"
        style = discord.TextStyle.short if short else discord.TextStyle.paragraph
        field: discord.ui.TextInput[Any] = discord.ui.TextInput(
            custom_id=name,
            style=style,
            default=(typed or "")[:most] or None,
            required=required,
            max_length=most,
        )
        self.add_item(discord.ui.Label(text=label, component=field))

    def _add_model(self, draft: Draft, chosen: Model | None) -> None:
        for_audio = draft.reference is not None
        options = [
            discord.SelectOption(
                label=model.name,
                value=model.id,
                description=words.model_hint(model.good_for),
                default=model is (chosen or DEFAULT),
            )
            for model in MODELS.values()
            if bool(model.reference) == for_audio
        ]
        select: discord.ui.Select[Any] = discord.ui.Select(custom_id="model", options=options)
        self.add_item(discord.ui.Label(text=words.MODAL_MODEL, component=select))


async def submitted(interaction: discord.Interaction[ComposeClient]) -> Draft | None:
    """The draft as it was changed in the dialog; `None` if it is not this dialog."""
    data: Mapping[str, Any] = interaction.data or {}
    match = CUSTOM_ID.fullmatch(str(data.get("custom_id")))
    if match is None:
        return None
    before = Draft()
    if match["draft_id"] != UNSTORED:
        before = await _stored(interaction, match["draft_id"]) or before
    return filled_in(before, dict(_values(data.get("components"))))


def filled_in(draft: Draft, values: Mapping[str, Any]) -> Draft:
    """The draft with what the dialog's fields hold; fields that were not shown stay as they are."""
    texts: dict[str, Any] = {name: values[name] or "" for name in TEXTS if name in values}
    changed = replace(draft, **texts)
    if chosen := values.get("model"):
        changed = replace(changed, model=str(chosen[0]))
    if "private" in values:
        changed = replace(changed, private=bool(values["private"]))
    return changed


async def _stored(interaction: discord.Interaction[ComposeClient], draft_id: str) -> Draft | None:
    try:
        return await interaction.client.reception.draft(draft_id, interaction.user.id)
    except DatabaseTrouble as error:
        log.error("a draft could not be read: the database %s", error)
        return None


def _values(components: Any) -> Iterator[tuple[str, Any]]:
    """Each field's custom_id and what is in it, however deep Discord nests it."""
    for component in components if isinstance(components, list) else ():
        if not isinstance(component, dict):
            continue
        if "custom_id" in component:
            value = component.get("values", component.get("value"))
            yield str(component["custom_id"]), value
        yield from _values(component.get("components"))
        yield from _values([component.get("component")])
