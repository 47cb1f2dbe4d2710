"""Acts as a member of the stand-in's world, in process: types commands, clicks, waits, listens.

    member = Driver(discord).member("Ben")
    call = await member.slash("compose", prompt="lo-fi rain", channel="music-jam")
    card = await call.answered()
    track = await member.wait_for_message(lambda m: m.attachments, channel="music-jam")

What a member could not do in Discord's client raises here: OptionError, ComponentError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import aiohttp

from sandbox.discord import DiscordStandIn
from sandbox.discord.enums import ChannelType, CommandType, ComponentType, InteractionType
from sandbox.discord.events import Subscription
from sandbox.discord.interaction_payload import resolved_json
from sandbox.discord.interactions import Interaction
from sandbox.discord.invocation import Invocation, OptionError
from sandbox.discord.message_form import Draft, NewFile, ReplyTo
from sandbox.discord.message_render import message_json
from sandbox.discord.message_view import MessageView
from sandbox.discord.modal_submit import modal_data
from sandbox.discord.model import Channel, Json, Message, User
from sandbox.discord.reactions import parse_emoji
from sandbox.discord.select_use import ComponentError, select_data

__all__ = ["Call", "ComponentError", "Driver", "InteractionFailed", "MessageView", "OptionError"]

Predicate = Callable[[MessageView], object]
_SHOWING = ("MESSAGE_CREATE", "MESSAGE_UPDATE")


class InteractionFailed(Exception):
    """The application did not respond within 3 s."""


class Call:
    """One interaction, as the member who made it experiences it."""

    def __init__(self, member: MemberDriver, interaction: Interaction) -> None:
        self.member = member
        self.interaction = interaction

    @property
    def modal(self) -> Json | None:
        """The modal that opened, if that was the answer."""
        return self.interaction.modal

    async def acknowledged(self, timeout_s: float = 3.5) -> None:
        """Wait for the first answer of any kind. Raises InteractionFailed, TimeoutError."""
        await asyncio.wait_for(self.interaction.settled.wait(), timeout_s)
        if self.interaction.failed:
            raise InteractionFailed("The application did not respond")

    async def answered(self, timeout_s: float = 3.5) -> MessageView:
        """The message that is the first answer, as it is now.

        Raises InteractionFailed, and LookupError if the answer was none (a modal) or is gone.
        """
        await self.acknowledged(timeout_s)
        original = self.interaction.original_id
        if original is None:
            raise LookupError("the answer was not a message")
        return self.member.message(original, self.interaction.channel)


class Driver:
    """Finds the members of a stand-in's world."""

    def __init__(self, discord: DiscordStandIn) -> None:
        self.discord = discord

    def member(self, name: str) -> MemberDriver:
        """By display name or user name. Raises LookupError."""
        return MemberDriver(self.discord, self.discord.world.user_named(name))


class MemberDriver:
    """One member. Channels are given by name, id or object; `@Name` is a direct message.

    Without a channel, things happen where the member acted last, at first in the first channel.
    """

    def __init__(self, discord: DiscordStandIn, user: User) -> None:
        self.world = discord.world
        self.user_id = user.id
        self._place: int | None = None

    @property
    def user(self) -> User:
        return self.world.users[self.user_id]

    # Places and messages

    def channel(self, wanted: str | int | Channel | None = None) -> Channel:
        """A channel the member sees. Raises LookupError."""
        if isinstance(wanted, Channel):
            return wanted
        if isinstance(wanted, str) and wanted.startswith("@"):
            return self.world.open_dm(self.user, self.world.user_named(wanted[1:]))
        visible = self.world.visible_channels(self.user_id)
        if wanted is None:
            texts = [c for c in visible if c.type is ChannelType.GUILD_TEXT]
            return self.world.channels.get(self._place or 0) or texts[0]
        name = str(wanted).removeprefix("#")
        for channel in visible:
            if name in (channel.name, str(channel.id)):
                return channel
        raise LookupError(f"{self.user.display_name} sees no channel {wanted!r}")

    def messages(self, channel: str | int | Channel | None = None) -> list[MessageView]:
        """What the member sees in a channel, oldest first."""
        place = self.channel(channel)
        return [self._view(m) for m in self.world.shown_messages(place, self.user_id)]

    def message(
        self, message: MessageView | str | int, channel: str | int | Channel | None = None
    ) -> MessageView:
        """A message as it is now. Raises LookupError if it is gone."""
        return self._view(self._find(message, channel))

    def _find(
        self, message: MessageView | str | int, channel: str | int | Channel | None = None
    ) -> Message:
        if isinstance(message, MessageView):
            channel, message = int(message.channel_id), message.id
        found = self.channel(channel).messages.get(int(message))
        if found is None or found.seen_only_by not in (None, self.user_id):
            raise LookupError(f"{self.user.display_name} sees no message {message}")
        return found

    def _view(self, message: Message) -> MessageView:
        return MessageView(message_json(self.world, message, self.user_id))

    async def say(
        self,
        content: str,
        *,
        channel: str | int | Channel | None = None,
        reply_to: MessageView | None = None,
        files: Sequence[NewFile] = (),
    ) -> MessageView:
        """Write a plain message. Raises ApiError where the member may not."""
        place = self._go(channel if reply_to is None else int(reply_to.channel_id))
        reply = ReplyTo(int(reply_to.id)) if reply_to else None
        draft = Draft(content=content.strip(), files=files, reply_to=reply)
        return self._view(self.world.messages.post(self.user, place, draft))

    async def react(self, message: MessageView, emoji: str) -> None:
        self.world.reactions.add(self._find(message), parse_emoji(emoji), self.user)

    async def fetch(self, attachment: Json) -> bytes:
        """Download a file by its link, as a browser does. Raises ClientResponseError."""
        async with aiohttp.ClientSession(raise_for_status=True) as http:
            response = await http.get(attachment["url"])
            return await response.read()

    def _go(self, channel: str | int | Channel | None) -> Channel:
        place = self.channel(channel)
        self._place = place.id
        return place

    # Interactions

    def commands(self, channel: str | int | Channel | None = None) -> list[Json]:
        """The commands that the member may pick in a channel."""
        return self.world.commands.usable(self.user_id, self.channel(channel))

    async def slash(
        self,
        command: str,
        /,
        *,
        channel: str | int | Channel | None = None,
        options: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Call:
        """Type a command; options by name (in `options` those whose names are taken here).

        Sub-commands follow the name after a space. Raises OptionError.
        """
        place = self._go(channel)
        chosen = {**values, **(options or {})}
        data = Invocation(self.world, self.user, place).slash_data(command, chosen)
        return self._start(InteractionType.APPLICATION_COMMAND, place, data)

    async def menu(self, command: str, target: MessageView | User) -> Call:
        """Use a context menu command on a message or a user. Raises OptionError."""
        if isinstance(target, MessageView):
            message = self._find(target)
            place, kind, target_id = self._go(message.channel_id), CommandType.MESSAGE, message.id
            resolved = resolved_json(self.world, place, self.user_id, messages=[message])
        else:
            place, kind, target_id = self._go(None), CommandType.USER, target.id
            resolved = resolved_json(self.world, place, self.user_id, user_ids=[target.id])
        invocation = Invocation(self.world, self.user, place)
        data = invocation.menu_data(command, kind, target_id, resolved)
        return self._start(InteractionType.APPLICATION_COMMAND, place, data)

    async def autocomplete(
        self,
        command: str,
        option: str,
        typed: str,
        /,
        *,
        channel: str | int | Channel | None = None,
        options: Mapping[str, Any] | None = None,
        timeout_s: float = 3.5,
        **values: Any,
    ) -> list[Json]:
        """What the application proposes for an option. Raises InteractionFailed, OptionError."""
        place = self._go(channel)
        invocation = Invocation(self.world, self.user, place)
        data = invocation.slash_data(
            command, {**values, **(options or {}), option: typed}, focused=option
        )
        kind = InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE
        call = self._start(kind, place, data)
        await call.acknowledged(timeout_s)
        return call.interaction.choices

    async def click(
        self, message: MessageView, *, label: str | None = None, custom_id: str | None = None
    ) -> Call:
        """Press a button, by its label or custom_id. Raises ComponentError."""
        button = self._control(message, label=label, custom_id=custom_id)
        if button["type"] != ComponentType.BUTTON or "custom_id" not in button:
            raise ComponentError(f"{label or custom_id} is not a button that calls the bot")
        return self._use(message, button, {})

    async def choose(self, message: MessageView, *, custom_id: str, values: Sequence[str]) -> Call:
        """Choose in a select: by value, or by id for users, roles, channels."""
        select = self._control(message, custom_id=custom_id)
        place = self.channel(int(message.channel_id))
        chosen = select_data(self.world, place, self.user_id, select, values)
        return self._use(message, select, chosen)

    async def fill_modal(self, call: Call, values: Mapping[str, Any]) -> Call:
        """Fill in and submit the modal that a call opened, fields by custom_id or label."""
        await call.acknowledged()
        if call.modal is None:
            raise LookupError("the answer was not a modal")
        opener = call.interaction
        data = modal_data(call.modal, values)
        kind = InteractionType.MODAL_SUBMIT
        place = self._go(opener.channel)
        return self._start(kind, place, data, message=opener.message, trigger=opener.metadata)

    def _control(
        self, message: MessageView, *, label: str | None = None, custom_id: str | None = None
    ) -> Json:
        for one in self.message(message).controls:
            if custom_id in (None, one.get("custom_id")) and label in (None, one.get("label")):
                if one.get("disabled"):
                    raise ComponentError(f"{label or custom_id} is disabled")
                return one
        raise ComponentError(f"the message has no {label or custom_id!r}: {message!r}")

    def _use(self, message: MessageView, control: Json, more: Json) -> Call:
        data = {"id": control["id"], "custom_id": control["custom_id"]}
        data |= {"component_type": control["type"], **more}
        found = self._find(message)
        place = self._go(found.channel_id)
        return self._start(InteractionType.MESSAGE_COMPONENT, place, data, message=found)

    def _start(
        self,
        kind: InteractionType,
        place: Channel,
        data: Json,
        *,
        message: Message | None = None,
        trigger: Json | None = None,
    ) -> Call:
        nonce = str(self.world.snowflakes.next())
        interaction = self.world.interactions.start(
            kind, self.user, place, data, message=message, trigger=trigger, nonce=nonce
        )
        return Call(self, interaction)

    # Waiting

    async def wait_for_message(
        self,
        predicate: Predicate,
        *,
        channel: str | int | Channel | None = None,
        timeout_s: float = 20,
    ) -> MessageView:
        """The first message that fits, among those there, then among new and changed ones.

        Raises TimeoutError.
        """
        place = self.channel(channel)
        with self.world.subscribe(self.user_id) as events:
            for view in self.messages(place):
                if predicate(view):
                    return view
            return await _first(events, place.id, predicate, timeout_s)

    async def wait_for_edit(
        self, message: MessageView, predicate: Predicate, timeout_s: float = 20
    ) -> MessageView:
        """The message once it fits, as it is now or after a change. Raises TimeoutError."""
        with self.world.subscribe(self.user_id) as events:
            now = self.message(message)
            if predicate(now):
                return now
            channel_id = int(message.channel_id)
            return await _first(
                events, channel_id, lambda m: m.id == message.id and predicate(m), timeout_s
            )


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
