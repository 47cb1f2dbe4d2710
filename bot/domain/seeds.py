"""Seeds that nobody chose: drawn for a request, and told from those that members typed.

A drawn seed follows from the interaction, so that a job need not store whether it was drawn.
"""

import hashlib
from dataclasses import replace

from bot.domain.jobs import Job
from bot.domain.models import MODELS
from bot.domain.requests import Relation, Request

RANDOM_SEEDS = 2**31


def seeded(request: Request, interaction_id: int) -> Request:
    """A checked request with a seed, which can then be told, where its model takes one."""
    if request.seed is not None or not MODELS[request.model].seed:
        return request
    return replace(request, seed=_drawn(interaction_id))


def was_typed(job: Job) -> bool:
    """Whether the job's member chose its seed, which is then worth keeping.

    Its variations count on from the first. A remix has the seed of its track, whoever chose that.
    """
    seed = job.request.seed
    if seed is None or job.relation is Relation.REMIX:
        return False
    return seed != _drawn(job.interaction_id) + job.take - 1


def _drawn(interaction_id: int) -> int:
    digest = hashlib.sha256(str(interaction_id).encode()).digest()
    return int.from_bytes(digest[:8]) % RANDOM_SEEDS
