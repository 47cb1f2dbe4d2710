"""Acts as a member of the stand-in's world, in process: types commands, clicks, waits, listens.

    member = Driver(discord).member("Ben")
    call = await member.slash("compose", prompt="lo-fi rain", channel="music-jam")
    card = await call.answered()
    track = await member.wait_for_message(lambda m: m.attachments, channel="music-jam")

What a member could not do in Discord's client raises here: OptionError, ComponentError.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

from sandbox.discord import DiscordStandIn
from sandbox.discord.enums import CommandType, ComponentType, InteractionType
from sandbox.discord.interaction import Interaction
from sandbox.discord.interaction_payload import resolved_json
from sandbox.discord.invocation import Invocation, OptionError
from sandbox.discord.member_files import MemberFile as DriverFile
from sandbox.discord.message_view import MessageView
from sandbox.discord.modal_submit import modal_data
from sandbox.discord.model import Channel, Json, Message, User
from sandbox.discord.select_use import ComponentError, select_data
from sandbox.member.looking import Place
from sandbox.member.talking import TalkingMember

__all__ = [
    "Call",
    "ComponentError",
    "Driver",
    "DriverFile",
    "InteractionFailed",
    "MemberDriver",
    "MessageView",
    "OptionError",
]

# Discord gives an interaction up after 3 s: on a busy machine the stand-in comes to it later.
ANSWER_TIMEOUT_S = 30.0


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

    async def acknowledged(self, timeout_s: float = ANSWER_TIMEOUT_S) -> None:
        """Wait for the first answer of any kind. Raises InteractionFailed, TimeoutError."""
        await asyncio.wait_for(self.interaction.settled.wait(), timeout_s)
        if self.interaction.failed:
            raise InteractionFailed("The application did not respond")

    async def answered(self, timeout_s: float = ANSWER_TIMEOUT_S) -> MessageView:
        """The message that is the first answer, as it is now.

        Raises InteractionFailed, and LookupError if the answer was none (a modal) or is gone.
        """
        await self.acknowledged(timeout_s)
        original = self.interaction.original_id
        if original is None:
            raise LookupError("the answer was not a message")
        return self.member.message(original, self.interaction.channel)

    def messages(self) -> list[MessageView]:
        """All messages of this interaction that are there now: its answer and the follow-ups."""
        shown = self.member.messages(self.interaction.channel)
        return [one for one in shown if int(one.id) in self.interaction.message_ids]


class Driver:
    """Finds the members of a stand-in's world."""

    def __init__(self, discord: DiscordStandIn) -> None:
        self.discord = discord

    def member(self, name: str) -> MemberDriver:
        """By display name or user name. Raises LookupError."""
        return MemberDriver(self.discord, self.discord.world.state.user_named(name))


class MemberDriver(TalkingMember):
    """One member, with the application's commands, buttons, selects and modals at hand."""

    def commands(self, channel: Place = None) -> list[Json]:
        """The commands that the member may pick in a channel."""
        return self.world.commands.usable(self.user_id, self.channel(channel))

    async def slash(
        self,
        command: str,
        /,
        *,
        channel: Place = None,
        options: Mapping[str, Any] | None = None,
        **values: Any,
    ) -> Call:
        """Type a command; options by name (in `options` those whose names are taken here).

        Sub-commands follow the name after a space. Raises OptionError.
        """
        place = self._go(channel)
        chosen = {**values, **(options or {})}
        data = self._invocation(place).slash_data(command, chosen)
        return self._start(InteractionType.APPLICATION_COMMAND, place, data)

    async def menu(
        self, command: str, target: MessageView | User, *, channel: Place = None
    ) -> Call:
        """Use a context menu command on a message, or on a user in a channel.

        Raises OptionError.
        """
        if isinstance(target, MessageView):
            message = self._find(target)
            place, kind, target_id = self._go(message.channel_id), CommandType.MESSAGE, message.id
            resolved = resolved_json(self.world.state, place, self.user_id, messages=[message])
        else:
            place, kind, target_id = self._go(channel), CommandType.USER, target.id
            resolved = resolved_json(self.world.state, place, self.user_id, user_ids=[target.id])
        invocation = self._invocation(place)
        data = invocation.menu_data(command, kind, target_id, resolved)
        return self._start(InteractionType.APPLICATION_COMMAND, place, data)

    async def autocomplete(
        self,
        command: str,
        option: str,
        typed: str,
        /,
        *,
        channel: Place = None,
        options: Mapping[str, Any] | None = None,
        timeout_s: float = ANSWER_TIMEOUT_S,
        **values: Any,
    ) -> list[Json]:
        """What the application proposes for an option. Raises InteractionFailed, OptionError."""
        place = self._go(channel)
        invocation = self._invocation(place)
        data = invocation.slash_data(
            command, {**values, **(options or {}), option: typed}, focused=option
        )
        kind = InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE
        call = self._start(kind, place, data)
        await call.acknowledged(timeout_s)
        return call.interaction.choices

    async def click(
        self,
        message: MessageView,
        *,
        label: str | None = None,
        custom_id: str | None = None,
        emoji: str | None = None,
    ) -> Call:
        """Press a button, by its label, custom_id or emoji. Raises ComponentError."""
        button = self._control(message, label=label, custom_id=custom_id, emoji=emoji)
        if button["type"] != ComponentType.BUTTON or "custom_id" not in button:
            raise ComponentError(f"{label or custom_id} is not a button that calls the bot")
        return self._use(message, button, {})

    async def choose(self, message: MessageView, *, custom_id: str, values: Sequence[Any]) -> Call:
        """Choose in a select: options by value or label; users, roles, channels by id or name.

        Raises ComponentError.
        """
        select = self._control(message, custom_id=custom_id)
        place = self.channel(int(message.channel_id))
        chosen = select_data(self.world.state, place, self.user_id, select, values)
        return self._use(message, select, chosen)

    async def fill_modal(self, call: Call, values: Mapping[str, Any]) -> Call:
        """Fill in and submit the modal that a call opened, fields by custom_id or label.

        Fields that are not named keep what they were opened with. Raises OptionError for what
        Discord's client would not send; the modal can then be filled in again.
        """
        await call.acknowledged()
        if call.modal is None:
            raise LookupError("the answer was not a modal")
        opener = call.interaction
        kind, place = InteractionType.MODAL_SUBMIT, self._go(opener.channel)
        data = modal_data(self.world.state, place, self.user, call.modal, values)
        return self._start(kind, place, data, message=opener.message, trigger=opener.metadata)

    def _control(self, message: MessageView, **wanted: str | None) -> Json:
        """The first button or select that is so; of what is None, anything goes."""
        sought = {name: value for name, value in wanted.items() if value is not None}
        for one in self.message(message).controls:
            shown = one | {"emoji": one.get("emoji", {}).get("name")}
            if all(shown.get(name) == value for name, value in sought.items()):
                if one.get("disabled"):
                    raise ComponentError(f"{sought} is disabled")
                return one
        raise ComponentError(f"the message has no {sought}: {message!r}")

    def _use(self, message: MessageView, control: Json, more: Json) -> Call:
        data = {"id": control["id"], "custom_id": control["custom_id"]}
        data |= {"component_type": control["type"], **more}
        found = self._find(message)
        place = self._go(found.channel_id)
        return self._start(InteractionType.MESSAGE_COMPONENT, place, data, message=found)

    def _invocation(self, place: Channel) -> Invocation:
        return Invocation(self.world.state, self.world.commands, self.user, place)

    def _start(
        self,
        kind: InteractionType,
        place: Channel,
        data: Json,
        *,
        message: Message | None = None,
        trigger: Json | None = None,
    ) -> Call:
        nonce = str(self.world.state.snowflakes.next())
        interaction = self.world.interactions.start(
            kind, self.user, place, data, message=message, trigger=trigger, nonce=nonce
        )
        return Call(self, interaction)
