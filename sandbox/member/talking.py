"""A member among others: messages with files, reactions, threads, forum posts."""

from __future__ import annotations

from collections.abc import Sequence

import aiohttp

from sandbox.discord.forms import Form
from sandbox.discord.member_files import MemberFile
from sandbox.discord.message_form import Draft, NewFile, ReplyTo
from sandbox.discord.message_view import MessageView
from sandbox.discord.model import Channel, Json
from sandbox.discord.permissions import Permissions
from sandbox.discord.reactions import parse_emoji
from sandbox.discord.uploads import safe_filename
from sandbox.member.looking import LookingMember, Place

Files = Sequence[MemberFile | NewFile]


class TalkingMember(LookingMember):
    """What needs no application. Raises ApiError where the member may not."""

    async def say(
        self,
        content: str = "",
        *,
        channel: Place = None,
        reply_to: MessageView | None = None,
        files: Files = (),
    ) -> MessageView:
        """Write a message, with files or without."""
        place = self._go(channel if reply_to is None else int(reply_to.channel_id))
        reply = ReplyTo(int(reply_to.id)) if reply_to else None
        draft = Draft(content=content.strip(), files=_new_files(files), reply_to=reply)
        return self._view(self.world.messages.post(self.user, place, draft))

    async def delete(self, message: MessageView) -> None:
        """Delete a message of one's own, or, with the permission for it, of others."""
        found = self._find(message)
        if found.author.id != self.user_id:
            place = self.world.state.channel(found.channel_id)
            self.world.state.require(self.user_id, place, Permissions.MANAGE_MESSAGES)
        self.world.messages.delete(found)

    async def react(self, message: MessageView, emoji: str) -> None:
        self.world.reactions.add(self._find(message), parse_emoji(emoji), self.user)

    async def fetch(self, attachment: Json) -> bytes:
        """Download a file by its link, as a browser does. Raises ClientResponseError."""
        async with aiohttp.ClientSession(raise_for_status=True) as http:
            response = await http.get(attachment["url"])
            return await response.read()

    async def start_thread(
        self,
        name: str,
        *,
        message: MessageView | None = None,
        channel: Place = None,
        private: bool = False,
    ) -> Channel:
        """Start a thread from a message, or without one in a channel."""
        origin = None if message is None else self._find(message)
        parent = self.channel(channel if origin is None else origin.channel_id)
        form = Form({"name": name, "type": 12 if private else 11})
        return self.world.threads.start(self.user, parent, form, message=origin)

    async def start_post(
        self, name: str, content: str = "", *, channel: Place, files: Files = ()
    ) -> Channel:
        """Start a post in a forum, with its first message."""
        draft = Draft(content=content.strip(), files=_new_files(files))
        form = Form({"name": name})
        forum = self.channel(channel)
        thread, _ = self.world.threads.start_post(self.user, forum, form, draft)
        return thread

    async def archive(self, thread: Channel, *, locked: bool = False) -> None:
        """Close a thread; locked, only those who manage threads open it again."""
        owns = thread.thread is not None and thread.thread.owner_id == self.user_id
        if locked or not owns:
            self.world.state.require(self.user_id, thread, Permissions.MANAGE_THREADS)
        self.world.thread_archive.set_archived(thread, archived=True, locked=locked)


def _new_files(files: Files) -> list[NewFile]:
    return [
        NewFile(safe_filename(file.name), file.data) if isinstance(file, MemberFile) else file
        for file in files
    ]
