"""The commands, their options, and the dialog of a request.

What Discord shows of commands is registered once in all languages (`bot/translation.py`); it takes
descriptions of at most 100 characters, names of at most 32.
"""

from bot.domain.characters import printable, shortened
from bot.words.language import marked, said, sentence

FILE_NAME_LIMIT = 60

COMPOSE = marked("Turn a sentence into a track")
COMPOSE_PROMPT = marked(
    "What it should sound like: style, mood, instruments, tempo; some models need English"
)
COMPOSE_NEGATIVE_PROMPT = marked("What you don't want to hear")
COMPOSE_SEED = marked("The same seed and prompt give about the same track again")
COMPOSE_MODEL = marked("Who makes the music; choose from the list")
COMPOSE_LYRICS = marked(
    "Words to sing, if the model sings; put [Verse] and [Chorus] before the parts"
)
COMPOSE_SECONDS = marked(
    "How many seconds, if the model lets you choose. Without it, some make just 10: try 30"
)
COMPOSE_INSTRUMENTAL = marked("Without vocals")
COMPOSE_VARIATIONS = marked("How many versions to make, 1 to 4; each counts as a track")
COMPOSE_PRIVATE = marked("Only you will see and hear it")
COMPOSE_FORMAT = marked("The kind of file you want (default: as the model makes it)")

COMPOSE_STYLE = marked("One of your saved styles; whatever else you give here wins over it")
STUDIO = marked("Compose in a dialog, starting from what you used last")

STYLE = marked("Options you save under a name, to use them again")
STYLE_SAVE = marked("Save options under a name; only you can see and use them")
STYLE_USE = marked("Turn a sentence into a track, in one of your styles")
STYLE_DELETE = marked("Delete one of your styles")
STYLE_NAME = marked("What to call it")
STYLE_MODEL = marked("Who makes the music")
STYLE_SECONDS = marked("How many seconds long the tracks should be")
STYLE_WORDS = marked("Words to add to each prompt; they count as part of it")
STYLE_WHICH = marked("Which of your styles")

COVER = marked("Make a new version of a track, in another style")
COVER_AUDIO = marked("The track: MP3, WAV, FLAC, OGG or M4A, 6 seconds to 6 minutes")
COVER_PROMPT = marked("How the new version should sound: style, mood, instruments")
COVER_LYRICS = marked("New words, if the old ones should go")
COVER_MENU = marked("Cover this track")
COMPOSE_MENU = marked("Compose from this message")

TRACKS = marked("Your tracks, newest first: listen again, share, rename, delete")
TRACKS_USER = marked("Someone else's public tracks on this server")
TRACKS_SEARCH = marked("Words from the prompt or the title")
TRACKS_ONLY = marked("Show only some of them")
TRACKS_MODEL = marked("Only those made by one model")
TRACKS_SERVER = marked("Only your tracks from this server (default: from all servers)")
ONLY_LIKED = marked("With likes")
ONLY_HELD = marked("Not delivered yet")
ONLY_PRIVATE = marked("Private")
ONLY_DELETED = marked("Deleted")

TOP = marked("The most liked tracks on this server")
TOP_PERIOD = marked("Time period (default: this week)")
PERIOD_WEEK = marked("This week")
PERIOD_MONTH = marked("This month")
PERIOD_EVER = marked("All time")

JOBS = marked("Your tracks in progress, to look at or cancel")
JOBS_EVERYONE = marked("Everyone's on this server, for moderators")
HELP = marked("What you can do here, with examples to press")

# The dialog. Discord takes titles and labels of at most 45 characters, hints of at most 100.
modal_title = sentence("Compose a track")
modal_title_remix = sentence("Remix a track")
modal_title_cover = sentence("Make a new version of a track")
modal_title_studio = sentence("Studio")
modal_prompt = sentence("What should it sound like?")
modal_prompt_hint = sentence("Style, mood, instruments, tempo. Some models need it in English.")
modal_model = sentence("Model")
modal_avoid = sentence("What should it leave out?")
modal_lyrics = sentence("Lyrics, if the model sings")
modal_lyrics_hint = sentence("Put [Verse] and [Chorus] on lines of their own before the parts.")
modal_style = sentence("Style")
modal_style_hint = sentence(
    "Its model and length count unless you change them here. Its words are added to your prompt."
)
modal_seconds = sentence("Length in seconds (empty: the usual)")
modal_seconds_hint = sentence(
    "Only some models let you choose. Without it, some make just 10 seconds: try 30."
)
modal_seed = sentence("Seed (empty: random)")
modal_variations = sentence("How many versions?")
modal_instrumental = sentence("Instrumental")
modal_instrumental_hint = sentence("Without vocals, if the model can do that.")
modal_private = sentence("Only for me")
modal_private_hint = sentence("Nobody else sees or hears it, unless you share it later.")
modal_audio = sentence("Audio")
modal_audio_hint = sentence("The track to make a new version of, 6 seconds to 6 minutes long.")


def modal_model_gone(model: str) -> str:
    """Below the list, when a request is opened again and its model isn't on offer any more."""
    return said("{model} isn't available here. Choose another one.", model=model)


def modal_audio_kept(file_name: str) -> str:
    """Where audio was given before."""
    return said(
        "Leave this empty to keep {file}.", file=shortened(printable(file_name), FILE_NAME_LIMIT)
    )
