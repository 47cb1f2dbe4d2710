"""Why nothing was started, and what to do about it."""

from bot.errors import AttemptsUsedUp, DailyLimitReached
from bot.words.phrases import PERMISSION_NAMES, relative_time, shown

BLANK_PROMPT = (
    "Your prompt is empty. Describe the track you want, for example: "
    "`/compose prompt: lo-fi rain, warm tape, 70 bpm`"
)
SERVERS_ONLY = (
    "I am not allowed to compose here. Try `/compose` in a channel of a server I am in. Whoever "
    "runs me pays for each track; they can allow it everywhere with ALLOW_USER_INSTALLS."
)
DRAFT_GONE = (
    "I don't have that text any more: I keep only your latest ones, and those for a week. "
    "Use `/compose` to start again."
)
STORE_TROUBLE = (
    "I could not write your request down, so nothing was started. Please try again in a minute."
)
NO_ROOM = (
    "My disk is nearly full, so I can't take anything new right now, and nothing was started. "
    "Tracks that are already on their way will still arrive. Please tell whoever runs me, and try "
    "again later."
)
CARD_REFUSED = (
    "Discord did not take the card for your track, so nothing was started and it cost nothing. "
    "Try again with a shorter or plainer prompt. If that does not help, tell whoever runs me."
)
STORE_SLOW = (
    "I can't get at my notes right now. Look again in a minute; if nothing has changed by then, "
    "please try once more."
)
SOMETHING_WENT_WRONG = "Something went wrong on my side. Please try again in a minute."

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


def typed(text: str) -> str:
    """What a member typed, to be copied, where it could not be kept; without backticks."""
    return f"You typed:\n```\n{text}\n```"


TYPED_AS_FILE = "What you typed is in the file."
TYPED_FILE_NAME = "typed.txt"


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


def attempts_used_up(error: AttemptsUsedUp) -> str:
    """So many within a day, whatever became of them."""
    return (
        f"You've tried {error.limit} times in the last 24 hours, and that's as many as I can take "
        "from one member: tries that failed or were cancelled count, too. You can go on "
        f"{relative_time(error.free_at)}. Nothing was started."
    )
