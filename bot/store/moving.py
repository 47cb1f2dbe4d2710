"""Copying everything from one database to another, which has the tables and nothing in them."""

from collections.abc import AsyncIterator, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.errors import DatabaseTrouble, DatabaseUnusable
from bot.store.database.database_errors import in_words
from bot.store.database.tables import metadata

AT_ONCE = 500
FILES_AT_ONCE = 4  # each is held in memory


async def filled_tables(engine: AsyncEngine) -> list[str]:
    """The names of our tables that have rows. Tables that are not there have none."""

    def there(connection: sa.Connection) -> set[str]:
        return set(sa.inspect(connection).get_table_names()) & set(metadata.tables)

    async with engine.connect() as connection:
        names = sorted(await connection.run_sync(there))
        return [name for name in names if await _has_rows(connection, metadata.tables[name])]


async def copy_all(source: AsyncEngine, target: AsyncEngine) -> dict[str, int]:
    """All rows, in one transaction; how many there are of each table.

    Raises `DatabaseUnusable` when a row is not taken, or they are not as many afterwards: then
    nothing was copied.
    """
    try:
        async with source.connect() as old, target.begin() as new:
            for table in metadata.sorted_tables:
                await _copy(old, new, table)
            return await _counted(old, new)
    except (DatabaseTrouble, sa.exc.DBAPIError) as error:
        why = str(error) if isinstance(error, DatabaseTrouble) else in_words(error)
        raise DatabaseUnusable(f"nothing was copied: the database {why}") from error


async def _counted(old: AsyncConnection, new: AsyncConnection) -> dict[str, int]:
    counts = {table.name: await _count(old, table) for table in metadata.sorted_tables}
    copied = {table.name: await _count(new, table) for table in metadata.sorted_tables}
    if copied != counts:
        wrong = ", ".join(name for name in counts if counts[name] != copied[name])
        raise DatabaseUnusable(f"nothing was copied: not all rows arrived ({wrong})")
    return counts


async def _copy(old: AsyncConnection, new: AsyncConnection, table: sa.Table) -> None:
    """Rows that name others of the same table do so once all are there."""
    own = [key.parent.name for key in table.foreign_keys if key.column.table is table]
    async for rows in _batches(old, table):
        await new.execute(sa.insert(table), [row | dict.fromkeys(own) for row in rows])
    if own:
        await _name_each_other(old, new, table, own)
    if table.autoincrement_column is not None and new.dialect.name == "postgresql":
        await _go_on_counting(new, table.autoincrement_column)


async def _name_each_other(
    old: AsyncConnection, new: AsyncConnection, table: sa.Table, own: Sequence[str]
) -> None:
    naming = sa.or_(*(table.c[name].is_not(None) for name in own))
    changed = sa.update(table).where(table.c.id == sa.bindparam("which"))
    async for rows in _batches(old, table, naming):
        names = [{"which": row["id"], **{name: row[name] for name in own}} for row in rows]
        await new.execute(changed.values({name: sa.bindparam(name) for name in own}), names)


async def _batches(
    connection: AsyncConnection, table: sa.Table, *conditions: sa.ColumnElement[bool]
) -> AsyncIterator[list[dict[str, Any]]]:
    large = any(isinstance(column.type, sa.LargeBinary) for column in table.c)
    size = FILES_AT_ONCE if large else AT_ONCE
    streamed = await connection.stream(
        sa.select(table).where(*conditions), execution_options={"yield_per": size}
    )
    async for rows in streamed.mappings().partitions(size):
        yield [dict(row) for row in rows]


async def _go_on_counting(connection: AsyncConnection, column: sa.Column[Any]) -> None:
    """New rows get numbers above those that were copied."""
    sequence = sa.func.pg_get_serial_sequence(column.table.name, column.name)
    last = sa.select(sa.func.max(column)).scalar_subquery()
    await connection.execute(sa.select(sa.func.setval(sequence, last)).where(last.is_not(None)))


async def _count(connection: AsyncConnection, table: sa.Table) -> int:
    counted = sa.select(sa.func.count()).select_from(table)
    return int((await connection.execute(counted)).scalar_one())


async def _has_rows(connection: AsyncConnection, table: sa.Table) -> bool:
    return (
        await connection.execute(sa.select(sa.literal(1)).select_from(table).limit(1))
    ).first() is not None
