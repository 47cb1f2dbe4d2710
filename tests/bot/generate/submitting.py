"""A submitter, the provider's refusals, and what members were told because of them."""

from bot.domain.jobs import NoticeKind
from bot.generate.estimates import DurationEstimates
from bot.generate.submitter import Refresh, Submitter
from bot.loops.wakeups import Wakeups
from bot.provider.client import GENERATIONS, Provider
from sandbox.aimlapi import AimlapiStandIn, error_body
from sandbox.scenario import Rule
from tests.factories import Stored, still_good

HTML = "<html>busy</html>"


def a_submitter(
    stored: Stored,
    provider: Provider,
    wakeups: Wakeups,
    *,
    at_most_running: int = 10,
    refresh: Refresh = still_good,
) -> Submitter:
    return Submitter(
        stored.stores,
        provider,
        DurationEstimates(stored.jobs),
        refresh,
        at_most_running=at_most_running,
        overdue_s=600,
        wakeups=wakeups,
        clock=stored.clock,
    )


def refusing(stand_in: AimlapiStandIn, status: int, body: object = None, **headers: str) -> Rule:
    rule = stand_in.scenario.on("POST", GENERATIONS, times=None)
    content = error_body(status, "because of you") if body is None else body
    return rule.respond(status, content, headers=headers)


async def kinds_of_notices(stored: Stored, job_id: str) -> list[NoticeKind]:
    return [notice.kind for notice in await stored.notices.of_job(job_id)]
