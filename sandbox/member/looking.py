"""A member's eyes: places, messages, what notified them, and waiting for what comes."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable

from sandbox.discord import DiscordStandIn
from sandbox.discord.enums import ChannelType
from sandbox.discord.events import Subscription
from sandbox.discord.message_render import message_json, shown_messages
from sandbox.discord.message_view import MessageView
from sandbox.discord.model import Channel, Message, User

Place = str | int | Channel | None
Predicate = Callable[[MessageView], object]
_SHOWING = ("MESSAGE_CREATE", "MESSAGE_UPDATE")
_JUMP_LINK = re.compile(r"https://discord\.com/channels/(?:\d+|@me)/(\d+)/(\d+)")


class LookingMember:
    """Channels are given by name, `server/name`, id or object; `@Name` is a direct message.

    Without a channel, things happen where the member acted last, at first in the first channel.
    """

    def __init__(self, discord: DiscordStandIn, user: User) -> None:
        self.world = discord.world
        self.user_id = user.id
        self._place: int | None = None

    @property
    def user(self) -> User:
        return self.world.state.users[self.user_id]

    @property
    def locale(self) -> str:
        """The language of the member's client."""
        return self.user.locale

    @locale.setter
    def locale(self, locale: str) -> None:
        self.world.state.set_locale(self.user, locale)

    # Places

    def channels(self) -> list[Channel]:
        """All that the member sees: channels, threads and direct messages."""
        return self.world.state.visible_channels(self.user_id)

    def channel(self, wanted: Place = None) -> Channel:
        """A channel the member sees; of namesakes, the oldest. Raises LookupError."""
        if isinstance(wanted, Channel):
            return wanted
        if isinstance(wanted, str) and wanted.startswith("@"):
            return self.world.places.open_dm(self.user, self.world.state.user_named(wanted[1:]))
        visible = self.channels()
        if wanted is None:
            texts = [c for c in visible if c.type is ChannelType.GUILD_TEXT]
            return self.world.state.channels.get(self._place or 0) or texts[0]
        name = str(wanted).removeprefix("#")
        for channel in visible:
            if name in (channel.name, str(channel.id), self._full_name(channel)):
                return channel
        raise LookupError(f"{self.user.display_name} sees no channel {wanted!r}")

    def threads(self, channel: Place = None) -> list[Channel]:
        """A channel's open threads, or a forum's posts, oldest first."""
        parent = self.channel(channel)
        return [
            one
            for one in self.channels()
            if one.parent_id == parent.id and one.thread and not one.thread.archived
        ]

    def _full_name(self, channel: Channel) -> str:
        guild = self.world.state.guild_of(channel)
        return f"{guild.name}/{channel.name}" if guild else channel.name

    def _go(self, channel: Place) -> Channel:
        place = self.channel(channel)
        self._place = place.id
        return place

    # Messages

    def messages(self, channel: Place = None) -> list[MessageView]:
        """What the member sees in a channel, oldest first."""
        place = self.channel(channel)
        return [self._view(m) for m in shown_messages(place, self.user_id)]

    def message(self, message: MessageView | str | int, channel: Place = None) -> MessageView:
        """A message as it is now. Raises LookupError if it is gone."""
        return self._view(self._find(message, channel))

    def follow(self, link: str) -> MessageView:
        """The message that a jump link leads to. Raises LookupError."""
        found = _JUMP_LINK.fullmatch(link)
        if found is None:
            raise LookupError(f"{link!r} leads to no message")
        return self.message(found[2], int(found[1]))

    def pings(self, channel: Place = None) -> list[MessageView]:
        """The messages that notified the member, as they are now, oldest first.

        In one channel, or without one, anywhere. Those that are gone by now are left out.
        """
        wanted = None if channel is None else self.channel(channel).id
        found = []
        for ping in self.world.notifications.pings:
            place = self.world.state.channels.get(ping.channel_id)
            message = place.messages.get(ping.message_id) if place else None
            if ping.user_id == self.user_id and message and wanted in (None, ping.channel_id):
                found.append(self._view(message))
        return found

    def _find(self, message: MessageView | str | int, channel: Place = None) -> Message:
        if isinstance(message, MessageView):
            channel, message = int(message.channel_id), message.id
        found = self.channel(channel).messages.get(int(message))
        if found is None or found.seen_only_by not in (None, self.user_id):
            raise LookupError(f"{self.user.display_name} sees no message {message}")
        return found

    def _view(self, message: Message) -> MessageView:
        channel = self.world.state.channels.get(
            message.channel_id
        )  # a test may look at what is gone
        place = {"guild_id": str(channel.guild_id)} if channel and channel.guild_id else {}
        return MessageView(message_json(self.world.state, message, self.user_id) | place)

    # Waiting

    async def wait_for_message(
        self, predicate: Predicate, *, channel: Place = None, timeout_s: float = 40
    ) -> MessageView:
        """The first message that fits, among those there, then among new and changed ones.

        Raises TimeoutError.
        """
        place = self.channel(channel)
        with self.world.state.bus.subscribe(self.user_id) as events:
            for view in self.messages(place):
                if predicate(view):
                    return view
            return await _first(events, place.id, predicate, timeout_s)

    async def wait_for_edit(
        self, message: MessageView, predicate: Predicate, timeout_s: float = 40
    ) -> MessageView:
        """The message once it fits, as it is now or after a change. Raises TimeoutError."""
        with self.world.state.bus.subscribe(self.user_id) as events:
            now = self.message(message)
            if predicate(now):
                return now
            channel_id = int(message.channel_id)
            return await _first(
                events, channel_id, lambda m: m.id == message.id and predicate(m), timeout_s
            )

    async def wait_until_gone(self, message: MessageView, timeout_s: float = 40) -> None:
        """Wait until the message is deleted. Raises TimeoutError."""
        place = self.channel(int(message.channel_id))
        await self.world.state.bus.wait_until(
            lambda: int(message.id) not in place.messages, timeout_s
        )

    async def wait_for_thread(self, message: MessageView, timeout_s: float = 40) -> Channel:
        """The thread that was started from a message, once there is one. Raises TimeoutError."""
        await self.world.state.bus.wait_until(
            lambda: int(message.id) in self.world.state.channels, timeout_s
        )
        return self.world.state.channels[int(message.id)]


async def _first(
    events: Subscription, channel_id: int, predicate: Predicate, timeout_s: float
) -> MessageView:
    """The first new or changed message of the channel that fits."""
    async with asyncio.timeout(timeout_s):
        async for name, payload in events:
            if name in _SHOWING and payload["channel_id"] == str(channel_id):
                view = MessageView(payload)
                if predicate(view):
                    return view
    raise LookupError("the subscription was closed")
