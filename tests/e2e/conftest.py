"""The real bot as its own process, between stand-ins of Discord and of the provider."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from sandbox.driver import Call, Driver, MemberDriver, MessageView
from sandbox.stack import BotProcess, Sandbox

SPEED = 40.0
TRACK_TIMEOUT_S = 30.0


class Stage:
    """A sandbox with one bot in it, and short words for what tests do all the time."""

    def __init__(self, sandbox: Sandbox, bot: BotProcess, folder: Path) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.folder = folder
        self.discord = sandbox.discord
        self.provider = sandbox.provider
        self.world = sandbox.discord.world

    def member(self, name: str = "Ben") -> MemberDriver:
        """Someone to act as."""
        return Driver(self.discord).member(name)

    def log(self) -> str:
        """What the host reads."""
        return self.bot.log.read_text()

    async def track(
        self, member: MemberDriver, prompt: str, *, timeout_s: float = TRACK_TIMEOUT_S
    ) -> MessageView:
        """The message with the finished audio for a prompt."""
        return await self.bot.watch(
            member.wait_for_message(
                lambda message: message.attachments and prompt in message.text, timeout_s=timeout_s
            )
        )


async def private_answer(call: Call) -> str:
    """The text of an answer that only the member sees."""
    answer = await call.answered()
    assert answer.ephemeral, answer
    return answer.text


OpenStage = Callable[..., AbstractAsyncContextManager[Stage]]


@pytest.fixture
def open_stage(tmp_path: Path) -> OpenStage:
    """Opens a sandbox and a ready bot; keyword arguments in capitals are its settings."""

    @asynccontextmanager
    async def opened(
        *, speed: float = SPEED, sandbox: Sandbox | None = None, **settings: str
    ) -> AsyncIterator[Stage]:
        async with sandbox or Sandbox(speed=speed) as open_sandbox:
            env = open_sandbox.bot_env(tmp_path / "compose.db") | settings
            bot = BotProcess(open_sandbox, env, log=tmp_path / "bot.log", folder=tmp_path)
            async with bot:
                await bot.ready()
                yield Stage(open_sandbox, bot, tmp_path)

    return opened


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncIterator[Stage]:
    """A ready bot with default settings."""
    async with open_stage() as opened:
        yield opened
