"""How lists of tracks look, and the controls below them."""

import re
from collections.abc import Iterator, Sequence
from typing import Any

import discord

from bot import words
from bot.audio.sound import clock
from bot.deliver import buttons
from bot.deliver.track_embed import COLOUR
from bot.domain.characters import shortened
from bot.domain.jobs import Job
from bot.domain.models import MODELS, name_of
from bot.library.lists import PAGE_LENGTH, Page
from bot.store.track_store import ListedTrack, Only, Wanted
from bot.words.markdown import harmless, isolated
from cogs.ui.limits import OPTION_LABEL_LIMIT, TITLE_LIMIT

SEARCH_LIMIT = 80
OPEN_ID = re.compile("compose:open")
LIBRARY = "library"  # where the buttons of what is handed out or opened stand
# All of one's own tracks: a list that need not be stored.
MINE = "mine"
PAGE_ID = re.compile(rf"compose:page:(?P<view_id>[0-9a-f]{{16}}|{MINE}):(?P<number>\d{{1,7}})")

ONLY_NAMES = {
    Only.LIKED: words.ONLY_LIKED,
    Only.HELD: words.ONLY_HELD,
    Only.PRIVATE: words.ONLY_PRIVATE,
    Only.DELETED: words.ONLY_DELETED,
}

AnyItem = discord.ui.Item[Any]


def shown_title(job: Job) -> str:
    """The title of a track, harmless; isolated, so that no script turns the line around it."""
    return isolated(words.among_takes(job, harmless(words.title_of(job), TITLE_LIMIT)))


def option_label(number: int, job: Job) -> str:
    """What an option of a select says of a track or job, numbered as in the list above it."""
    return shortened(f"{number}. {words.among_takes(job, words.title_of(job))}", OPTION_LABEL_LIMIT)


def page_embed(page: Page) -> discord.Embed:
    """One page of a member's tracks."""
    wanted, narrowed_to = page.wanted, _narrowed(page.wanted)
    lines = list(track_lines(page.tracks, first=page.number * PAGE_LENGTH + 1))
    if not lines:
        lines = [words.nothing_found(own=wanted.own, narrowed_to=narrowed_to)]
    elif narrowed_to:
        lines.insert(0, words.only_those(narrowed_to))
    if not wanted.own:
        lines.insert(0, words.tracks_of(wanted.member_id, page.total))
    title = words.own_tracks(page.total) if wanted.own else None
    embed = discord.Embed(title=title, description="\n".join(lines), colour=COLOUR)
    if page.pages > 1:
        embed.set_footer(text=words.page_of(page.number + 1, page.pages))
    return embed


def page_view(page: Page, view_id: str) -> discord.ui.View:
    """The select that opens a track, and the way to the other pages."""
    items: list[AnyItem] = []
    if page.tracks:
        items.append(open_select(page.tracks, first=page.number * PAGE_LENGTH + 1))
    if page.pages > 1:
        back, on = page.number - 1, page.number + 1
        items += [
            _turn(words.button_previous(), view_id, back, possible=back >= 0),
            _turn(words.button_next(), view_id, on, possible=on < page.pages),
        ]
    return buttons.row(*items)


def open_select(tracks: Sequence[ListedTrack], *, first: int = 1) -> AnyItem:
    """Opens one of these tracks, which are numbered as above it."""
    options = [
        discord.SelectOption(
            label=option_label(number, track.job),
            value=track.job.id,
            description=name_of(track.job.request.model)[:OPTION_LABEL_LIMIT],
        )
        for number, track in enumerate(tracks, first)
    ]
    select: discord.ui.Select[Any] = discord.ui.Select(
        custom_id=OPEN_ID.pattern, placeholder=words.select_track(), options=options
    )
    return select


def track_lines(
    tracks: Sequence[ListedTrack], *, first: int = 1, authors: bool = False
) -> Iterator[str]:
    """A line for each track."""
    for number, track in enumerate(tracks, first):
        yield words.track_line(number, shown_title(track.job), list(_details(track, authors)))


def _details(track: ListedTrack, authors: bool) -> Iterator[str]:
    job = track.job
    if authors:
        yield words.by(job.member_id)
    yield words.relative_time(job.finished_at or job.created_at)
    yield name_of(job.request.model)
    if job.duration_s is not None:
        yield clock(job.duration_s)
    if track.likes:
        yield words.likes_count(track.likes)
    yield from _marks(track)
    if track.places:
        yield words.listen_here(track.places[0].url)


def _marks(track: ListedTrack) -> Iterator[str]:
    shared = any(place.guild_id for place in track.places)
    if track.job.private and not shared:
        yield words.mark_private()
    if track.job.deleted_at is not None:
        yield words.mark_deleted()
    elif track.held:
        yield words.mark_held()


def _narrowed(wanted: Wanted) -> str:
    return words.narrowed(
        words.shown(wanted.search) if wanted.search else None,
        ONLY_NAMES[wanted.only] if wanted.only else None,
        _shown_model(wanted.model) if wanted.model else None,
        here=wanted.own and wanted.guild_id is not None,
    )


def _shown_model(model_id: str) -> str:
    """One that is not in the catalogue may be anything that was typed."""
    return name_of(model_id) if model_id in MODELS else words.shown(model_id)


def _turn(label: str, view_id: str, number: int, *, possible: bool) -> AnyItem:
    """A button to another page. One that leads nowhere has an id that nothing answers to."""
    custom_id = f"compose:page:{view_id}:{number}" if possible else f"compose:page:{label}"
    button: discord.ui.Button[Any] = discord.ui.Button(
        label=label, custom_id=custom_id, disabled=not possible
    )
    return button
