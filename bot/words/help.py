"""What a member can do here."""

HELP_TITLE = "What you can do here"
HELP_COMPOSE = (
    "`/compose` turns a sentence into a track. With nothing typed, it opens a dialog.\n"
    "`/cover` makes a new version of an audio file."
)
HELP_COMPOSE_NOT_HERE = "`/compose` turns a sentence into a track, but not here:"
HELP_LOOK = (
    "`/tracks` shows your tracks, and hands out what could not be delivered.\n"
    "`/jobs` shows what is waiting or running, to cancel it."
)
HELP_TOP = (
    "`/tracks user:` shows somebody's public tracks.\n`/top` shows what this server likes most."
)
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
