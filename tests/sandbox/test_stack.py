"""The stack: how the bot's process is started, watched and ended, and what the demo prints.

Most tests put a small program in the bot's place: `python -m bot` finds a `bot.py` in its
working directory first.
"""

import asyncio
import os
import re
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from aiohttp import ClientSession

from sandbox.demo import Transcript, message_lines
from sandbox.discord.seed import default_world
from sandbox.stack import ROOT, SETTINGS, BotEnded, BotProcess, Sandbox

GATEWAY_CLIENT = """
import asyncio, os, signal
import aiohttp

async def main():
    headers = {"Authorization": "Bot " + os.environ["DISCORD_TOKEN"]}
    async with aiohttp.ClientSession(headers=headers) as session:
        base = os.environ["DISCORD_API_URL"]
        async with session.get(base + "/oauth2/applications/@me") as answer:
            application = (await answer.json())["id"]
        command = {"name": "compose", "description": "Makes a track", "type": 1}
        url = f"{base}/applications/{application}/commands"
        async with session.put(url, json=[command]) as answer:
            assert answer.status == 200, await answer.text()
        async with session.get(base + "/gateway/bot") as answer:
            gateway = (await answer.json())["url"]
        async with session.ws_connect(gateway + "/?v=10&encoding=json") as socket:
            await socket.receive_json()
            properties = {"os": "linux", "browser": "test", "device": "test"}
            identify = {"token": os.environ["DISCORD_TOKEN"], "intents": 1,
                        "properties": properties}
            await socket.send_json({"op": 2, "d": identify})
            async for _ in socket:
                pass

if os.environ.get("DEAF"):
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
asyncio.run(main())
"""


@pytest.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    async with Sandbox() as opened:
        yield opened


def _bot(sandbox: Sandbox, folder: Path, program: str, **env: str) -> BotProcess:
    (folder / "bot.py").write_text(program)
    settings = sandbox.bot_env(folder / "bot.db") | env
    return BotProcess(sandbox, settings, log=folder / "logs" / "bot.log", folder=folder)


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


async def test_bot_is_ready_when_it_identified_and_registered_commands(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with _bot(sandbox, tmp_path, GATEWAY_CLIENT) as bot:
        await bot.ready()
        assert sandbox.discord.gateway.connected_shards() == [0]
        assert bot.exit_code is None
    assert not _is_alive(bot.pid)


async def test_ready_waits_for_the_new_process_when_restarted(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with _bot(sandbox, tmp_path, GATEWAY_CLIENT) as bot:
        await bot.ready()
        assert await bot.kill() == -9
        await bot.start()
        await bot.ready()
        assert sandbox.discord.gateway.identifies == 2


async def test_awaiting_ends_with_the_exit_code_when_the_bot_ends(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    program = "print('no token'); raise SystemExit(2)"
    async with _bot(sandbox, tmp_path, program) as bot:
        with pytest.raises(BotEnded) as ended:
            await bot.ready()
    assert ended.value.exit_code == 2
    assert bot.log.read_text() == "no token\n"


async def test_bot_is_killed_when_it_does_not_heed_the_request_to_stop(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    async with _bot(sandbox, tmp_path, GATEWAY_CLIENT, DEAF="yes") as bot:
        await bot.ready()
        assert await bot.stop(timeout_s=0.2) == -9
    assert not _is_alive(bot.pid)


async def test_no_process_stays_when_the_block_is_left_by_an_exception(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    bot = _bot(sandbox, tmp_path, GATEWAY_CLIENT)
    with pytest.raises(ZeroDivisionError):
        async with bot:
            raise ZeroDivisionError
    assert not _is_alive(bot.pid)


async def test_no_process_stays_when_stopping_is_cancelled(
    sandbox: Sandbox, tmp_path: Path
) -> None:
    bot = _bot(sandbox, tmp_path, GATEWAY_CLIENT, DEAF="yes")
    await bot.start()
    await bot.ready()
    stopping = asyncio.create_task(bot.stop())
    await asyncio.sleep(0)
    stopping.cancel()
    with pytest.raises(asyncio.CancelledError):
        await stopping
    assert not _is_alive(bot.pid)


async def test_settings_of_the_shell_stay_out_when_the_bot_is_started(
    sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALLOWED_GUILD_IDS", "1")
    monkeypatch.setenv("DISCORD_TOKEN", "a real one")
    program = "import os; print(sorted(os.environ.items()))"

    async with _bot(sandbox, tmp_path, program) as bot:
        with pytest.raises(BotEnded):
            await bot.ready()

    log = bot.log.read_text()
    assert "ALLOWED_GUILD_IDS" not in log
    assert "('DISCORD_TOKEN', 'sandbox-token')" in log


def test_environment_is_made_of_the_bots_settings_when_asked_for(tmp_path: Path) -> None:
    sandbox = Sandbox()
    assert sandbox.bot_env(tmp_path / "x.db").keys() < set(SETTINGS)
    assert sandbox.bot_env(tmp_path / "x.db")["DATABASE_URL"] == f"sqlite:///{tmp_path}/x.db"


def test_message_reads_like_a_chat_when_it_has_all_parts() -> None:
    message = {
        "content": "<@1> here it is",
        "message_reference": {"message_id": "2"},
        "embeds": [{"title": "Done", "fields": [{"name": "Seed", "value": "3"}]}],
        "attachments": [{"filename": "rain.mp3", "content_type": "audio/mpeg", "size": 1_500_000}],
        "components": [{"components": [{"label": "Again"}, {"label": "Cancel"}]}],
    }
    assert list(message_lines(message)) == [
        "↪ in reply",
        "<@1> here it is",
        "│ Done",
        "│ Seed: 3",
        "♪ rain.mp3  (audio/mpeg, 1.50 MB)",
        "[ Again ]  [ Cancel ]",
    ]


async def _run_demo(folder: Path) -> tuple[int | None, str, str]:
    command = (sys.executable, "-m", "sandbox", "demo", "--speed", "20", "--out", str(folder))
    process = await asyncio.create_subprocess_exec(
        *command, cwd=ROOT, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE
    )
    try:
        out, err = await asyncio.wait_for(process.communicate(), 90)
    finally:
        if process.returncode is None:
            process.terminate()  # so that it ends its bot as well
            await process.wait()
    return process.returncode, out.decode(), err.decode()


def _size_bytes(track: str) -> int:
    return Path(track).stat().st_size


@pytest.mark.e2e
async def test_demo_prints_the_tracks_path_last_when_it_succeeds(tmp_path: Path) -> None:
    exit_code, out, err = await _run_demo(tmp_path)

    assert exit_code == 0, err
    track = out.splitlines()[-1]
    assert Path(track).parent == tmp_path
    assert _size_bytes(track) > 100_000
    assert re.search(r"Ben\n +/compose prompt:lo-fi rain, warm tape, 70 bpm", out)
    assert "bot.log" in err
    assert "bot.log" not in out


@pytest.mark.e2e
async def test_served_page_closes_in_good_order_when_told_to_end(tmp_path: Path) -> None:
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "sandbox", "serve", "--port", "0"),
        *("--out", str(tmp_path)),
        cwd=ROOT,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.DEVNULL,
    )
    try:
        assert process.stdout is not None
        line = (await asyncio.wait_for(process.stdout.readline(), 30)).decode()
        address = re.search(r"http://127\.0\.0\.1:\d+/", line)
        assert address, line
        async with ClientSession() as session, session.get(address[0]) as answer:
            assert (answer.status, answer.content_type) == (200, "text/html")
    finally:
        process.terminate()
        exit_code = await process.wait()
    assert exit_code == 0


def test_transcript_shows_a_message_again_only_when_an_edit_changed_it(
    capsys: pytest.CaptureFixture[str],
) -> None:
    world = default_world()
    ben = world.state.user_named("Ben")
    channel = next(c for c in world.state.channels.values() if c.name == "music-jam")
    transcript = Transcript(world, channel.id)
    message = {
        "id": "5",
        "channel_id": str(channel.id),
        "author": {"username": "compose-bot", "global_name": None},
        "content": f"<@{ben.id}> wait\x1b[2J",
    }

    for name, change in (
        ("MESSAGE_CREATE", {}),
        ("MESSAGE_UPDATE", {}),
        ("MESSAGE_UPDATE", {"content": "done"}),
    ):
        transcript.show(name, message | change)

    shown = capsys.readouterr().out.splitlines()
    assert [line.strip() for line in shown if line][0::2] == [
        "[   0.0 s]  compose-bot",
        "[   0.0 s]  compose-bot, edited",
    ]
    assert [line.strip() for line in shown if line][1::2] == ["@Ben wait[2J", "done"]
