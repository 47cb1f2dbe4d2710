"""Every sentence that members read, in one place, with named values.

Texts are Discord markdown. Whatever comes from a member or the provider must have gone through
`bot.text.harmless` before it is put in here.
"""

from datetime import datetime

from bot.errors import DailyLimitReached
from bot.jobs import FailureKind, JobState

# --- the command as members see it ------------------------------------------------------------

COMPOSE = "Turn a sentence into a track"
COMPOSE_PROMPT = "What it should sound like: style, mood, instruments, tempo"
COMPOSE_NEGATIVE_PROMPT = "What you do not want to hear"
COMPOSE_SEED = "The same seed and prompt give about the same track again"

TRACKS = "Get the tracks that I could not deliver"

# --- private answers: why nothing was started -------------------------------------------------

BLANK_PROMPT = (
    "Your prompt is empty. Describe the track you want, for example: "
    "`/compose prompt: lo-fi rain, warm tape, 70 bpm`"
)
SERVERS_ONLY = "I compose in servers only. Try `/compose` in a channel of a server I am in."
SERVER_NOT_ALLOWED = (
    "I am not allowed to compose on this server. Whoever runs me pays for each track and chooses "
    "the servers; they can add this one, whose id is {guild_id}, to ALLOWED_GUILD_IDS."
)
PERMISSIONS_MISSING = (
    "I can't deliver a track in this channel: I am missing {permissions}. "
    "Someone who manages this server can give me that in the channel's permissions. "
    "Nothing was started."
)
PERMISSION_NAMES = {
    "send_messages": "**Send Messages**",
    "send_messages_in_threads": "**Send Messages in Threads**",
    "attach_files": "**Attach Files**",
    "embed_links": "**Embed Links**",
}
STORE_TROUBLE = (
    "I could not write your request down, so nothing was started. Please try again in a minute."
)
SOMETHING_WENT_WRONG = "Something went wrong on my side. Please try again in a minute."


def permissions_missing(names: list[str]) -> str:
    """Names are attribute names of Discord permissions."""
    return PERMISSIONS_MISSING.format(
        permissions=" and ".join(PERMISSION_NAMES.get(name, name) for name in names)
    )


def limit_reached(error: DailyLimitReached) -> str:
    """Which limit, who can change it, and when the next track is possible."""
    when = relative_time(error.free_at)
    if error.whole_bot:
        return (
            f"I have made all the tracks I may make in a day ({error.limit}). "
            f"The next one is possible {when}. Whoever runs me can raise MAX_JOBS_PER_DAY."
        )
    tracks = "track" if error.limit == 1 else "tracks"
    return (
        f"You have had your {error.limit} {tracks} of the last 24 hours. Your next one is possible "
        f"{when}. Whoever runs me can raise MAX_JOBS_PER_MEMBER_PER_DAY."
    )


# --- the status card --------------------------------------------------------------------------

CARD_COMPOSING = "Composing your track"
CARD_WAITING = "Your track is in the queue"
CARD_READY = "Your track is ready"
CARD_FAILED = "This track did not work out"
CARD_CANCELLED = "Cancelled"

FIELD_MODEL = "Model"
FIELD_SEED = "Seed"
FIELD_AVOID = "Leaving out"
FIELD_PLACE = "Place in the queue"
FIELD_EXPECTED = "Expected"
FIELD_RESULT = "Result"
FIELD_REASON = "Why"

BUTTON_CANCEL = "Cancel"
BUTTON_RECIPE = "Recipe"
BUTTON_TRY_AGAIN = "Try again"
BUTTON_OPEN = "Go to the track"
BUTTON_DOWNLOAD = "Download"
BUTTON_DETAILS = "Go to the message"


def relative_time(moment: datetime) -> str:
    """A time that the reader's own client counts down."""
    return f"<t:{int(moment.timestamp())}:R>"


def listen_link(url: str) -> str:
    """The way from the card to the track."""
    return f"[Listen to it]({url})"


# --- announcements in the channel -------------------------------------------------------------


def mention(member_id: int) -> str:
    """The one mention that pings."""
    return f"<@{member_id}>"


def track_ready(member_id: int) -> str:
    """Above the audio file."""
    return f"{mention(member_id)} your track is ready."


def track_as_link(member_id: int, why: str) -> str:
    """Above the download button, when the file itself can't be posted."""
    return (
        f"{mention(member_id)} your track is ready. {why} "
        "Get it with the button below, soon: the link does not live for ever."
    )


def track_as_address(member_id: int, why: str, url: str) -> str:
    """The same where the address is too long for a button; `<…>` keeps Discord from embedding."""
    return (
        f"{mention(member_id)} your track is ready. {why} "
        f"Get it here, soon: the link does not live for ever.\n<{url}>"
    )


def too_large(limit_bytes: int) -> str:
    """Why there is a link in place of the file."""
    return f"It is larger than the {limit_bytes / 1_048_576:.0f} MB I may upload here."


FILE_GONE = "I could not fetch its file from the music service, though it should be there."
NOT_AUDIO = "What the music service sent is not an audio file I know."


def track_unreachable(member_id: int) -> str:
    """The track exists, but not where we can or may fetch it."""
    return (
        f"{mention(member_id)} your track was made, but the music service gave no address that "
        "I can fetch it from. That is not your fault; whoever runs me finds the details in my log."
    )


def failed(member_id: int, kind: FailureKind, reason: str) -> str:
    """What went wrong, and what to do next. `reason` is the provider's, made harmless."""
    return f"{mention(member_id)} {failure(kind, reason)}"


def failure(kind: FailureKind, reason: str) -> str:
    """The same without the mention, for the card."""
    match kind:
        case FailureKind.REJECTED:
            return (
                f"the music service did not take this request. It says: “{reason}”. "
                "It cost nothing. Change the prompt and use `/compose` again."
            )
        case FailureKind.GENERATION:
            return (
                f"the music service could not make this track. It says: “{reason}”. "
                "It cost nothing. Another wording often helps."
            )
        case FailureKind.INTERRUPTED:
            return (
                "the connection broke while I was handing your prompt to the music service, so I "
                "can't know whether it was taken. It may have been billed, so I do not send it "
                "again by myself. Press the button if you want another try."
            )
        case FailureKind.LOST:
            return (
                "the music service lost this track and will not deliver it any more. "
                "Press the button if you want another try."
            )


NOT_STARTED = (
    "I was cut off at the very moment you asked for a track, so it was not started and cost "
    "nothing. If there is a card of it, the card is out of date. Use `/compose` to ask again."
)


def not_started(member_id: int) -> str:
    """Told once when a request came to nothing in a way that the member may not have seen."""
    return f"{mention(member_id)} {NOT_STARTED}"


def overdue(member_id: int) -> str:
    """Told once when a generation takes far longer than usual."""
    return (
        f"{mention(member_id)} your track takes much longer than usual. I keep asking for it, "
        "and deliver it when it comes."
    )


def delayed(member_id: int) -> str:
    """Told once when nothing can be submitted for now."""
    return (
        f"{mention(member_id)} your track has to wait: the music service takes no requests from me "
        "right now. That is not your fault, your place is kept, and whoever runs me has been told. "
        "I start as soon as it works again."
    )


# --- buttons ----------------------------------------------------------------------------------

NOT_YOUR_JOB_CANCEL = "Only the member who asked for this track, or a moderator, can cancel it."
NOT_YOUR_JOB_RETRY = "Only the member who asked for this track can try it again. Use `/compose`!"
JOB_UNKNOWN = "I do not remember this track any more. You can ask for a new one with `/compose`."
RETRY_UNDER_WAY = "This one is being tried again already."
NOTHING_TO_RETRY = "There is nothing to try again here."
CANCELLED_FREE = "Cancelled before it was started, so it cost nothing."
HELD_FOR_YOU = "If you can't find it here, use `/tracks`: I keep it for you."
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


def recipe(command: str) -> str:
    """Everything needed to make the track again; `command` is inside a code block."""
    return f"Everything needed to make this track again:\n```\n{command}\n```"


NOTHING_HELD = "Nothing is waiting for you: all your tracks were delivered."
HELD_TRACK = "I could not deliver this track when it was ready. Here it is."
HELD_WITHOUT_FILE = (
    "I could not deliver this track, and its file is not kept any more. "
    "With the same prompt and seed, `/compose` makes about the same track again."
)
HELD_TOO_LARGE = (
    "I could not deliver this track, and it is larger than what I may upload here. "
    "Use `/tracks` again on a server with a higher limit."
)

RECIPE_AS_FILE = "Everything needed to make this track again is in the file."
