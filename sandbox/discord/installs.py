"""Where the application is installed: to guilds (its bot is a member), and to users.

What an interaction is authorised by follows from it, and what the application may do there.
Discord docs: Resources > Application > Installation Context; Receiving and Responding >
Authorizing Integration Owners Object.
"""

from __future__ import annotations

from collections.abc import Collection

from sandbox.discord.enums import ChannelType, IntegrationType, InteractionContext
from sandbox.discord.model import Channel, Json, User
from sandbox.discord.permissions import (
    APP_IN_BOT_DM,
    APP_IN_PRIVATE_CHANNEL,
    Permissions,
    everyone_permissions,
)
from sandbox.discord.state import State

_GUILD, _USER = IntegrationType.GUILD_INSTALL, IntegrationType.USER_INSTALL


class Installs:
    """The users who have the application for themselves, and what installations allow."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._user_ids: set[int] = set()

    @property
    def user_count(self) -> int:
        return len(self._user_ids)

    def add(self, user: User) -> None:
        """The user installs the application for themselves, to use wherever they are."""
        self._user_ids.add(user.id)
        self._state.bus.notify()

    def remove(self, user: User) -> None:
        self._user_ids.discard(user.id)
        self._state.bus.notify()

    def context(self, channel: Channel) -> InteractionContext:
        if channel.guild_id is not None:
            return InteractionContext.GUILD
        with_bot = any(user.id == self._state.bot.id for user in channel.recipients)
        is_own = channel.type is ChannelType.DM and with_bot
        return InteractionContext.BOT_DM if is_own else InteractionContext.PRIVATE_CHANNEL

    def reaching(self, user_id: int, channel: Channel) -> frozenset[IntegrationType]:
        """The installations by which the application is at hand for a user in a channel."""
        found = {_USER} if user_id in self._user_ids else set()
        context = self.context(channel)
        guild = self._state.guild_of(channel)
        if context is InteractionContext.BOT_DM or (guild and self._state.bot.id in guild.members):
            found.add(_GUILD)
        return frozenset(found)

    def owners(
        self, user_id: int, channel: Channel, supported: Collection[int] = (_GUILD,)
    ) -> Json:
        """`authorizing_integration_owners`; a guild's id is 0 in the bot's direct messages."""
        used = self.reaching(user_id, channel) & {IntegrationType(one) for one in supported}
        owners: Json = {}
        if _GUILD in used:
            owners[str(int(_GUILD))] = str(channel.guild_id or 0)
        if _USER in used:
            owners[str(int(_USER))] = str(user_id)
        return owners

    def app_permissions(self, channel: Channel) -> Permissions:
        """What the application may do where an interaction comes from.

        In a guild that has not installed it, what everyone may do there counts.
        """
        guild = self._state.guild_of(channel)
        if guild is None:
            in_bot_dm = self.context(channel) is InteractionContext.BOT_DM
            return APP_IN_BOT_DM if in_bot_dm else APP_IN_PRIVATE_CHANNEL
        if self._state.bot.id in guild.members:
            return self._state.permissions(self._state.bot.id, channel)
        home = self._state.channels[channel.parent_id or 0] if channel.thread else channel
        return everyone_permissions(guild, home)


def by_user_only(owners: Json) -> bool:
    """Whether an interaction rests on the user's own installation alone."""
    return str(int(_GUILD)) not in owners
