"""The whole thing on loopback: both stand-ins, and the real bot as a child process."""

import asyncio
import os
import signal
import sys
from collections.abc import Coroutine, Mapping
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Protocol, Self, TypeVar

from sandbox.aimlapi import KEY, AimlapiStandIn
from sandbox.clock import Clock
from sandbox.discord import DiscordStandIn
from sandbox.discord.seed import TOKEN
from sandbox.discord.world import World

ROOT: Final = Path(__file__).parents[1]
STOP_TIMEOUT_S: Final = 15.0

T = TypeVar("T")

SETTINGS: Final = (
    "DISCORD_TOKEN",
    "DISCORD_TOKEN_FILE",
    "DISCORD_API_URL",
    "AIMLAPI_KEY",
    "AIMLAPI_KEY_FILE",
    "AIMLAPI_URL",
    "DATABASE_URL",
    "DATABASE_URL_FILE",
    "PROXY_URL",
    "ALERT_WEBHOOK_URL",
    "ALERT_WEBHOOK_URL_FILE",
    "PORT",
    "HOST",
    "ALLOWED_GUILD_IDS",
    "ALLOW_USER_INSTALLS",
    "ALLOWED_MODELS",
    "COMMAND_GUILD_ID",
    "MAX_JOBS_PER_MEMBER_PER_DAY",
    "MAX_JOBS_PER_DAY",
    "BUDGET_USD_PER_DAY",
    "BUDGET_USD_PER_MONTH",
    "QUEUE_HOURS",
    "MAX_CONCURRENT_GENERATIONS",
    "POLLS_PER_SECOND",
    "GENERATION_TIMEOUT_S",
    "AUDIO_FORMAT",
    "HELD_DAYS",
    "KEPT_AUDIO_MB",
    "KEPT_AUDIO_MB_PER_MEMBER",
    "SHARD_COUNT",
    "SHARD_IDS",
    "LOG_LEVEL",
    "LOG_FORMAT",
)
"""The bot's environment variables. A child gets none that it was not given on purpose."""


class Process(Protocol):
    """What is needed of a child process."""

    @property
    def pid(self) -> int: ...

    @property
    def returncode(self) -> int | None: ...

    async def wait(self) -> int: ...

    def send_signal(self, number: int, /) -> None: ...


class BotEnded(Exception):
    """The bot's process ended while something was awaited of it."""

    def __init__(self, exit_code: int, log: Path) -> None:
        super().__init__(f"the bot ended with exit code {exit_code}; its log is {log}")
        self.exit_code = exit_code
        self.log = log


class Sandbox:
    """Discord and the provider with one clock, open while the `async with` block runs.

    `speed` makes generations that many times faster. `provider` holds further arguments of
    `AimlapiStandIn`, `discord` of `DiscordStandIn`.
    """

    def __init__(
        self,
        speed: float = 1.0,
        discord_port: int = 0,
        provider_port: int = 0,
        *,
        world: World | None = None,
        clock: Clock | None = None,
        discord: Mapping[str, Any] | None = None,
        provider: Mapping[str, Any] | None = None,
    ) -> None:
        self.clock = clock or (world.state.clock if world else Clock())
        self.discord = DiscordStandIn(
            world=world, port=discord_port, clock=self.clock, **(discord or {})
        )
        own: dict[str, Any] = {"port": provider_port, "speed": speed, "clock": self.clock}
        self.provider = AimlapiStandIn(**own | dict(provider or {}))
        self._open = AsyncExitStack()

    async def __aenter__(self) -> Self:
        async with AsyncExitStack() as opening:
            await opening.enter_async_context(self.discord)
            await opening.enter_async_context(self.provider)
            self._open = opening.pop_all()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self._open.aclose()

    def bot_env(self, database: Path) -> dict[str, str]:
        """The settings that connect a bot to this sandbox, with SQLite in the given file."""
        return {
            "DISCORD_TOKEN": TOKEN,
            "DISCORD_API_URL": self.discord.api_url,
            "AIMLAPI_KEY": KEY,
            "AIMLAPI_URL": self.provider.url,
            "DATABASE_URL": f"sqlite:///{database.absolute()}",
        }


class BotProcess:
    """`python -m bot` as a child process, stopped at the end of the `async with` block.

    Its output is appended to the file `log`. `folder` is its working directory: a `.env` there
    counts. `module` is run in place of the bot, for bots to compare it with. It runs in a session
    of its own, so that Ctrl-C in the terminal reaches only the parent, which then stops the bot in
    good order.
    """

    def __init__(
        self,
        sandbox: Sandbox,
        env: Mapping[str, str],
        *,
        log: Path,
        folder: Path = ROOT,
        module: str = "bot",
    ) -> None:
        self.log = log
        self._sandbox = sandbox
        self._env = env
        self._folder = folder
        self._module = module
        self._process: Process | None = None
        self._identified_before = 0

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        await self.stop()

    @property
    def pid(self) -> int:
        """The process id. Raises RuntimeError when it was never started."""
        return self._started().pid

    @property
    def exit_code(self) -> int | None:
        """None while it runs; negative when a signal ended it."""
        return self._started().returncode

    async def start(self) -> None:
        """Start the process. May be called again once it has ended. Raises RuntimeError when it
        still runs.
        """
        if self._process is not None and self._process.returncode is None:
            raise RuntimeError("the bot is running already")
        self._identified_before = self._sandbox.discord.gateway.identifies
        inherited = {name: v for name, v in os.environ.items() if name not in SETTINGS}
        path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
        self._process = await self._spawn(
            inherited | {"PYTHONPATH": path, "PYTHONUNBUFFERED": "1"} | dict(self._env)
        )

    async def _spawn(self, env: Mapping[str, str]) -> Process:
        with self._open_log() as log:
            return await asyncio.create_subprocess_exec(
                sys.executable,
                "-m",
                self._module,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=self._folder,
                env=env,
                start_new_session=True,
            )

    async def ready(self, timeout_s: float = 90, *, shards: int = 1) -> None:
        """Wait until it has identified so many shards anew, and its commands can be used.

        Raises BotEnded, or TimeoutError.
        """
        gateway, world = self._sandbox.discord.gateway, self._sandbox.discord.world
        scopes = (None, *world.state.guilds)

        def is_ready() -> bool:
            fresh = gateway.identifies - self._identified_before
            return fresh >= shards and any(world.commands.all(scope) for scope in scopes)

        await self.watch(world.state.bus.wait_until(is_ready, timeout_s))

    async def watch(self, awaited: Coroutine[Any, Any, T]) -> T:
        """Await something that needs the bot. Raises BotEnded as soon as its process ends."""
        ended = asyncio.create_task(self._started().wait())
        wanted = asyncio.create_task(awaited)
        try:
            await asyncio.wait({ended, wanted}, return_when=asyncio.FIRST_COMPLETED)
            if wanted.done():
                return wanted.result()
            raise BotEnded(ended.result(), self.log)
        finally:
            for task in (ended, wanted):
                task.cancel()
            await asyncio.gather(ended, wanted, return_exceptions=True)

    async def stop(self, timeout_s: float = STOP_TIMEOUT_S) -> int:
        """Ask it to end (SIGTERM), and after the timeout make it. Gives the exit code."""
        process = self._started()
        self._send(signal.SIGTERM)
        try:
            async with asyncio.timeout(timeout_s):
                return await process.wait()
        except BaseException as error:  # whatever happens here, no process stays behind
            exit_code = await asyncio.shield(self.kill())
            if isinstance(error, TimeoutError):
                return exit_code
            raise

    def freeze(self) -> None:
        """Let it do nothing from now on (SIGSTOP), until it is killed."""
        self._send(signal.SIGSTOP)

    async def kill(self) -> int:
        """End it at once (SIGKILL), as a power cut would. Gives the exit code."""
        self._send(signal.SIGKILL)
        return await self._started().wait()

    def _send(self, number: signal.Signals) -> None:
        process = self._started()
        if process.returncode is None:
            process.send_signal(number)

    def _started(self) -> Process:
        if self._process is None:
            raise RuntimeError("the bot was not started")
        return self._process

    def _open_log(self) -> BinaryIO:
        self.log.parent.mkdir(parents=True, exist_ok=True)
        self.log.touch(mode=0o600)  # it has prompts in it
        return self.log.open("ab")
