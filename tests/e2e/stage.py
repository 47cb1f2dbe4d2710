"""A sandbox with one bot in it, and short words for what tests do all the time."""

from pathlib import Path

from sandbox.driver import Call, Driver, MemberDriver, MessageView
from sandbox.stack import Sandbox
from tests.e2e.forked import BotProcess

SPEED = 40.0
TRACK_TIMEOUT_S = 60.0
# A bot that many tests use makes more than the default budget of a day.
NO_BUDGET = {"BUDGET_USD_PER_DAY": "0"}


class Stage:
    """What a test acts on. Its log begins where the test does."""

    def __init__(self, sandbox: Sandbox, bot: BotProcess, folder: Path) -> None:
        self.sandbox = sandbox
        self.bot = bot
        self.folder = folder
        self.discord = sandbox.discord
        self.provider = sandbox.provider
        self.world = sandbox.discord.world
        self._log_begins = bot.log.stat().st_size

    def member(self, name: str = "Ben") -> MemberDriver:
        """Someone to act as."""
        return Driver(self.discord).member(name)

    def log(self) -> str:
        """What the host reads."""
        return self.bot.log.read_bytes()[self._log_begins :].decode()

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
