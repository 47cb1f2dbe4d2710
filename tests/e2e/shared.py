"""One running bot for many tests: each test has a job of its own, and reads what became of it.

The tests of a module share an event loop, so that the bot's fixture can live in it.
"""

import asyncio
import sqlite3
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, closing
from datetime import datetime
from pathlib import Path
from typing import Any

from bot.domain.jobs import JobState, NoticeKind, Rung
from sandbox.aimlapi import Audio, Generation
from sandbox.driver import Call, MemberDriver, MessageView
from sandbox.scenario import Rule
from sandbox.stack import Sandbox
from tests.bot.provider.clips import WAV
from tests.databases import experienced_database
from tests.e2e.conforming import assert_conforming
from tests.e2e.forked import BotProcess
from tests.e2e.stage import NO_BUDGET, Stage

OUTCOME_TIMEOUT_S = 60.0
LOOK_EVERY_S = 0.05

GENERATIONS = "/v2/generate/audio"
# So many times what Discord allows in a channel.
LENIENCE = 1000
# A busy machine needs more than Discord's 3 s, at worst.
PATIENCE_S = 20.0
PLAIN_SETTINGS = {
    "MAX_JOBS_PER_MEMBER_PER_DAY": "0",
    **NO_BUDGET,
    "MAX_CONCURRENT_GENERATIONS": "100",
    "POLLS_PER_SECOND": "100",
}


def short_track(_: Generation) -> Audio:
    """Hardly any bytes, where the music does not matter."""
    return Audio(WAV)


def quick_sandbox(**discord: Any) -> Sandbox:
    """Generations of a second, short tracks, a patient Discord, and no rate limits but a test's."""
    return Sandbox(
        speed=1.0,
        discord={"rate_limits": LENIENCE, "answer_within_s": PATIENCE_S} | discord,
        provider={"render": short_track, "durations": [1.0]},
    )


@asynccontextmanager
async def shared_stage(
    folder: Path, sandbox: Sandbox, *, module: str = "bot", **settings: str
) -> AsyncIterator[Stage]:
    """A ready bot that knows how quick this provider is; its traffic is checked at the end."""
    database = folder / "compose.db"
    await experienced_database(database)
    async with sandbox:
        env = sandbox.bot_env(database) | PLAIN_SETTINGS | settings
        where: dict[str, Any] = {"log": folder / "bot.log", "folder": folder}
        async with BotProcess(sandbox, env, **where, module=module) as bot:
            await bot.ready()
            yield Stage(sandbox, bot, folder)
    assert_conforming([sandbox])


class Records:
    """What the bot has written down, read from its SQLite file beside it."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._uri = f"{(stage.folder / 'compose.db').as_uri()}?mode=ro"

    def rung(self, call: Call, kind: NoticeKind = NoticeKind.RESULT) -> Rung | None:
        """The rung on which a member was told of a job, once that is stored."""
        found = self._read(
            "select notices.rung from notices join jobs on jobs.id = notices.job_id"
            " where jobs.interaction_id = ? and notices.kind = ?",
            call.interaction.id,
            kind,
        )
        return Rung(found[0][0]) if found and found[0][0] else None

    def seconds_until_told(self, call: Call) -> float:
        """From the end of a call's generation, as the bot noticed it, until its member was told."""
        query = (
            "select jobs.finished_at, notices.told_at from notices"
            " join jobs on jobs.id = notices.job_id where jobs.interaction_id = ?"
        )
        ((finished_at, told_at),) = self._read(query, call.interaction.id)
        waited = datetime.fromisoformat(told_at) - datetime.fromisoformat(finished_at)
        return waited.total_seconds()

    def keeps_audio(self, call: Call) -> bool:
        """Whether the audio of a call's track is kept for its member."""
        query = (
            "select 1 from held_audio join jobs on jobs.id = held_audio.job_id"
            " where jobs.interaction_id = ?"
        )
        return bool(self._read(query, call.interaction.id))

    def state(self, call: Call) -> JobState:
        """Where a call's job stands."""
        query = "select state from jobs where interaction_id = ?"
        ((state,),) = self._read(query, call.interaction.id)
        return JobState(state)

    def seeds(self, call: Call) -> list[int]:
        """Of each take that a call asked for."""
        query = "select seed from jobs where interaction_id = ? order by take"
        return [seed for (seed,) in self._read(query, call.interaction.id)]

    async def until_told(self, call: Call, kind: NoticeKind = NoticeKind.RESULT) -> Rung:
        """Wait for the rung on which a member is told."""
        await until(self._stage, lambda: self.rung(call, kind) is not None)
        rung = self.rung(call, kind)
        assert rung is not None
        return rung

    def _read(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        with closing(sqlite3.connect(self._uri, uri=True, timeout=5)) as connection:
            return connection.execute(query, values).fetchall()


async def until(stage: Stage, holds: Callable[[], bool]) -> None:
    """Wait for what shows only in the bot's log or database: these tell nobody of changes."""

    async def looks() -> None:
        while not holds():  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)

    async with asyncio.timeout(OUTCOME_TIMEOUT_S):
        await stage.bot.watch(looks())


async def reply_to(
    stage: Stage,
    member: MemberDriver,
    card: MessageView,
    *,
    timeout_s: float = OUTCOME_TIMEOUT_S,
) -> MessageView:
    """The first message that answers a card: the track, or why there is none."""
    return await stage.bot.watch(
        member.wait_for_message(
            lambda message: _answers(message, card),
            channel=int(card.channel_id),
            timeout_s=timeout_s,
        )
    )


def replies_to(member: MemberDriver, card: MessageView) -> list[MessageView]:
    """All that answers a card so far."""
    shown = member.messages(int(card.channel_id))
    return [message for message in shown if _answers(message, card)]


def _answers(message: MessageView, card: MessageView) -> bool:
    return message.reference is not None and message.reference["message_id"] == card.id


class JobFaults:
    """Faults of the provider that concern only the generation of one prompt."""

    def __init__(self, stage: Stage, prompt: str) -> None:
        self.provider_url = stage.provider.url
        self._scenario = stage.provider.scenario
        self._is_ours: Callable[[Generation], bool] = lambda one: one.body["prompt"] == prompt
        self._generations = stage.provider.generations

    def polls(self, *, times: int | None = 1, after: int = 0) -> Rule:
        """What happens to its polls."""
        return self._scenario.on(
            "GET",
            GENERATIONS,
            times=times,
            after=after,
            where=lambda request: request.query.get("generation_id") in self._ids(),
        )

    def downloads(self, *, times: int | None = 1) -> Rule:
        """What happens when its file is fetched."""
        return self._scenario.on(
            "GET",
            "/cdn/.*",
            times=times,
            where=lambda request: any(token in request.path for token in self._tokens()),
        )

    def _ids(self) -> set[str]:
        return {one.id for one in self._generations if self._is_ours(one)}

    def _tokens(self) -> set[str]:
        return {one.file_token for one in self._generations if self._is_ours(one)}
