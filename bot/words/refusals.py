"""Why nothing was started, and what to do about it."""

from collections.abc import Sequence

from bot.domain import problems
from bot.domain.problems import AudioProblem, NumberProblem, Problem
from bot.errors import AttemptsUsedUp, DailyLimitReached
from bot.words.phrases import PERMISSION_NAMES, relative_time, shown

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


def not_taken(found: Sequence[Problem]) -> str:
    """All that stands in the way of a request, and that it cost nothing."""
    lines = [_sentence(problem) for problem in found]
    listed = lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)
    return f"{listed}\nNothing was started."


def _sentence(problem: Problem) -> str:
    match problem:
        case problems.EmptyPrompt():
            return (
                "Your prompt is empty. Describe the track you want, for example: "
                "`/compose prompt: lo-fi rain, warm tape, 70 bpm`"
            )
        case problems.UnknownModel(given):
            return f"There is no model called {shown(given)}. Choose one from the list at `model`."
        case problems.OptionNotTaken(option, model, given):
            why = f"{model} takes no `{option}`; you gave {shown(given)}."
            return f"{why} Leave it out, or choose another model."
        case problems.WrongLength(option, model, taken, length) if length > taken.most:
            limit = f"{model} takes a `{option}` of at most {taken.most} characters"
            return f"{limit}; yours has {length}. Shorten it a little."
        case problems.WrongLength(option, model, taken, length):
            limit = f"{model} wants a `{option}` of at least {taken.least} characters"
            return f"{limit}; yours has {length}. Say a little more."
        case problems.LyricsMissing(model):
            return f"{model} sings, and needs `lyrics` for that. Add some, or choose another model."
        case problems.LyricsToInstrumental():
            return "`lyrics` and `instrumental` don't go together: leave out one of the two."
        case problems.AlwaysSings(model):
            why = f"{model} always sings, so it can't do `instrumental`."
            return f"{why} Choose another model for that."
    if isinstance(problem, NumberProblem):
        return _of_a_number(problem)
    return _of_audio(problem)


def _of_a_number(problem: NumberProblem) -> str:
    match problem:
        case problems.NotANumber(option, given):
            why = f"`{option}` is a whole number; you typed {shown(given)}."
            return f"{why} Correct it, or leave it empty."
        case problems.OutOfRange("seed", _, _, given):
            why = f"A `seed` is a whole number from 0 up; you gave {given}."
            return f"{why} Leave it out for a random one."
        case problems.OutOfRange("variations", _, taken, given):
            most = f"{taken.least} to {taken.most} at a time"
            return f"I make `variations` from {most}; you gave {given}."
        case problems.OutOfRange(option, model, taken, given):
            return f"{model} makes `{option}` from {taken.least} to {taken.most}; you gave {given}."


def _of_audio(problem: AudioProblem) -> str:
    match problem:
        case problems.AudioMissing(model):
            return (
                f"{model} makes a new version of a track. Use `/cover` and attach the audio, or "
                "choose “Cover this track” in the Apps menu of a message that has it."
            )
        case problems.AudioNotTaken(model, other):
            return f"{model} can't listen to audio. Choose {other} to make a cover."
        case problems.AudioGone():
            return (
                "The audio that this cover was made from is no longer there. Use `/cover` and "
                "attach it again."
            )
        case problems.NotAudio(file_name):
            why = f"{shown(file_name)} is not audio that I know."
            return f"{why} Attach an MP3, WAV, FLAC, OGG or M4A file."
        case problems.AudioNotRead(file_name):
            return (
                f"{shown(file_name)} looks like audio, but I can't read the sound in it. Save it "
                "again as an MP3, a plain WAV (PCM), a FLAC, an OGG or an M4A file."
            )
        case problems.AudioSize(most_bytes, given_bytes):
            why = f"`audio` may have at most {most_bytes >> 20} MB"
            return f"{why}; yours has {given_bytes / 1_048_576:.0f} MB. An MP3 is smaller."
        case problems.AudioLength(taken, length_s):
            why = f"`audio` must be from {taken.least} seconds to {taken.most // 60} minutes long"
            return f"{why}; yours has {length_s:.0f} seconds. Cut it, or choose another one."


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
