"""Buttons: what they say, and what pressing them comes to."""

from bot.domain.jobs import JobState
from bot.words.phrases import PERMISSION_NAMES, mention

NOT_YOUR_JOB_CANCEL = "Only the member who asked for this track, or a moderator, can cancel it."
NOT_YOUR_JOB_RETRY = "Only the member who asked for this track can try it again. Use `/compose`!"
JOB_UNKNOWN = "I do not remember this track any more. You can ask for a new one with `/compose`."
NOTHING_TO_RETRY = "There is nothing to try again here."
CANCELLED_FREE = "Cancelled before it was started, so it cost nothing."
CANCELLED_NOW = "It is cancelled."
HELD_FOR_YOU = "If you can't find it here, use `/tracks`: I keep it for you."
NOT_POSTED_YET = "I haven't been able to post it yet. I'll keep trying."
CANCELLED_RUNNING = "Cancelled. It was already running, so the music service may still bill it."

TOO_LATE_TO_CANCEL = {
    JobState.RECEIVED: "It is only just coming in. Try again in a few seconds.",
    JobState.QUEUED: "It is moving on this very moment. Try again in a few seconds.",
    JobState.GENERATING: "It is moving on this very moment. Try again in a few seconds.",
    JobState.SUBMITTING: "It is being handed over this very moment. Try again in a few seconds.",
    JobState.SUCCEEDED: "Too late to cancel: the track is finished.",
    JobState.FAILED: "There is nothing to cancel: this one did not work out.",
    JobState.CANCELLED: "This one is cancelled already.",
}


def tried_again(url: str | None, *, finished: bool) -> str:
    """Another try is under way, or worked; `url` is its card, if it can be gone to."""
    if finished:
        there = f"Another try of this one worked: {url or 'look for it in `/tracks`'}"
    else:
        there = f"This one is being tried again already: {url or '`/jobs` shows it'}"
    return f"{there}\nFor one more track, press Edit and send it."


def recipe(command: str) -> str:
    """Everything needed to make the track again; `command` is inside a code block."""
    return f"Everything needed to make this track again:\n```\n{command}\n```"


RECIPE_FILE_NAME = "recipe.txt"
RECIPE_AS_FILE = "Everything needed to make this track again is in the file."


def recipe_reference(file_name: str) -> str:
    """What a cover needs besides its command; the name is harmless."""
    return f"Attach the audio it was made from, too: {file_name}."


def lineage_before(member_ids: list[int]) -> str:
    """Whom the tracks go back to that are not told one by one."""
    return f"Before that, by {', '.join(mention(member_id) for member_id in member_ids)}"


def lineage_list(lines: list[str]) -> list[str]:
    """Below a recipe: what the track was made from, its parent first."""
    return ["Where it comes from:", *(f"- {line}" for line in lines)]


TRACK_DELETED = "This track was deleted. You can ask for a new one with `/compose`."
NOT_YOUR_TRACK_SHARE = (
    "Only the member who asked for this track can share it. You can forward the message instead."
)
NOT_YOUR_TRACK_DELETE = "Only the member who asked for this track, or a moderator, can delete it."
NOT_YOUR_JOB_CHECK = "Only the member who asked for this track can check it again."
OWN_TRACK_LIKE = "This is your own track: likes are for others to give."
LIKED = "You like this track now. Press again to take it back."
LIKE_TAKEN_BACK = "You don't like this track any more. Press again if you do."
NOT_FINISHED = "This track is not finished yet. Its buttons work once you can hear it."
HOW_MANY_TAKES = (
    "How many takes of it do you want? Each is a track of its own, with a seed of its own, and "
    "counts towards your daily tracks."
)


def takes_label(takes: int) -> str:
    """A button of that question; at least two."""
    return f"{takes} takes"


def ask_in_server(server: str | None, command: str | None) -> str:
    """A server's track can't be made again by direct message. The name is harmless."""
    where = f"on **{server}**, where this track is from" if server else "where this track is from"
    if command is None:
        return f"I can't start tracks here. Ask again {where}."
    return f"I can't start tracks here. Ask again {where}:\n```\n{command}\n```"


DELETE_QUESTION = (
    "Delete this track for everyone? It can't be made again exactly. "
    "I remove my messages with it, but not what others have downloaded."
)
DELETE_SHARE_QUESTION = (
    "Remove this track from this channel? It stays where its member asked for it."
)
DELETE_AS_MODERATOR_QUESTION = (
    "Remove this track? I'll delete my messages with it in every channel of this server where you "
    "can manage messages. If it isn't posted anywhere else, the track itself goes, too."
)
KEPT = "Nothing was deleted."
DELETING = "Deleting it…"
DELETED = "The track is deleted."
DELETED_AS_MODERATOR = (
    "The track is gone from every channel of this server where you can manage messages."
)
DELETED_SHARE = "The track is removed from this channel."
DELETED_PRIVATE = (
    "The track is deleted. If you still see a private message with it, dismiss that yourself."
)
DELETED_BUT_POSTED = (
    "The track is deleted, but Discord did not let me remove every message with it. "
    "Someone who manages this server can do that."
)
DELETED_OUT_OF_REACH = (
    "The track is deleted, but its message stands where I can't go by myself. Press Delete below "
    "that message, and it goes, too."
)
DELETE_TITLE = "Delete this track?"
CARD_DELETED = "This track was deleted"
DELETED_BY_MEMBER = "Deleted by the member who asked for it."
DELETED_BY_MODERATOR = "Deleted by a moderator."

SHARE_QUESTION = "Where do you want to share this track? Others can hear it there, and like it."
SHARE_PLACEHOLDER = "Another channel"
SHARE_IN_A_SERVER = (
    "You can share this track from a server: use `/tracks` there, open it, and press Share."
)
SHARE_MEMBER_MAY_NOT = "You may not write in that channel, so I don't either. Choose another one."
SHARE_TOO_LARGE = "This track is larger than what I may upload there. Choose another channel."
SHARE_REFUSED = "Discord did not let me post there. Choose another channel."
SHARE_BUSY = "Many tracks are being shared and opened right now. Press Share again in a minute."
SHARE_LATER = "Discord has trouble right now. Press Share again in a minute."
SHARE_UNDER_WAY = (
    "This track is on its way to that channel already, which can take a minute or two. If it is "
    "not there then, press Share again."
)
SHARE_UNSURE = (
    "I can't tell whether the track was posted there. Have a look, and press Share again if it was "
    "not: it is never posted twice."
)
SHARE_WITHOUT_AUDIO = (
    "I can't share this track: its audio is nowhere any more. Again makes another take of it."
)


def share_bot_may_not(names: list[str]) -> str:
    """Names are attribute names of Discord permissions."""
    missing = " and ".join(PERMISSION_NAMES.get(name, name) for name in names)
    return (
        f"I can't post there: I am missing {missing}. Choose another channel, or ask someone who "
        "manages this server."
    )


def shared(member_id: int) -> str:
    """Above a track in another channel; it pings nobody."""
    return f"{mention(member_id)} shares a track."


def shared_at(url: str) -> str:
    """The answer to its member."""
    return f"The track is here: {url}"


CHECK_FINISHED = "It is finished after all: I deliver it in a moment."
CHECK_FRESH = "The music service still has it. Here is a fresh link, for a while."
CHECK_NO_LINK = "The music service still has it, but gives no address that I can show you."
CHECK_RUNNING = "The music service is still working on it. I deliver it when it comes."
CHECK_FILE_LATE = (
    "The music service has finished it, but hasn't said where the file is yet. Check again later."
)
CHECK_STILL_LOST = "The music service says that it is still working on it. Check again later."
CHECK_BROKEN = "The music service reports an error with this track. Try again makes another one."
CHECK_GONE = "The music service does not know this track any more."
CHECK_NO_ANSWER = "The music service does not answer right now. Check again in a few minutes."
CHECK_SOON = "I ask the music service in a moment. If the track is there, I deliver it at once."
CHECK_BUSY = "I have to ask about many other tracks right now. Check again in a minute."
NOTHING_TO_CHECK = "There is nothing to check here."
