"""`python -m bot move`: from a SQLite file to a PostgreSQL server."""

from typing import Annotated

from pydantic import TypeAdapter, ValidationError

from bot.errors import DatabaseTrouble, DatabaseUnusable, WrongUse
from bot.settings import Settings
from bot.store.database.engine import (
    connect,
    is_pooled,
    open_database,
    sqlite_file,
    without_password,
)
from bot.store.moving import copy_all, filled_tables


async def move(settings: Settings, database_url: str) -> None:
    """Copy everything there, with the bot stopped; the SQLite file stays as it is.

    Raises `WrongUse`, `DatabaseUnusable` and `DatabaseTrouble`; then nothing was copied.
    """
    file = sqlite_file(settings.database_url)
    if file is None:
        raise WrongUse("DATABASE_URL has to be the SQLite file that everything is copied from")
    if not file.exists():
        raise DatabaseUnusable(f"there is no database yet: {file}")
    _check_address(database_url)
    async with open_database(settings.database_url) as source:
        await _check_empty(database_url)
        async with open_database(database_url) as target:
            counts = await copy_all(source, target)
    said = ", ".join(f"{count} {name}" for name, count in counts.items() if count)
    print(f"copied to {without_password(database_url)}, and counted: {said or 'no rows'}")
    print(f"Set DATABASE_URL to that address, and start the bot. {file} is not used any more")


def _check_address(database_url: str) -> None:
    """As for the setting: one that can be read in two ways might show half of a password."""
    checks = Settings.model_fields["database_url"].metadata
    try:
        TypeAdapter(Annotated[str, *checks]).validate_python(database_url)
    except ValidationError as error:
        problem = error.errors(include_input=False)[0]["msg"].removeprefix("Value error, ")
        raise WrongUse(f"the address {problem}") from None
    if sqlite_file(database_url) is not None:
        raise WrongUse("the address has to be a PostgreSQL server's: postgresql://…")


async def _check_empty(database_url: str) -> None:
    engine = connect(database_url, pooled=await is_pooled(database_url))
    try:
        filled = await filled_tables(engine)
    except DatabaseTrouble as error:
        raise DatabaseUnusable(f"{without_password(database_url)} {error}") from error
    finally:
        await engine.dispose()
    if filled:
        there = without_password(database_url)
        raise WrongUse(f"{there} is not empty ({', '.join(filled)}): nothing was copied")
