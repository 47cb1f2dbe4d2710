"""The documents say what is so: settings, commands, buttons, modules, states, links, examples."""

import ast
import importlib
import io
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import discord
import pytest
from discord import app_commands
from dotenv import dotenv_values

from bot import words
from bot.client import COGS, ComposeClient
from bot.deliver.buttons import LABELS
from bot.domain.jobs import MOVES, FailureKind, NoticeKind, Rung
from bot.domain.models import MODELS, Model
from bot.gateway.invitation import invitation
from bot.settings import Settings
from tests.import_graph import FILES
from tests.test_layout import LAYERS

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix() for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"))
)
PICTURES = ROOT / "docs" / "images"

# `required` and `empty` are how the README's table says that there is no default, or none is set.
REQUIRED = "required"
EMPTY = "empty"

_DEFAULT = re.compile(r"^#(?=[A-Z_]+=)", re.MULTILINE)
_ROW = re.compile(r"^\|(.+)\|$", re.MULTILINE)
_LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
_FILE = re.compile(r"`(\w+\.py)`")
_PATH = re.compile(r"`((?:bot|cogs|sandbox|tests|docs)/[\w./-]+)`")
_FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def text(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def rows(document: str, heading: str) -> Iterator[list[str]]:
    """The rows of the table whose first column is headed so, as lists of cells."""
    inside = False
    for line in document.splitlines():
        match = _ROW.match(line)
        cells = [cell.strip() for cell in match[1].split("|")] if match else []
        if not cells:
            inside = False
        elif cells[0] == heading:
            inside = True
        elif inside and not set(cells[0]) <= set("-:"):
            yield cells


def blocks(document: str, language: str) -> list[str]:
    return [body for kind, body in _FENCE.findall(document) if kind == language]


def anchors(document: str) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", _FENCE.sub("", document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


# --- settings -----------------------------------------------------------------------------------


def readme_defaults() -> dict[str, str]:
    return {
        name.strip("`"): value.strip("`") for name, value, *_ in rows(text("README.md"), "variable")
    }


def example_defaults() -> dict[str, str]:
    """Those that are commented out included."""
    given = io.StringIO(_DEFAULT.sub("", text(".env.example")))
    return {name: value or "" for name, value in dotenv_values(stream=given).items()}


def settings_with(values: Mapping[str, str]) -> Settings:
    """The settings that these texts make, with something in the place of required ones."""
    given: dict[str, Any] = {"discord_token": "token", "aimlapi_key": "key"}
    given |= {name.lower(): value for name, value in values.items() if value}
    return Settings(_env_file=None, **given)


@pytest.fixture
def no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def test_readme_names_every_setting_and_no_other() -> None:
    assert sorted(readme_defaults()) == sorted(name.upper() for name in Settings.model_fields)


def test_env_example_names_every_setting_and_no_other() -> None:
    assert sorted(example_defaults()) == sorted(name.upper() for name in Settings.model_fields)


def test_env_example_explains_every_setting() -> None:
    lines = _DEFAULT.sub("", text(".env.example")).splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if line and not line.startswith("#"):
            assert before.startswith("# "), f"{line} has no comment above it"


def test_env_example_asks_for_what_is_required_alone() -> None:
    required = [
        name.upper() for name, field in Settings.model_fields.items() if field.is_required()
    ]
    assert list(dotenv_values(ROOT / ".env.example")) == required


@pytest.mark.parametrize("name", sorted(Settings.model_fields))
def test_readme_says_what_is_required_or_empty(name: str) -> None:
    field = Settings.model_fields[name]
    said = readme_defaults()[name.upper()]
    assert (said == REQUIRED) == field.is_required()
    assert (said == EMPTY) == (field.default in (None, frozenset(), ()))


@pytest.mark.usefixtures("no_environment")
def test_defaults_in_readme_are_those_of_the_bot() -> None:
    said = {k: v for k, v in readme_defaults().items() if v not in {REQUIRED, EMPTY}}
    assert settings_with(said) == settings_with({})


@pytest.mark.usefixtures("no_environment")
def test_env_example_changes_nothing_when_copied() -> None:
    assert settings_with(example_defaults()) == settings_with({})


# --- Discord permissions ------------------------------------------------------------------------

ATTRIBUTES = {
    "View Channels": "view_channel",
    "Send Messages": "send_messages",
    "Embed Links": "embed_links",
    "Attach Files": "attach_files",
    "Read Message History": "read_message_history",
    "Create Public Threads": "create_public_threads",
    "Send Messages in Threads": "send_messages_in_threads",
}


def asked_for() -> dict[str, int]:
    return {
        ATTRIBUTES[name]: int(value) for name, value, _why in rows(text("README.md"), "permission")
    }


def test_permission_values_are_discords() -> None:
    said = asked_for()
    assert said == {name: discord.Permissions(**{name: True}).value for name in said}


def test_invite_asks_for_the_sum_of_the_permissions() -> None:
    (invite,) = re.findall(r"^https://discord\.com/oauth2/authorize\S+$", text("README.md"), re.M)
    query = parse_qs(urlsplit(invite).query)
    total = discord.Permissions(**dict.fromkeys(asked_for(), True)).value
    assert query["permissions"] == [str(total)]
    assert query["scope"] == ["bot applications.commands"]
    assert f"number {total} is the sum" in text("README.md")
    assert invitation(1) == invite.replace("APPLICATION_ID", "1")


def test_invite_asks_for_all_that_compose_needs() -> None:
    assert set(words.PERMISSIONS) <= set(asked_for())


# --- commands, buttons and models -----------------------------------------------------------------


@pytest.fixture
async def client() -> AsyncIterator[ComposeClient]:
    """With all commands, connected to nothing."""
    async with ComposeClient(api_url="http://127.0.0.1:1", command_guild_id=None) as client:
        for cog in COGS:
            await client.load_extension(cog)
        yield client
        for cog in COGS:
            await client.unload_extension(cog)


async def test_readme_names_every_command_and_no_other(client: ComposeClient) -> None:
    shown = {
        f"*{command.name}*"
        if isinstance(command, app_commands.ContextMenu)
        else f"`/{command.name}`"
        for command in client.tree.get_commands()
    }
    assert {command for command, _does in rows(text("README.md"), "command")} == shown


@pytest.mark.parametrize("name", ["compose", "style save", "cover", "tracks"])
async def test_guide_explains_every_option_of(name: str, client: ComposeClient) -> None:
    (command,) = [one for one in client.tree.walk_commands() if one.qualified_name == name]
    assert isinstance(command, app_commands.Command)
    said = [option for option, _meaning in rows(text("docs/guide.md"), f"`/{name}` option")]
    assert said == [f"`{option.display_name}`" for option in command.parameters]


def test_guide_explains_every_button() -> None:
    table = rows(text("docs/guide.md"), "button")
    said = {label for row in table for label in re.findall(r"\*\*(.+?)\*\*", " ".join(row))}
    assert {label() for label in LABELS.values()} <= said


def guides_row(model: Model) -> list[str]:
    """What the guide's table has to say of a model."""
    lyrics = f"{model.lyrics.least} to {model.lyrics.most}" if model.lyrics else ""
    needed = model.lyrics is not None and model.lyrics.instead is None
    also = {
        "`negative_prompt`": model.negative_prompt,
        "`seed`": model.seed,
        "`instrumental`": model.instrumental,
        "audio": model.reference,
    }
    return [
        model.name,
        words.good_for(model),
        f"{model.prompt.least} to {model.prompt.most}",
        f"{lyrics}, needed" if needed else lyrics,
        f"{model.seconds.least} to {model.seconds.most}" if model.seconds else "",
        ", ".join(option for option, taken in also.items() if taken),
    ]


def test_guide_tells_what_each_model_takes() -> None:
    said = list(rows(text("docs/guide.md"), "model"))
    assert said == [guides_row(model) for model in MODELS.values()]


# --- the life of a job --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("heading", "kinds"), [("failure", FailureKind), ("notice", NoticeKind), ("rung", Rung)]
)
def test_architecture_explains_every(heading: str, kinds: type[StrEnum]) -> None:
    said = [name for name, *_ in rows(text("docs/architecture.md"), heading)]
    assert sorted(said) == sorted(f"`{kind}`" for kind in kinds)


def test_drawn_states_are_those_of_the_table() -> None:
    (drawing,) = [b for b in blocks(text("docs/architecture.md"), "mermaid") if "stateDiagram" in b]
    drawn = set(re.findall(r"^\s*(\w+) --> (\w+)", drawing, re.MULTILINE))
    assert drawn == {(str(source), str(t)) for source, targets in MOVES.items() for t in targets}


# --- modules --------------------------------------------------------------------------------------


def folders() -> dict[str, str]:
    """What the table says is in each folder, by the folder's path."""
    said: dict[str, str] = {}
    for cell, contents in rows(text("docs/architecture.md"), "folder"):
        (path,) = _LINK.findall(cell)
        assert cell == f"[{path.removeprefix('../')}]({path})"
        assert path not in said
        said[path.removeprefix("../")] = contents
    return said


def test_architecture_has_a_line_for_each_folder() -> None:
    with_code = {Path(*file.relative_to(ROOT).parts[:-1]).as_posix() for file in FILES.values()}
    assert set(folders()) == {path for path in with_code if "migrations" not in path}
    assert len(folders()) <= 32


def test_files_that_the_table_of_folders_names_are_there() -> None:
    named = [(path, file) for path, said in folders().items() for file in _FILE.findall(said)]
    assert named
    assert [f"{path}/{file}" for path, file in named if not (ROOT / path / file).is_file()] == []


@pytest.mark.parametrize("name", DOCUMENTS)
def test_paths_that_are_named_without_a_link_exist(name: str) -> None:
    assert [path for path in _PATH.findall(text(name)) if not (ROOT / path).exists()] == []


def test_layers_are_drawn_as_they_are() -> None:
    (drawing,) = [b for b in blocks(text("docs/architecture.md"), "mermaid") if "flowchart" in b]
    drawn = re.findall(r'\["(.+): (.+)"\]', drawing)
    layers = [(layer, ", ".join(parts)) for layer, parts in reversed(LAYERS.items())]
    assert [row for row in drawn if row[0] != "cogs"] == layers


# --- commands, links, examples ------------------------------------------------------------------


def test_procfile_runs_a_module_that_exists() -> None:
    (process,) = text("Procfile").splitlines()
    python, dash_m, module = process.removeprefix("worker: ").split()
    assert (python, dash_m) == ("python", "-m")
    assert (ROOT / module / "__main__.py").is_file()


def test_make_targets_of_the_contract_exist() -> None:
    for target in ("demo", "sandbox", "test", "check"):
        assert f"\n{target}:" in text("Makefile")


@pytest.mark.parametrize("name", DOCUMENTS)
def test_named_make_targets_exist(name: str) -> None:
    named = set(re.findall(r"(?:^|`)make ([a-z]+)", text(name), re.MULTILINE))
    assert named <= set(re.findall(r"^([a-z]+):", text("Makefile"), re.MULTILINE))


def test_readme_names_the_commands_to_begin_with() -> None:
    commands = "\n".join(blocks(text("README.md"), ""))
    for command in ("make demo", "make sandbox", "-m bot doctor", "--require-hashes"):
        assert command in commands


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in _LINK.findall(_FENCE.sub("", text(name))):
        address, _, anchor = target.partition("#")
        if urlsplit(target).scheme:
            assert target.startswith("https://"), target
            continue
        path = (ROOT / name).parent / address if address else ROOT / name
        if path.is_relative_to(PICTURES):
            continue  # has a test of its own
        assert path.exists(), target
        assert not anchor or anchor in anchors(path.read_text(encoding="utf-8")), target


def test_pictures_are_there() -> None:
    named = [link for link in _LINK.findall(text("README.md")) if link.startswith("docs/images/")]
    assert named
    if not any(PICTURES.glob("*.png")):
        pytest.skip("no picture has been taken yet")
    for link in named:
        assert (ROOT / link).read_bytes().startswith(b"\x89PNG\r\n"), link


@pytest.mark.parametrize("example", blocks(text("CONTRIBUTING.md"), "python"))
def test_examples_import_what_exists(example: str) -> None:
    tree = ast.parse(example)
    imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
    assert imports
    for node in imports:
        module: Any = importlib.import_module(node.module or "")
        for alias in node.names:
            assert hasattr(module, alias.name), f"{node.module} has no {alias.name}"
