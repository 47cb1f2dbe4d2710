"""Discord as the deliverer sees it: a messenger that records, and fails on demand."""

from collections import deque
from dataclasses import dataclass
from types import SimpleNamespace
from typing import Any, cast

import discord

from bot.delivery.announcements import Announcement
from bot.delivery.messenger import Messenger
from bot.errors import DeliveryError, Unreachable
from bot.jobs import Job, Notice, NoticeKind

DM_CHANNEL_ID = 7_000


@dataclass(frozen=True)
class Sent:
    """One message that reached Discord, with the bytes of its file."""

    way: str
    what: Announcement
    nonce: str | None
    file: bytes | None

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


class FakeMessenger(Messenger):
    """Takes everything, unless `fail` says otherwise, way by way and in that order."""

    def __init__(self) -> None:
        self.sent: list[Sent] = []
        self.cards: list[tuple[discord.Embed, discord.ui.View]] = []
        self.searches: list[tuple[int, str, str]] = []
        self.there: int | None = None
        self.readable = True
        self._errors: dict[str, deque[DeliveryError | None]] = {}

    def fail(self, way: str, *errors: DeliveryError | None) -> None:
        """The next calls on this way raise these; `None` lets one pass."""
        self._errors.setdefault(way, deque()).extend(errors)

    async def post(self, job: Job, notice: Notice, what: Announcement) -> discord.Message:
        return self._take("post", job.channel_id, what, notice.nonce)

    async def post_direct(self, job: Job, notice: Notice, what: Announcement) -> discord.Message:
        del job
        return self._take("direct", DM_CHANNEL_ID, what, notice.nonce)

    async def edit_answer(self, job: Job, what: Announcement) -> discord.WebhookMessage:
        message = self._take("edit", job.channel_id, what, None)
        return cast("discord.WebhookMessage", message)

    async def update_card(self, job: Job, embed: discord.Embed, view: discord.ui.View) -> None:
        del job
        self._check("card")
        self.cards.append((embed, view))

    async def find(
        self, channel_id: int, job: Job, place: NoticeKind | str
    ) -> discord.Message | None:
        self._check("find")
        if not self.readable:
            raise Unreachable("the channel's history can't be read")
        self.searches.append((channel_id, job.id, place))
        return None if self.there is None else _message(self.there, channel_id)

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
        self, way: str, channel_id: int, what: Announcement, nonce: str | None
    ) -> discord.Message:
        self._check(way)
        file = what.file.read_bytes() if what.file else None
        self.sent.append(Sent(way, what, nonce, file))
        return _message(8_000 + len(self.sent), channel_id)


def _message(message_id: int, channel_id: int) -> discord.Message:
    channel = SimpleNamespace(id=channel_id)
    return cast("discord.Message", SimpleNamespace(id=message_id, channel=channel))
