"""Three bots share one PostgreSQL, a third of Discord's servers each; one of them is killed."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.jobs import JobState
from bot.store.database import connect
from bot.store.process_store import ALIVE_S
from bot.store.tables import jobs, processes
from sandbox.discord.seed import add_channel, add_guild, default_world
from sandbox.discord.world import World
from sandbox.driver import Driver, MemberDriver, MessageView
from sandbox.stack import BotProcess, Sandbox
from tests.e2e.shared import PLAIN_SETTINGS, short_track
from tests.postgres import fresh_database

pytestmark = pytest.mark.e2e

SHARDS = 3
JOBS_PER_SERVER = 20
JOBS = SHARDS * JOBS_PER_SERVER
GENERATIONS = "/v2/generate/audio"
# What the dead process had claimed is free when its last beat has run out.
TAKEN_OVER_WITHIN_S = ALIVE_S + 5
LOOK_EVERY_S = 0.1


def one_server_per_shard() -> World:
    """Tape Club, and other servers whose ids fall to the other shards."""
    world = default_world()
    (first,) = world.guilds.values()
    ada, ben, chika = (world.user_named(name) for name in ("Ada", "Ben", "Chika"))
    for shard in range(1, SHARDS):
        guild_id = first.id + (shard << 22)
        guild = add_guild(
            world, f"Club {shard}", owner=ada, members=(ben, chika), guild_id=guild_id
        )
        add_channel(world, guild, f"club-{shard}")
    return world


@asynccontextmanager
async def running_bots(sandbox: Sandbox, url: str, folder: Path) -> AsyncIterator[list[BotProcess]]:
    """A bot for each shard, all started at the same time on an empty database."""
    env = sandbox.bot_env(folder / "unused.db") | PLAIN_SETTINGS
    env |= {"DATABASE_URL": url, "SHARD_COUNT": str(SHARDS)}
    async with AsyncExitStack() as running:
        bots = [
            BotProcess(
                sandbox,
                env | {"SHARD_IDS": str(shard)},
                log=folder / f"bot-{shard}.log",
                folder=folder,
            )
            for shard in range(SHARDS)
        ]
        for bot in bots:
            await running.enter_async_context(bot)
        await bots[0].ready(60, shards=SHARDS)
        yield bots


async def until_all_are_being_polled(engine: AsyncEngine) -> None:
    """A database tells nobody of changes, so it is looked at."""
    claimed = sa.select(sa.func.count()).where(
        jobs.c.state == JobState.GENERATING, jobs.c.claimed_until.is_not(None)
    )
    async with asyncio.timeout(40):
        while await _value(engine, claimed) < JOBS:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)


async def _value(engine: AsyncEngine, query: sa.Select[Any]) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(query)).scalar_one()


async def claims(engine: AsyncEngine) -> Counter[str]:
    """How many jobs each process has claimed."""
    query = sa.select(jobs.c.claimed_by).where(jobs.c.claimed_by.is_not(None))
    async with engine.connect() as connection:
        return Counter((await connection.execute(query)).scalars())


def is_track_of(prompt: str, message: MessageView) -> bool:
    return bool(message.attachments) and prompt in message.text


async def all_tracks(askers: list[tuple[MemberDriver, str]]) -> None:
    """Wait until each member has the track of each prompt."""
    for number in range(JOBS_PER_SERVER):
        for member, channel in askers:
            prompt = f"song {number} of {channel}."
            await member.wait_for_message(
                partial(is_track_of, prompt), channel=channel, timeout_s=TAKEN_OVER_WITHIN_S
            )


@pytest.mark.soak
async def test_every_track_is_delivered_once_when_one_of_three_processes_is_killed(
    postgres_server: str, tmp_path: Path
) -> None:
    sandbox = Sandbox(
        world=one_server_per_shard(),
        discord={"rate_limits": False},
        provider={"render": short_track, "durations": [1.0]},
    )
    async with AsyncExitStack() as opened:
        url = await opened.enter_async_context(fresh_database(postgres_server))
        engine = connect(url)
        opened.push_async_callback(engine.dispose)
        await opened.enter_async_context(sandbox)
        bots = await opened.enter_async_context(running_bots(sandbox, url, tmp_path))
        polls = sandbox.provider.scenario.on("GET", GENERATIONS, times=None).hold_before()
        names = zip(("Ada", "Ben", "Chika"), ("general", "club-1", "club-2"), strict=True)
        askers = [(Driver(sandbox.discord).member(name), place) for name, place in names]
        for number in range(JOBS_PER_SERVER):
            for member, channel in askers:
                prompt = f"song {number} of {channel}."
                call = await member.slash("compose", channel=channel, prompt=prompt)
                await call.answered()
        await until_all_are_being_polled(engine)
        before = await claims(engine)
        assert len(before) == SHARDS, "a process had nothing to do"

        await bots[1].kill()
        polls.release()
        async with asyncio.timeout(TAKEN_OVER_WITHIN_S):
            await all_tracks(askers)

        oldest_beat = sa.select(processes.c.id).order_by(processes.c.alive_until).limit(1)
        dead = await _value(engine, oldest_beat)
        assert before[dead] > 0, "the dead one had nothing that could be taken over"
        assert len(sandbox.provider.generations) == JOBS
        for member, channel in askers:
            tracks = [message for message in member.messages(channel) if message.attachments]
            assert len(tracks) == JOBS_PER_SERVER
        states = sa.select(sa.func.count()).where(jobs.c.state == JobState.SUCCEEDED)
        assert await _value(engine, states) == JOBS
