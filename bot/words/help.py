"""What a member can do here."""

from bot.words.language import counted, sentence

help_title = sentence("What you can do here")
help_compose = sentence(
    "`/compose` turns a sentence into a track, and `/studio` does it in a dialog.\n"
    "`/style` saves options under a name, to use them again.\n"
    "`/cover` makes a new version of an audio file."
)
help_compose_not_here = sentence("`/compose` turns a sentence into a track, but not here:")
help_look = sentence(
    "`/tracks` shows your tracks, and hands you what couldn't be delivered.\n"
    "`/jobs` shows your tracks in progress, and lets you cancel them."
)
help_top = sentence(
    "`/tracks user:` shows someone's public tracks.\n`/top` shows what this server likes most."
)
help_models = sentence("Models")
help_examples = sentence(
    "Press an example to open it in the dialog. It costs nothing until you send it."
)
EXAMPLES = ("lo-fi rain, warm tape, 70 bpm", "epic strings, rising to a bright end")


def allowance(left: int, limit: int, *, whole_bot: bool) -> str:
    """Tracks left of a day's."""
    if whole_bot:
        return counted(
            "I can make {left} of my {count} track a day now.",
            "I can make {left} of my {count} tracks a day now.",
            count=limit,
            left=left,
        )
    return counted(
        "You have {left} of your {count} track left today.",
        "You have {left} of your {count} tracks left today.",
        count=limit,
        left=left,
    )
