"""Drafts: what members typed and could not be taken."""

from sqlalchemy.ext.asyncio import AsyncEngine

from bot.domain.drafts import Draft
from bot.store.kept_json import IS_DRAFT, KeptJson


class DraftStore(KeptJson[Draft]):
    """Keeps drafts for the buttons that name them."""

    def __init__(self, engine: AsyncEngine) -> None:
        super().__init__(engine, IS_DRAFT, dump=Draft.to_json, load=Draft.from_json)
