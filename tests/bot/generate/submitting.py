"""The provider's refusals, and what members were told because of them."""

from bot.domain.jobs import Job, JobState, NoticeKind
from bot.provider.client import GENERATIONS
from sandbox.aimlapi import AimlapiStandIn, error_body
from sandbox.scenario import Rule
from tests.factories import Stored

HTML = "<html>busy</html>"


def refusing(stand_in: AimlapiStandIn, status: int, body: object = None, **headers: str) -> Rule:
    rule = stand_in.scenario.on("POST", GENERATIONS, times=None)
    content = error_body(status, "because of you") if body is None else body
    return rule.respond(status, content, headers=headers)


async def is_in_doubt(stored: Stored, job: Job) -> bool:
    """Still submitting, and to be looked up."""
    seen = await stored.job(job.id)
    return seen.state is JobState.SUBMITTING and None not in {seen.unsure_since, seen.lookup_due_at}


async def kinds_of_notices(stored: Stored, job_id: str) -> list[NoticeKind]:
    return [notice.kind for notice in await stored.notices.of_job(job_id)]
