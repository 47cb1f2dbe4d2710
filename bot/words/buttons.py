"""Buttons: what they say, and what pressing them comes to."""

from collections.abc import Mapping

from bot.domain.jobs import Job, JobState
from bot.words.language import Sentence, counted, said, sentence
from bot.words.phrases import listed, mention, permissions

not_your_job_cancel = sentence(
    "Only the member who asked for this track, or a moderator, can cancel it."
)
not_your_job_retry = sentence(
    "Only the member who asked for this track can try it again. You can ask for one of your own "
    "with `/compose`."
)
job_unknown = sentence(
    "I don't remember this track any more. You can ask for a new one with `/compose`."
)
nothing_to_retry = sentence("There's nothing to try again here.")
still_checking = sentence(
    "I'm still asking the music service what became of this one, which can take a few minutes. "
    "Until I know, it can't be cancelled or tried again. If it was made, you'll get it."
)


def made_after_all(url: str | None, *, finished: bool) -> str:
    """For a track that seemed to have failed; `url` leads to it, if there's a way."""
    start = said("There's no need to try again: the music service got this one after all.")
    if not finished:
        there = said("You'll get it when it's ready.")
    else:
        there = (
            said("Here it is: {url}", url=url) if url else said("You'll find it with `/tracks`.")
        )
    return f"{start} {there}"


cancelled_now = sentence("It's cancelled.")
held_for_you = sentence("If you can't find it here, use `/tracks`: I'm keeping it for you.")
not_posted_yet = sentence("I haven't been able to post it yet. I'll keep trying.")


def cancelled_free(tracks: int = 1) -> str:
    """One track, or several that were asked for together."""
    return counted(
        "Cancelled before it was started, so it cost nothing.",
        "Cancelled before they were started, so they cost nothing.",
        count=tracks,
    )


def cancelled_running(tracks: int = 1) -> str:
    """As above."""
    return counted(
        "Cancelled. It was already being made, so the music service might still charge for it.",
        "Cancelled. They were already being made, so the music service might still charge for "
        "them.",
        count=tracks,
    )


def too_late_to_cancel(job: Job) -> str:
    """Why it can't be cancelled, as things stand."""
    return still_checking() if job.in_doubt else _TOO_LATE[job.state]()


_TOO_LATE: Mapping[JobState, Sentence] = {
    JobState.RECEIVED: sentence("It's only just coming in. Try again in a few seconds."),
    JobState.QUEUED: sentence("It's moving on at this very moment. Try again in a few seconds."),
    JobState.GENERATING: sentence(
        "It's moving on at this very moment. Try again in a few seconds."
    ),
    JobState.SUBMITTING: sentence(
        "It's being handed over at this very moment. Try again in a few seconds."
    ),
    JobState.SUCCEEDED: sentence("Too late to cancel: the track is finished."),
    JobState.FAILED: sentence("There's nothing to cancel: this track couldn't be made."),
    JobState.CANCELLED: sentence("This one is already cancelled."),
}


def tried_again(url: str | None, *, finished: bool) -> str:
    """Another try is under way, or worked; `url` is its card, if it can be gone to."""
    if finished:
        there = said(
            "Another try of this one worked: {place}", place=url or said("look for it in `/tracks`")
        )
    else:
        there = said(
            "This one is already being tried again: {place}",
            place=url or said("look for it in `/jobs`"),
        )
    one_more = said("For one more track, press Edit and send it.")
    return f"{there}\n{one_more}"


def recipe(command: str) -> str:
    """Everything needed to make the track again; `command` is inside a code block."""
    start = said("Everything you need to make this track again:")
    return f"{start}\n```\n{command}\n```"


RECIPE_FILE_NAME = "recipe.txt"
recipe_as_file = sentence("Everything you need to make this track again is in the file.")


def recipe_reference(file_name: str) -> str:
    """What a cover needs besides its command; the name is harmless."""
    return said("Attach the audio it was made from, too: {file}.", file=file_name)


def lineage_before(member_ids: list[int]) -> str:
    """Whom the tracks go back to that are not told one by one."""
    return said(
        "Before that, by {members}", members=listed([mention(member) for member in member_ids])
    )


def lineage_list(lines: list[str]) -> list[str]:
    """Below a recipe: what the track was made from, its parent first."""
    return [said("Where it comes from:"), *(f"- {line}" for line in lines)]


track_deleted = sentence("This track was deleted. You can ask for a new one with `/compose`.")
not_your_track_share = sentence(
    "Only the member who asked for this track can share it. You can forward the message instead."
)
not_your_track_delete = sentence(
    "Only the member who asked for this track, or a moderator, can delete it."
)
not_your_job_check = sentence("Only the member who asked for this track can check it again.")
own_track_like = sentence("You can't like your own track.")
liked = sentence("You like this track now. Press again to take it back.")
like_taken_back = sentence("You don't like this track any more. Press again if you do.")
not_finished = sentence("This track isn't finished yet. Its buttons work once you can hear it.")


def more(title: str) -> str:
    """Above the rarer buttons of a track; `title` is harmless."""
    return said("What do you want to do with **{title}**?", title=title)


takes_hint = sentence("Each counts as one of today's tracks.")


def takes_label(takes: int) -> str:
    """A choice of how many; at least two."""
    return counted("{count} version", "{count} versions", count=takes)


def ask_in_server(server: str | None, command: str | None) -> str:
    """A server's track can't be made again by direct message. The name is harmless."""
    if server:
        text = said(
            "I can't start tracks here. Ask again on **{server}**, where this track is from",
            server=server,
        )
    else:
        text = said("I can't start tracks here. Ask again where this track is from")
    return f"{text}." if command is None else f"{text}:\n```\n{command}\n```"


delete_question = sentence(
    "Delete this track for everyone? It can't be made again exactly. "
    "I'll remove my messages with it, but not what others have downloaded."
)
delete_share_question = sentence(
    "Remove this track from this channel? It stays where its member asked for it."
)
delete_as_moderator_question = sentence(
    "Remove this track? I'll delete my messages with it in every channel of this server where you "
    "can manage messages. If it isn't posted anywhere else, the track itself goes, too."
)
kept = sentence("Nothing was deleted.")
deleting = sentence("Deleting it…")
deleted = sentence("The track is deleted.")
deleted_as_moderator = sentence(
    "The track is gone from every channel of this server where you can manage messages."
)
deleted_share = sentence("The track is gone from this channel.")
deleted_private = sentence(
    "The track is deleted. If you still see a private message with it, dismiss that yourself."
)
deleted_but_posted = sentence(
    "The track is deleted, but Discord didn't let me remove every message with it. "
    "Someone who manages this server can do that."
)
deleted_out_of_reach = sentence(
    "The track is deleted, but I can't reach its message on my own. Press Delete below that "
    "message, and it goes, too."
)
delete_title = sentence("Delete this track?")
card_deleted = sentence("This track was deleted")

share_question = sentence(
    "Where do you want to share this track? Others can listen to it there, and like it."
)
share_placeholder = sentence("Another channel")
share_in_a_server = sentence(
    "You can share this track from a server: use `/tracks` there, open it, and press Share."
)
share_member_may_not = sentence(
    "You can't write in that channel, so I won't post there for you. Choose another one."
)
share_too_large = sentence("This track is too large to upload there. Choose another channel.")
share_refused = sentence("Discord didn't let me post there. Choose another channel.")
share_busy = sentence(
    "Lots of tracks are being shared and opened right now. Press Share again in a minute."
)
share_later = sentence("Discord is having trouble right now. Press Share again in a minute.")
share_under_way = sentence(
    "This track is already on its way to that channel, which can take a minute or two. If it isn't "
    "there by then, press Share again."
)
share_unsure = sentence(
    "I can't tell whether the track was posted there. Have a look, and press Share again if it "
    "wasn't: I'll never post it twice."
)
share_without_audio = sentence(
    "I can't share this track: its audio is gone. Press Again for another version."
)


def share_bot_may_not(names: list[str]) -> str:
    """Names are attribute names of Discord permissions."""
    return said(
        "I can't post there: I'm missing {permissions}. Choose another channel, or ask someone who "
        "manages this server.",
        permissions=permissions(names),
    )


def shared(member_id: int) -> str:
    """Above a track in another channel; it pings nobody."""
    return said("{member} shared a track.", member=mention(member_id))


sharing = sentence("Sharing it…")


def shared_at(url: str) -> str:
    """The answer to its member."""
    return said("The track is here: {url}", url=url)


def already_shared(url: str) -> str:
    """The same where nothing was posted."""
    return said("This track is already in that channel: {url}", url=url)


check_finished = sentence("It's finished after all: I'll post it in a moment.")
check_fresh = sentence("The music service still has it. Here's a fresh link, for a while.")
check_no_link = sentence(
    "The music service still has it, but gives no address that I can show you."
)
check_running = sentence("The music service is still working on it. I'll post it when it comes.")
check_file_late = sentence(
    "The music service has finished it, but hasn't said where the file is yet. Check again later."
)
check_still_lost = sentence("The music service says it's still working on it. Check again later.")
check_broken = sentence("The music service couldn't make this track. Try again makes another one.")
check_gone = sentence("The music service doesn't know this track any more.")
check_no_answer = sentence(
    "The music service isn't answering right now. Check again in a few minutes."
)
check_soon = sentence(
    "I'll ask the music service in a moment. If the track is there, I'll post it."
)
check_busy = sentence("I'm asking about lots of other tracks right now. Check again in a minute.")
nothing_to_check = sentence("There's nothing to check here.")
