"""Every command and file that the documents name runs or exists."""

import functools
import re
import shlex
import subprocess
import sys
from collections.abc import Callable, Iterator, Sequence
from itertools import pairwise

import pytest
import yaml

from bot.settings import Settings
from bot.settings.given import MAY_BE_IN_FILES
from tests.documents import DOCUMENTS, ROOT, blocks, text

PYTHONS = {"python", "python3", ".venv/bin/python"}
# Examples, and the name that no file here has.
MADE_UP = {"fr.po", "pt-BR.po", "NNNN_what_changes.py", "utils.py"}
MADE_BY_HOSTS = {".env"}
NOT_OURS = {"git", "cd", "apt-get", "useradd", "sqlite3"}
CODE = re.compile(r"`([^`\n]+)`")
FILE = re.compile(r"[\w.-]+\.(?:py|md|toml|yaml|yml|txt|service|po|example)")
FOLDERS = {path.name for path in ROOT.iterdir() if path.is_dir()} - {"data", "artifacts"}
COMPOSE_COMMANDS = {"up", "exec", "run", "stop", "start", "logs"}
SYSTEMCTL_COMMANDS = {"daemon-reload", "enable", "start", "stop", "restart", "status"}


# --- commands -----------------------------------------------------------------------------------


def commands(document: str) -> Iterator[list[str]]:
    """The words of each command in blocks without a language, and of those within sentences."""
    for block in blocks(document, ""):
        for line in block.splitlines():
            for command in re.split(r"&&|\s#\s.*", line):
                if command and not command.startswith("https://"):
                    yield shlex.split(command)
    for code in CODE.findall(document):
        if re.match(r"(?:\S*python3? -m|make|docker|systemctl) ", code):
            yield shlex.split(code)


@functools.cache
def output(*words: str) -> str:
    done = subprocess.run(
        words, cwd=ROOT, text=True, capture_output=True, timeout=60, check=False, env={}
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def options(words: Sequence[str]) -> set[str]:
    return {word.partition("=")[0] for word in words if word.startswith("-")}


def python(words: Sequence[str]) -> None:
    """`-m module` with its subcommand, which has to know each option and take each argument."""
    dash_m, module, *rest = words
    assert dash_m == "-m"
    if module == "venv":
        return
    plain = [word for word in rest if not word.startswith("-")]
    subcommand = plain[:1] if module in {"bot", "sandbox"} else []
    said = output(sys.executable, "-m", module, *subcommand, "--help")
    assert options(rest) <= set(re.findall(r"--?[a-z]+", said))
    if module == "bot":
        wanted = re.search(r"usage: .*?([A-Z_]+)?$", said, re.MULTILINE)
        assert wanted
        assert len(plain) <= len(subcommand) + (wanted[1] is not None)


def pip(words: Sequence[str]) -> None:
    verb, *rest = words
    said = output(sys.executable, "-m", "pip", verb, "--help")
    assert options(rest) <= set(re.findall(r"--?[a-z-]+", said))
    exist([file for option, file in pairwise(rest) if option == "-r"])


def make(words: Sequence[str]) -> None:
    assert set(words) <= set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


def copying(words: Sequence[str]) -> None:
    """Of `cp` and `install`: all but the target."""
    *sources, _target = [word for word in words if not re.match(r"-|\d+$", word)]
    exist([source for source in sources if source not in MADE_BY_HOSTS])


def docker(words: Sequence[str]) -> None:
    compose, *rest = words
    assert compose == "compose"
    files = ["compose.yaml"]
    while rest[0] == "-f":
        files.append(rest[1])
        del rest[:2]
    exist(files)
    verb, *rest = [word for word in rest if not re.fullmatch(r"-d|--rm|--build", word)]
    assert verb in COMPOSE_COMMANDS
    if rest:
        service, *inside = rest
        assert service in yaml.safe_load(text("compose.yaml"))["services"]
        run(inside if verb == "exec" else ["python", "-m", "bot", *inside])


def systemctl(words: Sequence[str]) -> None:
    verb, *units = [word for word in words if not word.startswith("-")]
    assert verb in SYSTEMCTL_COMMANDS
    exist([f"docs/{unit}.service" for unit in units])


def postgres(words: Sequence[str]) -> None:
    """Another test says that the bot prints these."""
    assert "postgresql://bot@host/compose" in " ".join(words)


PROGRAMS: dict[str, Callable[[Sequence[str]], None]] = {
    **dict.fromkeys(PYTHONS, python),
    ".venv/bin/pip": pip,
    "make": make,
    "cp": copying,
    "install": copying,
    "docker": docker,
    "systemctl": systemctl,
    "pg_dump": postgres,
    "pg_restore": postgres,
}


def run(words: Sequence[str]) -> None:
    """See that it would run. A line `NAME=value` is one of our settings."""
    program, *rest = words
    if name := re.match(r"([A-Z_]+)=", program):
        known = {*Settings.model_fields, *(f"{one}_FILE".lower() for one in MAY_BE_IN_FILES)}
        assert name[1].lower() in known
    elif program not in NOT_OURS:
        PROGRAMS[program](rest)


@pytest.mark.parametrize("name", DOCUMENTS)
def test_commands_that_are_named_would_run(name: str) -> None:
    for words in commands(text(name)):
        try:
            run(words)
        except (AssertionError, LookupError, ValueError) as error:
            raise AssertionError(f"{shlex.join(words)}: {error}") from error


@pytest.mark.parametrize(
    "command",
    [
        "make tea",
        "python -m bot brew",
        "python -m bot doctor tea",
        "python -m bot doctor --loudly",
        ".venv/bin/pip install --require-hashes -r missing.txt",
        "cp .env.sample .env",
        "docker compose exec tea python -m bot doctor",
        "docker compose -f compose.tea.yaml up -d",
        "systemctl enable tea",
        "MAX_JOBS_PER_YEAR=5",
        "brew tea",
    ],
)
def test_commands_that_would_not_run_are_noticed(command: str) -> None:
    with pytest.raises((AssertionError, LookupError)):
        run(shlex.split(command))


def test_readme_names_the_commands_to_begin_with() -> None:
    said = "\n".join(blocks(text("README.md"), ""))
    for command in ("make demo", "make sandbox", "-m bot doctor", "--require-hashes"):
        assert command in said


def test_operations_name_every_command_of_the_bot() -> None:
    listed = re.findall(r"^    ([a-z]+) ", output(sys.executable, "-m", "bot", "--help"), re.M)
    assert listed
    for command in listed:
        assert f"`python -m bot {command}" in text("docs/operations.md")


def test_make_targets_of_the_contract_exist() -> None:
    make(["demo", "sandbox", "test", "check"])


def test_procfile_runs_a_module_that_exists() -> None:
    (process,) = text("Procfile").splitlines()
    run(shlex.split(process.removeprefix("worker: ")))


# --- files --------------------------------------------------------------------------------------


def exist(paths: Sequence[str]) -> None:
    assert [path for path in paths if not (ROOT / path).exists()] == []


def named_paths(document: str) -> Iterator[str]:
    """In backticks: with a folder of the project in front, or a file's name alone."""
    for code in CODE.findall(document):
        folder = code.partition("/")[0]
        if folder in FOLDERS and " " not in code if "/" in code else FILE.fullmatch(code):
            yield code


@functools.cache
def file_names() -> frozenset[str]:
    folders = [ROOT / name for name in ("bot", "cogs", "sandbox", "tests", "bench", "docs")]
    files = [path for folder in folders for path in folder.rglob("*")]
    return frozenset(path.name for path in [*files, *ROOT.iterdir()])


@pytest.mark.parametrize("name", DOCUMENTS)
def test_files_that_are_named_exist(name: str) -> None:
    named = set(named_paths(text(name))) - MADE_UP
    exist([path for path in named if "/" in path])
    assert [path for path in named if "/" not in path and path not in file_names()] == []
