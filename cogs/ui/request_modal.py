"""The dialog in which a request is typed or changed, and how it is read.

What is submitted is told by its custom_id, which names a stored draft: a dialog that was opened
before a restart can be sent after it. Discord shows at most five fields. Prompt and model are
always there, and for covers the audio; the others are chosen for what has to be fixed. What is not
shown stays as it was.
"""

import logging
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import discord

from bot import words
from bot.client import Interaction, services_of
from bot.domain.characters import visible
from bot.domain.drafts import NOTHING, Draft, in_the_way, without_foreign_seed
from bot.domain.models import model_named
from bot.domain.offer import Offer
from bot.domain.problems import CoversNotOffered, NotANumber, NotTaken
from bot.domain.requests import Reference, Relation
from bot.errors import DatabaseTrouble
from cogs.ui.fields import (
    KINDS,
    OPTIONS,
    Number,
    Text,
    Tick,
    model_field,
    option_field,
    prompt_field,
)
from cogs.ui.first_answers import ask
from cogs.ui.given_audio import with_uploaded
from cogs.ui.refusals import can_be_edited, kept, refuse_problems, refuse_unsaved

AUDIO = "audio"
UNSTORED = "new"
CUSTOM_ID = re.compile(r"compose:modal:(?P<draft_id>[0-9a-f]{16}|new)")
CHOSEN_FIELDS = 3

log = logging.getLogger(__name__)


async def open_modal(interaction: Interaction, draft: Draft) -> None:
    """Answer with the dialog, filled in with the draft."""
    if not can_be_edited(interaction, draft):
        await refuse_problems(interaction, [CoversNotOffered()], draft)
        return
    draft_id, offer = await kept(interaction, draft), services_of(interaction).offer
    if draft_id is None and not _shows_all(draft, offer):  # the rest would be forgotten
        await refuse_unsaved(interaction, words.store_trouble(), draft)
        return
    await ask(interaction, RequestModal(draft, draft_id or UNSTORED, offer))


class RequestModal(discord.ui.Modal):
    """Prompt, model, and up to three other fields, filled in with a draft."""

    def __init__(self, draft: Draft, draft_id: str, offer: Offer) -> None:
        super().__init__(
            title=_dialog_title(draft), custom_id=f"compose:modal:{draft_id}", timeout=None
        )
        values = draft.values()
        self.add_item(prompt_field(values["prompt"]))
        self.add_item(_model_field(draft, offer))
        if draft.is_cover:
            self._add_audio(draft.request.reference)
        shown = _chosen_fields(draft, offer)
        for name in sorted(shown, key=_place_of):
            self.add_item(option_field(name, values[name]))
        self.stop()  # presses are routed by custom_id: discord.py need not remember the dialog

    def _add_audio(self, given: Reference | None) -> None:
        field: discord.ui.FileUpload[Any] = discord.ui.FileUpload(
            custom_id=AUDIO, required=given is None, max_values=1
        )
        hint = words.modal_audio_kept(given.file_name) if given else words.modal_audio_hint()
        self.add_item(discord.ui.Label(text=words.modal_audio(), description=hint, component=field))


def _place_of(name: str) -> tuple[int, int]:
    return KINDS.index(type(OPTIONS[name])), list(OPTIONS).index(name)


def _model_field(draft: Draft, offer: Offer) -> discord.ui.Label[Any]:
    """If the model that was meant is gone, none is chosen: that's for the member to do."""
    typed = draft.request.model
    known, chosen = model_named(typed), offer.named(typed) if typed else offer.default
    hint = words.modal_model_gone(known.name) if known and not chosen else None
    return model_field(offer, chosen, for_audio=draft.is_cover, hint=hint)


def _shows_all(draft: Draft, offer: Offer) -> bool:
    """Whether everything in the draft comes back with the dialog itself."""
    shown = ("prompt", "model", *_chosen_fields(draft, offer))
    values = draft.values()
    return draft == Draft().having(**{name: values[name] for name in shown})


def _chosen_fields(draft: Draft, offer: Offer) -> Sequence[str]:
    """What is shown besides prompt and model: first what must not get lost, or has to be fixed."""
    model = offer.named(draft.request.model)
    wanted = ["private"] if draft.private else []
    wanted += in_the_way(draft, OPTIONS, offer)
    if draft.request.lyrics or model is None or model.lyrics:
        wanted.append("lyrics")
    if draft.request.negative_prompt or model is None or model.negative_prompt:
        wanted.append("negative_prompt")
    if model is not None and model.seconds:
        wanted.append("seconds")
    places = CHOSEN_FIELDS - draft.is_cover
    return list(dict.fromkeys([*wanted, "private"]))[:places]


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A dialog as it was sent. `problems` are fields that could not be read."""

    draft: Draft
    problems: list[NotANumber]


async def submitted(interaction: Interaction, draft_id: str) -> Draft | None:
    """What was typed in the dialog; `None` if it could not be read, which was answered.

    `draft_id` names what the dialog was filled in with, and is `UNSTORED` if that was not kept.
    """
    before, values, offer = Draft(), values_of(interaction), services_of(interaction).offer
    try:
        if draft_id != UNSTORED:
            admission = services_of(interaction).admission
            before = await admission.draft(draft_id, interaction.user.id) or before
    except DatabaseTrouble as error:
        log.error("a draft could not be read: the database %s", error)
        await refuse_unsaved(
            interaction, words.store_trouble(), filled_in(before, values, offer).draft
        )
        return None
    filled = filled_in(before, values, offer)
    if filled.problems:
        await refuse_problems(interaction, filled.problems, filled.draft)
        return None
    try:
        return with_uploaded(interaction, filled.draft)
    except NotTaken as error:
        await refuse_problems(interaction, error.problems, filled.draft)
        return None


def values_of(interaction: discord.Interaction[Any]) -> dict[str, Any]:
    """What was typed, ticked and chosen, by the fields' custom_ids."""
    data: Mapping[str, Any] = interaction.data or {}
    return dict(_values(data.get("components")))


def filled_in(draft: Draft, values: Mapping[str, Any], offer: Offer) -> Filled:
    """The draft with what the dialog's fields hold; fields that were not shown stay as they are."""
    problems: list[NotANumber] = []
    changes: dict[str, Any] = {}
    if "prompt" in values:
        changes["prompt"] = str(values["prompt"] or "")
    for name in filter(values.__contains__, OPTIONS):
        match OPTIONS[name]:
            case Text():
                changes[name] = str(values[name] or "")
            case Tick():
                changes[name] = bool(values[name])
            case Number():
                typed = visible(str(values[name] or "")) or ""
                try:
                    changes[name] = int(typed) if typed else NOTHING[name]
                except ValueError:
                    problems.append(NotANumber(name, typed))
    match values.get("model"):
        case [str() as model_id, *_]:
            changes["model"] = model_id
    return Filled(draft=without_foreign_seed(draft.having(**changes), offer), problems=problems)


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


def _dialog_title(draft: Draft) -> str:
    titles = {
        Relation.REMIX: words.modal_title_remix,
        Relation.COVER: words.modal_title_cover,
    }
    title = titles.get(draft.relation) if draft.relation else None
    return (title or words.modal_title)()
