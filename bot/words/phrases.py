"""What sentences of several themes share: mentions, moments, lengths, quotations."""

from collections.abc import Mapping
from datetime import datetime

from bot.domain.characters import is_blank, printable, shortened
from bot.words.language import Sentence, said, sentence

PERMISSIONS: Mapping[str, Sentence] = {
    "send_messages": sentence("**Send Messages**"),
    "send_messages_in_threads": sentence("**Send Messages in Threads**"),
    "attach_files": sentence("**Attach Files**"),
    "embed_links": sentence("**Embed Links**"),
}

GIVEN_LIMIT = 80


def permissions(names: list[str]) -> str:
    """As Discord's own settings call them; `names` are those of its API's flags."""
    return listed([PERMISSIONS[name]() if name in PERMISSIONS else name for name in names])


def listed(parts: list[str]) -> str:
    """All of them in a sentence, at least one: `a`, `a and b`, `a, b and c`."""
    *others, last = parts
    return said("{others} and {last}", others=", ".join(others), last=last) if others else last


def shown(given: str) -> str:
    """What a member typed, in short and harmless, within quotes."""
    text = " ".join(printable(given).split()).replace("`", "'")
    return said("nothing") if is_blank(text) else f"`{shortened(text, GIVEN_LIMIT)}`"


button_cancel = sentence("Cancel")


def relative_time(moment: datetime) -> str:
    """A time that the reader's own client counts down."""
    return f"<t:{int(moment.timestamp())}:R>"


def listen_link(url: str) -> str:
    """The way from the card to the track."""
    listen = said("Listen to it")
    return f"[{listen}]({url})"


def tempo(bpm: float) -> str:
    """Measured, so it is never exact."""
    return said("about {bpm} bpm", bpm=f"{bpm:.0f}")


def mention(member_id: int) -> str:
    """The one mention that pings."""
    return f"<@{member_id}>"


reference_too_old = sentence(
    "The link to your audio is too old by now. It cost nothing. Use `/cover` again and attach the "
    "audio again."
)


def by(member_id: int) -> str:
    """Whose a track is, with a mention."""
    return said("by {member}", member=mention(member_id))
