"""Files that members hand to an application: in a command's option, or in a modal.

They are on the CDN before the interaction begins, and nobody sees them but the application.
"""

from __future__ import annotations

from dataclasses import dataclass

from sandbox.discord import render
from sandbox.discord.cdn import content_type_of, image_size
from sandbox.discord.model import Attachment, Channel, Json, User
from sandbox.discord.state import State
from sandbox.discord.uploads import Upload, safe_filename


@dataclass(frozen=True)
class MemberFile:
    """A file in a member's hand. Without `content_type`, its name speaks for it."""

    name: str
    data: bytes
    content_type: str | None = None


class FileRefused(ValueError):
    """Discord's client does not send this; its text says why."""


def hand_over(state: State, user: User, channel: Channel, value: object) -> Json:
    """Put a MemberFile on the CDN, and give it as `resolved.attachments` has it.

    Raises FileRefused for what is no file, is empty, or larger than the user may upload there.
    """
    file = MemberFile(value.filename, value.data) if isinstance(value, Upload) else value
    if not isinstance(file, MemberFile):
        raise FileRefused("Add a file")
    limit_bytes = upload_limit_bytes(state, user, channel)
    if not 0 < len(file.data) <= limit_bytes:
        raise FileRefused(f"Files must have between 1 and {limit_bytes} bytes")
    filename = safe_filename(file.name)
    width, height = image_size(file.data) or (None, None)
    attachment = Attachment(
        id=state.snowflakes.next(),
        channel_id=channel.id,
        filename=filename,
        content_type=file.content_type or content_type_of(filename),
        data=file.data,
        width=width,
        height=height,
        ephemeral=True,
    )
    state.cdn.publish(attachment)
    return render.attachment_json(attachment, state.cdn.url(attachment))


def upload_limit_bytes(state: State, user: User, channel: Channel) -> int:
    """For each file: the larger of what the user's Nitro and the guild's boosts allow."""
    guild = state.guild_of(channel)
    return max(user.upload_limit_bytes, guild.upload_limit_bytes if guild else 0)
