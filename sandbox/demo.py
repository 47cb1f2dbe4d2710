"""One `/compose` in the terminal: what a member sees, from typing to the finished track."""

import asyncio
import re
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from sandbox.discord.world import World
from sandbox.driver import Driver, InteractionFailed, MemberDriver, MessageView, OptionError
from sandbox.stack import ROOT, BotEnded, BotProcess, Sandbox

MEMBER: Final = "Ben"
CHANNEL: Final = "music-jam"
PROMPT: Final = "lo-fi rain, warm tape, 70 bpm"
TRACKS: Final = ROOT / "artifacts" / "demo"
SLOWEST_GENERATION_S: Final = 120.0
DELIVERY_ALLOWANCE_S: Final = 30.0
EPILOGUE_S: Final = 1.5

# Discord docs: Message Resource > Message Flags
EPHEMERAL: Final = 1 << 6
LOADING: Final = 1 << 7

# Members type what they like; none of it may steer the terminal.
_STEERING: Final = re.compile(r"[\x00-\x1f\x7f-\x9f]")

Json = dict[str, Any]


class NoTrack(Exception):
    """The demo came to nothing; the message says why, in words for the person who started it."""


class Transcript:
    """Prints a channel as it unfolds, as one member sees it."""

    def __init__(self, world: World, channel_id: int) -> None:
        self._world = world
        self._channel_id = str(channel_id)
        self._began_s = time.monotonic()
        self._shown: dict[str, list[str]] = {}

    async def follow(self, member_id: int) -> None:
        """Print each new or changed message until cancelled."""
        with self._world.state.bus.subscribe(member_id) as events:
            async for name, payload in events:
                if payload.get("channel_id") == self._channel_id:
                    self.show(name, payload)

    def typed(self, author: str, text: str) -> None:
        """Print what a member typed."""
        self._entry(author, [text])

    def show(self, name: str, message: Json) -> None:
        """Print what an event says of a message, unless it looks as before."""
        if name not in {"MESSAGE_CREATE", "MESSAGE_UPDATE"}:
            if name == "MESSAGE_DELETE":
                self._entry("Discord", ["(a message was deleted)"])
            return
        lines = [self._readable(line) for line in message_lines(message)]
        known = self._shown.get(message["id"])
        self._shown[message["id"]] = lines
        if known == lines:
            return
        author = str(message["author"].get("global_name") or message["author"]["username"])
        only_you = ", only you can see this" if message.get("flags", 0) & EPHEMERAL else ""
        edited = ", edited" if known is not None else ""
        self._entry(f"{author}{edited}{only_you}", lines)

    def _entry(self, author: str, lines: list[str]) -> None:
        elapsed_s = time.monotonic() - self._began_s
        for line in (
            f"[{elapsed_s:6.1f} s]  {author}",
            *(f"            {line}" for line in lines),
            "",
        ):
            print(_STEERING.sub("", line), flush=True)

    def _readable(self, line: str) -> str:
        line = re.sub(r"<@!?(\d+)>", lambda m: f"@{self._name(int(m[1]))}", line)
        return re.sub(r"<t:(\d+)(?::\w)?>", lambda m: _relative(int(m[1])), line)

    def _name(self, user_id: int) -> str:
        user = self._world.state.users.get(user_id)
        return user.display_name if user else str(user_id)


def message_lines(message: Json) -> Iterator[str]:
    """A message as lines of text: reply, content, embeds, attachments, buttons."""
    if message.get("flags", 0) & LOADING:
        yield "is thinking …"
    if message.get("message_reference"):
        yield "↪ in reply"
    yield from message.get("content", "").splitlines()
    for embed in message.get("embeds", []):
        yield from (f"│ {line}" for line in _embed_lines(embed))
    for file in message.get("attachments", []):
        kind, size_mb = file.get("content_type", "file"), file["size"] / 1e6
        yield f"♪ {file['filename']}  ({kind}, {size_mb:.2f} MB)"
    for row in message.get("components", []):
        parts = row.get("components", [])
        labels = [part.get("label") or part.get("placeholder") or "…" for part in parts]
        yield "  ".join(f"[ {label} ]" for label in labels)


def _embed_lines(embed: Json) -> Iterator[str]:
    for text in (embed.get("title"), embed.get("description")):
        yield from (text or "").splitlines()
    for field in embed.get("fields", []):
        yield f"{field['name']}: {field['value']}"
    if footer := embed.get("footer"):
        yield f"— {footer['text']}"


def _relative(unix_s: int) -> str:
    ahead_s = unix_s - time.time()
    return f"in {ahead_s:.0f} s" if ahead_s >= 0 else f"{-ahead_s:.0f} s ago"


async def demo(speed: float = 1.0, folder: Path = TRACKS) -> int:
    """Run the demo and print the track's path as the last line. Gives the exit code."""
    with tempfile.TemporaryDirectory(prefix="compose-demo-") as temporary:
        log = folder / "bot.log"
        log.unlink(missing_ok=True)
        print(f"The bot's log: {log}", file=sys.stderr, flush=True)
        try:
            async with (
                Sandbox(speed=speed) as sandbox,
                # The working directory is empty, so that no `.env` of a real bot gets in.
                BotProcess(
                    sandbox,
                    sandbox.bot_env(Path(temporary) / "demo.db"),
                    log=log,
                    folder=Path(temporary),
                ) as bot,
            ):
                await _ready(bot)
                track = await bot.watch(_compose(sandbox, speed, folder))
        except (BotEnded, InteractionFailed, LookupError, NoTrack, OptionError) as error:
            print(
                f"The demo failed: {str(error).rstrip('.')}. See {log}", file=sys.stderr, flush=True
            )
            return 1
    print(track, flush=True)
    return 0


async def _ready(bot: BotProcess) -> None:
    try:
        await bot.ready()
    except TimeoutError:
        raise NoTrack("the bot did not connect and register its commands in time") from None


async def _delivery(member: MemberDriver, speed: float) -> MessageView:
    timeout_s = SLOWEST_GENERATION_S / speed + DELIVERY_ALLOWANCE_S
    try:
        return await member.wait_for_message(
            lambda message: bool(message.attachments), channel=CHANNEL, timeout_s=timeout_s
        )
    except TimeoutError:
        raise NoTrack(f"no track came within {timeout_s:.0f} s") from None


async def _compose(sandbox: Sandbox, speed: float, folder: Path) -> Path:
    world = sandbox.discord.world
    member = Driver(sandbox.discord).member(MEMBER)
    channel = next(c for c in world.state.channels.values() if c.name == CHANNEL)
    transcript = Transcript(world, channel.id)
    following = asyncio.create_task(transcript.follow(world.state.user_named(MEMBER).id))
    try:
        transcript.typed(MEMBER, f"/compose prompt:{PROMPT}")
        call = await member.slash("compose", prompt=PROMPT, channel=CHANNEL)
        if (answer := await call.answered()).ephemeral:  # where a public card was to be expected
            raise NoTrack(f"the bot refused: {answer.text}")
        attachment = (await _delivery(member, speed)).attachments[0]
        data = await member.fetch(attachment)
        await asyncio.sleep(EPILOGUE_S)  # the status card may still change
    finally:
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    track = folder / Path(str(attachment["filename"])).name
    track.parent.mkdir(parents=True, exist_ok=True)
    track.write_bytes(data)
    return track
