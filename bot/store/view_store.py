"""Lists that members look at: what they had asked for, for the buttons below."""

from pydantic import TypeAdapter
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.store.kept_json import IS_VIEW, VIEW, KeptJson
from bot.store.track_store import Wanted

_ADAPTER = TypeAdapter(Wanted)


class ViewStore(KeptJson[Wanted]):
    """Keeps what a list shows."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, IS_VIEW, dump=_dump, load=_load)


def _dump(wanted: Wanted) -> str:
    return VIEW + _ADAPTER.dump_json(wanted).decode()


def _load(content: str) -> Wanted:
    return _ADAPTER.validate_json(content.removeprefix(VIEW))
