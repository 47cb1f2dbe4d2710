"""Styles that would replace others: kept while their members are asked whether to."""

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.styles import Style
from bot.store.kept_json import IS_STYLE, STYLE, KeptJson

_ADAPTER = TypeAdapter(Style)


class StyleQuestionStore(KeptJson[Style]):
    """Keeps what is to be saved, for the button that says yes."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, IS_STYLE, dump=_dump, load=_load)


def _dump(style: Style) -> str:
    return STYLE + _ADAPTER.dump_json(style).decode()


def _load(content: str) -> Style:
    return _ADAPTER.validate_json(content.removeprefix(STYLE))
