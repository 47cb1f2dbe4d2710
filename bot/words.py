"""Every sentence that members read, in one place, with named values.

Texts are Discord markdown. Whatever comes from a member or the provider must have gone through
`bot.text.harmless` before it is put in here.
"""

from datetime import date, datetime

from bot.errors import DailyLimitReached
from bot.jobs import FailureKind, JobState

# --- the command as members see it ------------------------------------------------------------

COMPOSE = "Turn a sentence into a track"
COMPOSE_PROMPT = "What it should sound like: style, mood, instruments, tempo"
COMPOSE_NEGATIVE_PROMPT = "What you do not want to hear"
COMPOSE_SEED = "The same seed and prompt give about the same track again"
COMPOSE_MODEL = "Who makes the music; choose from the list"
COMPOSE_LYRICS = "Words to be sung, if the model sings"
COMPOSE_SECONDS = "How long it should be, if the model lets you choose"
COMPOSE_INSTRUMENTAL = "Without voices"
COMPOSE_VARIATIONS = "How many takes to make of it, 1 to 4; each counts as a track"
COMPOSE_PRIVATE = "Only you will see and hear it"
COMPOSE_FORMAT = "The kind of file you want; normally as it comes from the model"

# The dialog. Discord takes titles and labels of at most 45 characters, hints of at most 100.
MODAL_TITLE = "Compose a track"
MODAL_PROMPT = "What should it sound like?"
MODAL_MODEL = "Model"
MODAL_AVOID = "What should it leave out?"
MODAL_LYRICS = "Lyrics, if the model sings"
MODAL_PRIVATE = "Only for me"
MODAL_PRIVATE_HINT = "Nobody else sees or hears it, unless you share it later."


def model_hint(good_for: str) -> str:
    """Below a model's name in a list."""
    return f"Good for {good_for}"


def model_choice(name: str, good_for: str) -> str:
    """A line of the list at `model`; Discord takes at most 100 characters."""
    return f"{name}: {good_for}"[:100]


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
DRAFT_GONE = "I do not have that text any more. Use `/compose` to start anew."
STORE_TROUBLE = (
    "I could not write your request down, so nothing was started. Please try again in a minute."
)
CARD_REFUSED = (
    "Discord did not take the card for your track, so nothing was started and it cost nothing. "
    "Try again with a shorter or plainer prompt. If that does not help, tell whoever runs me."
)
SOMETHING_WENT_WRONG = "Something went wrong on my side. Please try again in a minute."


# --- private answers: what a model does not take ----------------------------------------------

GIVEN_LIMIT = 80
LYRICS_AND_INSTRUMENTAL = "`lyrics` and `instrumental` don't go together: leave out one of the two."


def no_such_model(given: str) -> str:
    """The list is offered while the member types."""
    return f"There is no model called {shown(given)}. Choose one from the list at `model`."


def takes_no(option: str, model: str, given: str) -> str:
    """The model has no such parameter."""
    given = shown(given)
    return f"{model} takes no `{option}`; you gave {given}. Leave it out, or choose another model."


def too_long(option: str, model: str, most: int, given: int) -> str:
    """Lengths in characters."""
    limit = f"{model} takes a `{option}` of at most {most} characters; yours has {given}."
    return f"{limit} Shorten it a little."


def too_short(option: str, model: str, least: int, given: int) -> str:
    """Lengths in characters."""
    limit = f"{model} wants a `{option}` of at least {least} characters; yours has {given}."
    return f"{limit} Say a little more."


def needs_lyrics(model: str) -> str:
    """A model that only sings."""
    return f"{model} sings, and needs `lyrics` for that. Add some, or choose another model."


def always_sings(model: str) -> str:
    """`instrumental` was asked of a model that can't leave out the voice."""
    return f"{model} always sings, so it can't do `instrumental`. Choose another model for that."


def seconds_out_of_range(model: str, least: int, most: int, given: int) -> str:
    """Both bounds included."""
    return f"{model} makes `seconds` from {least} to {most}; you gave {given}."


def seed_out_of_range(given: int) -> str:
    """Any whole number that Discord can send, but not below zero."""
    return f"A `seed` is a whole number from 0 up; you gave {given}. Leave it out for a random one."


def too_many_variations(most: int, given: int) -> str:
    """At most so many tracks of one request."""
    return f"I make `variations` from 1 to {most} at a time; you gave {given}."


def needs_reference(model: str) -> str:
    """A model that makes new versions of existing audio."""
    return (
        f"{model} makes a new version of a track. Use `/cover` and attach the audio, or choose "
        "“Cover this track” in the Apps menu of a message that has it."
    )


def takes_no_audio(model: str, other: str) -> str:
    """Audio was given to a model that only reads."""
    return f"{model} can't listen to audio. Choose {other} to make a cover."


def not_taken(problems: list[str]) -> str:
    """All that stands in the way of a request, and that it cost nothing."""
    listed = problems[0] if len(problems) == 1 else "\n".join(f"- {line}" for line in problems)
    return f"{listed}\nNothing was started."


def typed(text: str, limit: int) -> str:
    """What a member typed, to be copied, where it could not be kept."""
    text = text.replace("`", "'")
    return f"You typed:\n```\n{text[:limit]}\n```"


def shown(given: str) -> str:
    """What a member typed, in short and harmless, within quotes."""
    text = " ".join(given.split()).replace("`", "'")
    if len(text) > GIVEN_LIMIT:
        text = text[: GIVEN_LIMIT - 1] + "…"
    return f"`{text}`" if text else "nothing"


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
BUTTON_EDIT = "Edit"
BUTTON_AGAIN = "Again"
BUTTON_REMIX = "Remix"
BUTTON_VARIATIONS = "Variations"
BUTTON_LIKE = "Like"
BUTTON_SHARE = "Share"
BUTTON_DELETE = "Delete"
BUTTON_CHECK = "Check again"
BUTTON_OPEN = "Go to the track"
BUTTON_DOWNLOAD = "Download"
BUTTON_DETAILS = "Go to the message"


def like_label(likes: int) -> str:
    """The button that likes a track, with how many do."""
    return f"{BUTTON_LIKE} ({likes})" if likes else BUTTON_LIKE


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

# --- the sound: alt text of its picture, and tags of converted files ---------------------------

TAG_AI_GENERATED = "AI-generated"
PICTURE_SILENCE = "silence"


def tag_description(model: str, made_on: date) -> str:
    """Written into converted files, for players that show it."""
    return f"AI-generated with {model} on {made_on:%Y-%m-%d}."


def picture_peak(peak_db: float) -> str:
    """In the corner of the picture, which shows the loudest place in full height."""
    return f"peak {peak_db:.0f} dB"


def length(seconds: float) -> str:
    """How long a track is, such as `33 seconds` or `2 minutes 5 seconds`."""
    if seconds < 2:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)


def sound_length(duration_s: float, tempo_bpm: float | None) -> str:
    """The first sentence of the alt text."""
    tempo = "" if tempo_bpm is None else f", at about {tempo_bpm:.0f} beats per minute"
    return f"How loud the track is over its {length(duration_s)}{tempo}."


SOUND_SILENT = "There is nothing to hear in it."
SOUND_EVEN = "It is about equally loud from start to end."
SOUND_VERY_QUIET = "All of it is very quiet."
SOUND_STARTS_AT_ONCE = "starts at full loudness"
SOUND_STARTS_QUIETLY = "starts quietly"
SOUND_STARTS_SILENT = "starts with silence"
SOUND_STOPS = "stops without fading out"
SOUND_FADES = "fades out at the end"


def sound_builds_up(until: str) -> str:
    """When the loudest level is first reached."""
    return f"builds up until {until}"


def sound_loud_from(since: str) -> str:
    """When full loudness comes after a moment's silence or quiet."""
    return f"is loud from {since} on"


def sound_quieter(since: str, until: str) -> str:
    """A passage in the middle that stands out."""
    return f"gets quieter from {since} to {until}"


def sound_quieter_from(since: str) -> str:
    """The end, where it is quieter than the rest and yet no fade."""
    return f"gets quieter from {since} on"


def sound_pauses(since: str, until: str) -> str:
    """A passage in the middle without any sound."""
    return f"is silent from {since} to {until}"


def sound_fades_from(since: str) -> str:
    """A fade that begins well before the end."""
    return f"fades out from {since} on"


def sound_course(parts: list[str]) -> str:
    """One sentence from what happens one after the other."""
    *first, last = parts
    return f"It {', '.join(first)} and {last}." if first else f"It {last}."
