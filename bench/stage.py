"""The real bot between the stand-ins, opened for one measurement."""

import contextlib
import tempfile
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.crowd import crowded_world
from sandbox.aimlapi import synth
from sandbox.aimlapi.generations import Audio, Generation
from sandbox.stack import BotProcess, Sandbox

UNBOUND = {
    "MAX_JOBS_PER_MEMBER_PER_DAY": "0",
    "BUDGET_USD_PER_DAY": "0",
    "MAX_CONCURRENT_GENERATIONS": "1000",
    "POLLS_PER_SECOND": "100",
}


@dataclass(frozen=True)
class Stage:
    """An open sandbox and the bot in it, which has not started yet."""

    sandbox: Sandbox
    bot: BotProcess
    database: Path

    @property
    def database_url(self) -> str:
        """The bot's SQLite file."""
        return f"sqlite:///{self.database}"


@contextlib.asynccontextmanager
async def open_stage(
    *,
    speed: float = 1.0,
    render: Callable[[Generation], Audio],
    env: Mapping[str, str] = UNBOUND,
    provider: Mapping[str, Any] | None = None,
    module: str = "bot",
) -> AsyncIterator[Stage]:
    """A crowded server, and a provider with endless credits that plays `render` for all prompts.

    Whoever opens it starts the bot, or the `module` in its place; it is stopped at the end.
    """
    arguments = {"render": render, "balance_usd": 1e6, **(provider or {})}
    with tempfile.TemporaryDirectory(prefix="compose-bench-") as name:
        folder = Path(name)
        database = folder / "compose.db"
        async with Sandbox(speed=speed, world=crowded_world(), provider=arguments) as sandbox:
            settings = sandbox.bot_env(database) | dict(env)
            bot = BotProcess(
                sandbox, settings, log=folder / "bot.log", folder=folder, module=module
            )
            try:
                yield Stage(sandbox, bot, database)
            finally:
                with contextlib.suppress(RuntimeError):  # it was never started
                    await bot.stop()


@dataclass(frozen=True)
class SharedRender:
    """The same track for all generations: rendering is not what is measured here."""

    track: Audio

    def __call__(self, _generation: Generation) -> Audio:
        return self.track


def full_track() -> SharedRender:
    """As long as the provider's: 6.3 MB of WAV."""
    return SharedRender(Audio(synth.render_wav("calm piano", "", 1)))


def short_track() -> SharedRender:
    """One second, where the files are not what is measured."""
    return SharedRender(Audio(synth.render_wav("calm piano", "", 1, 1.0)))
