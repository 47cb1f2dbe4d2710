"""Interactions: a member uses a command, a component or a modal, and the application answers.

The first answer is due within 3 s, the token lives for 15 minutes.

Discord docs: Interactions > Receiving and Responding.
"""

from __future__ import annotations

import asyncio
import secrets

from sandbox.discord import errors
from sandbox.discord.commands import Commands
from sandbox.discord.enums import CallbackType, InteractionType
from sandbox.discord.installs import Installs
from sandbox.discord.interaction import ANSWER_WITHIN, Interaction
from sandbox.discord.interaction_payload import command_name, interaction_json, metadata_json
from sandbox.discord.member_files import upload_limit_bytes
from sandbox.discord.model import Channel, Event, Json, Message, User
from sandbox.discord.state import State


class Interactions:
    """All interactions by id and token, and their 3 s deadlines."""

    def __init__(self, state: State, installs: Installs, commands: Commands) -> None:
        self.answer_within = ANSWER_WITHIN
        self._state = state
        self._installs = installs
        self._commands = commands
        self._by_id: dict[int, Interaction] = {}
        self._by_token: dict[str, Interaction] = {}
        self._timers: dict[int, asyncio.TimerHandle] = {}

    def start(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        data: Json,
        *,
        message: Message | None = None,
        trigger: Json | None = None,
        nonce: str | None = None,
    ) -> Interaction:
        """A member interacts: the application is told, and its 3 s begin.

        `message` is the one with the component; `trigger` the metadata of the interaction that
        opened a modal.
        """
        interaction_id = self._state.snowflakes.next()
        owners = self._owners(kind, user, channel, data, message=message, trigger=trigger)
        interaction = Interaction(
            id=interaction_id,
            token=secrets.token_urlsafe(120),
            type=kind,
            user=user,
            channel=channel,
            data=data,
            owners=owners,
            metadata=metadata_json(
                interaction_id, kind, user, owners, data, message=message, trigger=trigger
            ),
            created_at=self._state.clock.now(),
            attachment_limit_bytes=upload_limit_bytes(self._state, user, channel),
            answer_within=self.answer_within,
            message=message,
            nonce=nonce,
            command_name=command_name(data) if "name" in data else None,
        )
        self._by_id[interaction.id] = interaction
        self._by_token[interaction.token] = interaction
        self._set_timer(interaction)
        self._announce(interaction)
        return interaction

    def _owners(
        self,
        kind: InteractionType,
        user: User,
        channel: Channel,
        data: Json,
        *,
        message: Message | None,
        trigger: Json | None,
    ) -> Json:
        """By which installations: a component or a modal inherits those of what it came from."""
        origin = trigger
        if kind is InteractionType.MESSAGE_COMPONENT and message is not None:
            origin = message.interaction_metadata
        if origin is not None and (inherited := origin.get("authorizing_integration_owners")):
            owners: Json = inherited
            return owners
        types = self._commands.integration_types(data.get("id", ""))
        return self._installs.owners(user.id, channel, types)

    def _announce(self, interaction: Interaction) -> None:
        bot = self._state.bot.id
        told = interaction_json(self._state, self._installs, interaction)
        channel = interaction.channel
        event = Event("INTERACTION_CREATE", told, channel.guild_id, channel.id, frozenset((bot,)))
        self._state.bus.emit(event)

    def _set_timer(self, interaction: Interaction) -> None:
        delay_s = interaction.answer_within.total_seconds()
        loop = asyncio.get_running_loop()
        self._timers[interaction.id] = loop.call_later(delay_s, self._give_up, interaction)

    def _give_up(self, interaction: Interaction) -> None:
        self._timers.pop(interaction.id, None)
        if interaction.callback is None and not interaction.failed:
            interaction.failed = True
            self._settle(interaction, "INTERACTION_FAILED")

    def tick(self) -> None:
        """Give up what is overdue by a clock that was moved on."""
        now = self._state.clock.now()
        for interaction_id in list(self._timers):
            interaction = self._by_id[interaction_id]
            if interaction.is_late(now):
                self._timers[interaction_id].cancel()
                self._give_up(interaction)

    def close(self) -> None:
        """Let no timer outlive the stand-in."""
        for timer in self._timers.values():
            timer.cancel()
        self._timers.clear()

    def _settle(self, interaction: Interaction, event_name: str, **more: object) -> None:
        told: Json = {"id": str(interaction.id), **more}
        if interaction.nonce is not None:
            told["nonce"] = interaction.nonce
        interaction.settled.set()
        self.tell_member(interaction, event_name, told)

    def tell_member(self, interaction: Interaction, event_name: str, told: Json) -> None:
        """Tell the member's client alone; the application never hears of it."""
        channel, audience = interaction.channel, frozenset((interaction.user.id,))
        self._state.bus.emit(Event(event_name, told, channel.guild_id, channel.id, audience))

    def unanswered(self, interaction_id: int, token: str) -> Interaction:
        """The interaction a first answer is for. Raises 10062, or 40060 if it has one."""
        interaction = self._by_id.get(interaction_id)
        if interaction is None or not secrets.compare_digest(
            interaction.token.encode(), token.encode("utf-8", "replace")
        ):
            raise errors.unknown_interaction()
        if interaction.callback is not None:
            raise errors.already_acknowledged()
        if interaction.failed or interaction.is_late(self._state.clock.now()):
            raise errors.unknown_interaction()
        return interaction

    def acknowledge(self, interaction: Interaction, callback: CallbackType) -> None:
        """The first answer was taken."""
        interaction.callback = callback
        timer = self._timers.pop(interaction.id, None)
        if timer is not None:
            timer.cancel()
        self._settle(interaction, "INTERACTION_SUCCESS")

    def by_token(self, application_id: int, token: str) -> Interaction:
        """The interaction whose webhook is used. Raises 50027 once its token died, else 10015."""
        interaction = self._by_token.get(token)
        if application_id != self._state.application.id:
            raise errors.unknown_webhook()
        if interaction is None or interaction.is_over(self._state.clock.now()):
            raise errors.invalid_webhook_token()
        if interaction.callback is None:
            raise errors.unknown_webhook()
        return interaction
