"""The status card, and what buttons are called."""

from bot.words.language import said, sentence

card_composing = sentence("Composing your track")
card_waiting = sentence("Your track is in the queue")
card_ready = sentence("Your track is ready")
card_failed = sentence("This track couldn't be made")
card_cancelled = sentence("Cancelled")

field_model = sentence("Model")
field_seed = sentence("Seed")
field_avoid = sentence("Leaving out")
field_place = sentence("Place in the queue")
field_expected = sentence("Expected")
field_result = sentence("Result")
field_reason = sentence("Why")

button_recipe = sentence("Recipe")
button_try_again = sentence("Try again")
button_edit = sentence("Edit")
button_again = sentence("Again")
button_remix = sentence("Remix")
button_variations = sentence("Variations")
button_like = sentence("Like")
button_share = sentence("Share")
button_delete = sentence("Delete")
button_why = sentence("Why?")
button_check = sentence("Check again")
button_delete_now = sentence("Delete it")
button_keep = sentence("Keep it")
button_share_here = sentence("Share in this channel")
button_listen = sentence("Listen")
button_open = sentence("Go to the track")
button_download = sentence("Download")
button_details = sentence("Go to the message")


def like_label(likes: int) -> str:
    """The button that likes a track, with how many do."""
    return said("Like ({count})", count=likes) if likes else button_like()
