"""Health checks: what makes the process ready, and what does not."""

import asyncio
import contextlib
import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from bot.clock import utc_now
from bot.domain.jobs import JobState
from bot.errors import PortUnusable, SettingsError
from bot.loops import worker as worker_module
from bot.loops.worker import Worker
from bot.metrics import Metrics
from bot.ops import health as module
from bot.ops.health import Health, serving
from bot.readiness import Part
from bot.settings import Settings
from bot.store.database.engine import connect
from bot.store.survey import Survey
from tests.factories import Stored

HOST = "127.0.0.1"


class Idle(Worker[int]):
    """A loop without work; `claim` can be made to hang."""

    def __init__(self) -> None:
        super().__init__(slots=1, wakeup=asyncio.Event(), clock=utc_now)
        self.turned = asyncio.Event()
        self.hangs = False

    async def claim(self, limit: int) -> Sequence[int]:  # noqa: ARG002
        self.turned.set()
        if self.hangs:
            await asyncio.Event().wait()
        return []

    async def handle(self, item: int) -> None:
        raise AssertionError(item)

    async def next_due_at(self) -> datetime | None:
        return None


@contextlib.asynccontextmanager
async def running(worker: Idle) -> AsyncIterator[asyncio.Task[None]]:
    """The worker's loop, which has turned at least once."""
    stop = asyncio.Event()
    task = asyncio.create_task(worker.run(stop))
    await worker.turned.wait()
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


class Site:
    """A health server to ask."""

    def __init__(self, health: Health, metrics: Metrics, session: aiohttp.ClientSession) -> None:
        self.health = health
        self.metrics = metrics
        self.connected = True
        self._session = session

    async def get(self, path: str) -> tuple[int, Any]:
        async with self._session.get(path) as response:
            return response.status, await response.json()

    async def text(self, path: str) -> tuple[int, str, str]:
        async with self._session.get(path) as response:
            return response.status, response.headers["Content-Type"], await response.text()


OpenSite = Callable[[Survey], AbstractAsyncContextManager[Site]]


@pytest.fixture
def open_site(unused_port: int) -> OpenSite:
    @contextlib.asynccontextmanager
    async def opened(survey: Survey) -> AsyncIterator[Site]:
        metrics = Metrics()
        health = Health(survey, metrics, connected=lambda: site.connected, clock=utc_now)
        base = f"http://{HOST}:{unused_port}"
        async with (
            serving(health, metrics, host=HOST, port=unused_port),
            aiohttp.ClientSession(base) as session,
        ):
            site = Site(health, metrics, session)
            yield site

    return opened


class Unanswering(Survey):
    """A database that takes a question and does not answer before it is let."""

    def __init__(self) -> None:
        self.questions = 0
        self.may_answer = asyncio.Event()

    async def answers(self) -> bool:
        self.questions += 1
        await self.may_answer.wait()
        return True

    async def census(self, now: datetime) -> None:
        raise AssertionError(now)


async def test_disk_is_not_well_when_it_has_no_room(engine: AsyncEngine) -> None:
    health = Health(
        Survey(engine),
        Metrics(),
        connected=lambda: True,
        clock=utc_now,
        has_room=lambda: False,
    )
    assert (await health.parts())["disk"] is False
    await health.close()


async def test_ready_when_every_part_is_well(engine: AsyncEngine, open_site: OpenSite) -> None:
    worker = Idle()
    async with open_site(Survey(engine)) as site, running(worker):
        site.health.workers = [worker]
        status, body = await site.get("/readyz")
        assert (status, body["ready"]) == (200, True)
        parts = ("gateway", "database", "disk", "workers", "idle")
        assert body["parts"] == dict.fromkeys(parts, True)
        assert body["missing"] == []


async def test_alive_but_not_ready_when_nothing_runs_yet(
    engine: AsyncEngine, open_site: OpenSite
) -> None:
    async with open_site(Survey(engine)) as site:
        site.connected = False
        assert await site.get("/healthz") == (200, {"alive": True})
        status, body = await site.get("/readyz")
        assert (status, body["ready"]) == (503, False)
        parts = {"gateway": False, "database": True, "disk": True, "workers": False}
        assert body["parts"] == parts
        assert body["missing"] == ["gateway", "workers"]


async def test_ready_but_named_when_something_beside_the_work_is_missing(
    engine: AsyncEngine, unused_port: int
) -> None:
    commands, worker, metrics = Part("commands"), Idle(), Metrics()
    health = Health(
        Survey(engine), metrics, connected=lambda: True, beside=[commands], clock=utc_now
    )
    health.workers = [worker]
    async with (
        serving(health, metrics, host=HOST, port=unused_port),
        aiohttp.ClientSession(f"http://{HOST}:{unused_port}") as session,
        running(worker),
    ):
        site = Site(health, metrics, session)
        commands.fail("refused")
        status, body = await site.get("/readyz")
        assert (status, body["ready"], body["missing"]) == (200, True, ["commands"])
        assert 'compose_part_ready{part="commands"} 0.0' in (await site.text("/metrics"))[2]
        commands.succeed()
        assert (await site.get("/readyz"))[1]["missing"] == []


async def test_not_ready_when_a_loop_has_ended(engine: AsyncEngine, open_site: OpenSite) -> None:
    worker = Idle()
    async with open_site(Survey(engine)) as site:
        site.health.workers = [worker]
        async with running(worker):
            assert (await site.get("/readyz"))[0] == 200
        status, body = await site.get("/readyz")
        assert (status, body["parts"]["idle"], body["parts"]["gateway"]) == (503, False, True)


async def test_not_ready_when_a_loop_hangs(
    engine: AsyncEngine, open_site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = Idle()
    worker.hangs = True
    async with open_site(Survey(engine)) as site, running(worker):
        site.health.workers = [worker]
        assert (await site.get("/readyz"))[0] == 200
        monkeypatch.setattr(worker_module, "LONGEST_TURN_S", 0.0)
        assert (await site.get("/readyz"))[0] == 503


async def test_not_ready_and_asked_only_once_when_the_database_hangs(
    open_site: OpenSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "DATABASE_TIMEOUT_S", 0.05)
    survey = Unanswering()
    async with open_site(survey) as site:
        answers = await asyncio.gather(*(site.get("/readyz") for _ in range(5)))
        assert {status for status, _ in answers} == {503}
        assert not answers[0][1]["parts"]["database"]
        status, _, text = await site.text("/metrics")
        assert status == 200
        assert 'compose_part_ready{part="database"} 0.0' in text
        assert survey.questions == 1
        survey.may_answer.set()
        assert (await site.get("/readyz"))[1]["parts"]["database"]


async def test_not_ready_when_the_database_is_gone(open_site: OpenSite) -> None:
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))  # and does not listen
        engine = connect(f"postgresql://bot:hunter2@{HOST}:{nobody.getsockname()[1]}/compose")
        async with open_site(Survey(engine)) as site:
            assert not (await site.get("/readyz"))[1]["parts"]["database"]
            assert "compose_notices_due NaN" in (await site.text("/metrics"))[2]
    await engine.dispose()


async def test_metrics_count_the_jobs_in_the_database_but_not_for_every_scrape(
    stored: Stored, open_site: OpenSite
) -> None:
    await stored.queue()
    async with open_site(Survey(stored.engine)) as site:
        status, content_type, text = await site.text("/metrics")
        assert status == 200
        assert content_type.startswith("text/plain; version=0.0.4")
        assert 'compose_jobs{state="queued"} 1.0' in text
        assert 'compose_jobs{state="failed"} 0.0' in text
        await stored.queue()
        assert 'compose_jobs{state="queued"} 1.0' in (await site.text("/metrics"))[2]


async def test_census_counts_what_members_should_have_been_told(stored: Stored) -> None:
    await stored.fail()
    census = await Survey(stored.engine).census(stored.clock())
    assert census is not None
    assert (census.jobs[JobState.FAILED], census.notices_due) == (1, 1)


@pytest.fixture
def taken_port() -> Iterator[int]:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        yield other.getsockname()[1]


async def test_taken_port_is_told_in_one_line(engine: AsyncEngine, taken_port: int) -> None:
    health = Health(Survey(engine), Metrics(), connected=lambda: True, clock=utc_now)
    with pytest.raises(PortUnusable, match=f"port {taken_port} of {HOST}"):
        async with serving(health, Metrics(), host=HOST, port=taken_port):
            pass


@pytest.mark.parametrize(
    ("name", "value"),
    [("PORT", "0"), ("PORT", "65536"), ("PORT", "http"), ("HOST", "two words"), ("HOST", "a/b")],
)
def test_wrong_port_or_host_is_told_in_one_line(
    name: str, value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    for variable, text in {"DISCORD_TOKEN": "t", "AIMLAPI_KEY": "k", name: value}.items():
        monkeypatch.setenv(variable, text)
    with pytest.raises(SettingsError, match=f"^{name} is .*for example"):
        Settings.load()


async def test_nothing_listens_without_a_port(
    engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def listen(*_: Any, **__: Any) -> None:
        raise AssertionError

    monkeypatch.setattr(asyncio, "start_server", listen)
    health = Health(Survey(engine), Metrics(), connected=lambda: True, clock=utc_now)
    async with serving(health, Metrics(), host=HOST, port=None):
        pass
