"""All queries on cards that are to be drawn: whatever happens to one meanwhile, it is one edit."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.domain.jobs import TERMINAL
from bot.store.database.claims import (
    RELEASED,
    busy_in,
    claim,
    claiming,
    few_per_channel,
    next_due_at,
)
from bot.store.database.inserts import dialect_insert
from bot.store.database.queries import Claims
from bot.store.database.row_mapping import from_row
from bot.store.database.tables import UtcDateTime, card_edits, jobs, notices

# Who cancels a job by a press sees the card change by the answer; if not, it is drawn then.
DRAWN_BY_PRESS = timedelta(seconds=2)


@dataclass(frozen=True, kw_only=True)
class CardEdit:
    """A card to be drawn, by the job that its buttons name. `attempts` counts how often it was put
    off since `created_at`."""

    id: str
    channel_id: int
    version: int
    attempts: int
    created_at: datetime


async def mark_card(connection: AsyncConnection, job_id: str, due_at: datetime) -> None:
    """The card of this job is to be drawn, at `due_at` or sooner. Part of a transaction of others.

    One that has failed so far is not tried sooner; one that is drawn at this moment is drawn once
    more.
    """
    source = sa.select(_CARD_ID, sa.literal(1), sa.literal(0), _DUE, _DUE).where(
        jobs.c.id == sa.bindparam("of_job")
    )
    columns = ["id", "version", "attempts", "created_at", "due_at"]
    fresh = dialect_insert(connection, card_edits).from_select(columns, source)
    new_due_at = fresh.excluded.due_at
    sooner = sa.and_(card_edits.c.attempts == 0, new_due_at < card_edits.c.due_at)
    marked = fresh.on_conflict_do_update(
        index_elements=["id"],
        set_={
            "version": card_edits.c.version + 1,
            "due_at": sa.case(
                (card_edits.c.claimed_until.is_not(None), new_due_at),
                (sooner, new_due_at),
                else_=card_edits.c.due_at,
            ),
        },
    )
    await connection.execute(marked, {"of_job": job_id, "at_due": due_at})


class CardEditStore(Claims):
    """Owns these queries."""

    async def mark(self, job_id: str, due_at: datetime) -> None:
        """The card of this job does not show how things stand."""
        await self._transactions.run(lambda connection: mark_card(connection, job_id, due_at))

    async def claim(
        self, limit: int, now: datetime, *, lease_s: float, under_way: Mapping[int, int]
    ) -> list[CardEdit]:
        """Cards to draw now; few of each channel, together with those that are `under_way`."""
        taken = claiming(self._worker_id, limit, now, lease_s) | busy_in(under_way)

        async def take(connection: AsyncConnection) -> list[CardEdit]:
            rows = (await connection.execute(_CLAIM, taken)).all()
            if not rows:
                return []
            ids = [row.id for row in rows]
            places = sa.select(jobs.c.id, jobs.c.channel_id).where(jobs.c.id.in_(ids))
            channels = {row.id: row.channel_id for row in await connection.execute(places)}
            return [from_row(CardEdit, row, channel_id=channels[row.id]) for row in rows]

        return await self._transactions.run(take)

    async def done(self, edit: CardEdit, *, again_at: datetime | None = None) -> None:
        """It was drawn, or can't be. If nothing more has happened since, that is all until
        `again_at`, and the tokens of those of its jobs that came to their end are forgotten."""
        same = (card_edits.c.id == edit.id, card_edits.c.version == edit.version)
        told = ~sa.exists().where(notices.c.job_id == jobs.c.id, notices.c.due_at.is_not(None))
        forget = sa.update(jobs).where(
            sa.or_(jobs.c.id == edit.id, jobs.c.batch_id == edit.id),
            jobs.c.state.in_(TERMINAL),
            told,
            sa.exists().where(*same),
        )

        async def finish(connection: AsyncConnection) -> None:
            # Jobs before all else, as everywhere: two transactions must not wait for each other.
            await connection.execute(forget.values(interaction_token=None))
            rest: sa.Delete | sa.Update = sa.delete(card_edits)
            if again_at is not None:
                later = {"due_at": again_at, "created_at": again_at, "attempts": 0}
                rest = sa.update(card_edits).values(later | RELEASED)
            if not (await connection.execute(rest.where(*same))).rowcount:
                await connection.execute(_of(edit).values(attempts=0, **RELEASED))

        await self._transactions.run(finish)

    async def put_off(self, edit: CardEdit, due_at: datetime) -> None:
        """Try again at `due_at`."""
        later = _of(edit).values(due_at=due_at, attempts=card_edits.c.attempts + 1, **RELEASED)
        await self._transactions.change(later)

    async def next_due_at(self, under_way: Mapping[int, int] | None = None) -> datetime | None:
        """When the next unclaimed card, in a channel that has room, is to be drawn."""
        full = {"full_channels": busy_in(under_way or {})["full_channels"]}
        moment: datetime | None = await self._value(_NEXT_DUE_AT, full)
        return moment


_CARD_ID = sa.func.coalesce(jobs.c.batch_id, jobs.c.id)
_DUE = sa.bindparam("at_due", type_=UtcDateTime)
# Looked for every few seconds: building them again would cost more than running them.
_CLAIM = claim(
    card_edits,
    few_per_channel(card_edits, card_edits.c.id),
    order_by=(card_edits.c.due_at, card_edits.c.id),
)
_NEXT_DUE_AT = next_due_at(card_edits, card_edits.c.id)


def _of(edit: CardEdit) -> sa.Update:
    return sa.update(card_edits).where(card_edits.c.id == edit.id)
