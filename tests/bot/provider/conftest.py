"""The provider's stand-in, with a short clip for music."""

from collections.abc import AsyncIterator

import pytest

from bot.provider.client import Provider
from sandbox.aimlapi import KEY, AimlapiStandIn, Audio, Generation
from tests.bot.provider.clips import WAV


def _clip(_: Generation) -> Audio:
    return Audio(WAV)


@pytest.fixture
async def stand_in() -> AsyncIterator[AimlapiStandIn]:
    async with AimlapiStandIn(render=_clip) as stand_in:
        yield stand_in


@pytest.fixture
async def provider(stand_in: AimlapiStandIn) -> AsyncIterator[Provider]:
    async with Provider.open(stand_in.url, KEY) as provider:
        yield provider
