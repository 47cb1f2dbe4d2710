"""What a message may not be, whoever writes it."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.discord import errors
from sandbox.discord.message_form import Draft, NewFile


def check_sizes(files: Sequence[NewFile], limit_bytes: int) -> None:
    """Raises 40005 if any file is larger than allowed here."""
    if any(len(file.data) > limit_bytes for file in files):
        raise errors.entity_too_large()


def check_voice_message(draft: Draft) -> None:
    """Discord docs: Resources > Message > Voice Messages."""
    if draft.content or draft.embeds or draft.components:
        raise errors.ApiError(400, 50159, "Voice messages do not support additional content.")
    if len(draft.files) != 1:
        raise errors.ApiError(400, 50160, "Voice messages must have a single audio attachment.")
    voice = draft.files[0]
    if voice.duration_s is None or voice.waveform is None:
        raise errors.ApiError(400, 50161, "Voice messages must have supporting metadata.")
