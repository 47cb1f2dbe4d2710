"""The commands, their options, and the dialog of a request."""

from bot.domain.characters import printable, shortened

FILE_NAME_LIMIT = 60

COMPOSE = "Turn a sentence into a track"
COMPOSE_PROMPT = "What it should sound like: style, mood, instruments, tempo"
COMPOSE_NEGATIVE_PROMPT = "What you do not want to hear"
COMPOSE_SEED = "The same seed and prompt give about the same track again"
COMPOSE_MODEL = "Who makes the music; choose from the list"
COMPOSE_LYRICS = "Words to be sung, if the model sings"
COMPOSE_SECONDS = "How long it should be, if the model lets you choose"
COMPOSE_INSTRUMENTAL = "Without voices"
COMPOSE_VARIATIONS = "How many takes to make of it, 1 to 4; each counts as a track"
COMPOSE_PRIVATE = "Only you will see and hear it"
COMPOSE_FORMAT = "The kind of file you want; normally as it comes from the model"

# The dialog. Discord takes titles and labels of at most 45 characters, hints of at most 100.
MODAL_TITLE = "Compose a track"
MODAL_TITLE_REMIX = "Remix a track"
MODAL_TITLE_COVER = "Make a new version of a track"
MODAL_PROMPT = "What should it sound like?"
MODAL_MODEL = "Model"
MODAL_AVOID = "What should it leave out?"
MODAL_LYRICS = "Lyrics, if the model sings"
MODAL_SECONDS = "How many seconds? Empty: as usual"
MODAL_SEED = "Seed. Empty: a random one"
MODAL_VARIATIONS = "How many variations?"
MODAL_INSTRUMENTAL = "Instrumental"
MODAL_INSTRUMENTAL_HINT = "Without voices, if the model can do that."
MODAL_PRIVATE = "Only for me"
MODAL_PRIVATE_HINT = "Nobody else sees or hears it, unless you share it later."

MODAL_AUDIO = "Audio"
MODAL_AUDIO_HINT = "The track to make a new version of, 6 seconds to 6 minutes long."


def modal_audio_kept(file_name: str) -> str:
    """Where audio was given before."""
    return f"Leave this empty to keep {shortened(printable(file_name), FILE_NAME_LIMIT)}."


def model_hint(good_for: str) -> str:
    """Below a model's name in a list."""
    return f"Good for {good_for}"


def model_choice(name: str, good_for: str) -> str:
    """A line of the list at `model`; Discord takes at most 100 characters."""
    return f"{name}: {good_for}"[:100]
