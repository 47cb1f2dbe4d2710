"""Every sentence that members read, in one place, with named values.

Texts are Discord markdown. Whatever comes from a member or the provider must have gone through
`bot.text.harmless` before it is put in here.
"""

from datetime import date, datetime

from bot.errors import DailyLimitReached
from bot.jobs import AudioFormat, FailureKind, JobState, Relation

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
MODAL_SECONDS = "How many seconds? Empty: as usual"
MODAL_SEED = "Seed. Empty: a random one"
MODAL_VARIATIONS = "How many variations?"
MODAL_INSTRUMENTAL = "Instrumental"
MODAL_INSTRUMENTAL_HINT = "Without voices, if the model can do that."
MODAL_PRIVATE = "Only for me"
MODAL_PRIVATE_HINT = "Nobody else sees or hears it, unless you share it later."

MODAL_AUDIO = "Audio"
MODAL_AUDIO_HINT = "The track to make a new version of, 6 seconds to 6 minutes long."


def modal_audio_kept(file_name: str) -> str:
    """Where audio was given before."""
    return f"Leave this empty to keep {file_name[:60]}."


def model_hint(good_for: str) -> str:
    """Below a model's name in a list."""
    return f"Good for {good_for}"


def model_choice(name: str, good_for: str) -> str:
    """A line of the list at `model`; Discord takes at most 100 characters."""
    return f"{name}: {good_for}"[:100]


# --- private answers: why nothing was started -------------------------------------------------

BLANK_PROMPT = (
    "Your prompt is empty. Describe the track you want, for example: "
    "`/compose prompt: lo-fi rain, warm tape, 70 bpm`"
)
SERVERS_ONLY = (
    "I am not allowed to compose here. Try `/compose` in a channel of a server I am in. Whoever "
    "runs me pays for each track; they can allow it everywhere with ALLOW_USER_INSTALLS."
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


def not_a_number(option: str, given: str) -> str:
    """Something else was typed into a field of the dialog."""
    return f"`{option}` is a whole number; you typed {shown(given)}. Correct it, or leave it empty."


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


def server_not_allowed(guild_id: int) -> str:
    """A server that is not among those that may spend the host's credits."""
    return (
        "I am not allowed to compose on this server. Whoever runs me pays for each track and "
        f"chooses the servers; they can add this one, whose id is {guild_id}, to ALLOWED_GUILD_IDS."
    )


def permissions_missing(names: list[str]) -> str:
    """Names are attribute names of Discord permissions."""
    permissions = " and ".join(PERMISSION_NAMES.get(name, name) for name in names)
    return (
        f"I can't deliver a track in this channel: I am missing {permissions}. Someone who manages "
        "this server can give me that in the channel's permissions. With `private` you get the "
        "track for yourself. Nothing was started."
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
BUTTON_DELETE_NOW = "Delete it"
BUTTON_KEEP = "Keep it"
BUTTON_SHARE_HERE = "Share in this channel"
BUTTON_LISTEN = "Listen"
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


# --- the track's message ----------------------------------------------------------------------

UNTITLED = "Untitled track"
FIELD_LENGTH = "Length"
FIELD_TEMPO = "Tempo"
FIELD_TOOK = "Ready after"
FIELD_OPTIONS = "Options"
FIELD_FILE = "File"
OPTION_INSTRUMENTAL = "without voices"
OPTION_LYRICS = "with lyrics"
OPTION_COVER = "from given audio"
OPTION_PRIVATE = "only for you"
FORMAT_NAMES = {
    AudioFormat.ORIGINAL: "the original file",
    AudioFormat.FLAC: "FLAC",
    AudioFormat.MP3: "MP3",
    AudioFormat.OPUS: "Opus",
}


def option_format(audio_format: AudioFormat) -> str:
    """The kind of file that was asked for."""
    return f"as {FORMAT_NAMES[audio_format]}"


def tempo(bpm: float) -> str:
    """Measured, so it is never exact."""
    return f"about {bpm:.0f} bpm"


def converted(audio_format: AudioFormat, bitrate_kbit_s: int | None) -> str:
    """What became of the model's file; without a bitrate nothing of the sound was lost."""
    name = FORMAT_NAMES[audio_format]
    if bitrate_kbit_s is None:
        return f"converted to {name}, without loss"
    return f"converted to {name}, {bitrate_kbit_s} kbit/s"


def lineage(relation: Relation, title: str | None, member_id: int) -> str:
    """What a track was made from, and by whom; `title` is `None` where it is not for others.

    In an embed the mention shows a name and pings nobody.
    """
    by = mention(member_id)
    if title is None:
        return f"{_LINEAGE[relation]} a track by {by}"
    return f"{_LINEAGE[relation]} **{title}** by {by}"


_LINEAGE = {
    Relation.AGAIN: "Another take of",
    Relation.REMIX: "Remix of",
    Relation.VARIATION: "Variation of",
    Relation.COVER: "Cover of",
}

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
                f"the music service did not take this request. {service_says(reason)} "
                "It cost nothing. Change the prompt and use `/compose` again."
            )
        case FailureKind.GENERATION:
            return (
                f"the music service could not make this track. {service_says(reason)} "
                "It cost nothing. Another wording often helps."
            )
        case FailureKind.INTERRUPTED:
            return (
                "the connection broke while I was handing your prompt to the music service, so I "
                "can't know whether it was taken. It may have been billed, so I do not send it "
                "again by myself. Press the button if you want another try."
            )
        case FailureKind.REFERENCE:
            return REFERENCE_TOO_OLD
        case FailureKind.LOST:
            return (
                "the music service lost this track and will not deliver it any more. "
                "Press the button if you want another try."
            )


def service_says(reason: str) -> str:
    """The provider's own words, whether or not they end with a full stop."""
    return f"It says: “{reason.removesuffix('.')}”."


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


# --- covers -----------------------------------------------------------------------------------

COVER = "Make a new version of a track, in another style"
COVER_AUDIO = "The track: MP3, WAV, FLAC, OGG or M4A, 6 seconds to 6 minutes"
COVER_PROMPT = "How the new version should sound: style, mood, instruments"
COVER_LYRICS = "New words for it, if the old ones should go"
COVER_MENU = "Cover this track"
COMPOSE_MENU = "Compose from this message"
NO_AUDIO_HERE = (
    "There is no audio in that message. Choose one with a track in it, or use `/cover` and attach "
    "the audio."
)
NO_TEXT_HERE = "There is no text in that message. Choose another one, or use `/compose`."
REFERENCE_TOO_OLD = (
    "the link to the audio you gave me is too old by now. It cost nothing. Use `/cover` again and "
    "attach the audio anew."
)


def not_audio(file_name: str) -> str:
    """The attachment is something else."""
    return (
        f"{shown(file_name)} is not audio that I know. Attach an MP3, WAV, FLAC, OGG or M4A file."
    )


def audio_too_large(most_bytes: int, given_bytes: int) -> str:
    """What the model takes, and what was given."""
    given = f"{given_bytes / 1_048_576:.0f} MB"
    return f"`audio` may have at most {most_bytes >> 20} MB; yours has {given}. An MP3 is smaller."


def audio_length(least_s: int, most_s: int, given_s: float) -> str:
    """What the model takes, and what was given, in seconds."""
    return (
        f"`audio` must be from {least_s} seconds to {most_s // 60} minutes long; yours has "
        f"{given_s:.0f} seconds. Cut it, or choose another one."
    )


# --- variations -------------------------------------------------------------------------------

FIELD_FAVOURITE = "Most liked"
TAKE_RUNS = "Being composed."
TAKE_DELETED = "Deleted."


def take_name(take: int) -> str:
    """What a variation is called; they are counted from 1."""
    return f"Take {take}"


def take_title(title: str, take: int) -> str:
    """Above one of several variations of the same request."""
    return f"{title} ({take_name(take).lower()})"


def composing_takes(ready: int, takes: int) -> str:
    """While at least one is not finished."""
    if ready:
        return f"Composing {takes} variations, {ready} ready"
    return f"Composing {takes} variations"


def takes_ended(ready: int, takes: int) -> str:
    """When nothing more will come."""
    if ready == takes:
        return f"Your {takes} variations are ready"
    return f"{ready} of your {takes} variations came out"


def take_ready(url: str | None, likes: int) -> str:
    """`url` is the way to its message, once it was posted."""
    parts = [listen_link(url) if url else "Ready."]
    if likes:
        parts.append("1 like" if likes == 1 else f"{likes} likes")
    return ", ".join(parts)


def take_waits(place: int | None) -> str:
    """In the queue, at this place."""
    return f"Waiting, at place {place} in the queue." if place else "Waiting."


def favourite(takes: list[int]) -> str:
    """One or more takes with the most likes."""
    names = [take_name(take) for take in takes]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}, level"


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


RECIPE_FILE_NAME = "recipe.txt"
RECIPE_AS_FILE = "Everything needed to make this track again is in the file."


def recipe_reference(file_name: str) -> str:
    """What a cover needs besides its command; the name is harmless."""
    return f"Attach the audio it was made from, too: {file_name}."


def lineage_before(member_ids: list[int]) -> str:
    """Whom the tracks go back to that are not told one by one."""
    return f"Before that, by {', '.join(mention(member_id) for member_id in member_ids)}"


def lineage_list(lines: list[str]) -> str:
    """Below a recipe: what the track was made from, its parent first."""
    return "\n".join(["Where it comes from:", *(f"- {line}" for line in lines)])


TRACK_DELETED = "This track was deleted. You can ask for a new one with `/compose`."
NOT_YOUR_TRACK_SHARE = (
    "Only the member who asked for this track can share it. You can forward the message instead."
)
NOT_YOUR_TRACK_DELETE = "Only the member who asked for this track, or a moderator, can delete it."
NOT_YOUR_JOB_CHECK = "Only the member who asked for this track can check it again."
OWN_TRACK_LIKE = "This is your own track: likes are for others to give."
NOT_FINISHED = "This track is not finished yet. Its buttons work once you can hear it."
REFERENCE_GONE = (
    "The audio that this cover was made from is no longer there. Use `/cover` and attach it again."
)

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
KEPT = "Nothing was deleted."
DELETING = "Deleting it…"
DELETED = "The track is deleted."
DELETED_SHARE = "The track is removed from this channel."
DELETED_PRIVATE = (
    "The track is deleted. If you still see a private message with it, dismiss that yourself."
)
DELETED_BUT_POSTED = (
    "The track is deleted, but Discord did not let me remove every message with it. "
    "Someone who manages this server can do that."
)
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
SHARE_LATER = "Discord has trouble right now. Press Share again in a minute."
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
CHECK_STILL_LOST = "The music service says that it is still working on it. Check again later."
CHECK_BROKEN = "The music service reports an error with this track. Try again makes another one."
CHECK_GONE = "The music service does not know this track any more."
CHECK_NO_ANSWER = "The music service does not answer right now. Check again in a few minutes."
NOTHING_TO_CHECK = "There is nothing to check here."

# --- the library ------------------------------------------------------------------------------

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

OPENED = "Here it is again, for you alone."
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


def held_too_large(titles: list[str]) -> str:
    """Tracks that are larger than what may be uploaded here."""
    named = "\n".join(f"- {title}" for title in titles)
    return (
        "Something I could not deliver is larger than what I may upload here. Use `/tracks` on a "
        f"server with a higher limit:\n{named}"
    )


def held_not_now(titles: list[str]) -> str:
    """Discord did not take them; they are kept."""
    named = "\n".join(f"- {title}" for title in titles)
    return (
        "Discord did not take something that I keep for you. Use `/tracks` again in a minute, or "
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
    """What a list was narrowed down to; empty if to nothing. `search` is harmless."""
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


def by(member_id: int) -> str:
    """Whose it is."""
    return f"by {mention(member_id)}"


def track_as_file_link(url: str) -> str:
    """Where the file itself is too large for a private answer."""
    return f"This track is larger than what I may upload here. Get it [from its message]({url})."


# --- the most liked ---------------------------------------------------------------------------

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

# --- jobs under way ---------------------------------------------------------------------------

JOBS_OWN = "Your tracks under way"
JOBS_SERVER = "Tracks under way on this server"
JOBS_NONE = "Nothing of yours is waiting or running. Use `/compose` to start a track."
JOBS_NONE_HERE = "Nothing is waiting or running on this server."
JOBS_MODERATORS = (
    "Only moderators, who may manage messages on this server, see the jobs of all. "
    "Use `/jobs` without `everyone` to see yours."
)
JOB_RUNS = "being composed"
JOB_SOON = "expected any moment"
SELECT_CANCEL = "Choose a track to cancel it"


def job_waits(place: int) -> str:
    """At this place in the queue."""
    return f"in the queue at place {place}"


def job_expected(moment: datetime) -> str:
    """When it should be ready."""
    return f"expected {relative_time(moment)}"


def cancel_label(number: int) -> str:
    """The button for one of the jobs above it."""
    return f"{BUTTON_CANCEL} {number}"


def card_link(url: str) -> str:
    """The way to a job's card."""
    return f"[card]({url})"


# --- help -------------------------------------------------------------------------------------

HELP_TITLE = "What you can do here"
HELP_COMPOSE = (
    "`/compose` turns a sentence into a track. With nothing typed, it opens a dialog. "
    "`/cover` makes a new version of an audio file."
)
HELP_COMPOSE_NOT_HERE = "`/compose` turns a sentence into a track, but not here:"
HELP_LOOK = (
    "`/tracks` shows your tracks, and hands out what could not be delivered. "
    "`/jobs` shows what is waiting or running, to cancel it."
)
HELP_TOP = "`/top` shows what this server likes most, `/tracks user:` somebody's public tracks."
HELP_MODELS = "Models"
HELP_EXAMPLES = "Press an example to open it in the dialog. It costs nothing until you send it."
EXAMPLES = ("lo-fi rain, warm tape, 70 bpm", "epic strings, rising to a bright end")


def allowance(left: int, limit: int, *, whole_bot: bool) -> str:
    """Tracks left of a day's."""
    tracks = "track" if limit == 1 else "tracks"
    if whole_bot:
        return f"I can make {left} of my {limit} {tracks} a day now."
    return f"You have {left} of your {limit} {tracks} left today."


def help_model(name: str, good_for: str) -> str:
    """A line of the list of models."""
    return f"**{name}**: {good_for}"


# --- the sound: alt text of its picture, and tags of converted files ---------------------------

TAG_AI_GENERATED = "AI-generated"
PICTURE_SILENCE = "silence"


def tag_comment(model: str, made_on: date, prompt: str) -> str:
    """Written into converted files, for players that show it."""
    return f"AI-generated with {model} on {made_on:%Y-%m-%d}. Prompt: {prompt}"


def picture_peak(peak_db: float) -> str:
    """In the corner of the picture, which shows the loudest place in full height."""
    return f"peak {round(peak_db)} dB"


def length(seconds: float) -> str:
    """How long a track is, such as `33 seconds` or `2 minutes 5 seconds`."""
    if seconds < 0.1:
        return "less than 0.1 seconds"
    if seconds < 2:
        return f"{seconds:.1f} seconds"
    minutes, rest = divmod(round(seconds), 60)
    parts = [(minutes, "minute"), (rest, "second")]
    return " ".join(f"{n} {unit}{'' if n == 1 else 's'}" for n, unit in parts if n)


def sound_length(duration_s: float, tempo_bpm: float | None) -> str:
    """The first sentence of the alt text."""
    tempo = "" if tempo_bpm is None else f", about {tempo_bpm:.0f} beats per minute"
    return f"Waveform of the track: {length(duration_s)}{tempo}."


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
