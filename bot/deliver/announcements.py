"""What the channel reads about a job: the track, a failure, a delay."""

import contextlib
import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import cast

import discord

from bot import words
from bot.audio.description import describe
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.deliver.mastering import Rendition
from bot.deliver.track_embed import PICTURE_NAME, track_embed
from bot.domain.characters import printable, shortened
from bot.domain.jobs import FailureKind, Job, NoticeKind
from bot.domain.titles import file_name
from bot.domain.visibility import Ancestor
from bot.words.markdown import harmless

ALT_TEXT_LIMIT = 1000
REASON_LIMIT = 700  # the longest that is stored, with some of its signs escaped
LINK_BUTTON_LIMIT = 512
ADDRESS_LIMIT = 1500  # together with the words around it, a message takes 2000


@dataclass(frozen=True, kw_only=True)
class Announcement:
    """A message in the making.

    `file` is uploaded as `file_name`, with `alt_text`; `picture`, a PNG that the embed shows, with
    `picture_alt_text`.
    """

    content: str
    embed: discord.Embed | None
    view: discord.ui.View
    file: Path | None = None
    file_name: str = ""
    alt_text: str = ""
    picture: bytes | None = None
    picture_alt_text: str = ""

    @contextlib.contextmanager
    def open_files(self) -> Iterator[list[discord.File]]:
        """The attachments of one try, closed after it."""
        files = []
        if self.file is not None:
            files.append(discord.File(self.file, self.file_name, description=self.alt_text))
        if self.picture is not None:
            picture = io.BytesIO(self.picture)
            files.append(discord.File(picture, PICTURE_NAME, description=self.picture_alt_text))
        try:
            yield files
        finally:
            for file in files:
                file.close()


def track(job: Job, sent: Rendition, *, parent: Ancestor | None = None) -> Announcement:
    """The finished track as a file, with the picture of its sound.

    The picture is shown by the embed: beside the file, Discord would make a gallery of the two, and
    the embed has its alt text all the same.
    """
    examined = sent.examined
    return Announcement(
        content=words.track_ready(job.member_id),
        embed=track_embed(job, parent=parent, fitted=sent.fitted, pictured=examined is not None),
        view=buttons.under_track(job, NoticeKind.RESULT),
        file=sent.fitted.path,
        file_name=file_name(job, sent.extension),
        alt_text=shortened(printable(job.request.prompt), ALT_TEXT_LIMIT),
        picture=examined.picture if examined else None,
        picture_alt_text=describe(examined.sound) if examined else "",
    )


def track_link(job: Job, url: str, why: str, *, parent: Ancestor | None = None) -> Announcement:
    """The finished track as a link that is fit to be shown; `why` is a whole sentence.

    Signed addresses may be longer than a button holds, or even a message.
    """
    if len(url) > ADDRESS_LIMIT:
        return track_unreachable(job, parent=parent)
    content, download = words.track_as_address(job.member_id, why, url), []
    if len(url) <= LINK_BUTTON_LIMIT:
        content = words.track_as_link(job.member_id, why)
        download = [buttons.link(words.button_download(), url)]
    others = cast("list[buttons.Button]", buttons.under_track(job, NoticeKind.RESULT).children)
    check = buttons.button(Action.CHECK, job.id, NoticeKind.RESULT)
    view = buttons.row(*download, *others, check)
    return Announcement(content=content, embed=track_embed(job, parent=parent), view=view)


def track_unreachable(job: Job, *, parent: Ancestor | None = None) -> Announcement:
    """The track was made, but there is no safe way to it."""
    view = buttons.under_track(job, NoticeKind.RESULT)
    view.add_item(buttons.button(Action.CHECK, job.id, NoticeKind.RESULT))
    return Announcement(
        content=words.track_unreachable(job.member_id),
        embed=track_embed(job, parent=parent),
        view=view,
    )


def failure(job: Job) -> Announcement:
    """Why there is no track, with a button for another try."""
    if job.failure_kind is None:
        raise AssertionError("not a failed job")
    reason = harmless(job.failure_reason or "", REASON_LIMIT)
    actions = _AFTER_FAILURE.get(job.failure_kind, (Action.RETRY, Action.REWORD, Action.RECIPE))
    items = [buttons.button(action, job.id, NoticeKind.FAILURE) for action in actions]
    for item in items:  # what helps most comes first
        first = item is items[0]
        item.style = discord.ButtonStyle.primary if first else discord.ButtonStyle.secondary
    return Announcement(
        content=words.failed(job.member_id, job.failure_kind, reason),
        embed=None,
        view=buttons.row(*items),
    )


# The same words would be turned down again.
_AFTER_FAILURE = {
    FailureKind.REJECTED: (Action.REWORD, Action.WHY, Action.RETRY, Action.RECIPE),
    FailureKind.LOST: (Action.RETRY, Action.CHECK, Action.RECIPE),
}


def not_started(job: Job) -> Announcement:
    """Nothing came of the request, with a button for the way to ask again."""
    return Announcement(
        content=words.not_started(job.member_id),
        embed=None,
        view=buttons.row(buttons.button(Action.RECIPE, job.id, NoticeKind.UNSTARTED)),
    )


def still_waiting(
    job: Job, kind: NoticeKind, *, again_at: datetime | None = None, host_knows: bool = False
) -> Announcement:
    """Overdue, delayed or late: nothing is lost, but it takes longer.

    `again_at` is when the budget starts again, where that delays it; else `host_knows` says that
    the host was told of what does.
    """
    say, actions = _WAITING[kind]
    told = f" {words.host_told()}" if host_knows else ""
    content = say(job.member_id) + told
    return Announcement(
        content=words.delayed_by_budget(job.member_id, again_at) if again_at else content,
        embed=None,
        view=buttons.row(*(buttons.button(action, job.id, kind) for action in actions)),
    )


_WAITING: dict[NoticeKind, tuple[Callable[[int], str], tuple[Action, ...]]] = {
    NoticeKind.OVERDUE: (words.overdue, (Action.CHECK, Action.CANCEL)),
    NoticeKind.DELAYED: (words.delayed, (Action.CANCEL,)),
    NoticeKind.LATE: (words.file_late, (Action.CHECK,)),
}
