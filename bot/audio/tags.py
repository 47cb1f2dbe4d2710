"""What is written into a converted file. The bot writes it down; workers need no sentences."""

from dataclasses import dataclass
from datetime import date

from bot import words
from bot.domain.characters import printable, whole

TITLE_LIMIT = 120
PROMPT_LIMIT = 4000
MODEL_LIMIT = 80


@dataclass(frozen=True, kw_only=True)
class Tags:
    """What a converted file says of itself. The texts are as members and provider gave them."""

    title: str
    prompt: str
    model: str
    made_on: date

    def as_metadata(self) -> dict[str, str]:
        """By FFmpeg's names for tags; each value is one plain line of limited length."""
        model, prompt = _plain(self.model, MODEL_LIMIT), _plain(self.prompt, PROMPT_LIMIT)
        values = {
            "title": _plain(self.title, TITLE_LIMIT),
            "artist": model,
            "encoded_by": model,
            "date": self.made_on.isoformat(),
            "genre": words.TAG_AI_GENERATED,
            "comment": words.tag_comment(model, self.made_on, prompt),
        }
        return {name: value for name, value in values.items() if value}


def _plain(text: str, limit: int) -> str:
    """One line of what can be shown."""
    line = " ".join(printable(text).split())
    return line[: whole(line, limit)].strip()
