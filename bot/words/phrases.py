"""What sentences of several themes share: mentions, moments, lengths, quotations."""

from datetime import datetime

from bot.domain.characters import is_blank, printable, shortened

PERMISSION_NAMES = {
    "send_messages": "**Send Messages**",
    "send_messages_in_threads": "**Send Messages in Threads**",
    "attach_files": "**Attach Files**",
    "embed_links": "**Embed Links**",
}

GIVEN_LIMIT = 80


def shown(given: str) -> str:
    """What a member typed, in short and harmless, within quotes."""
    text = " ".join(printable(given).split()).replace("`", "'")
    return "nothing" if is_blank(text) else f"`{shortened(text, GIVEN_LIMIT)}`"


BUTTON_CANCEL = "Cancel"


def relative_time(moment: datetime) -> str:
    """A time that the reader's own client counts down."""
    return f"<t:{int(moment.timestamp())}:R>"


def listen_link(url: str) -> str:
    """The way from the card to the track."""
    return f"[Listen to it]({url})"


def tempo(bpm: float) -> str:
    """Measured, so it is never exact."""
    return f"about {bpm:.0f} bpm"


def mention(member_id: int) -> str:
    """The one mention that pings."""
    return f"<@{member_id}>"


REFERENCE_TOO_OLD = (
    "The link to the audio you gave me is too old by now. It cost nothing. Use `/cover` again and "
    "attach the audio again."
)


def by(member_id: int) -> str:
    """Whose a track is, with a mention."""
    return f"by {mention(member_id)}"
