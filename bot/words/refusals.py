"""Why nothing was started, and what to do about it."""

from collections.abc import Sequence

from bot.domain import problems
from bot.domain.budgets import BudgetUsedUp, Period
from bot.domain.problems import AudioProblem, NumberProblem, Problem, StyleProblem
from bot.errors import AttemptsUsedUp, DailyLimitReached
from bot.words.language import counted, said, sentence
from bot.words.phrases import permissions, relative_time, shown

servers_only = sentence(
    "I can't compose here. Try `/compose` in a channel of a server I'm in. Whoever runs me pays "
    "for each track, and can also allow it everywhere."
)
draft_gone = sentence(
    "I don't have that text any more: I keep only your latest ones, for a week. "
    "Use `/compose` to start again."
)
store_trouble = sentence(
    "I couldn't save your request, so nothing was started. Please try again in a minute."
)
no_room = sentence(
    "My disk is nearly full, so I can't take anything new right now, and nothing was started. "
    "Tracks that are already on their way will still arrive. Please tell whoever runs me, and try "
    "again later."
)
requests_closed = sentence(
    "I can't take anything new right now: the music service isn't accepting requests from me, and "
    "whoever runs me has to sort that out first. Nothing was started. Please try again later."
)
card_refused = sentence(
    "Discord didn't take the card for your track, so nothing was started and it cost nothing. "
    "Try again with a shorter or plainer prompt. If that doesn't help, tell whoever runs me."
)
store_slow = sentence(
    "I can't reach my database right now. Look again in a minute. If nothing has changed by then, "
    "please try once more."
)
something_went_wrong = sentence("Something went wrong on my side. Please try again in a minute.")


def not_taken(found: Sequence[Problem]) -> str:
    """All that stands in the way of a request, and that it cost nothing."""
    nothing_started = said("Nothing was started.")
    return f"{_listed(found)}\n{nothing_started}"


def style_not_saved(found: Sequence[Problem]) -> str:
    """All that stands in the way of a style."""
    nothing_saved = said("Nothing was saved.")
    return f"{_listed(found)}\n{nothing_saved}"


def _listed(found: Sequence[Problem]) -> str:
    lines = [_sentence(problem) for problem in found]
    return lines[0] if len(lines) == 1 else "\n".join(f"- {line}" for line in lines)


def _sentence(problem: Problem) -> str:
    match problem:
        case problems.EmptyPrompt():
            return said(
                "Your prompt is empty. Describe the track you want, for example: "
                "`/compose prompt: lo-fi rain, warm tape, 70 bpm`"
            )
        case problems.UnknownModel(given):
            return said(
                "There's no model called {given}. Choose one from the list at `model`.",
                given=shown(given),
            )
        case problems.ModelNotOffered(model):
            return said("{model} isn't available here. Choose another model.", model=model)
        case problems.CoversNotOffered():
            return said("I can't make covers here. `/compose` makes a track from a prompt.")
        case problems.OptionNotTaken(option, model, given):
            return said(
                "{model} takes no `{option}` (you gave {given}). Leave it out, or choose another "
                "model.",
                model=model,
                option=option,
                given=shown(given),
            )
        case problems.WrongLength(option, model, taken, length) if length > taken.most:
            return said(
                "For {model}, `{option}` can have up to {most} characters (yours has {length}). "
                "Shorten it a little.",
                model=model,
                option=option,
                most=taken.most,
                length=length,
            )
        case problems.WrongLength(option, model, taken, length):
            return said(
                "For {model}, `{option}` needs at least {least} characters (yours has {length}). "
                "Say a little more.",
                model=model,
                option=option,
                least=taken.least,
                length=length,
            )
        case problems.LyricsMissing(model):
            return said(
                "{model} sings, so it needs `lyrics`. Add some, or choose another model.",
                model=model,
            )
        case problems.LyricsToInstrumental():
            return said("`lyrics` and `instrumental` don't go together. Leave out one of the two.")
        case problems.AlwaysSings(model):
            return said(
                "{model} always sings, so it can't make an instrumental. Choose another model for "
                "that.",
                model=model,
            )
    if isinstance(problem, StyleProblem):
        return _of_a_style(problem)
    if isinstance(problem, NumberProblem):
        return _of_a_number(problem)
    return _of_audio(problem)


def _of_a_number(problem: NumberProblem) -> str:
    match problem:
        case problems.NotANumber(option, given):
            return said(
                "`{option}` must be a whole number (you typed {given}). Fix it, or leave it empty.",
                option=option,
                given=shown(given),
            )
        case problems.OutOfRange("seed", _, _, given):
            return said(
                "A `seed` is a whole number from 0 up (you gave {given}). Leave it out for a "
                "random one.",
                given=given,
            )
        case problems.OutOfRange("variations", _, taken, given):
            return said(
                "I can make {least}–{most} versions at a time (you asked for {given}).",
                least=taken.least,
                most=taken.most,
                given=given,
            )
        case problems.OutOfRange("seconds", model, taken, given):
            return said(
                "{model} tracks can be {least}–{most} seconds long (you asked for {given}).",
                model=model,
                least=taken.least,
                most=taken.most,
                given=given,
            )
        case problems.OutOfRange(option, model, taken, given):
            return said(
                "For {model}, `{option}` can be {least}–{most} (you gave {given}).",
                model=model,
                option=option,
                least=taken.least,
                most=taken.most,
                given=given,
            )


def _of_a_style(problem: StyleProblem) -> str:
    match problem:
        case problems.UnknownStyle(given):
            return said(
                "You don't have a style called {given}. Choose one from the list at `style`, or "
                "save it with `/style save`.",
                given=shown(given),
            )
        case problems.BadStyleName(most):
            return said("A style needs a name of 1 to {most} characters.", most=most)
        case problems.EmptyStyle():
            return said("Give the style at least one option to keep, for example a model.")
        case problems.OfStyle(
            style, problems.UnknownModel(given) | problems.ModelNotOffered(given)
        ):
            return said(
                "Your style {style} uses {model}, which I don't have any more. Choose another "
                "model, and save the style with it.",
                style=shown(style),
                model=shown(given),
            )
        case problems.OfStyle(style, problems.WrongLength("prompt") as inner):
            counts = said("The words of your style {style} count, too.", style=shown(style))
            return f"{_sentence(inner)} {counts}"
        case problems.OfStyle(style, inner):
            where = said("That comes from your style {style}.", style=shown(style))
            return f"{_sentence(inner)} {where}"


def _of_audio(problem: AudioProblem) -> str:
    match problem:
        case problems.AudioMissing(model):
            return said(
                "{model} makes a new version of a track. Use `/cover` and attach the audio, or "
                "choose “Cover this track” in the Apps menu of a message that has it.",
                model=model,
            )
        case problems.AudioNotTaken(model, other):
            return said(
                "{model} can't listen to audio. Choose {other} to make a cover.",
                model=model,
                other=other,
            )
        case problems.AudioGone():
            return said("The audio for this cover is gone. Use `/cover` and attach it again.")
        case problems.NotAudio(file_name):
            return said(
                "{file} isn't audio that I know. Attach an MP3, WAV, FLAC, OGG or M4A file.",
                file=shown(file_name),
            )
        case problems.AudioNotRead(file_name):
            return said(
                "{file} looks like audio, but I can't read the sound in it. Save it again as an "
                "MP3, a plain WAV (PCM), a FLAC, an OGG or an M4A file.",
                file=shown(file_name),
            )
        case problems.AudioSize(most_bytes, given_bytes):
            return said(
                "`audio` can have up to {most} MB (yours has {given} MB). An MP3 is smaller.",
                most=most_bytes >> 20,
                given=f"{given_bytes / 1_048_576:.0f}",
            )
        case problems.AudioLength(taken, length_s):
            return said(
                "`audio` must be between {least} seconds and {most} minutes long (yours has "
                "{given} seconds). Cut it, or choose another one.",
                least=taken.least,
                most=taken.most // 60,
                given=f"{length_s:.0f}",
            )


def typed(text: str) -> str:
    """What a member typed, to be copied, where it could not be kept; without backticks."""
    start = said("You typed:")
    return f"{start}\n```\n{text}\n```"


typed_as_file = sentence("What you typed is in the file.")
TYPED_FILE_NAME = "typed.txt"


def server_not_allowed(guild_id: int) -> str:
    """A server that is not among those that may spend the host's credits."""
    return said(
        "I can't compose on this server. Whoever runs me pays for each track and chooses the "
        "servers. They can add this one; its id is {id}.",
        id=guild_id,
    )


def permissions_missing(names: list[str]) -> str:
    """Names are attribute names of Discord permissions."""
    return said(
        "I can't post a track in this channel: I'm missing {permissions}. Someone who manages this "
        "server can change that in the channel's permissions. With `private`, you get the track "
        "for yourself. Nothing was started.",
        permissions=permissions(names),
    )


def limit_reached(error: DailyLimitReached) -> str:
    """Which limit, and when the next track can be made."""
    if error.left:
        return _counts_as_more(error)
    when = relative_time(error.free_at)
    if error.whole_bot:
        return counted(
            "I've made the {count} track I can make in a day. You can ask for another {when}.",
            "I've made all {count} tracks I can make in a day. You can ask for another {when}.",
            count=error.limit,
            when=when,
        )
    return counted(
        "You've used your {count} track for today. You can make another {when}.",
        "You've used your {count} tracks for today. You can make another {when}.",
        count=error.limit,
        when=when,
    )


def _counts_as_more(error: DailyLimitReached) -> str:
    """Than what's left: a dear model, or several versions."""
    values = {"tracks": error.counts_as, "limit": error.limit, "left": error.left}
    if error.whole_bot:
        why = said(
            "This counts as {tracks} tracks, and I have {left} left of the {limit} I can make in a "
            "day.",
            **values,
        )
    else:
        why = said(
            "This counts as {tracks} tracks, and you have {left} left of your {limit} a day.",
            **values,
        )
    helps = said(
        "A shorter track, fewer versions or another model might fit now. Nothing was started."
    )
    if error.counts_as > error.limit:
        return f"{why} {helps}"
    again = said("You can ask for it again {when}.", when=relative_time(error.free_at))
    return f"{why} {again} {helps}"


def budget_used_up(error: BudgetUsedUp) -> str:
    """Why, and when a new budget starts, if waiting helps."""
    if error.free_at is None:
        return _never_fits(error.period)
    when = relative_time(error.free_at)
    if error.period is Period.DAY:
        return said(
            "What's left of today's budget isn't enough for that: whoever runs me pays for every "
            "track, and everyone shares one budget. Nothing was started. You can ask again {when}.",
            when=when,
        )
    return said(
        "What's left of this month's budget isn't enough for that: whoever runs me pays for every "
        "track, and everyone shares one budget. Nothing was started. You can ask again {when}.",
        when=when,
    )


def _never_fits(period: Period) -> str:
    helps = said("A shorter track, fewer versions or another model might fit. Nothing was started.")
    if period is Period.DAY:
        why = said("That would cost more than I can spend on tracks in a whole day.")
    else:
        why = said("That would cost more than I can spend on tracks in a whole month.")
    return f"{why} {helps}"


def attempts_used_up(error: AttemptsUsedUp) -> str:
    """So many within a day, whatever became of them."""
    return said(
        "You've tried {count} times in the last 24 hours, and that's all I can take from one "
        "member: tries that failed or were cancelled count, too. You can go on {when}. Nothing was "
        "started.",
        count=error.limit,
        when=relative_time(error.free_at),
    )
