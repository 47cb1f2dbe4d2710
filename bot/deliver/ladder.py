"""The ways to a member, best first, and going down them without ever telling twice.

A new message in the channel notifies; an edit of the card through the interaction's token needs
no permission, for 15 minutes; a direct message needs neither. If all are closed, the notice is
held for the member to ask for. What is private never uses the channel, and where the bot is not
there is none.

Each try is stored before it is made, with the channel it goes to. As long as the outcome of one is
unknown, no other way is taken, and no other channel: it may be repeated where Discord itself drops
repetitions, or else it is looked for.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot.clock import Clock
from bot.deliver.announcements import Announcement
from bot.deliver.messenger import Messenger
from bot.deliver.retry_policy import EQUAL_ANSWERS
from bot.deliver.threads import thread_id_of
from bot.domain.jobs import FINAL_KINDS, Job, Notice, Rung
from bot.errors import ChannelGone, NotUnderstood, TrackDeleted, Unreachable
from bot.store.notice_store import NoticeStore
from bot.text import title_of

# Discord drops a repeated nonce "within the past few minutes"; half a minute is surely inside.
NONCE_HOLDS = timedelta(seconds=30)
# Ways on which Discord may refuse something, besides the rungs.
SEARCH, THREAD = "search", "thread"

T = TypeVar("T")

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Told:
    """Where the member was told."""

    rung: Rung
    channel_id: int
    message_id: int


class Ladder:
    """Takes a message to a member. Raises the `DeliveryError`s of `bot.errors`."""

    def __init__(self, messenger: Messenger, notices: NoticeStore, clock: Clock) -> None:
        self._messenger = messenger
        self._notices = notices
        self._clock = clock
        self._ways: dict[Rung, Callable[[Job, Notice, Announcement], Awaitable[Told]]] = {
            Rung.CHANNEL: self._in_channel,
            Rung.INTERACTION: self._through_interaction,
            Rung.DIRECT_MESSAGE: self._directly,
        }

    async def earlier(self, job: Job, notice: Notice) -> Told | None:
        """The message of an earlier try of unknown outcome, if it is there.

        `None` also where repeating the try can do no harm. `Unreachable` when it can't be known:
        then nothing may be posted.
        """
        if not notice.unsure or self._is_repeatable(notice):
            return None
        return await self.seek(job, notice)

    async def seek(self, job: Job, notice: Notice) -> Told | None:
        """Where the last try would have left its message, if it is there. Raises as `earlier`."""
        rung = notice.attempted_rung or Rung.CHANNEL
        if rung is Rung.INTERACTION:
            return _on_card(job)
        looking = self._tried_channels(job, notice, rung)
        for channel_id in await self._answered(notice, SEARCH, looking):
            try:
                direct = rung is Rung.DIRECT_MESSAGE
                finding = self._messenger.find(channel_id, job, notice.kind, direct=direct)
                found = await self._answered(notice, f"{SEARCH}:{channel_id}", finding)
            except ChannelGone as error:
                log.info("no channel, no message: %s", error)
                continue
            if found:
                log.info("an earlier try had reached Discord")
                return Told(rung=rung, channel_id=channel_id, message_id=found.id)
        return None

    async def _tried_channels(self, job: Job, notice: Notice, rung: Rung) -> list[int]:
        """Where a try on this rung may have left its message."""
        if rung is Rung.DIRECT_MESSAGE:
            return [await self._messenger.direct_channel(job)]
        if notice.attempted_channel_id is not None:
            return [notice.attempted_channel_id]
        # Stored before the channel was remembered.
        return [id_ for id_ in (thread_id_of(job), job.channel_id) if id_ is not None]

    async def tell(self, job: Job, notice: Notice, what: Announcement) -> Told:
        """Tell the member on the best rung that is open, or on the one that is still unsure.

        Raises `Unreachable` if no rung is open, `TrackDeleted` if there is nothing to be told any
        more, and passes on `DeliveryUnsure`, `DeliveryLater` and `UploadTooLarge`.
        """
        # Judged right before sending: the file's download may have taken long.
        if notice.unsure and self._is_repeatable(notice):
            return await self._repeat(job, notice, what)
        if notice.unsure and (told := await self.seek(job, notice)):
            return told
        rungs = [rung for rung in self._ways if _is_for(rung, job)]
        if notice.unsure and notice.attempted_rung in rungs:
            rungs = rungs[rungs.index(notice.attempted_rung) :]
        problem = Unreachable("there is no way")
        for rung in rungs:
            try:
                return await self._ways[rung](job, notice, what)
            except Unreachable as error:
                log.info("not by %s: %s", rung, error)
                problem = error
        raise problem

    async def _repeat(self, job: Job, notice: Notice, what: Announcement) -> Told:
        """The same try once more: in the same channel, and by no other way, where Discord would
        take it for another message."""
        rung = notice.attempted_rung or Rung.CHANNEL
        try:
            if rung is Rung.CHANNEL:
                channel_id = notice.attempted_channel_id or job.channel_id
                return await self._post(job, notice, what, channel_id)
            return await self._ways[rung](job, notice, what)
        except Unreachable as error:
            raise Unreachable(f"it may have been told before: {error}") from error

    def _is_repeatable(self, notice: Notice) -> bool:
        """Whether Discord drops a repetition: edits always, messages while it knows the nonce."""
        if notice.attempted_rung is Rung.INTERACTION:
            return True
        return nonce_holds(notice.attempted_at, self._clock())

    async def _attempt(self, notice: Notice, rung: Rung, channel_id: int | None = None) -> None:
        now = self._clock()
        if not await self._notices.record_attempt(notice.id, rung, now, channel_id=channel_id):
            raise TrackDeleted("it was deleted before it was told")

    async def _answered(self, notice: Notice, way: str, call: Awaitable[T]) -> T:
        """What Discord answers. A refusal in words that we don't know closes this way once it came
        `EQUAL_ANSWERS` times in a row; until then it raises `NotUnderstood`, to be tried again."""
        try:
            return await call
        except NotUnderstood as error:
            times = await self._notices.refused(notice.id, way, error.code, self._clock())
            if times < EQUAL_ANSWERS:
                raise
            raise Unreachable(f"{times} times: {error}") from error

    async def _in_channel(self, job: Job, notice: Notice, what: Announcement) -> Told:
        thread_id = await self._thread(job, notice)
        if thread_id is not None:
            try:
                return await self._post(job, notice, what, thread_id)
            except Unreachable as error:
                log.info("not in the thread: %s", error)
        return await self._post(job, notice, what, job.channel_id)

    async def _thread(self, job: Job, notice: Notice) -> int | None:
        """The thread in which variations are posted, where there can be one."""
        if thread_id_of(job) is None:
            return None
        starting = self._messenger.thread_for(job, title_of(job))
        try:
            return await self._answered(notice, THREAD, starting)
        except Unreachable as error:
            log.info("no thread for the variations: %s", error)
            return None

    async def _post(self, job: Job, notice: Notice, what: Announcement, channel_id: int) -> Told:
        await self._attempt(notice, Rung.CHANNEL, channel_id)
        thread_id = None if channel_id == job.channel_id else channel_id
        posting = self._messenger.post(job, notice, what, thread_id=thread_id)
        message = await self._answered(notice, f"{Rung.CHANNEL}:{channel_id}", posting)
        return Told(rung=Rung.CHANNEL, channel_id=channel_id, message_id=message.id)

    async def _through_interaction(self, job: Job, notice: Notice, what: Announcement) -> Told:
        await self._attempt(notice, Rung.INTERACTION)
        edit = self._messenger.edit_answer
        if notice.kind not in FINAL_KINDS:
            edit = self._messenger.add_to_answer
        message = await self._answered(notice, Rung.INTERACTION, edit(job, what))
        return Told(rung=Rung.INTERACTION, channel_id=job.channel_id, message_id=message.id)

    async def _directly(self, job: Job, notice: Notice, what: Announcement) -> Told:
        await self._attempt(notice, Rung.DIRECT_MESSAGE)
        posting = self._messenger.post_direct(job, notice, what)
        message = await self._answered(notice, Rung.DIRECT_MESSAGE, posting)
        channel_id = message.channel.id
        return Told(rung=Rung.DIRECT_MESSAGE, channel_id=channel_id, message_id=message.id)


def nonce_holds(attempted_at: datetime | None, now: datetime) -> bool:
    """Whether Discord surely still drops a repetition of a message that was sent then.

    A try that lies in the future was dated by a clock that was put right since.
    """
    return attempted_at is not None and timedelta(0) <= now - attempted_at < NONCE_HOLDS


def _on_card(job: Job) -> Told | None:
    """An edit, if it was taken, has changed the card."""
    if job.card_message_id is None:
        return None
    return Told(rung=Rung.INTERACTION, channel_id=job.channel_id, message_id=job.card_message_id)


def _is_for(rung: Rung, job: Job) -> bool:
    """Whether the job has this way at all. A card that variations share shows how all of them
    stand, so none of them takes its place."""
    if rung is Rung.CHANNEL:
        return job.uses_channel
    return rung is not Rung.INTERACTION or job.batch_id is None
