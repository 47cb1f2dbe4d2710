"""Audio that members hand over: in a command's option, in a dialog, or on a message."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePath
from typing import Any, Self

import discord

from bot.client import Interaction, services_of
from bot.domain.drafts import Draft
from bot.domain.models import Model
from bot.domain.problems import AudioProblem, CoversNotOffered, NotAudio, NotTaken
from bot.domain.requests import Reference, Relation
from bot.generate.references import problem_with

EXTENSIONS = frozenset({".mp3", ".wav", ".flac", ".ogg", ".opus", ".m4a", ".aac"})


@dataclass(frozen=True, kw_only=True)
class GivenAudio:
    """A file on Discord's side, with what Discord says of it."""

    id: int
    url: str
    file_name: str
    size_bytes: int
    content_type: str = ""
    length_s: float | None = None
    message: discord.Message | None = None

    @classmethod
    def of(cls, file: discord.Attachment, message: discord.Message | None = None) -> Self:
        """As discord.py shows it; `message` is what it hangs on."""
        return cls(
            id=file.id,
            url=file.url,
            file_name=file.filename,
            size_bytes=file.size,
            content_type=file.content_type or "",
            length_s=file.duration,
            message=message,
        )

    @classmethod
    def from_json(cls, file: Mapping[str, Any]) -> Self:
        """As a sent dialog has it. Discord docs: Resources > Message > Attachment Object."""
        return cls(
            id=int(file["id"]),
            url=str(file["url"]),
            file_name=str(file["filename"]),
            size_bytes=int(file["size"]),
            content_type=str(file.get("content_type") or ""),
        )

    @property
    def is_audio(self) -> bool:
        """By its name, or by what Discord made of it."""
        known = PurePath(self.file_name).suffix.lower() in EXTENSIONS
        return known or self.content_type.startswith("audio/")

    def problem(self, model: Model) -> AudioProblem | None:
        """Why a model that makes covers can't take it, as far as that's known before it's fetched.

        The rest is looked at before the request starts.
        """
        if not self.is_audio:
            return NotAudio(self.file_name)
        if model.reference is None:
            return None
        return problem_with(model.reference, size_bytes=self.size_bytes, length_s=self.length_s)

    @property
    def reference(self) -> Reference:
        """What is kept of it."""
        return Reference(
            url=self.url,
            file_name=self.file_name,
            channel_id=self.message.channel.id if self.message else None,
            message_id=self.message.id if self.message else None,
            attachment_id=self.id,
        )


def cover_of(audio: GivenAudio, draft: Draft, model: Model) -> Draft:
    """The request as one for a cover by this model, without audio that the model can't take."""
    reference = None if audio.problem(model) else audio.reference
    return draft.having(model=model.name, reference=reference, relation=Relation.COVER)


def with_uploaded(interaction: Interaction, draft: Draft) -> Draft:
    """The request with the audio that was put into its dialog, if any was; raises `NotTaken`."""
    audio = _uploaded(interaction)
    if audio is None:
        return draft
    covers = services_of(interaction).offer.covers
    if covers is None:
        raise NotTaken([CoversNotOffered()])
    if problem := audio.problem(covers):
        raise NotTaken([problem])
    # What is no longer made of a track's audio is no cover of that track; a remix stays one.
    parent_id = None if draft.relation is Relation.COVER else draft.parent_id
    return draft.having(reference=audio.reference, parent_id=parent_id)


def _uploaded(interaction: Interaction) -> GivenAudio | None:
    """The dialog has one place for a file, so there is at most one."""
    data: Mapping[str, Any] = interaction.data or {}
    files: Mapping[str, Any] = data.get("resolved", {}).get("attachments", {})
    return next((GivenAudio.from_json(file) for file in files.values()), None)
