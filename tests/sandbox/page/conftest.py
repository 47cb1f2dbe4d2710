from collections.abc import AsyncIterator

import pytest

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page
from tests.sandbox.page.support import Application


@pytest.fixture
async def discord() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn() as discord:
        yield discord


@pytest.fixture
async def page(discord: DiscordStandIn) -> AsyncIterator[Page]:
    async with Page(discord) as page:
        yield page


@pytest.fixture
async def application(discord: DiscordStandIn) -> AsyncIterator[Application]:
    application = Application(discord)
    yield application
    await application.close()
