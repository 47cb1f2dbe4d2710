"""Discord and the workshop as `deliver` and `library` see them: they record, and fail on demand."""

import asyncio
from collections import deque
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import discord

from bot import words
from bot.audio.formats import EXTENSIONS, AudioFormat
from bot.audio.sound import Examined, Fitted
from bot.audio.tags import Tags
from bot.audio.workshop import Workshop
from bot.deliver.announcements import Announcement
from bot.deliver.buttons import CARD
from bot.deliver.messenger import Messenger
from bot.deliver.track_messages import TrackMessages
from bot.domain.jobs import Job, Notice, NoticeKind
from bot.domain.places import Place
from bot.errors import ChannelGone, ComposeError, DeliveryError, Unreachable
from tests.bot.audio.sounds import a_sound

DM_CHANNEL_ID = 7_000


@dataclass(frozen=True)
class Sent:
    """One message that reached Discord, with the bytes of its file."""

    way: str
    what: Announcement
    nonce: str | None
    file: bytes | None
    pings: bool

    @property
    def link(self) -> str | None:
        """Where its link button leads."""
        items: list[Any] = self.what.view.children
        return next((item.url for item in items if item.url), None)

    @property
    def labels(self) -> list[str]:
        """What its buttons say."""
        items: list[Any] = self.what.view.children
        return [item.label for item in items]


class Arrivals(list[Sent]):
    """Messages that can be waited for."""

    def __init__(self) -> None:
        super().__init__()
        self._news = asyncio.Semaphore(0)

    def append(self, sent: Sent) -> None:
        super().append(sent)
        self._news.release()

    async def come(self, number: int) -> None:
        """Wait for so many more."""
        async with asyncio.timeout(40):
            for _ in range(number):
                await self._news.acquire()


class FakeMessenger(Messenger):
    """Takes everything, unless `fail` says otherwise, way by way and in that order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.cards: list[tuple[discord.Embed, discord.ui.View]] = []
        self.searches: list[tuple[int, str, str]] = []
        self.there: int | None = None
        self.there_in: dict[int, int] = {}
        self.there_for: set[NoticeKind | str] | None = None
        self.card_became: NoticeKind | str = CARD
        self.gone_channel_ids: set[int] = set()
        self.threads = True
        self.readable = True
        self._errors: dict[str, deque[DeliveryError | None]] = {}

    def fail(self, way: str, *errors: DeliveryError | None) -> None:
        """The next calls on this way raise these; `None` lets one pass."""
        self._errors.setdefault(way, deque()).extend(errors)

    def succeed(self, way: str) -> None:
        """From now on this way is fine."""
        self._errors.pop(way, None)

    async def post(
        self, job: Job, notice: Notice, what: Announcement, *, thread_id: int | None = None
    ) -> discord.Message:
        way = "post" if thread_id is None else "thread"
        return self._take(way, thread_id or job.channel_id, what, notice)

    async def thread_for(self, job: Job, name: str) -> int | None:
        del name
        self._check("start thread")
        return job.card_message_id if self.threads else None

    async def post_direct(self, job: Job, notice: Notice, what: Announcement) -> discord.Message:
        del job
        return self._take("direct", DM_CHANNEL_ID, what, notice)

    async def edit_answer(self, job: Job, what: Announcement) -> discord.WebhookMessage:
        message = self._take("edit", job.channel_id, what, None)
        return cast("discord.WebhookMessage", message)

    async def add_to_answer(self, job: Job, what: Announcement) -> discord.WebhookMessage:
        message = self._take("add", job.channel_id, what, None)
        return cast("discord.WebhookMessage", message)

    async def update_card(
        self, job: Job, embed: discord.Embed, view: discord.ui.View, *, keep_text: bool = False
    ) -> None:
        del job, keep_text
        self._check("card")
        self.cards.append((embed, view))

    async def find(
        self,
        channel_id: int,
        job: Job,
        place: NoticeKind | str,
        *,
        since: int | None = None,
        direct: bool = False,
    ) -> discord.Message | None:
        del since, direct
        self._check("find")
        if not self.readable:
            raise Unreachable("the channel's history can't be read")
        if channel_id in self.gone_channel_ids:
            raise ChannelGone("10003")
        self.searches.append((channel_id, job.id, place))
        message_id = self.there_in.get(channel_id, self.there)
        if self.there_for is not None and place not in self.there_for:
            return None
        return None if message_id is None else _message(message_id, channel_id)

    async def first_answer(self, job: Job, place: NoticeKind | str = CARD) -> int | None:
        self._check("first answer")
        return job.card_message_id if place == self.card_became else None

    async def direct_channel(self, job: Job) -> int:
        del job
        self._check("direct channel")
        return DM_CHANNEL_ID

    def _check(self, way: str) -> None:
        errors = self._errors.get(way)
        error = errors.popleft() if errors else None
        if error is not None:
            raise error

    def _take(
        self, way: str, channel_id: int, what: Announcement, notice: Notice | None
    ) -> discord.Message:
        self._check(way)
        file = what.file.read_bytes() if what.file else None
        nonce, pings = (notice.nonce, notice.pings) if notice else (None, False)
        self.sent.append(Sent(way, what, nonce, file, pings))
        return _message(8_000 + len(self.sent), channel_id)


class FakeTrackMessages(TrackMessages):
    """Keeps what is posted, and fails on demand."""

    def __init__(self) -> None:
        self.posted: list[tuple[str, Announcement, bytes]] = []
        self.links: dict[int, str] = {}
        self.gone: set[int] = set()
        self.removed: list[tuple[int, int]] = []
        self.titles: dict[int, str] = {}
        self.error: DeliveryError | None = None
        self.unseen = False

    async def audio_url(self, channel_id: int, message_id: int) -> str | None:
        del channel_id
        return self.links.get(message_id)

    async def is_there(self, channel_id: int, message_id: int) -> bool:
        del channel_id
        if self.unseen:
            raise Unreachable("50001")
        return message_id not in self.gone

    async def post(
        self, channel_id: int, guild_id: int | None, what: Announcement, nonce: str
    ) -> int:
        del channel_id, guild_id
        if self.error:
            raise self.error
        content = what.file.read_bytes() if what.file else b""
        nonces = [known for known, _, _ in self.posted]
        if nonce not in nonces:
            self.posted.append((nonce, what, content))
            nonces.append(nonce)
        return 9_000 + nonces.index(nonce)

    async def retitle(self, place: Place, job: Job) -> None:
        if place.message_id in self.gone:
            return
        if self.unseen:
            raise Unreachable("50001")
        self.titles[place.message_id] = words.title_of(job)

    async def remove(self, channel_id: int, message_id: int) -> None:
        self.removed.append((channel_id, message_id))


class FakeWorkshop(Workshop):
    """Hears the same in every file, and converts it into forms of the given sizes."""

    def __init__(self, picture: bytes = b"\x89PNG") -> None:
        super().__init__(workers=1, idle_s=1)
        self.examined = Examined(sound=a_sound(tempo_bpm=70.2), picture=picture)
        self.sizes_bytes: dict[AudioFormat, int] = {}
        self.colours: list[int] = []
        self.heard: list[tuple[bytes, bool]] = []
        self.asked: list[tuple[int, AudioFormat, Tags]] = []
        self.paused = asyncio.Event()
        self._pauses: dict[str, asyncio.Event] = {}
        self._errors: dict[str, deque[ComposeError | None]] = {}

    def pause(self, what: str) -> asyncio.Event:
        """Let the next call of "examine" wait for this event; `paused` tells when it does."""
        go_on = self._pauses[what] = asyncio.Event()
        return go_on

    def fail(self, what: str, *errors: ComposeError | None) -> None:
        """The next calls of "examine" or "fit" raise these; `None` lets one pass."""
        self._errors.setdefault(what, deque()).extend(errors)

    async def warm_up(self) -> None:
        self._check("warm up")

    async def examine(
        self,
        path: Path,
        *,
        colour: int,
        whole: bool = False,
        timeout_s: float = 0,
        aside: bool = False,
    ) -> Examined:
        del timeout_s, aside
        content = await asyncio.to_thread(path.read_bytes)
        self.heard.append((content, whole))
        if go_on := self._pauses.pop("examine", None):
            self.paused.set()
            await go_on.wait()
        self._check("examine")
        self.colours.append(colour)
        return self.examined

    async def fit(
        self,
        path: Path,
        *,
        limit_bytes: int,
        tags: Tags,
        preferred: AudioFormat = AudioFormat.ORIGINAL,
        whole: bool = False,
        timeout_s: float = 0,
        aside: bool = False,
    ) -> Fitted | None:
        del whole, timeout_s, aside
        self._check("fit")
        self.asked.append((limit_bytes, preferred, tags))
        for audio_format, size_bytes in self.sizes_bytes.items():
            if size_bytes <= limit_bytes and preferred in {AudioFormat.ORIGINAL, audio_format}:
                converted = path.with_suffix(EXTENSIONS[audio_format])
                converted.write_bytes(bytes(size_bytes))
                return Fitted(path=converted, format=audio_format)
        return None

    def _check(self, what: str) -> None:
        errors = self._errors.get(what)
        error = errors.popleft() if errors else None
        if error is not None:
            raise error


def _message(message_id: int, channel_id: int) -> discord.Message:
    channel = SimpleNamespace(id=channel_id)
    return cast("discord.Message", SimpleNamespace(id=message_id, channel=channel))
