"""Links to the audio that covers were made of: kept no longer than they live."""

from datetime import datetime

import sqlalchemy as sa

from bot.domain.jobs import TERMINAL
from bot.domain.models import MODELS
from bot.store.database.queries import Queries
from bot.store.database.tables import jobs

# There is an index that begins with the model; few jobs are covers.
MAKING_COVERS = [model.id for model in MODELS.values() if model.reference]


class ReferenceStore(Queries):
    """Owns the query."""

    async def forget_links(self, before: datetime) -> int:
        """Blank the links of jobs that ended before then; of how many.

        The name of the audio and the message it is in stay, which lead to a fresh link.
        """
        ended = (jobs.c.state.in_(TERMINAL), jobs.c.finished_at < before)
        linked = (jobs.c.model.in_(MAKING_COVERS), jobs.c.reference_url != "")
        forget = sa.update(jobs).where(*ended, *linked).values(reference_url="")
        return await self._change(forget)
