"""The ways to a member, best first, and going down them without ever telling twice.

Four rungs. A new message in the channel is the best way: it notifies, and others hear the track,
too. It needs the permission to write there. Where that is missing, the card itself becomes the
track, through the token of the interaction: no permission is needed, but the token lives for 15
minutes, and nobody is notified. A direct message needs neither, and many members take none from
bots. If all three are closed, the notice is held, and `/tracks` hands it out. Some jobs lack a
rung from the start: what is private, or was asked for where the bot is not, never uses the
channel, and a card that variations share never becomes one of them.

A rung is closed when Discord says so in its own words: 403 for a missing permission, 404 for a
deleted channel (`bot.rest.verdict` reads the answers). Then the next one is tried at once. Trouble
closes nothing: the notice is put off, and the same rung is tried again later.

What makes it hard
    Sending is a request and an answer, and only the answer tells whether there is a message. If
    the connection breaks in between, or the process dies, the member may have been told or not.
    Trying again tells some members twice, giving up tells some never. And a second try on another
    rung is the worst of both, since nothing on Discord's side can tell that the two are the same.

What is done about it
    Each try is stored before it is made: its rung, its channel, its time, and that its outcome is
    unknown (`NoticeStore.record_attempt`). Whoever takes the notice up next, in this process or
    another, sees that, and has three ways to go on:

    1. Repeat the same try. Each message carries a nonce, made of the job and the kind of notice,
       and for some minutes Discord answers a known nonce with the message that is there already.
       We rely on 30 seconds of that. An edit of the card may be repeated at any time: it changes
       the same message into the same message.
    2. After the 30 seconds, look. The buttons of our messages name the job and the kind, so the
       message is found again by reading the channel from the time of the request on. If it is
       there, the member was told. If not, all is as if the try had never been made.
    3. Where we can't look, since the channel's history is closed to us or too much was said in it,
       hold the notice. Late and once is better than twice.

    A database that came back from a backup does not know what was tried since. There each notice of
    a job that had not ended begins as unsure, on whichever rung: we look on all of them.

    Until one of the three has brought an answer, no other rung is taken. A thread and the channel
    around it count as different places, since a nonce holds for one of them only.

What is guaranteed
    No member is told the same thing twice, as long as Discord keeps nonces for 30 seconds and
    shows us our own messages. No notice gets lost: it is told, or held where its member finds it,
    or left out because what it says is no longer so. A deletion is looked for in the same
    statement that stores the try, so no message goes out for a track that was deleted before.

    Of the messages about variations one notifies, however often it has to be repeated: which one is
    decided and stored with the try (`bot.store.pings`).

What is not
    That the member is notified: an edit of the card does not. That the best rung is taken: after
    an unknown outcome the search goes on from the rung that was tried, not from the top. That a
    held notice was never seen: if a message did reach Discord where we can't look, `/tracks`
    offers the track once more. And nothing is promised about when. A channel in trouble is tried
    for a day.

A refusal with a code that no list of ours has is between the two: it may be final or pass. It
closes its way once the same came three times in a row, ten seconds apart, counted in the database
for each way.
"""

import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from bot import words
from bot.clock import Clock
from bot.deliver.announcements import Announcement
from bot.deliver.buttons import CARD
from bot.deliver.messenger import Messenger
from bot.deliver.retry_policy import EQUAL_ANSWERS
from bot.deliver.threads import thread_id_of
from bot.domain.jobs import FINAL_KINDS, Job, Notice, NoticeKind, Rung
from bot.errors import ChannelGone, NotUnderstood, TrackDeleted, Unreachable
from bot.said_once import SaidOnce
from bot.store.notice_store import NoticeStore

# Discord drops a repeated nonce "within the past few minutes"; half a minute is surely inside.
NONCE_HOLDS = timedelta(seconds=30)
# Ways on which Discord may refuse something, besides the rungs.
SEARCH, THREAD = "search", "thread"

T = TypeVar("T")
Announce = Callable[[], Announcement]

log = logging.getLogger(__name__)


@dataclass(frozen=True, kw_only=True)
class Receipt:
    """Where the member was told."""

    rung: Rung
    channel_id: int
    message_id: int


@dataclass(eq=False)
class Ladder:
    """Takes a message to a member. Raises the `DeliveryError`s of `bot.errors`."""

    messenger: Messenger
    notices: NoticeStore
    clock: Clock

    def __post_init__(self) -> None:
        self._said = SaidOnce(log)
        self._ways: dict[Rung, Callable[[Job, Notice, Announce], Awaitable[Receipt]]] = {
            Rung.CHANNEL: self._in_channel,
            Rung.INTERACTION: self._through_interaction,
            Rung.DIRECT_MESSAGE: self._directly,
        }

    async def earlier(self, job: Job, notice: Notice) -> Receipt | None:
        """The message of an earlier try of unknown outcome, if it is there.

        `None` also where repeating the try can do no harm. `Unreachable` when it can't be known:
        then nothing may be posted.
        """
        if not notice.unsure or self._is_repeatable(notice):
            return None
        return await self.seek(job, notice)

    async def seek(self, job: Job, notice: Notice) -> Receipt | None:
        """Where the last try would have left its message, if it is there. Raises as `earlier`."""
        rung = notice.attempted_rung
        if rung is None:
            return await self._seek_everywhere(job, notice)
        if rung is Rung.INTERACTION:
            return _on_card(job)
        return await self._seek_on(rung, job, notice, notice.kind)

    async def _seek_on(
        self, rung: Rung, job: Job, notice: Notice, kind: NoticeKind
    ) -> Receipt | None:
        """A message of this kind in the channels of this rung."""
        looking = self._tried_channels(job, notice, rung)
        for channel_id in await self._answered(notice, SEARCH, looking):
            try:
                direct = rung is Rung.DIRECT_MESSAGE
                finding = self.messenger.find(channel_id, job, kind, direct=direct)
                found = await self._answered(notice, f"{SEARCH}:{channel_id}", finding)
            except ChannelGone as error:
                self._note(notice, "no channel, no message: %s", error)
                continue
            if found:
                log.info("an earlier try had reached Discord")
                if found.id == job.card_message_id:
                    return _on_card(job)
                return Receipt(rung=rung, channel_id=channel_id, message_id=found.id)
        return None

    async def _seek_everywhere(self, job: Job, notice: Notice) -> Receipt | None:
        """On each rung that the job has. Who has the track needs to learn nothing else of it."""
        for kind in dict.fromkeys((NoticeKind.RESULT, notice.kind)):
            for rung in (Rung.CHANNEL, Rung.DIRECT_MESSAGE):
                if _is_for(rung, job) and (told := await self._seek_on(rung, job, notice, kind)):
                    return told
            # Where others see the card, it was among the channel's messages.
            if not job.uses_channel and _is_for(Rung.INTERACTION, job):
                asking = self.messenger.first_answer(job, kind)
                if await self._answered(notice, f"{SEARCH}:{CARD}", asking) is not None:
                    return _on_card(job)
        return None

    async def _tried_channels(self, job: Job, notice: Notice, rung: Rung) -> list[int]:
        """Where a try on this rung may have left its message."""
        if rung is Rung.DIRECT_MESSAGE:
            return [await self.messenger.direct_channel(job)]
        if notice.attempted_channel_id is not None:
            return [notice.attempted_channel_id]
        # Stored before the channel was remembered.
        return [id_ for id_ in (thread_id_of(job), job.channel_id) if id_ is not None]

    async def tell(self, job: Job, notice: Notice, announce: Announce) -> Receipt:
        """Tell the member on the best rung that is open, or on the one that is still unsure.

        `announce` makes the message in the language of those who read it there.
        Raises `Unreachable` if no rung is open, `TrackDeleted` if there is nothing to be told any
        more, and passes on `DeliveryUnsure`, `DeliveryLater` and `UploadTooLarge`.
        """
        # Judged right before sending: the file's download may have taken long.
        if notice.unsure and self._is_repeatable(notice):
            return await self._repeat(job, notice, announce)
        if notice.unsure and (told := await self.seek(job, notice)):
            return told
        rungs = [rung for rung in self._ways if _is_for(rung, job)]
        if notice.unsure and notice.attempted_rung in rungs:
            rungs = rungs[rungs.index(notice.attempted_rung) :]
        problem = Unreachable("there is no way")
        for rung in rungs:
            try:
                return await self._ways[rung](job, notice, announce)
            except Unreachable as error:
                self._note(notice, f"not by {rung}: %s", error)
                problem = error
        raise problem

    async def _repeat(self, job: Job, notice: Notice, announce: Announce) -> Receipt:
        """The same try once more: in the same channel, and by no other way, where Discord would
        take it for another message."""
        rung = notice.attempted_rung or Rung.CHANNEL
        try:
            if rung is Rung.CHANNEL:
                channel_id = notice.attempted_channel_id or job.channel_id
                return await self._post(job, notice, announce, channel_id)
            return await self._ways[rung](job, notice, announce)
        except Unreachable as error:
            raise Unreachable(f"it may have been told before: {error}") from error

    def _is_repeatable(self, notice: Notice) -> bool:
        """Whether Discord drops a repetition: edits always, messages while it knows the nonce."""
        if notice.attempted_rung is Rung.INTERACTION:
            return True
        return nonce_holds(notice.attempted_at, self.clock())

    async def _attempt(self, notice: Notice, rung: Rung, channel_id: int | None = None) -> Notice:
        """The notice as stored for this try, which says whether its message pings."""
        now = self.clock()
        stored = await self.notices.record_attempt(notice.id, rung, now, channel_id=channel_id)
        if stored is None:
            raise TrackDeleted("it was deleted before it was told")
        return stored

    async def _answered(self, notice: Notice, way: str, call: Awaitable[T]) -> T:
        """What Discord answers. A refusal in words that we don't know closes this way once it came
        `EQUAL_ANSWERS` times in a row; until then it raises `NotUnderstood`, to be tried again."""
        try:
            return await call
        except NotUnderstood as error:
            times = await self.notices.refused(notice.id, way, error.code, self.clock())
            if times < EQUAL_ANSWERS:
                raise
            raise Unreachable(f"{times} times: {error}") from error

    async def _in_channel(self, job: Job, notice: Notice, announce: Announce) -> Receipt:
        thread_id = await self._thread(job, notice)
        if thread_id is not None:
            try:
                return await self._post(job, notice, announce, thread_id)
            except Unreachable as error:
                self._note(notice, "not in the thread: %s", error)
        return await self._post(job, notice, announce, job.channel_id)

    async def _thread(self, job: Job, notice: Notice) -> int | None:
        """The thread in which variations are posted, where there can be one."""
        if thread_id_of(job) is None:
            return None
        starting = self.messenger.thread_for(job, words.title_of(job))
        try:
            return await self._answered(notice, THREAD, starting)
        except Unreachable as error:
            self._note(notice, "no thread for the variations: %s", error)
            return None

    def _note(self, notice: Notice, what: str, error: Unreachable) -> None:
        """Once for each notice: it may be tried for a day."""
        self._said.say((notice.id, what), what, error, level=logging.INFO)

    async def _post(self, job: Job, notice: Notice, announce: Announce, channel_id: int) -> Receipt:
        notice = await self._attempt(notice, Rung.CHANNEL, channel_id)
        thread_id = None if channel_id == job.channel_id else channel_id
        posting = self.messenger.post(job, notice, announce(), thread_id=thread_id)
        message = await self._answered(notice, f"{Rung.CHANNEL}:{channel_id}", posting)
        return Receipt(rung=Rung.CHANNEL, channel_id=channel_id, message_id=message.id)

    async def _through_interaction(self, job: Job, notice: Notice, announce: Announce) -> Receipt:
        await self._attempt(notice, Rung.INTERACTION)
        edit = self.messenger.edit_answer
        if notice.kind not in FINAL_KINDS:
            edit = self.messenger.add_to_answer
        message = await self._answered(notice, Rung.INTERACTION, edit(job, announce()))
        return Receipt(rung=Rung.INTERACTION, channel_id=job.channel_id, message_id=message.id)

    async def _directly(self, job: Job, notice: Notice, announce: Announce) -> Receipt:
        notice = await self._attempt(notice, Rung.DIRECT_MESSAGE)
        with words.speaking(job.member_locale):
            posting = self.messenger.post_direct(job, notice, announce())
        message = await self._answered(notice, Rung.DIRECT_MESSAGE, posting)
        channel_id = message.channel.id
        return Receipt(rung=Rung.DIRECT_MESSAGE, channel_id=channel_id, message_id=message.id)


def nonce_holds(attempted_at: datetime | None, now: datetime) -> bool:
    """Whether Discord surely still drops a repetition of a message that was sent then.

    A try that lies in the future was dated by a clock that was put right since.
    """
    return attempted_at is not None and timedelta(0) <= now - attempted_at < NONCE_HOLDS


def _on_card(job: Job) -> Receipt | None:
    """An edit, if it was taken, has changed the card."""
    if job.card_message_id is None:
        return None
    return Receipt(rung=Rung.INTERACTION, channel_id=job.channel_id, message_id=job.card_message_id)


def _is_for(rung: Rung, job: Job) -> bool:
    """Whether the job has this way at all. A card that variations share shows how all of them
    stand, so none of them takes its place."""
    if rung is Rung.CHANNEL:
        return job.uses_channel
    return rung is not Rung.INTERACTION or job.batch_id is None
