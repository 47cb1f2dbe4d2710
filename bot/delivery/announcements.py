"""What the channel reads about a job: the track, a failure, a delay."""

from dataclasses import dataclass
from pathlib import Path

import discord
from yarl import URL

from bot import words
from bot.delivery import buttons, cards
from bot.delivery.buttons import Action
from bot.jobs import Job, NoticeKind, Rung
from bot.provider.audio_file import AudioOnDisk
from bot.text import file_name, harmless

ALT_TEXT_LIMIT = 1000
LINK_BUTTON_LIMIT = 512
ADDRESS_LIMIT = 1500  # together with the words around it, a message takes 2000


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """A message in the making. `file` is uploaded as `file_name`, with `alt_text`."""

    content: str
    embed: discord.Embed | None
    view: discord.ui.View
    file: Path | None = None
    file_name: str = ""
    alt_text: str = ""

    def open_file(self) -> list[discord.File]:
        """The attachments of one try, to be closed after it."""
        if self.file is None:
            return []
        return [discord.File(self.file, filename=self.file_name, description=self.alt_text)]


def track(job: Job, audio: AudioOnDisk) -> Announcement:
    """The finished track as a file."""
    return Announcement(
        content=words.track_ready(job.member_id),
        embed=cards.recipe_embed(job),
        view=buttons.row(buttons.button(Action.RECIPE, job.id, NoticeKind.RESULT)),
        file=audio.path,
        file_name=file_name(job.brief.prompt, audio.extension),
        alt_text=job.brief.prompt[:ALT_TEXT_LIMIT],
    )


def track_link(job: Job, url: str, why: str) -> Announcement:
    """The finished track as a link; `why` is a whole sentence.

    Signed addresses may be longer than a button holds, or even a message.
    """
    url = str(URL(url))  # what is not ASCII or could end the link is percent-encoded
    if len(url) > ADDRESS_LIMIT:
        return track_unreachable(job)
    recipe = buttons.button(Action.RECIPE, job.id, NoticeKind.RESULT)
    if len(url) > LINK_BUTTON_LIMIT:
        content = words.track_as_address(job.member_id, why, url)
        return Announcement(
            content=content, embed=cards.recipe_embed(job), view=buttons.row(recipe)
        )
    return Announcement(
        content=words.track_as_link(job.member_id, why),
        embed=cards.recipe_embed(job),
        view=buttons.row(buttons.link(words.BUTTON_DOWNLOAD, url), recipe),
    )


def track_unreachable(job: Job) -> Announcement:
    """The track was made, but there is no safe way to it."""
    return Announcement(
        content=words.track_unreachable(job.member_id),
        embed=cards.recipe_embed(job),
        view=buttons.row(buttons.button(Action.RECIPE, job.id, NoticeKind.RESULT)),
    )


def failure(job: Job) -> Announcement:
    """Why there is no track, with a button for another try."""
    if job.failure_kind is None:
        raise AssertionError("not a failed job")
    reason = harmless(job.failure_reason or "", 400)
    return Announcement(
        content=words.failed(job.member_id, job.failure_kind, reason),
        embed=None,
        view=buttons.row(
            buttons.button(Action.RETRY, job.id, NoticeKind.FAILURE),
            buttons.button(Action.RECIPE, job.id, NoticeKind.FAILURE),
        ),
    )


def not_started(job: Job) -> Announcement:
    """Nothing came of the request, with a button for the way to ask again."""
    return Announcement(
        content=words.not_started(job.member_id),
        embed=None,
        view=buttons.row(buttons.button(Action.RECIPE, job.id, NoticeKind.UNSTARTED)),
    )


def still_waiting(job: Job, kind: NoticeKind) -> Announcement:
    """Overdue or delayed: nothing is lost, but it takes longer."""
    say = words.overdue if kind is NoticeKind.OVERDUE else words.delayed
    return Announcement(
        content=say(job.member_id),
        embed=None,
        view=buttons.row(buttons.button(Action.CANCEL, job.id, kind)),
    )


def address(job: Job, rung: Rung, channel_id: int, message_id: int) -> str:
    """The address of a message, as Discord's clients open it."""
    server = "@me" if rung is Rung.DIRECT_MESSAGE else (job.guild_id or "@me")
    return f"https://discord.com/channels/{server}/{channel_id}/{message_id}"
