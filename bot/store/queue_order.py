"""Who is next: waiting jobs go out fairly over servers and members, not first come first served.

Servers take turns, and within a server its members. A turn counts what a server or member has at
the provider already, so one member's fifty prompts never stand before another's first. All of it
is read from the jobs themselves: nothing is kept that a restart could forget.
"""

from typing import Any

import sqlalchemy as sa

from bot.domain.jobs import JobState
from bot.store.database.tables import jobs

AT_THE_PROVIDER = (JobState.SUBMITTING, JobState.GENERATING)

# A direct message is a place of its own.
SERVER = sa.func.coalesce(jobs.c.guild_id, -jobs.c.member_id)


def in_order(*conditions: sa.ColumnElement[bool]) -> sa.Select[Any]:
    """Queued jobs that meet the conditions, as `id` and `place` (from 1), next one first."""
    of_member, of_server = _running(jobs.c.member_id), _running(SERVER)
    member_turn = sa.func.row_number().over(
        partition_by=jobs.c.member_id,
        order_by=(jobs.c.created_at, jobs.c.take, jobs.c.id),
    )
    waiting = (
        sa.select(
            jobs.c.id,
            jobs.c.created_at,
            SERVER.label("server"),
            (member_turn + sa.func.coalesce(of_member.c.running, 0)).label("member_turn"),
            sa.func.coalesce(of_server.c.running, 0).label("server_running"),
        )
        .select_from(
            jobs.outerjoin(of_member, of_member.c.key == jobs.c.member_id).outerjoin(
                of_server, of_server.c.key == SERVER
            )
        )
        .where(jobs.c.state == JobState.QUEUED, *conditions)
        .subquery()
    )
    by_turn = (waiting.c.member_turn, waiting.c.created_at, waiting.c.id)
    server_turn = sa.func.row_number().over(partition_by=waiting.c.server, order_by=by_turn)
    turns = sa.select(
        waiting, (server_turn + waiting.c.server_running).label("server_turn")
    ).subquery()
    order = (turns.c.server_turn, turns.c.member_turn, turns.c.created_at, turns.c.id)
    place = sa.func.row_number().over(order_by=order).label("place")
    return sa.select(turns.c.id, place).order_by(place)


def _running(key: sa.ColumnElement[Any]) -> sa.Subquery:
    """How many jobs are at the provider, by `key`."""
    return (
        sa.select(key.label("key"), sa.func.count().label("running"))
        .where(jobs.c.state.in_(AT_THE_PROVIDER))
        .group_by(key)
        .subquery()
    )
