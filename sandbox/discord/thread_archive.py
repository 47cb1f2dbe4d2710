"""Threads that are archived: by hand, after a time without messages, and opened again by writing.

Discord docs: Topics > Threads > Active & Archived Threads.
"""

from __future__ import annotations

from datetime import timedelta

from sandbox.discord import errors
from sandbox.discord.model import Channel
from sandbox.discord.permissions import Permissions
from sandbox.discord.places import Places
from sandbox.discord.snowflake import created_at
from sandbox.discord.state import State


class ThreadArchive:
    def __init__(self, state: State, places: Places) -> None:
        self._state = state
        self._places = places

    def check_writable(self, user_id: int, channel: Channel) -> None:
        """Writing opens an archived thread again. Raises 50083 if it is locked as well."""
        thread = channel.thread
        if thread is None or not thread.archived:
            return
        granted = self._state.permissions(user_id, channel)
        if thread.locked and Permissions.MANAGE_THREADS not in granted:
            raise errors.thread_archived()
        self.set_archived(channel, archived=False)

    def tick(self) -> None:
        """Archive the threads in which nothing has happened for as long as they wait."""
        now = self._state.clock.now()
        for channel in list(self._state.channels.values()):
            thread = channel.thread
            if thread is None or thread.archived:
                continue
            spoken_at = created_at(channel.last_message_id or channel.id)
            quiet_since = max(spoken_at, thread.archive_timestamp)
            if now - quiet_since > timedelta(minutes=thread.auto_archive_minutes):
                self.set_archived(channel, archived=True)

    def set_archived(self, channel: Channel, *, archived: bool, locked: bool | None = None) -> None:
        thread = channel.thread
        if thread is None:
            raise errors.wrong_channel_type()
        thread.archived = archived
        thread.locked = thread.locked if locked is None else locked
        thread.archive_timestamp = self._state.clock.now()
        self._places.update_channel(channel)
