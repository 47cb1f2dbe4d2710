"""The bot as monitors and hosts see it: health checks, metrics, and the doctor's accounts."""

import asyncio
import re
import socket
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import aiohttp
import pytest
import pytest_asyncio

from sandbox.aimlapi import error_body
from sandbox.discord.seed import TOKEN
from sandbox.stack import Sandbox
from tests.databases import MODELS, TRACKS
from tests.e2e.conftest import OpenStage
from tests.e2e.forked import BotProcess
from tests.e2e.stage import SPEED, Stage
from tests.e2e.test_running import run_bot

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
GENERATE = "/v2/generate/audio"
HOST = "127.0.0.1"
LOOK_EVERY_S = 0.05
T = TypeVar("T")

LOOP_NAMES = {"submitter", "poller", "deliverer", "settler"}


class Monitor:
    """Asks the bot's health server, as a hoster's probe would."""

    def __init__(self, port: int, session: aiohttp.ClientSession) -> None:
        self.port = port
        self._session = session

    @property
    def settings(self) -> dict[str, str]:
        return {"PORT": str(self.port), "HOST": HOST}

    async def ready(self) -> tuple[int, dict[str, Any]]:
        async with self._session.get("/readyz") as response:
            return response.status, await response.json()

    async def healthy(self) -> bool:
        try:
            async with self._session.get("/healthz") as response:
                return response.status == 200
        except aiohttp.ClientConnectionError:
            return False

    async def metrics(self) -> str:
        async with self._session.get("/metrics") as response:
            assert response.status == 200
            return await response.text()

    async def until_healthy(self) -> None:
        """Wait for the server to come up."""
        await _probe(self.healthy)

    async def until_ready(self, status: int) -> dict[str, Any]:
        """What /readyz says once it answers with this status."""

        async def body() -> dict[str, Any] | None:
            answered, body = await self.ready()
            return body if answered == status else None

        return await _probe(body)


async def _probe(look: Callable[[], Awaitable[T | None]]) -> T:
    """Look again and again, as probes do: from outside there is no event to wait for."""
    async with asyncio.timeout(40):
        while not (found := await look()):  # noqa: ASYNC110
            await asyncio.sleep(LOOK_EVERY_S)
    return found


@pytest_asyncio.fixture(loop_scope="module")
async def monitor() -> AsyncIterator[Monitor]:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port = probe.getsockname()[1]
    async with aiohttp.ClientSession(f"http://{HOST}:{port}") as session:
        yield Monitor(port, session)


@asynccontextmanager
async def starting_bot(monitor: Monitor, folder: Path, **settings: str) -> AsyncIterator[Sandbox]:
    """A bot that is not waited for to be ready, only to be there."""
    async with Sandbox(speed=SPEED) as sandbox:
        env = sandbox.bot_env(folder / "compose.db") | monitor.settings | settings
        async with BotProcess(sandbox, env, log=folder / "bot.log", folder=folder) as bot:
            await bot.watch(monitor.until_healthy())
            yield sandbox


def value(exposition: str, name: str, **labels: str) -> float:
    """One sample of the exposition; its labels in any order."""
    for line in exposition.splitlines():
        found = re.fullmatch(rf"{name}(?:\{{(.*)\}})? (\S+)", line)
        if found and dict(re.findall(r'(\w+)="([^"]*)"', found[1] or "")) == labels:
            return float(found[2])
    raise AssertionError(f"there is no {name} {labels} in\n{exposition}")


async def test_one_track_shows_in_all_metrics(open_fresh: OpenStage, monitor: Monitor) -> None:
    async with open_fresh(**monitor.settings) as stage:
        body = await stage.bot.watch(monitor.until_ready(200))
        assert set(body["parts"]) >= {"gateway", "database", *LOOP_NAMES}
        ben = stage.member()
        await (await ben.slash("compose", prompt=PROMPT)).answered()
        await stage.track(ben, PROMPT)
        text = await monitor.metrics()

        model = {"model": "google/lyria2"}
        assert value(text, "compose_jobs", state="succeeded") == len(MODELS) * TRACKS + 1
        assert value(text, "compose_wait_seconds_count", **model) == 1
        assert value(text, "compose_generation_seconds_count", **model) == 1
        assert 0 < value(text, "compose_generation_seconds_sum", **model) < 30
        assert value(text, "compose_poll_lag_seconds_count") >= 1
        assert value(text, "compose_delivery_seconds_count", kind="result") == 1
        assert value(text, "compose_told_total", kind="result", rung="channel") == 1
        assert value(text, "compose_credits_spent_total", **model) == 120_000
        assert value(text, "compose_submissions_paused") == 0
        assert value(text, "compose_part_ready", part="gateway") == 1
        posted = {"service": "provider", "method": "POST", "resource": "generate"}
        assert value(text, "compose_http_requests_total", status="201", **posted) == 1
        answered = {"service": "discord", "method": "POST", "resource": "interactions"}
        assert value(text, "compose_http_requests_total", status="200", **answered) == 1
        assert value(text, "process_resident_memory_bytes") > 0
        assert_nothing_private(stage, text)


def take_logs_away(stage: Stage) -> None:
    """What is cut off is given up at once."""
    logs = stage.provider.scenario.on("GET", "/v2/logs", times=None)
    logs.respond(404, error_body(404, "no"))


def assert_nothing_private(stage: Stage, text: str) -> None:
    """No id of Discord's, no key, no token, no word of a member."""
    env = stage.sandbox.bot_env(stage.folder / "compose.db")
    assert not re.search(r"\b\d{17,20}\b(?!\.)", re.sub(r"\} \S+|^\S+ \S+$", "", text, flags=re.M))
    for secret in (TOKEN, env["AIMLAPI_KEY"], PROMPT, "Tape Club", "Ben"):
        assert secret not in text


async def test_failures_and_the_pause_show_in_the_metrics(
    open_fresh: OpenStage, monitor: Monitor
) -> None:
    async with open_fresh(**monitor.settings) as stage:
        take_logs_away(stage)
        stage.provider.scenario.on("POST", GENERATE).reset_after()
        ben = stage.member()
        await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
        await stage.bot.watch(ben.wait_for_message(lambda m: "paid for" in m.content))
        stage.provider.empty_account()
        await (await ben.slash("compose", channel="general", prompt="calm piano")).answered()
        await stage.bot.watch(ben.wait_for_message(lambda m: "has to wait" in m.content))
        text = await monitor.metrics()
        assert value(text, "compose_failures_total", kind="interrupted") == 1
        assert value(text, "compose_submissions_paused") == 1
        assert value(text, "compose_told_total", kind="delayed", rung="channel") == 1
        lost = {"service": "provider", "method": "POST", "resource": "generate"}
        assert value(text, "compose_http_requests_total", status="none", **lost) == 1


async def test_not_ready_while_the_gateway_is_gone_and_ready_once_it_is_back(
    open_fresh: OpenStage, monitor: Monitor
) -> None:
    async with open_fresh(**monitor.settings) as stage:
        await stage.bot.watch(monitor.until_ready(200))
        refused = stage.discord.scenario.on("GET", "/(resume/?)?", times=None).respond(503, "down")
        stage.discord.gateway.drop()
        body = await stage.bot.watch(monitor.until_ready(503))
        parts = body["parts"]
        assert [part for part, well in parts.items() if not well] == ["gateway"]
        assert await monitor.healthy()
        stage.discord.scenario.rules.remove(refused)
        await stage.bot.watch(monitor.until_ready(200))


async def test_alive_but_not_ready_while_discord_can_not_be_reached(
    monitor: Monitor, tmp_path: Path
) -> None:
    with socket.socket() as nobody:
        nobody.bind((HOST, 0))  # and does not listen
        url = f"http://{HOST}:{nobody.getsockname()[1]}/api/v10"
        async with starting_bot(monitor, tmp_path, DISCORD_API_URL=url):
            status, body = await monitor.ready()
            assert status == 503
            assert not body["parts"]["gateway"]
            assert body["parts"]["database"]


async def test_taken_port_ends_with_a_clear_line(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind((HOST, 0))
        other.listen()
        port = str(other.getsockname()[1])
        async with Sandbox() as sandbox:
            env = sandbox.bot_env(tmp_path / "compose.db") | {"PORT": port, "HOST": HOST}
            code, _, err = await run_bot(env, tmp_path)
    assert code == 1
    assert f"port {port} of {HOST}" in err
    assert "Traceback" not in err


async def test_ephemeral_disk_is_warned_of_at_the_start(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        env = sandbox.bot_env(tmp_path / "compose.db") | {"DYNO": "worker.1"}
        code, _, err = await run_bot(env | {"DISCORD_TOKEN": "made-up"}, tmp_path)
        assert (code, "on Heroku the SQLite file" in err) == (1, True)
        code, out, _ = await run_bot(env, tmp_path, "doctor")
    assert code == 0
    assert re.search(r"^WARN   disk: on Heroku", out, re.M)


async def test_doctor_says_what_became_of_an_interrupted_submission(
    open_fresh: OpenStage,
) -> None:
    async with open_fresh() as stage:
        ben = stage.member()
        take_logs_away(stage)
        await (await ben.slash("compose", channel="general", prompt="calm piano")).answered()
        await stage.track(ben, "calm piano")
        stage.provider.scenario.on("POST", GENERATE).reset_after()
        await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
        await stage.bot.watch(
            ben.wait_for_message(lambda m: "might have been paid for" in m.content)
        )
        stage.sandbox.clock.advance(60)  # its row is in the logs

        env = stage.sandbox.bot_env(stage.folder / "compose.db")
        code, out, _ = await run_bot(env, stage.folder, "doctor")
        assert code == 0, out
        assert "the provider's logs can't be read: 404" in out
        assert "a bot is running on this database" in out
        await stage.bot.kill()
        stage.provider.scenario.clear()
        code, out, _ = await run_bot(env, stage.folder, "doctor")
        charges = [line for line in out.splitlines() if "  charges: " in line]
        assert len(charges) == 2, out
        assert PROMPT in charges[0]
        assert stage.provider.generations[1].inference_id in charges[0]
        assert "succeeded, for 0.06 USD" in charges[0]
        assert "The bot still looks for it" in charges[0]
        assert "in all 0.06 USD was paid" in charges[1]
        assert "compose" in out
        assert "Tape Club" in out
