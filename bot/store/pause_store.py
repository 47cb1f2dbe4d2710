"""The circuit breaker's state: one row, the same for all processes, that a restart does not forget.

The rules are in `bot.generate.circuit_breaker`, and only there: this store reads the row, and lets
a function replace it. That happens in a transaction that has its turn over all processes
(`AdvisoryLock.SUBMITTING`, the same turn that claims jobs for submission). So no two refusals at
the same moment both count from the same pause, and no job goes out between reading a pause and
writing it.

No row is the usual case, and means that submissions go out freely.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from bot.domain.jobs import JobState
from bot.errors import (
    AccountRefused,
    KeyLacksAudio,
    KeyLimitReached,
    KeyRejected,
    NotVerified,
    OutOfCredits,
)
from bot.store.database.advisory_locks import AdvisoryLock, advisory_lock
from bot.store.database.queries import Queries
from bot.store.database.row_mapping import from_row
from bot.store.database.tables import jobs, pauses
from bot.store.database.transactions import Transactions

_MINE = pauses.c.id == "submitting"
# For queries that need to know of the pause besides: null if there is none.
PROBE_AT = sa.select(pauses.c.probe_at).where(_MINE).scalar_subquery().label("probe_at")


class PauseReason(StrEnum):
    """Why the provider accepts nothing."""

    KEY_REJECTED = "key_rejected"
    OUT_OF_CREDITS = "out_of_credits"
    NOT_VERIFIED = "not_verified"
    KEY_LIMIT_REACHED = "key_limit_reached"
    KEY_LACKS_AUDIO = "key_lacks_audio"
    RATE_LIMITED = "rate_limited"
    UNAVAILABLE = "unavailable"
    OUTCOME_UNKNOWN = "outcome_unknown"


OF_ACCOUNT: Final[Mapping[PauseReason, type[AccountRefused]]] = {
    PauseReason.KEY_REJECTED: KeyRejected,
    PauseReason.OUT_OF_CREDITS: OutOfCredits,
    PauseReason.NOT_VERIFIED: NotVerified,
    PauseReason.KEY_LIMIT_REACHED: KeyLimitReached,
    PauseReason.KEY_LACKS_AUDIO: KeyLacksAudio,
}
"""What the provider refused with."""
# After so long, new requests are refused rather than left to wait for the host.
REFUSED_AFTER = timedelta(minutes=15)
# For the query that takes a request in: since when the host has had to act; null if there's nothing
# to do, or key and balance look right again.
CLOSED_SINCE = (
    sa.select(pauses.c.began_at)
    .where(_MINE, pauses.c.reason.in_(sorted(OF_ACCOUNT)), ~pauses.c.looks_right)
    .scalar_subquery()
    .label("closed_since")
)
# Whether a job waits that will be the probe.
_WAITS = sa.exists().where(jobs.c.state.in_((JobState.RECEIVED, JobState.QUEUED)))


@dataclass(frozen=True, kw_only=True)
class Pause:
    """Submissions are held back: the next one goes out at `probe_at`, alone.

    `distance_s` is how far the probes are apart by now. `looks_right` says that key and balance
    have come to look right since the last refusal.
    """

    reason: PauseReason
    began_at: datetime
    probe_at: datetime
    distance_s: float
    looks_right: bool = False

    @property
    def host_must_act(self) -> bool:
        """Whether waiting alone will not help."""
        return self.reason in OF_ACCOUNT

    @property
    def advice(self) -> str | None:
        """What the host can do, if anything."""
        return OF_ACCOUNT[self.reason].advice if self.host_must_act else None

    def keeps_requests_out(self, now: datetime) -> bool:
        """Whether it lasts for so long that no new requests are taken until it looks right."""
        return self.host_must_act and now - self.began_at >= REFUSED_AFTER

    def lasted_s(self, now: datetime) -> float:
        """Seconds since the first refusal."""
        return (now - self.began_at).total_seconds()


class PauseStore(Queries):
    """Owns the queries on the pause. All may be repeated."""

    def __init__(self, engine: AsyncEngine, transactions: Transactions) -> None:
        super().__init__(engine)
        self._transactions = transactions

    async def current(self) -> Pause | None:
        """The pause, or `None` while submissions go out freely."""
        async with self._engine.connect() as connection:
            return await _read(connection)

    async def change(self, how: Callable[[Pause | None], Pause]) -> tuple[Pause | None, Pause]:
        """Replace the pause by what `how` makes of it; the one before, and the one from now on."""

        async def change(connection: AsyncConnection) -> tuple[Pause | None, Pause]:
            await advisory_lock(connection, AdvisoryLock.SUBMITTING)
            before = await _read(connection)
            after = how(before)
            if before is None:
                await connection.execute(sa.insert(pauses).values(id="submitting", **vars(after)))
            elif after != before:
                await connection.execute(sa.update(pauses).where(_MINE).values(**vars(after)))
            return before, after

        return await self._transactions.run(change)

    async def probe_at_once(self, now: datetime) -> bool:
        """Don't wait for the next probe, unless the provider itself asked to wait; whether one is
        nearer now. For a start: the host may just have fixed what was wrong."""
        waits = sa.and_(pauses.c.probe_at > now, pauses.c.reason != PauseReason.RATE_LIMITED)

        async def bring_nearer(connection: AsyncConnection) -> bool:
            nearer = sa.update(pauses).where(_MINE, waits).values(probe_at=now)
            return (await connection.execute(nearer)).rowcount > 0

        return await self._transactions.run(bring_nearer)

    async def looks(self, *, right: bool) -> bool:
        """Store whether key and balance look right now; whether that is news.

        While a job waits, the next probe knows better than any look.
        """
        news = sa.and_(_MINE, pauses.c.looks_right != right, ~_WAITS)
        return (
            await self._transactions.change(sa.update(pauses).where(news).values(looks_right=right))
            > 0
        )

    async def end(self) -> bool:
        """Submissions go out freely from now on; whether there was a pause."""
        return await self._transactions.change(sa.delete(pauses).where(_MINE)) > 0


async def _read(connection: AsyncConnection) -> Pause | None:
    row = (await connection.execute(sa.select(pauses).where(_MINE))).first()
    return from_row(Pause, row, reason=PauseReason(row.reason)) if row else None
