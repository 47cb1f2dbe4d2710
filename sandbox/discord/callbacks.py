"""What an application answers to an interaction: the first answer, and the token's messages.

Discord docs: Interactions > Receiving and Responding > Interaction Response Object, Followup
Messages.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from sandbox.discord import errors
from sandbox.discord.command_form import read_choices
from sandbox.discord.enums import (
    CallbackType,
    CommandType,
    InteractionType,
    MessageFlag,
    MessageType,
    OptionType,
)
from sandbox.discord.forms import Form
from sandbox.discord.installs import by_user_only
from sandbox.discord.interaction import Interaction
from sandbox.discord.interactions import Interactions
from sandbox.discord.message_checks import check_sizes
from sandbox.discord.message_form import Draft, Edit, read_draft, read_edit
from sandbox.discord.message_render import message_json
from sandbox.discord.messages import Messages, Origin
from sandbox.discord.modals import read_modal
from sandbox.discord.model import Json, Message, Reference
from sandbox.discord.permissions import Permissions
from sandbox.discord.state import State
from sandbox.discord.uploads import Upload

MAX_FOLLOW_UPS_BY_USER = 5
_MESSAGE_ANSWERS = (
    CallbackType.CHANNEL_MESSAGE_WITH_SOURCE,
    CallbackType.DEFERRED_CHANNEL_MESSAGE_WITH_SOURCE,
)
_UPDATE_ANSWERS = (CallbackType.DEFERRED_UPDATE_MESSAGE, CallbackType.UPDATE_MESSAGE)
_ALLOWED: dict[InteractionType, tuple[CallbackType, ...]] = {
    InteractionType.APPLICATION_COMMAND: (*_MESSAGE_ANSWERS, CallbackType.MODAL),
    InteractionType.MESSAGE_COMPONENT: (*_MESSAGE_ANSWERS, *_UPDATE_ANSWERS, CallbackType.MODAL),
    InteractionType.APPLICATION_COMMAND_AUTOCOMPLETE: (
        CallbackType.APPLICATION_COMMAND_AUTOCOMPLETE_RESULT,
    ),
    InteractionType.MODAL_SUBMIT: (*_MESSAGE_ANSWERS, *_UPDATE_ANSWERS),
}


class Callbacks:
    """Carries answers out in the world."""

    def __init__(self, state: State, interactions: Interactions, messages: Messages) -> None:
        self._state = state
        self._interactions = interactions
        self._messages = messages

    def respond(self, interaction: Interaction, form: Form, uploads: Sequence[Upload]) -> Json:
        """Take the first answer, and return the callback response that describes it.

        Raises 50035 for a form with errors or an answer that this kind of interaction can't have;
        the interaction is then still unanswered.
        """
        callback = self._callback_type(interaction, form)
        data = form["data"]
        message: Message | None = None
        if callback in _MESSAGE_ANSWERS:
            message = self._answer_with_message(interaction, callback, data, uploads)
        elif callback in _UPDATE_ANSWERS:
            message = self._answer_with_update(interaction, callback, data, uploads)
        elif callback is CallbackType.MODAL:
            _required(data)
            modal = interaction.modal = read_modal(data)
            self._interactions.acknowledge(interaction, callback)
            shown = {"id": str(interaction.id), "nonce": interaction.nonce, **modal}
            self._interactions.tell_member(interaction, "INTERACTION_MODAL_CREATE", shown)
        else:
            interaction.choices = _read_autocomplete(interaction, data)
            self._interactions.acknowledge(interaction, callback)
        return self._described(interaction, callback, message)

    def _callback_type(self, interaction: Interaction, form: Form) -> CallbackType:
        form.mapping(required=True)
        allowed = _ALLOWED[interaction.type]
        if interaction.message is None:  # a modal that a command opened has nothing to update
            allowed = tuple(one for one in allowed if one not in _UPDATE_ANSWERS)
        number = form["type"].choice(allowed, required=True)
        form.errors.raise_if_any()
        return CallbackType(number or 0)

    def _answer_with_message(
        self,
        interaction: Interaction,
        callback: CallbackType,
        data: Form,
        uploads: Sequence[Upload],
    ) -> Message:
        if callback is CallbackType.CHANNEL_MESSAGE_WITH_SOURCE:
            _required(data)
            draft = self._draft(interaction, data, uploads)
        else:
            flags = MessageFlag(data["flags"].integer(minimum=0) or 0) & MessageFlag.EPHEMERAL
            data.errors.raise_if_any()
            draft = Draft(flags=flags | MessageFlag.LOADING)
            interaction.fills_original = True
        origin = self._first_origin(interaction)
        self._interactions.acknowledge(interaction, callback)
        message = self._add(interaction, draft, origin)
        interaction.original_id = message.id
        return message

    def _answer_with_update(
        self,
        interaction: Interaction,
        callback: CallbackType,
        data: Form,
        uploads: Sequence[Upload],
    ) -> Message:
        message = interaction.message
        if message is None:
            raise errors.unknown_message()
        if callback is CallbackType.UPDATE_MESSAGE:
            edit = read_edit(data, uploads, message)
            check_sizes(edit.files, interaction.attachment_limit_bytes)
            self._messages.edit(message, edit, limit_bytes=interaction.attachment_limit_bytes)
        interaction.original_id = message.id
        interaction.message_ids.add(message.id)
        self._interactions.acknowledge(interaction, callback)
        return message

    def follow_up(self, interaction: Interaction, form: Form, uploads: Sequence[Upload]) -> Message:
        """Another message; after a deferred answer the first one takes that answer's place.

        Raises 40094 for the sixth of an app that only the user has installed.
        """
        if by_user_only(interaction.owners) and interaction.follow_ups >= MAX_FOLLOW_UPS_BY_USER:
            raise errors.too_many_follow_ups()
        draft = self._draft(interaction, form, uploads)
        interaction.follow_ups += 1
        original = self._find(interaction, interaction.original_id)
        if interaction.fills_original and original is not None:
            interaction.fills_original = False
            filling = Edit(
                content=draft.content,
                embeds=draft.embeds,
                components=draft.components,
                files=draft.files,
                flags=draft.flags & ~MessageFlag.EPHEMERAL,
                allowed_mentions=draft.allowed_mentions,
            )
            limit = interaction.attachment_limit_bytes
            return self._messages.edit(original, filling, limit_bytes=limit)
        origin = self._reply_origin(interaction, interaction.original_id)
        if interaction.original_id is not None:
            answered = {"original_response_message_id": str(interaction.original_id)}
            origin = replace(origin, interaction_metadata=interaction.metadata | answered)
        return self._add(interaction, draft, origin)

    def message(self, interaction: Interaction, message_id: int | None) -> Message:
        """One of the token's messages, None for `@original`. Raises 10008."""
        wanted = interaction.original_id if message_id is None else message_id
        message = self._find(interaction, wanted)
        if message is None:
            raise errors.unknown_message()
        return message

    def edit(
        self, interaction: Interaction, message: Message, form: Form, uploads: Sequence[Upload]
    ) -> Message:
        edit = read_edit(form, uploads, message)
        if message.id == interaction.original_id:
            interaction.fills_original = False
        limit = interaction.attachment_limit_bytes
        return self._messages.edit(message, edit, limit_bytes=limit)

    def delete(self, interaction: Interaction, message: Message) -> None:
        interaction.message_ids.discard(message.id)
        self._messages.delete(message)

    def _find(self, interaction: Interaction, message_id: int | None) -> Message | None:
        channel = self._state.channels.get(interaction.channel.id)
        if channel is None or message_id not in interaction.message_ids:
            return None
        return channel.messages.get(message_id or 0)

    def _draft(self, interaction: Interaction, form: Form, uploads: Sequence[Upload]) -> Draft:
        draft = read_draft(form, uploads, flags=MessageFlag.EPHEMERAL)
        if draft.is_empty:
            raise errors.empty_message()
        check_sizes(draft.files, interaction.attachment_limit_bytes)
        return draft

    def _add(self, interaction: Interaction, draft: Draft, origin: Origin) -> Message:
        channel = self._state.channel(interaction.channel.id)
        if self._must_be_private(interaction):
            draft = replace(draft, flags=draft.flags | MessageFlag.EPHEMERAL)
        if MessageFlag.EPHEMERAL in draft.flags:
            origin = replace(origin, seen_only_by=interaction.user.id)
        message = self._messages.add(self._state.bot, channel, draft, origin)
        interaction.message_ids.add(message.id)
        return message

    def _must_be_private(self, interaction: Interaction) -> bool:
        """Apps that only the user has installed speak up only where USE_EXTERNAL_APPS is given."""
        channel = interaction.channel
        if channel.guild_id is None or not by_user_only(interaction.owners):
            return False
        granted = self._state.permissions(interaction.user.id, channel)
        return Permissions.USE_EXTERNAL_APPS not in granted

    def _first_origin(self, interaction: Interaction) -> Origin:
        if interaction.message is not None:
            return self._reply_origin(interaction, interaction.message.id)
        # A modal that a command opened counts as that command's answer; its data has no type.
        command = interaction.data.get("type", CommandType.CHAT_INPUT)
        kind = MessageType.CONTEXT_MENU_COMMAND
        if command == CommandType.CHAT_INPUT:
            kind = MessageType.CHAT_INPUT_COMMAND
        return Origin(
            kind,
            webhook_id=self._state.application.id,
            interaction_metadata=interaction.metadata,
            interaction=self._named_command(interaction),
        )

    @staticmethod
    def _named_command(interaction: Interaction) -> Json | None:
        """The older object, which is deprecated, yet alone in naming the command."""
        if interaction.command_name is None:
            return None
        about = {name: interaction.metadata[name] for name in ("id", "type", "user")}
        return about | {"name": interaction.command_name}

    def _reply_origin(self, interaction: Interaction, message_id: int | None) -> Origin:
        """A follow-up shows as a reply to the answer it follows, if that is still there."""
        channel = interaction.channel
        reference = None
        if message_id is not None and message_id in channel.messages:
            reference = Reference(channel.id, message_id, channel.guild_id)
        kind = MessageType.REPLY if reference else MessageType.DEFAULT
        return Origin(
            kind,
            reference,
            webhook_id=self._state.application.id,
            interaction_metadata=interaction.metadata,
        )

    def _described(
        self, interaction: Interaction, callback: CallbackType, message: Message | None
    ) -> Json:
        """Discord docs: Receiving and Responding > Interaction Callback Response Object."""
        described: Json = {"id": str(interaction.id), "type": int(interaction.type)}
        described["channel_id"] = str(interaction.channel.id)
        if interaction.channel.guild_id is not None:
            described["guild_id"] = str(interaction.channel.guild_id)
        answer: Json = {"interaction": described}
        if message is None:
            return answer
        described["response_message_id"] = str(message.id)
        described["response_message_loading"] = MessageFlag.LOADING in message.flags
        described["response_message_ephemeral"] = message.seen_only_by is not None
        # A deferred answer is described above, yet its message is not shown.
        if callback in (CallbackType.CHANNEL_MESSAGE_WITH_SOURCE, CallbackType.UPDATE_MESSAGE):
            shown = message_json(self._state, message, interaction.user.id)
            answer["resource"] = {"type": int(callback), "message": shown}
        return answer


def _required(data: Form) -> None:
    """An answer of this type carries data. Raises 50035."""
    data.mapping(required=True)
    data.errors.raise_if_any()


def _read_autocomplete(interaction: Interaction, data: Form) -> list[Json]:
    focused = _focused(interaction.data.get("options", []))
    _required(data)
    choices = read_choices(data["choices"], focused or OptionType.STRING)
    data.errors.raise_if_any()
    return choices


def _focused(options: Sequence[Json]) -> int | None:
    """The type of the option that the member is typing in."""
    for option in options:
        if option.get("focused"):
            return int(option["type"])
        if (below := _focused(option.get("options", []))) is not None:
            return below
    return None
