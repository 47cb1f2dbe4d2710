"""One tab of the chat page: a member at work.

Each request runs as a task of its own, so that a command which waits for its answer holds nothing
up. What the member does goes through the driver, which checks it as Discord's client does.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

from aiohttp import ClientConnectionResetError, WSMsgType, web

from sandbox.discord import DiscordStandIn
from sandbox.discord.errors import ApiError
from sandbox.discord.events import Subscription
from sandbox.discord.forms import Form
from sandbox.discord.message_form import read_draft
from sandbox.discord.model import Channel, Json, Message
from sandbox.discord.permissions import Permissions
from sandbox.discord.reactions import parse_emoji
from sandbox.discord.uploads import Upload
from sandbox.driver import Call, Driver, InteractionFailed, MessageView, OptionError
from sandbox.page.frames import BadFrame, Frame
from sandbox.page.uploads import Uploads
from sandbox.page.view import HISTORY_PAGE, View

log = logging.getLogger(__name__)

Dismissed = set[tuple[int, str]]  # (member id, message id): private messages that were put away
Handler = Callable[[Frame], Awaitable[Any]]


class Tab:
    """Serves one WebSocket until it closes."""

    def __init__(
        self,
        discord: DiscordStandIn,
        view: View,
        socket: web.WebSocketResponse,
        dismissed: Dismissed,
        uploads: Uploads,
    ) -> None:
        self._world = discord.world
        self._view = view
        self._member = Driver(discord).member(view.user.username)
        self._socket = socket
        self._dismissed = dismissed
        self._uploads = uploads
        self._modals: dict[str, Call] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._handlers: dict[str, Handler] = {
            "history": self._history,
            "commands": self._commands,
            "send": self._send_text,
            "delete": self._delete,
            "start_thread": self._start_thread,
            "start_post": self._start_post,
            "slash": self._slash,
            "message_command": self._message_command,
            "user_command": self._user_command,
            "autocomplete": self._autocomplete,
            "click": self._click,
            "choose": self._choose,
            "modal": self._modal,
            "react": self._react,
            "dismiss": self._dismiss,
        }

    async def run(self) -> None:
        with self._world.state.bus.subscribe(self._view.user_id) as events:
            await self._send({"t": "state", "state": self._view.snapshot()})
            self._start(self._tell(events))
            try:
                async for message in self._socket:
                    if message.type is WSMsgType.TEXT:
                        self._start(self._answer(message.data))
            finally:
                for task in self._tasks:
                    task.cancel()
                await asyncio.gather(*self._tasks, return_exceptions=True)

    def _start(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _tell(self, events: Subscription) -> None:
        async for name, payload in events:
            data = self._view.event(name, payload)
            if data is not None:
                await self._send({"t": "event", "name": name, "data": data})

    async def _answer(self, text: str) -> None:
        """Carry one request out; whatever goes wrong is its answer."""
        try:
            frame = Frame.parse(text)
        except BadFrame as error:
            await self._send(_refusal(None, error))
            return
        try:
            result = await self._handlers.get(frame.op, _unknown)(frame)
            reply: Json = {"t": "reply", "id": frame.id, "ok": True, "result": result}
        except (ApiError, BadFrame, InteractionFailed, LookupError, OptionError) as error:
            reply = _refusal(frame.id, error)
        except Exception as error:
            log.exception("the page's %r failed", frame.op)
            reply = _refusal(frame.id, error)
        await self._send(reply)

    async def _send(self, frame: Json) -> None:
        with suppress(ClientConnectionResetError):  # the tab was closed meanwhile
            await self._socket.send_json(frame)

    # Looking

    async def _history(self, frame: Frame) -> Json:
        channel = self._channel(frame)
        messages = self._view.history(channel, frame.optional_snowflake("before"))
        mine = self._view.user_id
        return {
            "messages": [m for m in messages if (mine, m["id"]) not in self._dismissed],
            "more": len(messages) == HISTORY_PAGE,
            "commands": self._view.commands(channel),
        }

    async def _commands(self, frame: Frame) -> list[Json]:
        return self._view.commands(self._channel(frame))

    async def _dismiss(self, frame: Frame) -> None:
        self._dismissed.add((self._view.user_id, str(frame.snowflake("message_id"))))

    # Writing

    async def _send_text(self, frame: Frame) -> None:
        channel = self._channel(frame)
        payload: Json = {"content": frame.text("content")}
        if (reply_to := frame.optional_snowflake("reply_to")) is not None:
            payload["message_reference"] = {"message_id": str(reply_to)}
        files = [self._uploads.get(token) for token in frame.texts("files")]
        uploads = [Upload(key, file.name, file.data) for key, file in enumerate(files)]
        draft = read_draft(Form(payload), uploads)
        self._world.messages.post(self._view.user, channel, draft)

    async def _delete(self, frame: Frame) -> None:
        await self._member.delete(self._seen(frame))

    async def _start_thread(self, frame: Frame) -> Json:
        thread = await self._member.start_thread(frame.text("name"), message=self._seen(frame))
        return {"channel_id": str(thread.id)}

    async def _start_post(self, frame: Frame) -> Json:
        name, content = frame.text("name"), frame.text("content")
        thread = await self._member.start_post(name, content, channel=self._channel(frame))
        return {"channel_id": str(thread.id)}

    async def _react(self, frame: Frame) -> None:
        message, emoji = self._message(frame), parse_emoji(frame.text("emoji"))
        if frame.fields.get("remove") is True:
            self._world.reactions.remove(message, emoji, self._view.user)
            return
        channel = self._world.state.channel(message.channel_id)
        self._world.state.require(self._view.user_id, channel, Permissions.ADD_REACTIONS)
        self._world.reactions.add(message, emoji, self._view.user)

    # Talking to the bot

    async def _slash(self, frame: Frame) -> Json:
        channel, options = self._channel(frame), self._with_files(frame.mapping("options"))
        call = await self._member.slash(frame.text("command"), channel=channel, options=options)
        return await self._answered(call)

    async def _message_command(self, frame: Frame) -> Json:
        call = await self._member.menu(frame.text("command"), self._seen(frame))
        return await self._answered(call)

    async def _user_command(self, frame: Frame) -> Json:
        target = self._world.state.user(frame.snowflake("user_id"))
        channel = self._channel(frame)
        return await self._answered(
            await self._member.menu(frame.text("command"), target, channel=channel)
        )

    async def _autocomplete(self, frame: Frame) -> list[Json]:
        return await self._member.autocomplete(
            frame.text("command"),
            frame.text("focused"),
            frame.text("value"),
            channel=self._channel(frame),
            options=frame.mapping("options"),
        )

    async def _click(self, frame: Frame) -> Json:
        call = await self._member.click(self._seen(frame), custom_id=frame.text("custom_id"))
        return await self._answered(call)

    async def _choose(self, frame: Frame) -> Json:
        message, custom_id = self._seen(frame), frame.text("custom_id")
        call = await self._member.choose(message, custom_id=custom_id, values=frame.texts("values"))
        return await self._answered(call)

    async def _modal(self, frame: Frame) -> Json:
        opened = self._modals.get(frame.text("modal"))
        if opened is None:
            raise BadFrame("that form is not open")
        values = self._with_files(frame.mapping("values"))
        return await self._answered(await self._member.fill_modal(opened, values))

    async def _answered(self, call: Call) -> Json:
        """Wait for the bot. The result has the form to fill in, if the answer is one."""
        await call.acknowledged()
        if call.modal is None:
            return {}
        token = str(call.interaction.id)
        self._modals[token] = call
        return {"modal": call.modal | {"token": token}}

    # Finding

    def _with_files(self, value: Any) -> Any:
        """A value of an option or a field, its `{"upload": token}` replaced by the files."""
        if isinstance(value, list):
            return [self._with_files(one) for one in value]
        if not isinstance(value, dict):
            return value
        if value.keys() == {"upload"}:
            return self._uploads.get(value["upload"])
        return {name: self._with_files(one) for name, one in value.items()}

    def _channel(self, frame: Frame) -> Channel:
        channel = self._world.state.channel(frame.snowflake("channel_id"))
        self._world.state.require(self._view.user_id, channel)
        return channel

    def _message(self, frame: Frame) -> Message:
        channel, message_id = self._channel(frame), frame.snowflake("message_id")
        return self._world.messages.find(channel, message_id, self._view.user_id)

    def _seen(self, frame: Frame) -> MessageView:
        return self._member.message(frame.snowflake("message_id"), self._channel(frame))


async def _unknown(frame: Frame) -> None:
    raise BadFrame(f"no operation {frame.op!r}")


def _refusal(request_id: int | None, error: Exception) -> Json:
    """What the page shows: Discord's words for what Discord refuses."""
    code, field, message = "error", None, "Something went wrong in the sandbox."
    if isinstance(error, InteractionFailed):
        code, message = "failed", "The application did not respond"
    elif isinstance(error, OptionError):
        code, field, message = "option", error.option or None, str(error)
    elif isinstance(error, ApiError):
        code, message = str(error.code), error.message
    elif isinstance(error, BadFrame | LookupError):
        code, message = "invalid", str(error)
    return {
        "t": "reply",
        "id": request_id,
        "ok": False,
        "error": {"message": message, "code": code, "field": field},
    }
