"""What a member can do here."""

import re
from collections.abc import Mapping

from bot.words.commands import COMPOSE_MENU, COVER_MENU
from bot.words.language import counted, said, sentence

# Of a group of commands only its members can be pressed.
_COMMAND = re.compile(r"`/(([a-z]+)(?: [a-z]+)?)`")

help_title = sentence("What you can do here")
help_compose = sentence(
    "`/compose` turns a sentence into a track, and `/studio` does it in a dialog.\n"
    "`/style save` keeps options under a name, to use them again."
)
help_cover = sentence("`/cover` makes a new version of an audio file.")
help_compose_not_here = sentence("`/compose` turns a sentence into a track, but not here:")
help_look = sentence(
    "`/tracks` shows your tracks, and hands you what couldn't be delivered.\n"
    "`/jobs` shows your tracks in progress, and lets you cancel them."
)
help_top = sentence(
    "`/tracks` with `user` shows someone's public tracks.\n"
    "`/top` shows what this server likes most."
)
help_models = sentence("Models")
help_who_pays = sentence("Whoever runs me pays for the tracks.")
help_examples = sentence(
    "Press an example to open it in the dialog. It costs nothing until you send it."
)
EXAMPLES = (
    "lo-fi rain, warm tape, 70 bpm",
    "epic strings, rising to a bright end",
    "funky slap bass and tight drums, 110 bpm",
)


def help_apps(*, covers: bool) -> str:
    """The commands of a message's menu, as Discord shows them in the reader's language."""
    if not covers:
        return said(
            "In a message's menu, under **Apps**: **{compose}** takes its text as the prompt.",
            compose=said(COMPOSE_MENU),
        )
    return said(
        "In a message's menu, under **Apps**: **{cover}** makes a new version of its audio, "
        "**{compose}** takes its text as the prompt.",
        cover=said(COVER_MENU),
        compose=said(COMPOSE_MENU),
    )


def with_mentions(text: str, command_ids: Mapping[str, int]) -> str:
    """The same, with commands that can be pressed, as far as their ids are known."""

    def mention(found: re.Match[str]) -> str:
        command_id = command_ids.get(found[2])
        return f"</{found[1]}:{command_id}>" if command_id else found[0]

    return _COMMAND.sub(mention, text)


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
