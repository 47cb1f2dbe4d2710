"""Jobs put straight into the database, as a bot that was stopped would have left them."""

from datetime import UTC, datetime, timedelta
from typing import Any

import sqlalchemy as sa

from bot.domain.jobs import JobState
from bot.domain.models import LYRIA_2
from bot.store.database.engine import open_database
from bot.store.database.tables import jobs
from sandbox.discord.world import World

RUNNING_SINCE = timedelta(seconds=20)
INTERACTIONS_FROM = 900_000_000_000_000_000


async def seed_pending(
    database_url: str,
    world: World,
    count: int,
    *,
    due_in: timedelta = timedelta(),
    every: timedelta = timedelta(),
) -> list[int]:
    """`count` jobs of members of this world that the provider works on; their channels' ids.

    The first is due for a poll after `due_in`, the others follow `every` so often. They have no
    cards. Makes the database; the bot must not run on it.
    """
    guild = next(iter(world.state.guilds.values()))
    channels = [c.id for c in world.state.channels_of(guild) if c.name.startswith("jam-")]
    members = list(guild.members)
    now = datetime.now(UTC)
    rows: list[dict[str, Any]] = [
        {
            "id": f"{number:016x}",
            "state": JobState.GENERATING,
            "model": LYRIA_2.id,
            "prompt": f"song {number} of many",
            "seed": number,
            "interaction_id": INTERACTIONS_FROM + number,
            "interaction_token": f"token-{number}",
            "application_id": 1,
            "guild_id": guild.id,
            "channel_id": channels[number % len(channels)],
            "member_id": members[number % len(members)],
            "upload_limit_bytes": 10 << 20,
            "created_at": now - RUNNING_SINCE,
            "submitted_at": now - RUNNING_SINCE,
            "due_at": now + due_in + number * every,
            "generation_id": f"generation-{number}:lyria2",
        }
        for number in range(count)
    ]
    async with open_database(database_url) as engine, engine.begin() as connection:
        if rows:
            await connection.execute(sa.insert(jobs), rows)
    return [row["channel_id"] for row in rows]
