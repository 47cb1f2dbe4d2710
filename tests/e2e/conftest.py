"""The real bot as its own process, between stand-ins of Discord and of the provider."""

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

import pytest

from sandbox.driver import Call, Driver, MemberDriver, MessageView
from sandbox.stack import BotProcess, Sandbox
from tests.contract import published

SPEED = 40.0
TRACK_TIMEOUT_S = 60.0


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
def open_stage(tmp_path: Path) -> Iterator[OpenStage]:
    """Opens a sandbox and a ready bot; keyword arguments in capitals are its settings.

    At the end, all that the bot and the stand-ins said has to be as the services publish it.
    """
    opened_sandboxes: list[Sandbox] = []

    @asynccontextmanager
    async def opened(
        *, speed: float = SPEED, sandbox: Sandbox | None = None, **settings: str
    ) -> AsyncIterator[Stage]:
        async with sandbox or Sandbox(speed=speed) as open_sandbox:
            opened_sandboxes.append(open_sandbox)
            env = open_sandbox.bot_env(tmp_path / "compose.db") | settings
            bot = BotProcess(open_sandbox, env, log=tmp_path / "bot.log", folder=tmp_path)
            async with bot:
                await bot.ready()
                yield Stage(open_sandbox, bot, tmp_path)

    yield opened
    assert_conforming(opened_sandboxes)


def assert_conforming(sandboxes: list[Sandbox]) -> None:
    """Hold what the bot asked and was answered against the published specifications.

    What a scenario answered in place of a stand-in is not looked at.
    """
    if not published.is_here():
        pytest.skip(published.MISSING)
    for sandbox in sandboxes:
        violations = [
            *published.discord().violations(sandbox.discord.traffic.exchanges),
            *published.provider().violations(sandbox.provider.traffic.exchanges),
        ]
        assert not violations, "\n".join(violations)


@pytest.fixture
async def stage(open_stage: OpenStage) -> AsyncIterator[Stage]:
    """A ready bot with default settings."""
    async with open_stage() as opened:
        yield opened
