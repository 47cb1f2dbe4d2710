"""A tab without a browser, an application without a gateway, and messages put in directly."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Any

from aiohttp import ClientSession, ClientWebSocketResponse, FormData
from yarl import URL

from sandbox.discord import DiscordStandIn
from sandbox.discord.enums import MessageFlag, MessageType
from sandbox.discord.forms import Form
from sandbox.discord.message_form import read_draft
from sandbox.discord.messages import Origin
from sandbox.discord.model import Channel, Event, Json, Message
from sandbox.discord.render import user_json
from sandbox.discord.uploads import Upload
from sandbox.discord.world import World
from sandbox.page.server import Page

TIMEOUT_S = 10

COMPOSE: Json = {
    "name": "compose",
    "description": "Turn a sentence into a track",
    "options": [
        {
            "type": 3,
            "name": "prompt",
            "description": "What it should sound like",
            "required": True,
            "min_length": 3,
            "max_length": 40,
        },
        {"type": 4, "name": "seed", "description": "Same seed, same track", "min_value": 0},
        {
            "type": 3,
            "name": "mood",
            "description": "How it should feel",
            "choices": [{"name": "Warm", "value": "w"}, {"name": "Cold", "value": "c"}],
        },
        {"type": 3, "name": "model", "description": "Who composes", "autocomplete": True},
    ],
}


class Refused(Exception):
    """The page's server refused a request; `error` is what it said."""

    def __init__(self, error: Mapping[str, Any]) -> None:
        super().__init__(error["message"])
        self.error = error


class TabClient:
    """Speaks the page's protocol, as the script in the browser does."""

    def __init__(self, socket: ClientWebSocketResponse) -> None:
        self._socket = socket
        self._last_id = 0
        self.state: Json = {}
        self.events: list[tuple[str, Json]] = []

    async def receive(self) -> Json:
        frame: Json = await self._socket.receive_json(timeout=TIMEOUT_S)
        if frame["t"] == "event":
            self.events.append((frame["name"], frame["data"]))
        elif frame["t"] == "state":
            self.state = frame["state"]
        return frame

    async def event(self, name: str) -> Json:
        """The payload of the next event of that name, noted by then or not."""
        while not (found := [data for kind, data in self.events if kind == name]):
            await self.receive()
        self.events.remove((name, found[0]))
        return found[0]

    async def request(self, op: str, **fields: Any) -> Any:
        """The result. Raises Refused."""
        self._last_id += 1
        await self._socket.send_json({"id": self._last_id, "op": op, **fields})
        return await self.reply(self._last_id)

    async def send_raw(self, text: str) -> None:
        await self._socket.send_str(text)

    async def reply(self, request_id: int | None) -> Any:
        while True:
            frame = await self.receive()
            if frame["t"] == "reply" and frame["id"] == request_id:
                if not frame["ok"]:
                    raise Refused(frame["error"])
                return frame["result"]


@asynccontextmanager
async def tab(page: Page, name: str | None, world: World) -> AsyncIterator[TabClient]:
    """A tab of the page for the member of that name, with its first state received."""
    url = URL(page.url)
    query = {} if name is None else {"member": str(world.state.user_named(name).id)}
    headers = {"Origin": str(url.origin())}
    async with (
        ClientSession() as session,
        session.ws_connect(url.with_path("/ws").with_query(query), headers=headers) as socket,
    ):
        client = TabClient(socket)
        await client.receive()
        yield client


class Application:
    """Answers interactions over REST, with what a test tells it to."""

    def __init__(self, discord: DiscordStandIn) -> None:
        self._discord = discord
        self._session = ClientSession()
        self._tasks: set[asyncio.Task[None]] = set()
        self._answers: list[Json] = []
        self.received: list[Json] = []
        self._stop: Callable[[], None] = discord.world.state.bus.listen(self._hear)

    def will_answer(self, *answers: Json) -> None:
        """Answer the next interactions with these, one each. Without any it stays silent."""
        self._answers.extend(answers)

    def _hear(self, event: Event) -> None:
        if event.name != "INTERACTION_CREATE":
            return
        self.received.append(event.payload)
        if self._answers:
            work = self._respond(event.payload, self._answers.pop(0))
            self._tasks.add(asyncio.get_running_loop().create_task(work))

    async def _respond(self, interaction: Json, answer: Json) -> None:
        path = f"/interactions/{interaction['id']}/{interaction['token']}/callback"
        async with self._session.post(self._discord.api_url + path, json=answer) as response:
            assert response.status < 300, await response.text()

    async def edit_original(self, token: str, payload: Json) -> None:
        """Change the answer that was given to an interaction."""
        path = f"/webhooks/{self._discord.world.state.application.id}/{token}/messages/@original"
        await self._request("PATCH", path, payload)

    async def edit_message(self, message: Message, payload: Json) -> None:
        path = f"/channels/{message.channel_id}/messages/{message.id}"
        await self._request("PATCH", path, payload)

    async def post(
        self, channel: str, payload: Json, files: Mapping[str, bytes] | None = None
    ) -> None:
        form = FormData({"payload_json": json.dumps(payload)}, default_to_multipart=True)
        for key, (name, data) in enumerate((files or {}).items()):
            form.add_field(f"files[{key}]", data, filename=name)
        place = channel_named(self._discord.world, channel)
        await self._request("POST", f"/channels/{place.id}/messages", form)

    async def register(self, *commands: Json) -> None:
        """Register global commands, over the wire."""
        path = f"/applications/{self._discord.world.state.application.id}/commands"
        for command in commands:
            await self._request("POST", path, command)

    async def start_thread(self, message: Message, name: str) -> None:
        path = f"/channels/{message.channel_id}/messages/{message.id}/threads"
        await self._request("POST", path, {"name": name})

    async def _request(self, method: str, path: str, payload: Json | FormData) -> None:
        body: Any = {"data" if isinstance(payload, FormData) else "json": payload}
        headers = {"Authorization": f"Bot {self._discord.world.state.application.token}"}
        url = self._discord.api_url + path
        async with self._session.request(method, url, headers=headers, **body) as response:
            assert response.status < 300, await response.text()

    async def close(self) -> None:
        self._stop()
        await asyncio.gather(*self._tasks)
        await self._session.close()


def register(world: World, *commands: Json) -> None:
    world.commands.overwrite(None, Form(list(commands)))


def channel_named(world: World, name: str) -> Channel:
    return next(channel for channel in world.state.channels.values() if channel.name == name)


def post(
    world: World,
    author: str,
    channel: str,
    content: str = "",
    files: Sequence[tuple[str, bytes]] = (),
    **fields: Any,
) -> Message:
    """A message by anyone, whatever they may do; `fields` as in Discord's API."""
    uploads = [Upload(key, name, data) for key, (name, data) in enumerate(files)]
    draft = read_draft(Form({"content": content, **fields}), uploads)
    return world.messages.add(
        world.state.user_named(author),
        channel_named(world, channel),
        draft,
        Origin(MessageType.DEFAULT),
    )


def whisper(world: World, to: str, channel: str, content: str) -> Message:
    """A private answer of the bot to a command."""
    user, place = world.state.user_named(to), channel_named(world, channel)
    metadata: Json = {"id": "1", "type": 2, "user": user_json(user)}
    origin = Origin(
        MessageType.CHAT_INPUT_COMMAND,
        interaction_metadata=metadata,
        seen_only_by=user.id,
        flags=MessageFlag.EPHEMERAL,
    )
    return world.messages.add(
        world.state.bot, place, read_draft(Form({"content": content})), origin
    )
