"""Channels and threads. Discord docs: Resources > Channel; Topics > Threads."""

from __future__ import annotations

from aiohttp import web

from sandbox.discord import errors, render
from sandbox.discord.enums import ChannelType
from sandbox.discord.forms import Form
from sandbox.discord.message_form import read_draft
from sandbox.discord.message_render import message_json
from sandbox.discord.model import Channel, Json
from sandbox.discord.permissions import Permissions
from sandbox.discord.rest.http import no_content, path_id, read_form, read_json, reply
from sandbox.discord.threads import ARCHIVE_MINUTES
from sandbox.discord.world import World


class ChannelRoutes:
    def __init__(self, world: World) -> None:
        self._state = world.state
        self._places = world.places
        self._messages = world.messages
        self._threads = world.threads
        self._thread_members = world.thread_members
        self._thread_archive = world.thread_archive

    def routes(self) -> list[web.RouteDef]:
        channel = "/channels/{channel_id}"
        members = f"{channel}/thread-members"
        return [
            web.get(channel, self.get),
            web.patch(channel, self.edit),
            web.delete(channel, self.delete),
            web.post(f"{channel}/threads", self.start_thread),
            web.post(f"{channel}/messages/{{message_id}}/threads", self.start_thread_from_message),
            web.get(f"{channel}/threads/archived/public", self.archived_threads),
            web.get(members, self.thread_members),
            web.put(f"{members}/@me", self.join_thread),
            web.delete(f"{members}/@me", self.leave_thread),
            web.get(f"{members}/{{user_id}}", self.thread_member),
            web.put(f"{members}/{{user_id}}", self.add_thread_member),
            web.delete(f"{members}/{{user_id}}", self.remove_thread_member),
        ]

    def _channel(self, request: web.Request, *needed: Permissions) -> Channel:
        channel = self._state.channel(path_id(request, "channel_id"))
        self._state.require(self._state.bot.id, channel, *needed)
        return channel

    def _thread(self, request: web.Request) -> Channel:
        channel = self._channel(request)
        if channel.thread is None:
            raise errors.wrong_channel_type()
        return channel

    async def get(self, request: web.Request) -> web.Response:
        return reply(render.channel_json(self._channel(request)))

    async def edit(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        form = await read_json(request)
        form.mapping(required=True)
        if channel.guild_id is None:
            raise errors.not_in_dm()
        if channel.thread is not None:
            self._edit_thread(channel, form)
        else:
            self._state.require(self._state.bot.id, channel, Permissions.MANAGE_CHANNELS)
            _change_channel(channel, form)
            self._places.update_channel(channel)
        return reply(render.channel_json(channel))

    def _edit_thread(self, channel: Channel, form: Form) -> None:
        """The owner may rename and archive; what is locked is for MANAGE_THREADS."""
        thread, bot = channel.thread, self._state.bot.id
        if thread is None:
            raise errors.wrong_channel_type()
        manages = Permissions.MANAGE_THREADS in self._state.permissions(bot, channel)
        if not manages and (thread.owner_id != bot or thread.locked or form["locked"].given):
            raise errors.missing_permissions()
        archived = form["archived"].boolean(default=thread.archived)
        if thread.archived and archived:
            raise errors.thread_archived()
        name = form["name"].text(minimum=1, maximum=100)
        minutes = form["auto_archive_duration"].choice(ARCHIVE_MINUTES)
        slowmode_s = form["rate_limit_per_user"].integer(minimum=0, maximum=21600)
        locked = form["locked"].boolean(default=thread.locked)
        form.errors.raise_if_any()
        channel.name = name or channel.name
        thread.auto_archive_minutes = minutes or thread.auto_archive_minutes
        channel.rate_limit_per_user_s = slowmode_s or channel.rate_limit_per_user_s
        self._thread_archive.set_archived(channel, archived=archived, locked=locked)

    async def delete(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        if channel.type is not ChannelType.DM:  # "closing" a direct message changes nothing
            needed = Permissions.MANAGE_CHANNELS
            if channel.thread is not None:
                needed = Permissions.MANAGE_THREADS
            self._state.require(self._state.bot.id, channel, needed)
            self._places.delete_channel(channel)
        return reply(render.channel_json(channel))

    async def start_thread(self, request: web.Request) -> web.Response:
        """Without a message to start from; in forums, with the post's first message."""
        channel, bot = self._channel(request), self._state.bot
        form, uploads = await read_form(request)
        form.mapping(required=True)
        if channel.type is ChannelType.GUILD_FORUM:
            form["message"].mapping(required=True)
            draft = read_draft(form["message"], uploads)
            thread, message = self._threads.start_post(bot, channel, form, draft)
            first = {"message": message_json(self._state, message, bot.id)}
            return reply(self._with_own_membership(thread) | first, status=201)
        thread = self._threads.start(bot, channel, form)
        return reply(self._with_own_membership(thread), status=201)

    async def start_thread_from_message(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        form = await read_json(request)
        form.mapping(required=True)
        bot = self._state.bot
        message = self._messages.find(channel, path_id(request, "message_id"), bot.id)
        thread = self._threads.start(bot, channel, form, message=message)
        return reply(self._with_own_membership(thread), status=201)

    def _with_own_membership(self, channel: Channel) -> Json:
        shown, bot = render.channel_json(channel), self._state.bot.id
        joined = channel.thread.members.get(bot) if channel.thread else None
        if joined is not None:
            shown["member"] = render.thread_member_json(channel, bot, joined)
        return shown

    async def archived_threads(self, request: web.Request) -> web.Response:
        parent = self._channel(request, Permissions.READ_MESSAGE_HISTORY)
        found = [
            render.channel_json(channel)
            for channel in self._state.channels.values()
            if channel.parent_id == parent.id
            and channel.type is ChannelType.PUBLIC_THREAD
            and channel.thread
            and channel.thread.archived
        ]
        return reply({"threads": found, "members": [], "has_more": False})

    async def thread_members(self, request: web.Request) -> web.Response:
        channel = self._thread(request)
        joined = channel.thread.members if channel.thread else {}
        shown = [render.thread_member_json(channel, one, when) for one, when in joined.items()]
        return reply(shown)

    async def thread_member(self, request: web.Request) -> web.Response:
        channel = self._thread(request)
        user = self._state.user(path_id(request, "user_id"))
        joined = channel.thread.members.get(user.id) if channel.thread else None
        if joined is None:
            raise errors.unknown_member()
        return reply(render.thread_member_json(channel, user.id, joined))

    async def join_thread(self, request: web.Request) -> web.Response:
        return self._join(self._thread(request), self._state.bot.id)

    async def leave_thread(self, request: web.Request) -> web.Response:
        return self._leave(self._thread(request), self._state.bot.id)

    async def add_thread_member(self, request: web.Request) -> web.Response:
        channel = self._thread(request)
        self._state.require(self._state.bot.id, channel, Permissions.SEND_MESSAGES)
        user = self._state.user(path_id(request, "user_id"))
        guild = self._state.guild_of(channel)
        if guild is None or user.id not in guild.members:
            raise errors.missing_access()
        return self._join(channel, user.id)

    async def remove_thread_member(self, request: web.Request) -> web.Response:
        channel = self._thread(request)
        self._state.require(self._state.bot.id, channel, Permissions.MANAGE_THREADS)
        return self._leave(channel, self._state.user(path_id(request, "user_id")).id)

    def _join(self, channel: Channel, user_id: int) -> web.Response:
        if channel.thread is not None and channel.thread.archived:
            raise errors.thread_archived()
        self._thread_members.join(channel, user_id)
        return no_content()

    def _leave(self, channel: Channel, user_id: int) -> web.Response:
        if channel.thread is not None and channel.thread.archived:
            raise errors.thread_archived()
        self._thread_members.leave(channel, user_id)
        return no_content()


def _change_channel(channel: Channel, form: Form) -> None:
    name = form["name"].text(minimum=1, maximum=100)
    topic = form["topic"].text(maximum=1024)
    position = form["position"].integer(minimum=0, maximum=2**31 - 1)
    slowmode_s = form["rate_limit_per_user"].integer(minimum=0, maximum=21600)
    form.errors.raise_if_any()
    channel.name = name or channel.name
    channel.topic = topic if form["topic"].present else channel.topic
    channel.position = channel.position if position is None else position
    if slowmode_s is not None:
        channel.rate_limit_per_user_s = slowmode_s
