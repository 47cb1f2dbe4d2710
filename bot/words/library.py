"""The library: lists of tracks, and one of them opened."""

from datetime import datetime

from bot.words.phrases import BUTTON_CANCEL, mention, relative_time

TRACKS = "Your tracks, newest first: listen again, share, rename, delete"
TRACKS_USER = "Somebody else's public tracks on this server"
TRACKS_SEARCH = "Words from the prompt or the title"
TRACKS_ONLY = "Only some of them"
TRACKS_MODEL = "Only those of one model"
TRACKS_SERVER = "Only your tracks of this server; normally those of all servers"
ONLY_LIKED = "Liked by somebody"
ONLY_HELD = "Not delivered yet"
ONLY_PRIVATE = "Private"
TOP = "The most liked tracks of this server"
TOP_PERIOD = "Likes of how long; normally of a week"
JOBS = "What is waiting or running of yours, to look at or cancel"
JOBS_EVERYONE = "All of this server, for moderators"
HELP = "What you can do here, with examples to press"

NOTHING_HELD = "Nothing is waiting for you: all your tracks were delivered."
HELD_TRACK = "I could not deliver this track when it was ready. Here it is."
HELD_WITHOUT_FILE = (
    "I could not deliver this track, and its file is not kept any more. "
    "With the same prompt and seed, `/compose` makes about the same track again."
)
SERVER_FOR_OTHERS = (
    "I show somebody else's tracks on servers only. Use `/tracks` with `user` in a channel of a "
    "server that you share."
)
OWN_ONLY = (
    "Only your own tracks can be held or private. Leave out `only` or `user`, or choose "
    f"“{ONLY_LIKED}”."
)
VIEW_GONE = "I do not know any more what this list showed. Use `/tracks` to open a new one."
TRACK_UNKNOWN = (
    "I can't show you this track any more: it was deleted, or is not public here. "
    "Use `/tracks` or `/top` to see what there is."
)
SELECT_TRACK = "Choose a track to open it"
BUTTON_PREVIOUS = "Previous"
BUTTON_NEXT = "Next"
BUTTON_RENAME = "Rename"
BUTTON_REMAKE = "Make it again"
MARK_PRIVATE = "private"
MARK_HELD = "waiting for you"
MARK_DELETED = "deleted"
LISTEN = "listen"

ONE_MOMENT = (
    "One moment, please: I am still getting the last track that you opened or shared. Try again "
    "when it is there."
)
OPENED = "Here it is again, for you alone."
OPENED_BUSY = "Many tracks are being opened right now. Choose it again in a minute."
OPENED_DELETED = (
    "This track was deleted. I still have what it was made from: press the button to make about "
    "the same track again, which counts as a new one."
)
OPENED_GONE = (
    "I can't find the audio of this track any more: its message is gone, and nobody else keeps "
    "the file. Press the button to make it again from the same request, with the same seed if "
    "its model takes one; that counts as a new track."
)
RENAME_TITLE = "Rename this track"
RENAME_LABEL = "Title"
RENAME_HINT = "Leave it empty to have the title from the prompt again."
NOT_YOURS_TO_RENAME = "Only the member who asked for this track can rename it."
NOT_RENAMED = "This track can't be renamed any more: it was deleted. Use `/tracks` to see yours."


def held_not_now(titles: list[str]) -> str:
    """Discord did not take them, or too much is under way; they are kept."""
    named = "\n".join(f"- {title}" for title in titles)
    return (
        "I could not hand out something that I keep for you. Use `/tracks` again in a minute, or "
        f"on another server if that does not help:\n{named}"
    )


def renamed(title: str) -> str:
    """`title` is harmless."""
    return f"It is called **{title}** now, in lists and when it is shared or opened again."


def own_tracks(total: int) -> str:
    """Above one's own tracks."""
    return f"Your tracks ({total})"


def tracks_of(member_id: int, total: int) -> str:
    """Above somebody else's public tracks."""
    return f"Public tracks of {mention(member_id)} on this server ({total})"


def narrowed(search: str | None, only: str | None, model: str | None, *, here: bool) -> str:
    """What a list was narrowed down to; empty if to nothing. Texts are harmless."""
    parts = [
        f"with {search}" if search else "",
        only.lower() if only else "",
        f"by {model}" if model else "",
        "on this server" if here else "",
    ]
    return ", ".join(part for part in parts if part)


def only_those(narrowed_to: str) -> str:
    """Above a list that was narrowed down."""
    return f"Only those {narrowed_to}"


def nothing_found(*, own: bool, narrowed_to: str) -> str:
    """An empty list, and what to do about it."""
    if narrowed_to:
        return f"There is nothing {narrowed_to}. Use `/tracks` with fewer options to see more."
    if own:
        return "You have no tracks yet. Use `/compose` to make the first one."
    return "There are no public tracks of this member that you can see here. `/top` shows others'."


def track_line(number: int, title: str, details: list[str]) -> str:
    """One track of a list; `title` is harmless."""
    return f"{number}. **{title}** · {' · '.join(details)}"


def listen_here(url: str) -> str:
    """The way to a track's message."""
    return f"[{LISTEN}]({url})"


def likes_count(likes: int) -> str:
    """How many like it."""
    return "1 like" if likes == 1 else f"{likes} likes"


def page_of(number: int, pages: int) -> str:
    """Below a list; pages count from 1 here."""
    return f"Page {number} of {pages}"


def track_as_file_link(url: str) -> str:
    """Where the file itself is too large for a private answer."""
    return f"This track is larger than what I may upload here. Get it [from its message]({url})."


PERIOD_WEEK = "This week"
PERIOD_MONTH = "This month"
PERIOD_EVER = "Ever"
TOP_WEEK = "Most liked in the last 7 days"
TOP_MONTH = "Most liked in the last 30 days"
TOP_EVER = "Most liked ever"
TOP_EMPTY = (
    "Nobody has liked a track that you can see here in that time. Press **Like** below one that "
    "you like, or choose a longer `period`."
)
TOP_SERVERS_ONLY = "The most liked tracks are those of a server. Use `/top` in one of its channels."

JOBS_OWN = "Your tracks under way"
JOBS_SERVER = "Tracks under way on this server"
JOBS_NONE = "Nothing of yours is waiting or running. Use `/compose` to start a track."
JOBS_NONE_HERE = "Nothing is waiting or running on this server."
JOBS_MODERATORS = (
    "Only moderators, who may manage messages all over this server, see the jobs of all. If you "
    "moderate single channels, cancel with the buttons there. Use `/jobs` without `everyone` to "
    "see yours."
)
JOB_RUNS = "being composed"
JOB_SOON = "expected any moment"
SELECT_CANCEL = "Choose a track to cancel it"


def job_waits(place: int) -> str:
    """A job that waits at this place in the queue."""
    return f"in the queue at place {place}"


def jobs_left_out(count: int) -> str:
    """Below a list that is as long as it may be."""
    return f"and {count} more, which move up here as those above end"


def job_expected(moment: datetime) -> str:
    """When it should be ready."""
    return f"expected {relative_time(moment)}"


def cancel_label(number: int) -> str:
    """The button for one of the jobs above it."""
    return f"{BUTTON_CANCEL} {number}"


def card_link(url: str) -> str:
    """The way to a job's card."""
    return f"[card]({url})"
