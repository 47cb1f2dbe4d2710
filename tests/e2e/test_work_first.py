"""Nothing dispensable stands before the work: a track is delivered over REST alone."""

import socket
from contextlib import ExitStack
from pathlib import Path

import aiohttp
import pytest

from sandbox.aimlapi.generations import Fate
from tests.e2e.shared import quick_sandbox, shared_stage, until
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PAGE = "<html>Attention required</html>"
DAILY_LIMIT = {"message": "Max number of daily application command creates", "code": 30034}
COMMANDS = r"/api/v10/applications/\d+(/guilds/\d+)?/commands"
IDLE = 200
LONG_S = 60.0


async def _missing(port: int) -> set[str]:
    address = f"http://127.0.0.1:{port}/readyz"
    async with aiohttp.ClientSession() as session, session.get(address) as response:
        return set((await response.json())["missing"])


async def _restart_without(stage: Stage) -> None:
    """Discord answers nothing well but what a delivery needs."""
    await stage.bot.stop()
    stage.discord.advance(LONG_S)
    scenario = stage.discord.scenario
    scenario.on("GET", COMMANDS, times=None).respond(400, DAILY_LIMIT)
    for path in ("/gateway/bot", "/oauth2/applications/@me"):
        refused = scenario.on("GET", f"/api/v10{path}", times=None)
        refused.respond(403, PAGE, content_type="text/html")
    await stage.bot.start()


async def test_paid_track_is_delivered_when_all_but_the_login_is_refused(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    sandbox = quick_sandbox()
    held_open = ExitStack()
    async with shared_stage(tmp_path, sandbox, PORT=str(unused_tcp_port)) as stage:
        ben = stage.member()
        stage.provider.plan(Fate(duration_s=LONG_S))
        card = await (await ben.slash("compose", prompt="paid for")).answered()
        await until(stage, lambda: len(stage.provider.generations) == 1)
        await _restart_without(stage)

        track = await stage.track(ben, "paid for")
        assert track.reference
        assert track.reference["message_id"] == card.id
        assert {"gateway", "commands"} <= await _missing(unused_tcp_port)

        for _ in range(IDLE):
            held_open.enter_context(socket.create_connection(("127.0.0.1", unused_tcp_port)))
        stage.discord.scenario.clear()
        await stage.bot.ready()
        await until(stage, lambda: "commands: all is well again" in stage.log())
        await (await ben.slash("compose", prompt="afterwards")).answered()
        await stage.track(ben, "afterwards")
        assert await _missing(unused_tcp_port) <= {"gateway"}
        assert stage.log().count("30034") == 1
        assert "Traceback" not in stage.log()
        held_open.close()


async def test_work_goes_on_when_the_bot_is_not_in_the_server_of_its_commands(
    tmp_path: Path, unused_tcp_port: int
) -> None:
    async with shared_stage(tmp_path, quick_sandbox(), PORT=str(unused_tcp_port)) as stage:
        ben = stage.member()
        stage.provider.plan(Fate(duration_s=LONG_S))
        await (await ben.slash("compose", prompt="paid for")).answered()
        await until(stage, lambda: len(stage.provider.generations) == 1)
        await stage.bot.stop()
        stage.discord.advance(LONG_S)
        stage.bot._env = {**stage.bot._env, "COMMAND_GUILD_ID": "5"}
        await stage.bot.start()
        await stage.track(ben, "paid for")
        await until(stage, lambda: "COMMAND_GUILD_ID names a server" in stage.log())
        assert "commands" in await _missing(unused_tcp_port)
