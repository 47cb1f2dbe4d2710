"""What models cost: the provider's list as it was read last, and what tracks have cost."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.store.database.queries import Queries
from bot.store.database.tables import jobs, prices
from bot.store.database.transactions import Transactions

RECENT = 20
# Tracks that are looked through for those whose cost is known.
LOOKED_AT = 200
_FINISHED = (
    sa.select(jobs.c.cost_credits, jobs.c.seconds, jobs.c.finished_at)
    .where(jobs.c.model == sa.bindparam("model"), jobs.c.finished_at.is_not(None))
    .order_by(jobs.c.finished_at.desc())
    .limit(LOOKED_AT)
    .subquery()
)
_RECENT = (
    sa.select(_FINISHED.c.cost_credits, _FINISHED.c.seconds)
    .where(_FINISHED.c.cost_credits > 0)
    .order_by(_FINISHED.c.finished_at.desc())
    .limit(RECENT)
)


@dataclass(frozen=True, kw_only=True)
class Paid:
    """What a track has cost. `seconds` is what was asked for, if not the model's usual length."""

    cost_credits: int
    seconds: int | None


class PriceStore(Queries):
    """Owns the queries on prices. All may be repeated."""

    def __init__(self, engine: AsyncEngine, transactions: Transactions) -> None:
        super().__init__(engine)
        self._transactions = transactions

    async def listed(self) -> Mapping[str, str | None]:
        """The price of each model in JSON, as it came; `None` where the list does not know it."""
        rows = await self._rows(sa.select(prices))
        return {row.model: row.pricing if row.listed else None for row in rows}

    async def replace(self, model_ids: Collection[str], pricing: Mapping[str, str]) -> None:
        """What the list says of these models; those without a price there aren't in the list."""
        rows = [
            {"model": one, "pricing": pricing.get(one), "listed": one in pricing}
            for one in model_ids
        ]

        async def replace(connection: AsyncConnection) -> None:
            await connection.execute(sa.delete(prices))
            await connection.execute(sa.insert(prices), rows)

        await self._transactions.run(replace)

    async def paid(self, model_ids: Collection[str]) -> Mapping[str, Sequence[Paid]]:
        """Of each model the last tracks whose cost is known, the latest first."""
        found = {one: await self._rows(_RECENT, {"model": one}) for one in model_ids}
        return {one: [Paid(**row._mapping) for row in rows] for one, rows in found.items()}
