"""Every sentence that members read, by theme, with named values.

Texts are Discord markdown. Whatever comes from a member or the provider must have gone through
`bot.words.markdown.harmless` before it is put in here. Callers name no theme, as in
`words.track_ready(...)`; `bot/words/language.py` says in which language all that is.
"""

from bot.words.announcements import *  # noqa: F403
from bot.words.buttons import *  # noqa: F403
from bot.words.cards import *  # noqa: F403
from bot.words.commands import *  # noqa: F403
from bot.words.covers import *  # noqa: F403
from bot.words.help import *  # noqa: F403
from bot.words.language import *  # noqa: F403
from bot.words.library import *  # noqa: F403
from bot.words.models import *  # noqa: F403
from bot.words.phrases import *  # noqa: F403
from bot.words.refusals import *  # noqa: F403
from bot.words.remedies import *  # noqa: F403
from bot.words.sound import *  # noqa: F403
from bot.words.styles import *  # noqa: F403
from bot.words.tracks import *  # noqa: F403
from bot.words.variations import *  # noqa: F403
