"""The library: lists of tracks, and one of them opened."""

from bot.words.commands import ONLY_LIKED
from bot.words.language import counted, said, sentence
from bot.words.phrases import button_cancel, mention
from bot.words.sound import length

held_track = sentence("I couldn't deliver this track when it was ready. Here it is.")
held_without_file = sentence(
    "I couldn't deliver this track, and its file isn't kept any more. With the same prompt and "
    "seed, `/compose` makes about the same track again."
)
server_for_others = sentence(
    "I only show someone else's tracks on servers. Use `/tracks` with `user` in a channel of a "
    "server that you share."
)
view_gone = sentence("I don't remember what this list showed. Use `/tracks` to open a new one.")
track_unknown = sentence(
    "I can't show you this track any more: it was deleted, or isn't public here. "
    "Use `/tracks` or `/top` to see what there is."
)
select_track = sentence("Choose a track to open it")
button_previous = sentence("Previous")
button_next = sentence("Next")
button_rename = sentence("Rename")
button_remake = sentence("Make it again")
mark_private = sentence("private")
mark_held = sentence("waiting for you")
mark_deleted = sentence("deleted")

one_moment = sentence(
    "One moment, please: I'm still fetching the last track you opened or shared. Try again when "
    "it's there."
)
opened = sentence("Here it is again, just for you.")
opened_busy = sentence("Lots of tracks are being opened right now. Choose it again in a minute.")
opened_deleted = sentence(
    "This track was deleted. I still have what it was made from: press the button to make about "
    "the same track again. It counts as a new one."
)
opened_gone = sentence(
    "I can't find this track's audio any more: its message is gone, and nobody else keeps the "
    "file. Press the button to make it again from the same request, with the same seed if its "
    "model takes one. It counts as a new track."
)
rename_title = sentence("Rename this track")
rename_label = sentence("Title")
rename_hint = sentence(
    "Changes lists, my messages and later file names. Empty: the title from the prompt."
)
not_yours_to_rename = sentence("Only the member who asked for this track can rename it.")
not_renamed = sentence(
    "This track can't be renamed any more: it was deleted. Use `/tracks` to see yours."
)


def own_only() -> str:
    """`only` asks for what nobody sees of others."""
    return said(
        "I only show you your own private, undelivered and deleted tracks. Leave out `only` or "
        "`user`, or choose “{liked}”.",
        liked=said(ONLY_LIKED),
    )


def held_not_now(titles: list[str]) -> str:
    """Discord did not take them, or too much is under way; they are kept."""
    named = "\n".join(f"- {title}" for title in titles)
    start = said(
        "I couldn't hand over something that I'm keeping for you. Use `/tracks` again in a minute, "
        "or on another server if that doesn't help:"
    )
    return f"{start}\n{named}"


def renamed(title: str, *, everywhere: bool) -> str:
    """`title` is harmless; `everywhere` says that all messages with the track show it."""
    changed = said(
        "It's called **{title}** now: in lists, on my messages with it, and in the name of the "
        "file when it's shared or opened again.",
        title=title,
    )
    if everywhere:
        return changed
    left = said("I can't reach every message with it, so you might still see the old title there.")
    return f"{changed}\n{left}"


def own_tracks(total: int) -> str:
    """Above one's own tracks."""
    return said("Your tracks ({count})", count=total)


def tracks_of(member_id: int, total: int) -> str:
    """Above somebody else's public tracks."""
    return said(
        "Public tracks of {member} on this server ({count})",
        member=mention(member_id),
        count=total,
    )


def narrowed(search: str | None, only: str | None, model: str | None, *, here: bool) -> str:
    """What a list was narrowed down to; empty if to nothing. Texts are harmless."""
    parts = [
        said("with {words}", words=search) if search else "",
        within_a_sentence(said(only)) if only else "",
        said("by {model}", model=model) if model else "",
        said("on this server") if here else "",
    ]
    return ", ".join(part for part in parts if part)


def within_a_sentence(choice: str) -> str:
    """What begins with a capital letter where it stands alone."""
    return choice[:1].lower() + choice[1:]


def only_those(narrowed_to: str) -> str:
    """Above a list that was narrowed down."""
    return said("Filter: {filter}", filter=narrowed_to)


def nothing_found(*, own: bool, narrowed_to: str) -> str:
    """An empty list, and what to do about it."""
    if narrowed_to:
        return said(
            "Nothing found ({filter}). Use `/tracks` with fewer options to see more.",
            filter=narrowed_to,
        )
    if own:
        return said("You have no tracks yet. Use `/compose` to make your first one.")
    return said("This member has no public tracks that you can see here. `/top` shows others'.")


def track_line(number: int, title: str, details: list[str]) -> str:
    """One track of a list; `title` is harmless."""
    return f"{number}. **{title}** · {' · '.join(details)}"


def listen_here(url: str) -> str:
    """The way to a track's message."""
    listen = said("listen")
    return f"[{listen}]({url})"


def likes_count(likes: int) -> str:
    """How many like it."""
    return counted("{count} like", "{count} likes", count=likes)


def page_of(number: int, pages: int) -> str:
    """Below a list; pages count from 1 here."""
    return said("Page {number} of {pages}", number=number, pages=pages)


def track_as_file_link(url: str) -> str:
    """Where the file itself is too large for a private answer."""
    return said(
        "This track is too large to upload here. Get it [from its message]({url}).", url=url
    )


top_week = sentence("Most liked in the last 7 days")
top_month = sentence("Most liked in the last 30 days")
top_ever = sentence("Most liked of all time")
top_empty = sentence(
    "Nobody has liked a track that you can see here in that time. Press **Like** below one you "
    "like, or choose a longer `period`."
)
top_servers_only = sentence("`/top` shows what a server likes most. Use it in a server's channel.")

jobs_own = sentence("Your tracks in progress")
jobs_server = sentence("Tracks in progress on this server")
jobs_none = sentence("None of your tracks is in progress. Use `/compose` to start one.")
jobs_none_here = sentence("Nothing is in progress on this server.")
jobs_moderators = sentence(
    "Only moderators who can manage messages on the whole server see everyone's tracks. If you "
    "moderate single channels, cancel with the buttons there. Use `/jobs` without `everyone` to "
    "see yours."
)
job_runs = sentence("being composed")
select_cancel = sentence("Choose a track to cancel it")


def job_waits(place: int) -> str:
    """A job that waits at this place in the queue."""
    return said("number {place} in the queue", place=place)


def jobs_left_out(count: int) -> str:
    """Below a list that is as long as it can be."""
    return said("and {count} more, which move up here as those above finish", count=count)


def job_expected(seconds: float) -> str:
    """How long it should take from here. A list stays as it is, where a countdown would go on."""
    return said("expected in about {length}", length=length(seconds))


def cancel_label(number: int) -> str:
    """The button for one of the jobs above it."""
    return f"{button_cancel()} {number}"


def card_link(url: str) -> str:
    """The way to a job's card."""
    card = said("card")
    return f"[{card}]({url})"
