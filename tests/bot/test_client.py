"""What the log says of the connection."""

import logging

import pytest

from bot.client import ComposeClient


async def test_connection_that_comes_and_goes_is_said_once(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO)
    address = "http://127.0.0.1:1"
    async with ComposeClient(api_url=address, command_guild_id=None, shard_count=1) as client:
        await client.on_shard_ready(0)
        for _ in range(5):
            await client.on_shard_disconnect(0)
            await client.on_shard_resumed(0)
    said = [one for one in caplog.messages if one.startswith("shard 0")]
    assert [one.split(" (")[0] for one in said] == [
        "shard 0 lost its connection to Discord",
        "shard 0 is connected again",
    ]
