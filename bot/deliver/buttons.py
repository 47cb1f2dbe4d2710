"""Buttons that never stop working: their custom_id names the action, the job, and where they stand.

The last part also tells the bot's own messages apart when it looks whether one was posted.
"""

import re
from collections.abc import Iterator
from enum import StrEnum

import discord

from bot import words
from bot.domain.jobs import Job, NoticeKind

PATTERN = r"compose:(?P<action>{action}):(?P<job_id>[0-9a-f]{{16}}):(?P<place>[a-z]{{1,16}})"
CARD = "card"
SHARE = "share"  # the place under a track that was posted in another channel

Button = discord.ui.Button[discord.ui.View]


class Action(StrEnum):
    """What a button does."""

    CANCEL = "cancel"
    RECIPE = "recipe"
    RETRY = "retry"
    EDIT = "edit"
    REMEDY = "remedy"
    AGAIN = "again"
    REMIX = "remix"
    VARIATIONS = "vary"
    LIKE = "like"
    MORE = "more"
    SHARE = "share"
    DELETE = "delete"
    CHECK = "check"
    REWORD = "reword"
    WHY = "why"
    TAKES = "takes"
    DELETE_NOW = "deletenow"
    KEEP = "keep"
    SHARE_HERE = "sharehere"
    SHARE_THERE = "sharethere"
    RENAME = "rename"
    REMAKE = "remake"


LABELS = {
    Action.CANCEL: words.button_cancel,
    Action.RECIPE: words.button_recipe,
    Action.RETRY: words.button_try_again,
    Action.EDIT: words.button_edit,
    Action.AGAIN: words.button_again,
    Action.REMIX: words.button_remix,
    Action.VARIATIONS: words.button_variations,
    Action.LIKE: words.button_like,
    Action.MORE: words.button_more,
    Action.SHARE: words.button_share,
    Action.DELETE: words.button_delete,
    Action.CHECK: words.button_check,
    Action.REWORD: words.button_edit,
    Action.WHY: words.button_why,
    Action.DELETE_NOW: words.button_delete_now,
    Action.KEEP: words.button_keep,
    Action.SHARE_HERE: words.button_share_here,
    Action.RENAME: words.button_rename,
    Action.REMAKE: words.button_remake,
}
STYLES = {
    Action.RETRY: discord.ButtonStyle.primary,
    Action.EDIT: discord.ButtonStyle.primary,
    Action.SHARE_HERE: discord.ButtonStyle.primary,
    Action.DELETE: discord.ButtonStyle.danger,
    Action.DELETE_NOW: discord.ButtonStyle.danger,
}


def custom_id(action: Action, job_id: str, place: str) -> str:
    """At most 100 characters, as Discord demands."""
    return f"compose:{action}:{job_id}:{place}"


def pattern(*actions: Action) -> re.Pattern[str]:
    """Matches the custom_ids of these actions; groups `action`, `job_id` and `place`."""
    return re.compile(PATTERN.format(action="|".join(actions)))


def button(
    action: Action, job_id: str, place: NoticeKind | str, *, label: str | None = None
) -> discord.ui.Button[discord.ui.View]:
    """A button for a job; `label` where the action alone does not tell it."""
    style = STYLES.get(action, discord.ButtonStyle.secondary)
    return discord.ui.Button(
        label=label or LABELS[action](), style=style, custom_id=custom_id(action, job_id, place)
    )


def under_track(job: Job, place: NoticeKind | str, *, likes: int = 0) -> discord.ui.View:
    """What is done with a finished track most. More opens the rest."""
    items = [button(action, job.id, place) for action in (Action.REMIX, Action.AGAIN, Action.MORE)]
    if place == SHARE or _is_heard_by_others(job):
        items.insert(0, button(Action.LIKE, job.id, place, label=words.like_label(likes)))
    if has_delete(job, place):
        items.append(button(Action.DELETE, job.id, place))
    return row(*items)


def has_delete(job: Job, place: NoticeKind | str) -> bool:
    """Whether a track's message has Delete on itself, and not behind More.

    Where the bot is not, a message can be deleted through a press on it alone.
    """
    return place != SHARE and not job.uses_channel


def _is_heard_by_others(job: Job) -> bool:
    """What is private is not, nor what was asked for in the bot's own direct messages."""
    return not job.private and (job.guild_id is not None or job.outside)


def link(label: str, url: str) -> Button:
    """A button that opens an address."""
    return discord.ui.Button(label=label, style=discord.ButtonStyle.link, url=url)


def row(*items: discord.ui.Item[discord.ui.View]) -> discord.ui.View:
    """Buttons and selects as discord.py wants them. Stopped, so that it keeps no memory of each
    message: presses are routed by custom_id, also after a restart."""
    view = discord.ui.View(timeout=None)
    for item in items:
        view.add_item(item)
    view.stop()
    return view


def stands_for(message: discord.Message, job_id: str, place: NoticeKind | str) -> bool:
    """Whether this message of ours was posted for this job and this purpose."""
    ends = f":{job_id}:{place}"
    return any(
        isinstance(item, discord.Button) and (item.custom_id or "").endswith(ends)
        for component in message.components
        if isinstance(component, discord.ActionRow)
        for item in component.children
    )


def jobs_named(message: discord.Message) -> Iterator[str]:
    """The ids of the jobs that the buttons of a message name."""
    for component in message.components:
        for item in component.children if isinstance(component, discord.ActionRow) else ():
            custom_id = item.custom_id if isinstance(item, discord.Button) else None
            if match := re.fullmatch(PATTERN.format(action="[a-z]+"), custom_id or ""):
                yield match["job_id"]
