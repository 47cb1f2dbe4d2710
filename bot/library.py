"""What is kept for members: tracks and messages that could not be delivered."""

from dataclasses import dataclass

from bot.jobs import Job, Notice
from bot.store.held_store import HeldAudio, HeldStore
from bot.store.notice_store import NoticeStore
from bot.workers.worker import Clock

AT_ONCE = 5


@dataclass(frozen=True, kw_only=True)
class Held:
    """One thing a member was not told, with the audio if there is any and it could be kept."""

    notice: Notice
    job: Job
    audio: HeldAudio | None


class Library:
    """Hands out what is held. Knows nothing of Discord's objects."""

    def __init__(self, notices: NoticeStore, held: HeldStore, clock: Clock) -> None:
        self._notices = notices
        self._held = held
        self._clock = clock

    async def held_for(self, member_id: int) -> list[Held]:
        """The oldest `AT_ONCE` things that are held for a member."""
        found = await self._notices.held_for(member_id, AT_ONCE)
        return [
            Held(notice=notice, job=job, audio=await self._held.get(job.id))
            for notice, job in found
        ]

    async def handed_out(self, held: Held) -> None:
        """The member has it now."""
        await self._held.handed_out(held.job.id, held.notice.id, self._clock())
