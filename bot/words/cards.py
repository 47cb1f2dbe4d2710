"""The status card."""

CARD_COMPOSING = "Composing your track"
CARD_WAITING = "Your track is in the queue"
CARD_READY = "Your track is ready"
CARD_FAILED = "This track did not work out"
CARD_CANCELLED = "Cancelled"

FIELD_MODEL = "Model"
FIELD_SEED = "Seed"
FIELD_AVOID = "Leaving out"
FIELD_PLACE = "Place in the queue"
FIELD_EXPECTED = "Expected"
FIELD_RESULT = "Result"
FIELD_REASON = "Why"

BUTTON_RECIPE = "Recipe"
BUTTON_TRY_AGAIN = "Try again"
BUTTON_EDIT = "Edit"
BUTTON_AGAIN = "Again"
BUTTON_REMIX = "Remix"
BUTTON_VARIATIONS = "Variations"
BUTTON_LIKE = "Like"
BUTTON_SHARE = "Share"
BUTTON_DELETE = "Delete"
BUTTON_CHECK = "Check again"
BUTTON_DELETE_NOW = "Delete it"
BUTTON_KEEP = "Keep it"
BUTTON_SHARE_HERE = "Share in this channel"
BUTTON_LISTEN = "Listen"
BUTTON_OPEN = "Go to the track"
BUTTON_DOWNLOAD = "Download"
BUTTON_DETAILS = "Go to the message"


def like_label(likes: int) -> str:
    """The button that likes a track, with how many do."""
    return f"{BUTTON_LIKE} ({likes})" if likes else BUTTON_LIKE
