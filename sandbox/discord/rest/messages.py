"""Messages in channels, as the bot reads and writes them. Discord docs: Resources > Message."""

from __future__ import annotations

from itertools import islice

from aiohttp import web

from sandbox.discord import errors, render
from sandbox.discord.enums import Intents, MessageFlag
from sandbox.discord.forms import Form
from sandbox.discord.message_form import read_draft, read_edit
from sandbox.discord.message_render import message_json, shown_messages, without_content
from sandbox.discord.messages import Messages
from sandbox.discord.model import Channel, Event, Json, Message
from sandbox.discord.permissions import Permissions
from sandbox.discord.reactions import Reactions, parse_emoji
from sandbox.discord.rest.http import no_content, path_id, query_form, read_form, reply
from sandbox.discord.state import State

MAX_LISTED = 100
MAX_PINS = 50


class MessageRoutes:
    def __init__(self, state: State, messages: Messages, reactions: Reactions) -> None:
        self._state = state
        self._messages = messages
        self._reactions = reactions

    def routes(self) -> list[web.RouteDef]:
        channel = "/channels/{channel_id}"
        message = f"{channel}/messages/{{message_id}}"
        emoji = f"{message}/reactions/{{emoji}}"
        return [
            web.get(f"{channel}/messages/pins", self.list_pins),
            web.put(f"{channel}/messages/pins/{{message_id}}", self.pin),
            web.delete(f"{channel}/messages/pins/{{message_id}}", self.unpin),
            web.get(f"{channel}/messages", self.list_messages),
            web.post(f"{channel}/messages", self.create),
            web.get(message, self.get),
            web.patch(message, self.edit),
            web.delete(message, self.delete),
            web.post(f"{channel}/typing", self.typing),
            web.get(f"{channel}/pins", self.list_old_pins),
            web.put(f"{channel}/pins/{{message_id}}", self.pin),
            web.delete(f"{channel}/pins/{{message_id}}", self.unpin),
            web.get(emoji, self.list_reactions),
            web.put(f"{emoji}/@me", self.react),
            web.delete(f"{emoji}/@me", self.unreact),
        ]

    def _channel(self, request: web.Request, *needed: Permissions) -> Channel:
        channel = self._state.channel(path_id(request, "channel_id"))
        self._state.require(self._state.bot.id, channel, *needed)
        return channel

    def _message(self, request: web.Request, channel: Channel) -> Message:
        message_id = path_id(request, "message_id")
        return self._messages.find(channel, message_id, self._state.bot.id)

    def _shown(self, message: Message) -> Json:
        """As the bot sees it: without the content intent, others' messages are blank."""
        bot = self._state.bot.id
        shown = message_json(self._state, message, bot)
        if Intents.MESSAGE_CONTENT in self._state.application.privileged_intents:
            return shown
        own = message.author.id == bot or any(user.id == bot for user in message.mentioned)
        in_dm = self._state.channel(message.channel_id).guild_id is None
        return shown if own or in_dm else without_content(shown)

    async def list_messages(self, request: web.Request) -> web.Response:
        """Newest first; an empty list without READ_MESSAGE_HISTORY."""
        channel = self._channel(request)
        form = query_form(request)
        limit = form["limit"].integer(minimum=1, maximum=MAX_LISTED) or 50
        marks = {name: form[name].snowflake() for name in ("before", "after", "around")}
        form.errors.raise_if_any()
        bot = self._state.bot.id
        if Permissions.READ_MESSAGE_HISTORY not in self._state.permissions(bot, channel):
            return reply([])
        shown = _page(shown_messages(channel, bot), marks, limit)
        return reply([self._shown(message) for message in reversed(shown)])

    async def create(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        form, uploads = await read_form(request)
        form.mapping(required=True)
        draft = read_draft(form, uploads)
        message = self._messages.post(self._state.bot, channel, draft)
        nonce = {} if message.nonce is None else {"nonce": message.nonce}
        return reply(self._shown(message) | nonce)

    async def get(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permissions.READ_MESSAGE_HISTORY)
        return reply(self._shown(self._message(request, channel)))

    async def edit(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        form, uploads = await read_form(request)
        form.mapping(required=True)
        message = self._message(request, channel)
        edit = read_edit(form, uploads, message)
        if message.author.id != self._state.bot.id:
            self._edit_others(channel, message, form)
        else:
            self._messages.edit(message, edit)
        return reply(self._shown(message))

    def _edit_others(self, channel: Channel, message: Message, form: Form) -> None:
        """With MANAGE_MESSAGES one may hide the embeds of others' messages, and no more."""
        if set(form.value) != {"flags"}:
            raise errors.wrong_author()
        self._state.require(self._state.bot.id, channel, Permissions.MANAGE_MESSAGES)
        wanted = MessageFlag(form["flags"].integer(minimum=0) or 0)
        suppressed = MessageFlag.SUPPRESS_EMBEDS in wanted
        self._messages.suppress_embeds(message, suppressed=suppressed)

    async def delete(self, request: web.Request) -> web.Response:
        """Own messages always; others' with MANAGE_MESSAGES, in direct messages never."""
        channel = self._channel(request)
        message = self._message(request, channel)
        if message.author.id != self._state.bot.id:
            if channel.guild_id is None:
                raise errors.not_in_dm()
            self._state.require(self._state.bot.id, channel, Permissions.MANAGE_MESSAGES)
        self._messages.delete(message)
        return no_content()

    async def typing(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permissions.SEND_MESSAGES)
        told: Json = {
            "channel_id": str(channel.id),
            "user_id": str(self._state.bot.id),
            "timestamp": int(self._state.clock.now().timestamp()),
        }
        if channel.guild_id is not None:
            told["guild_id"] = str(channel.guild_id)
        self._state.bus.emit(Event("TYPING_START", told, channel.guild_id, channel.id))
        return no_content()

    async def list_reactions(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permissions.READ_MESSAGE_HISTORY)
        form = query_form(request)
        limit = form["limit"].integer(minimum=1, maximum=100) or 25
        after = form["after"].snowflake() or 0
        form.errors.raise_if_any()
        emoji = parse_emoji(request.match_info["emoji"])
        users = self._message(request, channel).reactions.get(emoji, [])
        ordered = sorted((u for u in users if u.id > after), key=lambda user: user.id)
        return reply([render.user_json(user) for user in islice(ordered, limit)])

    async def react(self, request: web.Request) -> web.Response:
        channel = self._channel(request, Permissions.READ_MESSAGE_HISTORY)
        emoji = parse_emoji(request.match_info["emoji"])
        message = self._message(request, channel)
        if emoji not in message.reactions:
            self._state.require(self._state.bot.id, channel, Permissions.ADD_REACTIONS)
        self._reactions.add(message, emoji, self._state.bot)
        return no_content()

    async def unreact(self, request: web.Request) -> web.Response:
        channel = self._channel(request)
        emoji = parse_emoji(request.match_info["emoji"])
        self._reactions.remove(self._message(request, channel), emoji, self._state.bot)
        return no_content()

    async def list_old_pins(self, request: web.Request) -> web.Response:
        return reply([self._shown(message) for message in self._pins(self._channel(request))])

    async def list_pins(self, request: web.Request) -> web.Response:
        items = [
            {"pinned_at": render.timestamp(message.pinned_at), "message": self._shown(message)}
            for message in self._pins(self._channel(request))
            if message.pinned_at is not None
        ]
        return reply({"items": items, "has_more": False})

    def _pins(self, channel: Channel) -> list[Message]:
        """The most recently pinned first."""
        pinned = [m for m in channel.messages.values() if m.pinned_at is not None]
        return sorted(pinned, key=lambda m: m.pinned_at or m.created_at, reverse=True)

    async def pin(self, request: web.Request) -> web.Response:
        return await self._set_pin(request, pinned=True)

    async def unpin(self, request: web.Request) -> web.Response:
        return await self._set_pin(request, pinned=False)

    async def _set_pin(self, request: web.Request, *, pinned: bool) -> web.Response:
        channel = self._channel(request, Permissions.PIN_MESSAGES)
        message = self._message(request, channel)
        if pinned and message.pinned_at is None and len(self._pins(channel)) >= MAX_PINS:
            raise errors.too_many_pins()
        self._messages.pin(message, pinned=pinned)
        return no_content()


def _page(messages: list[Message], marks: dict[str, int | None], limit: int) -> list[Message]:
    """The part of a channel that a listing asks for, oldest first."""
    before, after, around = marks["before"], marks["after"], marks["around"]
    if around is not None:
        older = [m for m in messages if m.id <= around][-(limit // 2 + 1) :]
        newer = [m for m in messages if m.id > around][: limit - len(older)]
        return older + newer
    if after is not None and before is None:
        return [m for m in messages if m.id > after][:limit]
    if before is not None:
        messages = [m for m in messages if m.id < before]
    return messages[-limit:]
