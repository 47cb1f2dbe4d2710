"""A finished track whose file can't be had: its member is told so, soon and once.

The file may be missing, break off, never end, or keep the workshop busy. Whatever it is, the bot
keeps trying until there is a track, a link, or a failure. What takes long holds nobody else up.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from bot.clock import Clock
from bot.domain.jobs import LATE_AFTER, Job, JobState, Notice, NoticeKind
from bot.errors import AudioUnavailable, WorkshopTrouble
from bot.store.notice_store import NoticeStore

# Most tries take a few seconds; one that takes longer lets others pass. Where the time is long over
# when a try begins, it may well succeed: the bot was away.
LEAST_WAIT = timedelta(seconds=10)


@dataclass(frozen=True)
class Lateness:
    """Watches the tries to deliver tracks.

    `start` handles a notice that is claimed. `step_aside` lets a try go on without its slot, if not
    too many do.
    """

    notices: NoticeStore
    start: Callable[[tuple[Notice, Job]], None]
    step_aside: Callable[[asyncio.Task[Any] | None], bool]
    lease_s: float
    clock: Clock

    @contextlib.asynccontextmanager
    async def watched(self, job: Job, result: Notice) -> AsyncIterator[None]:
        """One try. If it takes long, or fails for the file, that is to be told in time.

        Raises `TimeoutError` where it takes long and too many others do.
        """
        limit = asyncio.timeout(None)
        watching = self._watch(job, result, limit, asyncio.current_task())
        waiting = asyncio.create_task(watching)
        try:
            async with limit:
                yield
        except (AudioUnavailable, WorkshopTrouble):
            # By when it is told, the next try may have succeeded: see `is_over`.
            now = self.clock()
            due_at = max(result.created_at + LATE_AFTER, now)
            await self.notices.add(job.id, NoticeKind.LATE, now, due_at=due_at)
            raise
        finally:
            waiting.cancel()
            # If the database is in trouble, too, the next try sees to it.
            await asyncio.gather(waiting, return_exceptions=True)

    async def is_over(self, job: Job) -> bool:
        """Whether nobody waits for the file, or not any more."""
        if job.state is JobState.GENERATING:
            return False  # the provider says completed, and names no file
        if job.state is not JobState.SUCCEEDED or job.deleted_at is not None:
            return True
        notices = await self.notices.of_job(job.id)
        # Where a try is of unknown outcome, the track may be there: then nothing is said of it.
        return all(
            one.rung is not None or one.unsure for one in notices if one.kind is NoticeKind.RESULT
        )

    async def _watch(
        self, job: Job, result: Notice, limit: asyncio.Timeout, trying: asyncio.Task[Any] | None
    ) -> None:
        """Beside the try, which may take minutes."""
        await asyncio.sleep(LEAST_WAIT.total_seconds())
        self.step_aside(trying)
        left = result.created_at + LATE_AFTER - self.clock()
        await asyncio.sleep(left.total_seconds())
        await self._tell(job)
        # What is on its way to Discord is let through: it ends by itself, and soon.
        if not self.step_aside(trying) and not await self.is_over(job):
            limit.reschedule(asyncio.get_running_loop().time())

    async def _tell(self, job: Job) -> None:
        now = self.clock()
        await self.notices.add(job.id, NoticeKind.LATE, now)
        notice = await self.notices.claim_of_job(job.id, NoticeKind.LATE, now, lease_s=self.lease_s)
        if notice is not None:
            self.start((notice, job))
