"""The bot as hosts run it: starting, stopping, settings, logs, doctor."""

import asyncio
import json
import sys
from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.settings import Settings
from bot.settings.given import MAY_BE_IN_FILES
from sandbox.discord.seed import TOKEN
from sandbox.stack import ROOT, SETTINGS, Sandbox
from tests.e2e.conftest import OpenStage
from tests.e2e.shared import until
from tests.e2e.stage import SPEED, Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"


async def run_bot(env: Mapping[str, str], folder: Path, *words: str) -> tuple[int, str, str]:
    """`python -m bot …` to its end: exit code, standard output, standard error."""
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", *words,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE, cwd=folder,
        env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", **env},
    )  # fmt: skip
    try:
        out, err = await asyncio.wait_for(process.communicate(), 60)
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()
    return process.returncode or 0, out.decode(), err.decode()


async def test_tracks_are_delivered_after_a_restart(stage: Stage) -> None:
    ben = stage.member()
    prompts = [f"song number {number}" for number in range(5)]
    for prompt in prompts:
        await (await ben.slash("compose", channel="general", prompt=prompt)).answered()
    await stage.world.state.bus.wait_until(lambda: len(stage.provider.generations) >= 2)
    assert await stage.bot.stop() == 0
    await stage.bot.start()
    await stage.bot.ready()
    for prompt in prompts:
        await stage.track(ben, prompt)
    assert len(stage.provider.generations) == len(prompts)
    delivered = [message for message in ben.messages("general") if message.attachments]
    assert len(delivered) == len(prompts)


async def test_buttons_work_after_a_restart(open_stage: OpenStage) -> None:
    async with open_stage(speed=1.0) as stage:
        ben, chika = stage.member(), stage.member("Chika")
        card = await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
        await stage.bot.stop()
        await stage.bot.start()
        await stage.bot.ready()
        # While it's being submitted, nothing can be cancelled.
        await until(stage, lambda: "accepted by the provider" in stage.log())
        refused = await (await chika.click(card, label="Cancel")).answered()
        assert refused.ephemeral
        await (await ben.click(card, label="Cancel")).acknowledged()
        cancelled = await ben.wait_for_edit(card, lambda message: "Cancelled" in message.text)
        assert not cancelled.buttons


def writes(stage: Stage) -> int:
    """How often commands were registered."""
    return sum(exchange.method == "PUT" for exchange in stage.discord.traffic.exchanges)


async def test_commands_are_written_only_when_they_differ(open_fresh: OpenStage) -> None:
    async with open_fresh() as stage:
        assert writes(stage) == 1
        await stage.bot.stop()
        await stage.bot.start()
        await stage.bot.ready()
        assert writes(stage) == 1


async def test_command_guild_limits_commands_to_one_server(open_fresh: OpenStage) -> None:
    sandbox = Sandbox(speed=SPEED)
    guild_id = next(iter(sandbox.discord.world.state.guilds))
    async with open_fresh(sandbox=sandbox, COMMAND_GUILD_ID=str(guild_id)) as stage:
        assert stage.world.commands.all(guild_id)
        assert not stage.world.commands.all(None)
        assert writes(stage) == 1
        await stage.bot.stop()
        await stage.bot.start()
        await stage.bot.ready()
        assert writes(stage) == 1


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DISCORD_TOKEN", ""),
        ("DATABASE_URL", "mysql://root:hunter2@localhost/db"),
    ],
)
async def test_wrong_setting_ends_with_one_line(name: str, value: str, tmp_path: Path) -> None:
    env = {"DISCORD_TOKEN": "token", "AIMLAPI_KEY": "key", name: value}
    code, out, err = await run_bot(env, tmp_path)
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert name in line
    assert "for example" in line
    assert "hunter2" not in line


async def test_settings_are_read_from_dotenv(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("DISCORD_TOKEN=t\nAIMLAPI_KEY=k\nPOLLS_PER_SECOND=-1\n")
    code, _, err = await run_bot({}, tmp_path)
    assert code == 2
    assert "POLLS_PER_SECOND" in err


async def test_rejected_token_ends_with_a_clear_line(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        env = sandbox.bot_env(tmp_path / "compose.db") | {"DISCORD_TOKEN": "made-up-token"}
        code, _, err = await run_bot(env, tmp_path)
    assert code == 1
    assert "rejects the bot's token" in err
    assert "Traceback" not in err
    assert "made-up-token" not in err


@pytest.mark.parametrize(
    "database_url",
    ["postgresql://bot:hunter2@127.0.0.1:1/compose", "sqlite:////proc/none/compose.db"],
)
async def test_unreachable_database_ends_with_a_clear_line(
    database_url: str, tmp_path: Path
) -> None:
    async with Sandbox() as sandbox:
        env = sandbox.bot_env(tmp_path / "compose.db") | {"DATABASE_URL": database_url}
        code, _, err = await run_bot(env, tmp_path)
    assert code == 1
    assert "the database" in err
    assert "can't be" in err
    assert "Traceback" not in err
    assert "hunter2" not in err


def status_of(pid: str) -> dict[str, str]:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def children_of(pid: int) -> list[str]:
    return Path(f"/proc/{pid}/task/{pid}/children").read_text().split()


def rights_within(folder: Path) -> dict[str, int]:
    files = (path for path in folder.iterdir() if path.name.startswith("compose.db"))
    return {path.name: path.stat().st_mode & 0o777 for path in files}


@pytest.mark.skipif(sys.platform != "linux", reason="looks where Linux shows it")
async def test_what_is_the_bots_is_kept_from_others_and_from_workers(stage: Stage) -> None:
    ben = stage.member()
    await (await ben.slash("compose", channel="general", prompt=PROMPT)).answered()
    await stage.track(ben, PROMPT)
    assert set(rights_within(stage.folder).values()) == {0o600}
    # Another worker may be on its way, and not in its cage yet.
    seen = [status_of(worker) for worker in children_of(stage.bot.pid)]
    assert "2" in [status["Seccomp"] for status in seen]
    assert "1" in [status["NoNewPrivs"] for status in seen]
    assert {status["Umask"] for status in seen} == {"0077"}
    assert "run without" not in stage.bot.log.read_text()


async def test_doctor_finds_all_well(stage: Stage) -> None:
    env = stage.sandbox.bot_env(stage.folder / "compose.db")
    code, out, _ = await run_bot(env, stage.folder, "doctor")
    assert code == 0, out
    for word in ("settings", "database", "disk", "workers for audio", "compose-bot", "USD"):
        assert word in out


async def test_doctor_says_what_is_wrong_and_how_to_fix_it(tmp_path: Path) -> None:
    async with Sandbox() as sandbox:
        env = sandbox.bot_env(tmp_path / "compose.db")
        env |= {"AIMLAPI_KEY": "made-up", "DISCORD_TOKEN": "made-up"}
        code, out, err = await run_bot(env, tmp_path, "doctor")
    assert code == 1
    assert "set AIMLAPI_KEY" in out
    assert "set DISCORD_TOKEN" in out
    assert "made-up" not in out + err


async def test_logs_carry_job_ids_and_no_secrets(open_fresh: OpenStage) -> None:
    async with open_fresh(LOG_FORMAT="json", LOG_LEVEL="DEBUG") as stage:
        ben = stage.member()
        call = await ben.slash("compose", prompt=PROMPT)
        await call.answered()
        await stage.track(ben, PROMPT)
        await stage.bot.stop()
        log = stage.log()
        entries = [json.loads(line) for line in log.splitlines()]
        assert any(entry.get("job_id") and "accepted" in entry["message"] for entry in entries)
        for secret in (TOKEN, stage.sandbox.bot_env(Path())["AIMLAPI_KEY"], call.interaction.token):
            assert secret not in log


async def test_every_setting_of_the_bot_is_kept_from_its_environment() -> None:
    assert {name.upper() for name in Settings.model_fields} <= set(SETTINGS)
    assert {f"{name}_FILE" for name in MAY_BE_IN_FILES} <= set(SETTINGS)
