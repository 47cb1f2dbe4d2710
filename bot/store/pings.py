"""Which of the messages about variations notifies their member: one of them.

It's the one that is sent when no other variation is open any more, or else the first that is sent
two minutes after the first of all. A failure counts like a track. Of all else, such as that it
takes longer, or that nothing was started, the first message of each kind notifies.

This is decided when an attempt is stored, in the same statement. While its outcome is unknown it
stays as decided, so a repeated message is the same message. A variation whose message might be out
counts as told: it can't change its mind, so two that end at the same moment never leave it to each
other. Each decision is made under a lock on the request, so two never both see themselves as last.
"""

from datetime import datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.jobs import TERMINAL, NoticeKind
from bot.store.database.tables import jobs, notices

PATIENCE = timedelta(minutes=2)
ENDS = (NoticeKind.RESULT, NoticeKind.FAILURE)

_own, _sibling, _other = jobs.alias("own"), jobs.alias("sibling"), notices.alias("other")
# Null for a job alone, which therefore has no siblings.
_BATCH_ID = (
    sa.select(_own.c.batch_id)
    .where(_own.c.id == notices.c.job_id)
    .correlate(notices)
    .scalar_subquery()
)
_IS_END, _OTHER_IS_END = (table.c.kind.in_(ENDS) for table in (notices, _other))
# A notice might be unsure without a try that we know of; then nothing was decided.
_TRIED, _OTHER_TRIED = (
    sa.and_(table.c.unsure, table.c.attempted_rung.is_not(None)) for table in (notices, _other)
)
_MIGHT_BE_OUT = sa.or_(_other.c.told_at.is_not(None), _OTHER_TRIED)
# Other messages of the request that say the same, or an end like this one.
_OTHERS = (
    sa.select(_other.c.id)
    .join(_sibling, _sibling.c.id == _other.c.job_id)
    .where(
        _sibling.c.batch_id == _BATCH_ID,
        _other.c.id != notices.c.id,
        sa.or_(_other.c.kind == notices.c.kind, sa.and_(_IS_END, _OTHER_IS_END)),
        _MIGHT_BE_OUT,
    )
    .correlate(notices)
)
_UNTOLD = sa.exists().where(
    _other.c.job_id == _sibling.c.id,
    _OTHER_IS_END,
    _other.c.due_at.is_not(None),
    ~_MIGHT_BE_OUT,
)
_OPEN = (
    sa.select(_sibling.c.id)
    .where(
        _sibling.c.batch_id == _BATCH_ID,
        _sibling.c.id != notices.c.job_id,
        _sibling.c.deleted_at.is_(None),
        sa.or_(_sibling.c.state.not_in(TERMINAL), _UNTOLD.correlate(_sibling)),
    )
    .correlate(notices)
)


def pings(now: datetime) -> sa.ColumnElement[bool]:
    """The value of `notices.pings` for an attempt at this time (aware UTC)."""
    patience_ended = _OTHERS.where(_other.c.attempted_at <= now - PATIENCE).exists()
    is_its_turn = sa.or_(~_IS_END, ~_OPEN.exists(), patience_ended)
    decided = sa.and_(~_OTHERS.where(_other.c.pings).exists(), is_its_turn)
    return sa.case((_TRIED, notices.c.pings), else_=decided)


def request_of(notice_id: int) -> sa.ScalarSelect[Any]:
    """The id to lock before deciding: of the interaction that variations share, else null."""
    return (
        sa.select(jobs.c.interaction_id)
        .join(notices, notices.c.job_id == jobs.c.id)
        .where(notices.c.id == notice_id, jobs.c.batch_id.is_not(None))
        .scalar_subquery()
    )
