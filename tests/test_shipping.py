"""What ships the bot: image, compose files, systemd unit, workflow. No engine is asked for these:
the files are read, and what they do is done without one."""

import configparser
import fnmatch
import importlib
import json
import os
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

import bot
from bot.__main__ import WRONG_USE
from bot.loops.stop_signal import AT_THE_LATEST_S
from bot.settings import Settings
from bot.store.database.engine import sqlite_file
from bot.store.database.schema import known_revisions

ROOT = Path(__file__).parents[1]
UNIT = ROOT / "docs" / "compose-bot.service"
GRACE_S = 15
NO_ANALYZE = "needs systemd-analyze: apt-get install systemd"
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]


# --- the image ----------------------------------------------------------------------------------


def instructions() -> list[tuple[str, str]]:
    """The Dockerfile's instructions, one for each, without comments and line breaks."""
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    whole = "\n".join(line for line in lines if not line.startswith("#")).replace("\\\n", " ")
    split = (line.split(maxsplit=1) for line in whole.splitlines() if line.strip())
    return [(name, " ".join(rest.split())) for name, rest in split]


def only(name: str) -> str:
    (found,) = [rest for kind, rest in instructions() if kind == name]
    return found


def image_env() -> dict[str, str]:
    return dict(part.split("=", 1) for part in shlex.split(only("ENV")))


def copied() -> list[tuple[str, str]]:
    """What goes into the image, and where to."""
    pairs = [rest.split() for kind, rest in instructions() if kind == "COPY"]
    return [(source, target) for source, target in pairs]


def ignored(path: str) -> bool:
    """Whether a path at the top of the project stays out of the image: the last word counts."""
    verdict = False
    for line in (ROOT / ".dockerignore").read_text().splitlines():
        if line and not line.startswith("#") and fnmatch.fnmatch(path, line.lstrip("!")):
            verdict = not line.startswith("!")
    return verdict


def test_image_has_a_python_that_the_project_supports() -> None:
    found = re.fullmatch(r"python:(3)\.(\d+)-slim", only("FROM"))
    assert found
    least = re.fullmatch(r">=3\.(\d+)", PROJECT["requires-python"])
    assert least
    assert int(least[1]) <= int(found[2])


def test_packages_are_installed_by_their_hashes() -> None:
    (install,) = [rest for kind, rest in instructions() if kind == "RUN" and "pip install" in rest]
    assert "--require-hashes" in install
    assert "-r requirements.txt" in install


def test_bot_runs_as_a_user_of_its_own_that_owns_the_volume() -> None:
    uid, _, gid = only("USER").partition(":")
    assert uid == gid != "0"
    (making,) = [rest for kind, rest in instructions() if "useradd" in rest]
    assert f"--uid {uid}" in making
    volume = only("VOLUME")
    assert f"--owner=compose --group=compose --mode=0700 {volume}" in making
    file = sqlite_file(image_env()["DATABASE_URL"])
    assert file
    assert file.parent == Path(volume)


def test_image_listens_for_its_own_health_check_and_ends_on_sigterm() -> None:
    env = image_env()
    assert (env["HOST"], env["PORT"]) == ("0.0.0.0", only("EXPOSE"))
    entry, check = json.loads(only("ENTRYPOINT")), only("HEALTHCHECK")
    assert entry == ["python", "-m", "bot"]
    assert json.loads(check[check.index("[") :]) == [*entry, "health"]
    assert only("STOPSIGNAL") == "SIGTERM"


def test_settings_of_the_image_are_settings() -> None:
    named = {name.lower() for name in image_env() if not name.startswith("PYTHON")}
    assert named <= set(Settings.model_fields)


def test_only_what_is_copied_gets_into_the_image() -> None:
    for source, _ in copied():
        assert (ROOT / source).exists()
        assert not ignored(source)
    for secret in (".env", "data", "secrets", ".git", "compose.db", "compose.db-wal", ".venv"):
        assert ignored(secret)


@pytest.fixture
def image(tmp_path: Path) -> Path:
    """A folder with what is copied into the image, and nothing else of the project."""
    for source, target in copied():
        place = tmp_path / "app" / target / (source if target == "./" else "")
        copy = shutil.copytree if (ROOT / source).is_dir() else shutil.copyfile
        place.parent.mkdir(parents=True, exist_ok=True)
        copy(ROOT / source, place)
    return tmp_path / "app"


def run_in(folder: Path, *words: str, python: str = sys.executable, **env: str) -> tuple[int, str]:
    """Exit code and output of a command there, with nothing but this in the environment."""
    done = subprocess.run(
        [python, *words], cwd=folder, env=env, text=True, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    return done.returncode, done.stdout + done.stderr


def test_code_in_the_image_is_all_that_the_bot_needs(image: Path) -> None:
    code = "import importlib, bot.app; from bot.client import COGS; "
    code += "[importlib.import_module(cog) for cog in COGS]; print(bot.app.__file__)"
    assert run_in(image, "-c", code) == (0, f"{image / 'bot' / 'app.py'}\n")


def test_image_says_what_is_missing_and_that_it_does_not_live(image: Path) -> None:
    env = image_env() | {"DATABASE_URL": f"sqlite:///{image / 'compose.db'}"}
    code, said = run_in(image, "-m", "bot", **env)
    assert (code, len(said.splitlines())) == (WRONG_USE, 1)
    assert "DISCORD_TOKEN" in said
    env |= {"DISCORD_TOKEN": "token", "AIMLAPI_KEY": "key", "PORT": "1"}
    assert run_in(image, "-m", "bot", "health", **env) == (1, "")


@pytest.mark.soak
def test_bot_starts_with_the_packages_that_the_image_installs(image: Path, tmp_path: Path) -> None:
    venv = tmp_path / "venv"
    subprocess.run([sys.executable, "-m", "venv", venv], check=True, timeout=120)
    (line,) = [rest for kind, rest in instructions() if kind == "RUN" and "pip install" in rest]
    command = shlex.split(line)
    assert command.pop(0) == "python"
    subprocess.run([venv / "bin" / "python", *command], cwd=image, check=True, timeout=500)
    expected = f"compose-bot {bot.__version__}, schema {known_revisions()[-1]}\n"
    assert run_in(image, "-m", "bot", "--version", python=f"{venv}/bin/python") == (0, expected)


def test_version_is_the_projects_and_its_notes_name_the_schema() -> None:
    assert bot.__version__ == PROJECT["version"]
    changelog = (ROOT / "CHANGELOG.md").read_text()
    assert f"\n## [{bot.__version__}]" in changelog
    assert f"`{known_revisions()[-1]}`" in changelog


# --- compose files and the workflow -------------------------------------------------------------


def parsed(name: str) -> Any:
    return yaml.safe_load((ROOT / name).read_text())


def service(name: str = "compose.yaml") -> Any:
    return parsed(name)["services"]["bot"]


def test_compose_agrees_with_the_image() -> None:
    shipped, env = service(), image_env()
    assert shipped["image"] == f"compose-bot:{bot.__version__}"
    assert shipped["environment"] == {name: env[name] for name in shipped["environment"]}
    assert shipped["ports"] == [f"127.0.0.1:{env['PORT']}:{env['PORT']}"]
    (volume,) = shipped["volumes"]
    name, place = volume.split(":")
    assert name in parsed("compose.yaml")["volumes"]
    assert place == only("VOLUME")


def test_compose_gives_the_bot_time_to_end() -> None:
    assert service()["stop_grace_period"] == f"{GRACE_S}s"
    assert AT_THE_LATEST_S < GRACE_S


def test_compose_with_postgres_names_only_secrets_and_volumes_that_it_has() -> None:
    both = parsed("compose.postgres.yaml")
    secrets = both["secrets"]
    for part in both["services"].values():
        assert set(part["secrets"]) <= set(secrets)
        files = [v for k, v in part["environment"].items() if k.endswith("_FILE")]
        assert {Path(file).name for file in files} == set(part["secrets"])
    (volume,) = both["services"]["database"]["volumes"]
    assert volume.split(":")[0] in both["volumes"]
    assert {Path(secret["file"]).parts[0] for secret in secrets.values()} == {"secrets"}
    assert "secrets/" in (ROOT / ".gitignore").read_text().splitlines()


def steps() -> Iterator[dict[str, Any]]:
    for job in parsed(".github/workflows/ci.yml")["jobs"].values():
        yield from job["steps"]


def test_workflow_runs_what_has_to_pass_and_builds_for_both_platforms() -> None:
    assert ".ci/run" in [step.get("run") for step in steps()]
    assert os.access(ROOT / ".ci" / "run", os.X_OK)
    builds = [step["with"] for step in steps() if "build-push-action" in step.get("uses", "")]
    assert "linux/amd64,linux/arm64" in [build.get("platforms") for build in builds]
    assert {build["context"] for build in builds} == {"."}


# --- the systemd unit ---------------------------------------------------------------------------


def unit() -> configparser.ConfigParser:
    read = configparser.ConfigParser(strict=False, interpolation=None)
    read.optionxform = str  # type: ignore[assignment, method-assign]
    read.read(UNIT)
    return read


def test_unit_restarts_the_bot_unless_a_setting_is_wrong() -> None:
    part = unit()["Service"]
    assert part["Restart"] == "on-failure"
    assert part["RestartPreventExitStatus"] == str(WRONG_USE)
    assert part["TimeoutStopSec"] == str(GRACE_S)
    assert part["ExecStart"].split()[1:] == ["-m", "bot"]
    assert importlib.util.find_spec("bot.__main__")


def test_unit_leaves_the_cage_of_the_workers_to_the_bot() -> None:
    assert not {"SystemCallFilter", "SystemCallArchitectures", "LimitNPROC"} & set(
        unit()["Service"]
    )


def test_systemd_takes_the_unit(tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        (pytest.fail if os.environ.get("CI") == "true" else pytest.skip)(NO_ANALYZE)
    python = tmp_path / ".venv" / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.symlink_to(sys.executable)
    placed = tmp_path / UNIT.name
    placed.write_text(UNIT.read_text().replace("/opt/compose-bot", str(tmp_path)))
    done = subprocess.run(
        [analyze, "verify", "--man=no", placed], text=True, capture_output=True, timeout=60,
        check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
