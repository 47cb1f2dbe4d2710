"""A bot goes on from a backup: nothing that happened since is paid for or posted a second time."""

import asyncio
import contextlib
import shutil
import sqlite3
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web

from bot.domain.jobs import JobState
from sandbox.driver import MemberDriver, MessageView
from tests.e2e import hasty
from tests.e2e.conftest import OpenStage
from tests.e2e.forked import BotProcess
from tests.e2e.reader import filled, titles
from tests.e2e.shared import (
    GENERATIONS,
    PLAIN_SETTINGS,
    quick_sandbox,
    replies_to,
    reply_to,
    until,
)
from tests.e2e.stage import Stage
from tests.e2e.test_running import run_bot

pytestmark = [pytest.mark.e2e]

LOGS = "/v2/logs"
SUBMISSIONS = 20
POSTS = 10
EVERY_S = 60 / 200
DELIVERED = "select count(*) from notices where kind = 'result' and told_at is not null"
STATES = "select state from jobs where prompt like 'song %'"
UNTOLD = "select id from notices where told_at is null and rung is null"

Restore = Callable[[Stage, Path], Awaitable[None]]


def ask_file(file: Path, query: str) -> list[str]:
    with contextlib.closing(sqlite3.connect(f"{file.as_uri()}?mode=ro", uri=True)) as connection:
        return [value for (value,) in connection.execute(query)]


async def tool(stage: Stage, *words: str, **settings: str) -> str:
    """What a command says, which has to go well."""
    env = stage.sandbox.bot_env(stage.folder / "compose.db") | settings
    code, out, err = await run_bot(env, stage.folder, *words)
    assert (code, err) == (0, ""), (out, err)
    return out


async def restore(stage: Stage, backup: Path) -> None:
    """Put a backup in place by the bot's own command."""
    await tool(stage, "restore", str(backup))


async def bring_back(stage: Stage, backup: Path) -> None:
    """Put it in place by other means, and say so."""
    file = stage.folder / "compose.db"
    for part in stage.folder.glob(f"{file.name}*"):
        part.unlink()
    shutil.copy(backup, file)
    await tool(stage, "restored")


@contextlib.asynccontextmanager
async def another_life(
    stage: Stage, backup: Path, by: Restore = restore, *, module: str = "bot"
) -> AsyncIterator[Stage]:
    """The bot dies, and goes on from the backup."""
    await stage.bot.kill()
    await by(stage, backup)
    env = stage.sandbox.bot_env(stage.folder / "compose.db") | PLAIN_SETTINGS
    where: dict[str, Any] = {"log": stage.folder / "another.log", "folder": stage.folder}
    async with BotProcess(stage.sandbox, env, **where, module=module) as bot:
        await bot.ready()
        yield Stage(stage.sandbox, bot, stage.folder)


async def ask(member: MemberDriver, number: int) -> list[MessageView]:
    cards = []
    for each in range(number):
        call = await member.slash("compose", channel="general", prompt=f"song {each}.")
        cards.append(await call.answered())
    return cards


async def delivered(stage: Stage, number: int) -> None:
    file = stage.folder / "compose.db"
    await until(stage, lambda: int(ask_file(file, DELIVERED)[0]) >= number)


async def settled(stage: Stage) -> None:
    """Nothing is left to be done."""
    file = stage.folder / "compose.db"
    ends = {JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED}
    await until(stage, lambda: set(ask_file(file, STATES)) <= ends and not ask_file(file, UNTOLD))


def keep_unfinished(stage: Stage, cards: Sequence[MessageView]) -> None:
    """The provider never tells how these stand."""

    def is_one(request: web.Request) -> bool:
        named = request.query.get("generation_id")
        prompts = (one.body["prompt"] for one in stage.provider.generations if one.id == named)
        return any(prompt in card.text for prompt in prompts for card in cards)

    stage.provider.scenario.on("GET", GENERATIONS, times=None, where=is_one).respond(500)


def ids(messages: Sequence[MessageView]) -> list[str]:
    return [message.id for message in messages]


def answers(member: MemberDriver, cards: Sequence[MessageView]) -> list[list[MessageView]]:
    return [replies_to(member, card) for card in cards]


@pytest.mark.parametrize(
    ("by", "away"),
    [(restore, False), (bring_back, True)],
    ids=["restore", "restored while the logs are away"],
)
async def test_all_is_delivered_and_paid_and_posted_once_when_it_waited_in_the_backup(
    open_fresh: OpenStage, tmp_path: Path, by: Restore, away: bool
) -> None:
    backup = tmp_path / "one.db"
    settings = PLAIN_SETTINGS | {"MAX_CONCURRENT_GENERATIONS": str(POSTS)}
    async with open_fresh(sandbox=quick_sandbox(), **settings) as stage:
        ben, file = stage.member(), stage.folder / "compose.db"
        submissions = stage.provider.scenario.on("POST", GENERATIONS, times=None).hold_before()
        cards = await ask(ben, SUBMISSIONS)
        both = {JobState.QUEUED, JobState.SUBMITTING}
        await until(stage, lambda: set(ask_file(file, STATES)) == both)
        await tool(stage, "backup", str(backup))
        keep_unfinished(stage, cards[POSTS:])
        submissions.release()
        await delivered(stage, POSTS)
        await until(stage, lambda: len(stage.provider.generations) == SUBMISSIONS)
        before = answers(ben, cards)
        assert [bool(said) for said in before] == [True] * POSTS + [False] * POSTS
        stage.provider.scenario.clear()
        logs = stage.provider.scenario.on("GET", LOGS, times=None if away else 0).respond(503)
        async with another_life(stage, backup, by) as again:
            if away:
                await until(again, lambda: logs.hits > 1)
                assert [ids(said) for said in answers(ben, cards)] == [ids(said) for said in before]
                stage.provider.scenario.clear()
            await delivered(again, SUBMISSIONS)
            await settled(again)
            assert len(stage.provider.generations) == SUBMISSIONS
            now = answers(ben, cards)
            assert [ids(said) for said in now[:POSTS]] == [ids(said) for said in before[:POSTS]]
            assert [[bool(one.attachments) for one in said] for said in now] == [[True]] * len(now)


async def test_members_can_try_again_what_the_provider_never_got(
    open_fresh: OpenStage, tmp_path: Path
) -> None:
    backup = tmp_path / "one.db"
    settings = PLAIN_SETTINGS | {"MAX_CONCURRENT_GENERATIONS": "1"}
    async with open_fresh(sandbox=quick_sandbox(), **settings) as stage:
        ben = stage.member()
        submission = stage.provider.scenario.on("POST", GENERATIONS).hold_before()
        cards = await ask(ben, 2)
        await stage.bot.watch(submission.reached())
        await tool(stage, "backup", str(backup))
        async with another_life(stage, backup, module=hasty.MODULE) as again:
            submission.drop()
            for card in cards:
                told = await reply_to(again, ben, card)
                assert "might have been paid for" in told.content
                pressed = await (await ben.click(told, label="Try again")).answered()
                assert (await reply_to(again, ben, pressed)).attachments
            assert len(stage.provider.generations) == len(cards)
            await settled(again)


async def test_tracks_are_posted_once_when_they_were_being_made_in_the_backup(
    open_fresh: OpenStage, tmp_path: Path
) -> None:
    backup = tmp_path / "one.db"
    async with open_fresh(sandbox=quick_sandbox(), **PLAIN_SETTINGS) as stage:
        ben = stage.member()
        polls = stage.provider.scenario.on("GET", GENERATIONS, times=None).hold_before()
        cards = await ask(ben, 2 * POSTS)
        file = stage.folder / "compose.db"
        await until(stage, lambda: set(ask_file(file, STATES)) == {JobState.GENERATING})
        await tool(stage, "backup", str(backup))
        polls.release()
        await delivered(stage, POSTS)
        async with another_life(stage, backup) as again:
            await settled(again)
            assert set(ask_file(file, STATES)) == {JobState.SUCCEEDED}
            assert len(stage.provider.generations) == len(cards)
            assert [len(said) for said in answers(ben, cards)] == [1] * len(cards)
            assert all(said[0].attachments for said in answers(ben, cards))


async def test_finished_tracks_are_listed_elsewhere_when_the_backup_was_made_under_load(
    open_fresh: OpenStage, tmp_path: Path
) -> None:
    backup, elsewhere = tmp_path / "one.db", tmp_path / "elsewhere" / "compose.db"
    async with open_fresh(sandbox=quick_sandbox(), **PLAIN_SETTINGS) as stage:
        ben = stage.member()
        copied = asyncio.Event()
        asking = asyncio.create_task(ask_until(copied, stage.member("Ada")))
        tunes = [f"tune {number}." for number in range(POSTS // 2)]
        for tune in tunes:
            await ben.slash("compose", channel="general", prompt=tune)
        for tune in tunes:
            await stage.track(ben, tune)
        await delivered(stage, len(tunes))
        (finished,) = ask_file(stage.folder / "compose.db", DELIVERED)
        await tool(stage, "backup", str(backup))
        copied.set()
        assert await asking
        await stage.bot.stop()
        assert backup.stat().st_mode & 0o777 == 0o600
        settings = {"DATABASE_URL": f"sqlite:///{elsewhere}"}
        assert "restored from" in await tool(stage, "restore", str(backup), **settings)
        assert elsewhere.stat().st_mode & 0o777 == 0o600
        assert int(ask_file(elsewhere, DELIVERED)[0]) >= int(finished)
        said = await tool(stage, "doctor", **settings)
        assert "ok     database: up to date; 0 jobs wait" in said
        env = stage.sandbox.bot_env(elsewhere) | PLAIN_SETTINGS
        log = tmp_path / "elsewhere.log"
        async with BotProcess(stage.sandbox, env, log=log, folder=elsewhere.parent) as bot:
            await bot.ready()
            call = await ben.slash("tracks", channel="general")
            listed = await filled(Stage(stage.sandbox, bot, elsewhere.parent), call)
            assert {f"{title.lower()}." for title in titles(listed)} == set(tunes)


async def ask_until(copied: asyncio.Event, member: MemberDriver) -> int:
    """Requests at the pace of a busy server, for as long as it takes; how many."""
    asked = 0
    while not copied.is_set():
        asked += 1
        await member.slash("compose", channel="general", prompt=f"song {asked}.")
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(copied.wait(), EVERY_S)
    return asked
