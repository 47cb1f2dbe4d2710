"""Three bots share one PostgreSQL, a third of Discord's servers each; one is killed, or cut off."""

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

from bot.domain.jobs import JobState
from bot.store.database.engine import connect
from bot.store.database.tables import jobs, pauses, processes
from bot.store.process_store import ALIVE_S
from sandbox.aimlapi import error_body
from sandbox.discord.seed import add_channel, add_guild, tape_club_world
from sandbox.discord.world import World
from sandbox.driver import Driver, MemberDriver, MessageView
from sandbox.stack import Sandbox
from tests.bot.store.gate import Gate
from tests.e2e.forked import BotProcess
from tests.e2e.shared import PLAIN_SETTINGS, short_track
from tests.postgres import fresh_database

pytestmark = pytest.mark.e2e

SHARDS = 3
JOBS_PER_SERVER = 20
JOBS = SHARDS * JOBS_PER_SERVER
GENERATIONS = "/v2/generate/audio"
# What the dead process had claimed is free when its last beat has run out.
TAKEN_OVER_WITHIN_S = ALIVE_S + 5
# A row in the provider's logs is there some seconds after the end, and is looked for soon.
FOUND_WITHIN_S = 20.0
LOOK_EVERY_S = 0.1
FOR_TWO = "0.17"  # a track costs 0.06 USD
WHO_ASKS = (("Ada", "general"), ("Ben", "club-1"), ("Chika", "club-2"))


def one_server_per_shard() -> World:
    """Tape Club, and other servers whose ids fall to the other shards."""
    world = tape_club_world()
    (first,) = world.state.guilds.values()
    ada, ben, chika = (world.state.user_named(name) for name in ("Ada", "Ben", "Chika"))
    for shard in range(1, SHARDS):
        guild_id = first.id + (shard << 22)
        guild = add_guild(
            world, f"Club {shard}", owner=ada, members=(ben, chika), guild_id=guild_id
        )
        add_channel(world, guild, f"club-{shard}")
    return world


@asynccontextmanager
async def place(postgres_server: str) -> AsyncIterator[tuple[Sandbox, str, AsyncEngine]]:
    """The stand-ins, and an empty database that the test looks into."""
    sandbox = Sandbox(
        world=one_server_per_shard(),
        discord={"rate_limits": False},
        provider={"render": short_track, "durations": [1.0]},
    )
    async with fresh_database(postgres_server) as url, sandbox:
        engine = connect(url)
        try:
            yield sandbox, url, engine
        finally:
            await engine.dispose()


@asynccontextmanager
async def running_bots(
    sandbox: Sandbox, *urls: str, folder: Path, **settings: str
) -> AsyncIterator[list[BotProcess]]:
    """A bot for each shard, all started at the same time on an empty database.

    `urls` are the ways to that database, one for each bot, or one for all.
    """
    env = sandbox.bot_env(folder / "unused.db") | PLAIN_SETTINGS | settings
    env |= {"SHARD_COUNT": str(SHARDS)}
    async with AsyncExitStack() as running:
        bots = [
            BotProcess(
                sandbox,
                env | {"SHARD_IDS": str(shard), "DATABASE_URL": urls[shard % len(urls)]},
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


async def until(engine: AsyncEngine, query: sa.Select[Any], wanted: Any) -> None:
    """Look at one value in the database until it is that one."""
    async with asyncio.timeout(TAKEN_OVER_WITHIN_S):
        while await _value(engine, query) != wanted:  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)


async def _value(engine: AsyncEngine, query: sa.Select[Any]) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(query)).scalar()


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
    async with (
        place(postgres_server) as (sandbox, url, engine),
        running_bots(sandbox, url, folder=tmp_path) as bots,
    ):
        polls = sandbox.provider.scenario.on("GET", GENERATIONS, times=None).hold_before()
        askers = [(Driver(sandbox.discord).member(name), place) for name, place in WHO_ASKS]
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


@pytest.mark.soak
async def test_two_are_submitted_when_ten_ask_three_processes_and_the_budget_is_for_two(
    postgres_server: str, tmp_path: Path
) -> None:
    async with (
        place(postgres_server) as (sandbox, url, engine),
        running_bots(sandbox, url, folder=tmp_path, BUDGET_USD_PER_DAY=FOR_TWO) as bots,
    ):
        submission = sandbox.provider.scenario.on("POST", GENERATIONS).hold_after()
        driver = Driver(sandbox.discord)
        asking = [
            driver.member(name).slash("compose", channel=channel, prompt=f"song {number}")
            for number in range(10)
            for name, channel in [WHO_ASKS[number % SHARDS]]
        ]
        answers = [await call.answered() for call in await asyncio.gather(*asking)]
        assert [answer.ephemeral for answer in answers].count(False) == 2
        await submission.reached()
        for bot in bots[1:]:
            await bot.kill()
            await bot.start()
        submission.release()
        succeeded = sa.select(sa.func.count()).where(jobs.c.state == JobState.SUCCEEDED)
        await until(engine, succeeded, 2)
        assert len(sandbox.provider.generations) == 2
        refused = await driver.member("Ada").slash("compose", channel="general", prompt="one more")
        assert (await refused.answered()).ephemeral


@pytest.mark.soak
async def test_paid_track_is_delivered_when_its_process_was_taken_for_dead(
    postgres_server: str, tmp_path: Path
) -> None:
    async with (
        place(postgres_server) as (sandbox, url, engine),
        Gate(url) as gate,
        Gate(url) as to_others,
        running_bots(sandbox, gate.url, to_others.url, to_others.url, folder=tmp_path),
    ):
        await to_others.shut()  # so that it is the first one who submits
        submission = sandbox.provider.scenario.on("POST", GENERATIONS).hold_after()
        ada = Driver(sandbox.discord).member("Ada")
        call = await ada.slash("compose", channel="general", prompt="lo-fi rain")
        card = await call.answered()
        await submission.reached()
        await to_others.open()
        await gate.shut()

        track = await ada.wait_for_message(
            partial(is_track_of, "lo-fi rain"), timeout_s=TAKEN_OVER_WITHIN_S + FOUND_WITHIN_S
        )
        submission.release()
        await gate.open()
        assert track.reference is not None
        assert track.reference["message_id"] == card.id
        assert len(sandbox.provider.generations) == 1
        assert [one.id for one in ada.messages("general") if one.reference] == [track.id]
        assert await _value(engine, sa.select(jobs.c.state)) == JobState.SUCCEEDED


@pytest.mark.soak
async def test_one_probe_goes_out_at_a_time_when_three_processes_are_refused(
    postgres_server: str, tmp_path: Path
) -> None:
    async with (
        place(postgres_server) as (sandbox, url, engine),
        running_bots(sandbox, url, folder=tmp_path),
    ):
        refused = sandbox.provider.scenario.on("POST", GENERATIONS, times=None)
        refused.respond(503, error_body(503, "no"))
        driver, calls = Driver(sandbox.discord), []
        for name, channel in WHO_ASKS:
            for number in range(2):
                prompt = f"song {number} of {channel}."
                call = await driver.member(name).slash("compose", channel=channel, prompt=prompt)
                calls.append((call, channel, prompt))
                await call.answered()
        await until(engine, sa.select(pauses.c.distance_s), 16.0)  # after 2, 4 and 8 s
        assert refused.hits <= len(calls) + 3
        sandbox.provider.scenario.clear()
        for call, channel, prompt in calls:
            await call.member.wait_for_message(
                partial(is_track_of, prompt), channel=channel, timeout_s=TAKEN_OVER_WITHIN_S
            )
        assert len(sandbox.provider.generations) == len(calls)
        assert await _value(engine, sa.select(sa.func.count()).select_from(pauses)) == 0
