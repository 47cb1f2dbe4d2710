"""The status card, and what buttons are called."""

from datetime import datetime

from bot.words.language import said, sentence
from bot.words.phrases import listen_link, mention, relative_time

card_composing = sentence("Composing your track")
card_waiting = sentence("Your track is in the queue")
card_failed = sentence("This track couldn't be made")
card_cancelled = sentence("Cancelled")

field_place = sentence("Place in the queue")
field_expected = sentence("Expected")
field_status = sentence("Status")
any_moment = sentence("Ready any moment now")
takes_longer = sentence("Taking longer than usual")
checking_arrival = sentence("The connection broke. Checking whether your request arrived")
service_closed = sentence("Waiting for the music service to take requests again")

button_recipe = sentence("Recipe")
button_try_again = sentence("Try again")
button_edit = sentence("Edit")
button_again = sentence("Again")
button_remix = sentence("Remix")
button_variations = sentence("Variations")
button_like = sentence("Like")
button_more = sentence("More")
button_share = sentence("Share")
button_delete = sentence("Delete")
button_why = sentence("Why?")
button_check = sentence("Check again")
button_delete_now = sentence("Delete it")
button_keep = sentence("Keep it")
button_share_here = sentence("Share in this channel")
button_listen = sentence("Listen")
button_download = sentence("Download")
button_details = sentence("Go to the message")


def waits_for_budget(again_at: datetime) -> str:
    """On the card of a track for which too little of the host's budget is left until then."""
    return said("The budget is used up, and a new one starts {when}", when=relative_time(again_at))


def asked_by(member_id: int) -> str:
    """Whose request a card is about. In an embed the mention shows a name and pings nobody."""
    return said("Asked for by {member}", member=mention(member_id))


def whose(title: str, member_id: int) -> str:
    """A track on a card; `title` is harmless."""
    return said("**{title}** by {member}", title=title, member=mention(member_id))


def ready(title: str, member_id: int) -> str:
    """The card of a finished track, to be followed by the way to it; `title` is harmless."""
    return said("**{title}** by {member} is ready", title=title, member=mention(member_id))


def ready_at(title: str, member_id: int, url: str) -> str:
    """The same, with the way to it."""
    return f"{ready(title, member_id)} → {listen_link(url)}"


def deleted_by_member(member_id: int) -> str:
    """On the card of a track that its own member took away."""
    return said("Deleted by {member}, who asked for it.", member=mention(member_id))


def deleted_by_moderator(member_id: int) -> str:
    """On the card of a track that a moderator took away."""
    return said("Asked for by {member}, deleted by a moderator.", member=mention(member_id))


def like_label(likes: int) -> str:
    """The button that likes a track, with how many do."""
    return said("Like ({count})", count=likes) if likes else button_like()
