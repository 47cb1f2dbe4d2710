"""The chat page over the sandbox, with the real bot in it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from sandbox.page.server import Page as ChatPage
from sandbox.stack import Sandbox
from tests.databases import experienced_database
from tests.e2e.forked import BotProcess

SPEED = 40


@asynccontextmanager
async def chat_with_bot(folder: Path) -> AsyncIterator[tuple[Sandbox, ChatPage]]:
    """Both open, and the bot ready; its database and its log are in `folder`."""
    database = folder / "compose.db"
    await experienced_database(database)
    async with Sandbox(speed=SPEED) as sandbox:
        env = sandbox.bot_env(database)
        async with (
            BotProcess(sandbox, env, log=folder / "bot.log", folder=folder) as bot,
            ChatPage(sandbox.discord) as chat,
        ):
            await bot.ready()
            yield sandbox, chat
