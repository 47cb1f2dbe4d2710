"""The documents say what is so: settings, commands, buttons, modules, states, links, examples."""

import ast
import io
import re
from collections.abc import AsyncIterator, Mapping
from enum import StrEnum
from itertools import pairwise
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
from bot.settings.given import MAY_BE_IN_FILES
from tests.documents import DOCUMENTS, LINK, ROOT, anchors, blocks, prose, rows, text
from tests.import_graph import FILES
from tests.test_layout import LAYERS

PICTURES = ROOT / "docs" / "images"

# `required` and `empty` are how the tables say that there is no default, or none is set.
REQUIRED = "required"
EMPTY = "empty"

_DEFAULT = re.compile(r"^#(?=[A-Z_]+=)", re.MULTILINE)
_FILE = re.compile(r"`(\w+\.py)`")


# --- settings -----------------------------------------------------------------------------------


def defaults_in(document: str) -> dict[str, str]:
    return {
        name.strip("`"): value.strip("`") for name, value, *_ in rows(text(document), "variable")
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


def test_settings_page_names_every_setting_and_no_other() -> None:
    said = defaults_in("docs/settings.md")
    assert sorted(said) == sorted(name.upper() for name in Settings.model_fields)


def test_readme_has_ten_of_them_with_the_same_defaults() -> None:
    said = defaults_in("README.md")
    assert len(said) == 10
    assert said.items() <= defaults_in("docs/settings.md").items()


def test_settings_page_names_all_that_can_come_from_files() -> None:
    said = re.findall(r"`(\w+)_FILE`", text("docs/settings.md"))
    assert sorted(said) == sorted(MAY_BE_IN_FILES)


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
def test_settings_page_says_what_is_required_or_empty(name: str) -> None:
    field = Settings.model_fields[name]
    said = defaults_in("docs/settings.md")[name.upper()]
    assert (said == REQUIRED) == field.is_required()
    assert (said == EMPTY) == (field.default in (None, frozenset(), ()))


@pytest.mark.usefixtures("no_environment")
def test_defaults_on_the_settings_page_are_those_of_the_bot() -> None:
    given = defaults_in("docs/settings.md")
    said = {k: v for k, v in given.items() if v not in {REQUIRED, EMPTY}}
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
    table = rows(text("docs/discord.md"), "permission")
    return {ATTRIBUTES[name]: int(value) for name, value, *_ in table}


def test_permission_values_are_discords() -> None:
    said = asked_for()
    assert said == {name: discord.Permissions(**{name: True}).value for name in said}


@pytest.mark.parametrize("name", ["README.md", "docs/discord.md"])
def test_invite_asks_for_the_sum_of_the_permissions(name: str) -> None:
    (invite,) = re.findall(r"^https://discord\.com/oauth2/authorize\S+$", text(name), re.MULTILINE)
    query = parse_qs(urlsplit(invite).query)
    total = discord.Permissions(**dict.fromkeys(asked_for(), True)).value
    assert query["permissions"] == [str(total)]
    assert query["scope"] == ["bot applications.commands"]
    assert invitation(1) == invite.replace("APPLICATION_ID", "1")
    assert f"number {total} is the sum" in text("docs/discord.md")


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


# --- what members are told ------------------------------------------------------------------------

_QUOTED = re.compile(r'"([^"]+)"')
DISCORDS_OWN = {"did not respond"}


def test_sentences_that_faults_quote_are_the_bots() -> None:
    trees = [ast.parse(file.read_text()) for file in (ROOT / "bot" / "words").glob("*.py")]
    nodes = [node for tree in trees for node in ast.walk(tree) if isinstance(node, ast.Constant)]
    said = " ".join(node.value for node in nodes if isinstance(node.value, str)).lower()
    quoted = set(_QUOTED.findall(prose(text("docs/faults.md")))) - DISCORDS_OWN
    assert len(quoted) > 5
    assert [words for words in quoted if words.lower() not in said] == []


# --- modules --------------------------------------------------------------------------------------


def folders() -> dict[str, str]:
    """What the table says is in each folder, by the folder's path."""
    said: dict[str, str] = {}
    for cell, contents in rows(text("docs/architecture.md"), "folder"):
        (path,) = LINK.findall(cell)
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


def test_layers_are_drawn_as_they_are() -> None:
    (drawing,) = [b for b in blocks(text("docs/architecture.md"), "mermaid") if "flowchart" in b]
    drawn = re.findall(r'\["(.+): (.+)"\]', drawing)
    layers = [(layer, ", ".join(parts)) for layer, parts in reversed(LAYERS.items())]
    assert [row for row in drawn if row[0] != "cogs"] == layers


# --- links, pictures, examples ------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    for target in LINK.findall(prose(text(name))):
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
    named = [link for link in LINK.findall(text("README.md")) if link.startswith("docs/images/")]
    assert named
    if not any(PICTURES.glob("*.png")):
        pytest.skip("no picture has been taken yet")
    for link in named:
        assert (ROOT / link).read_bytes().startswith(b"\x89PNG\r\n"), link


def test_example_for_contributors_is_a_test() -> None:
    (example,) = blocks(text("CONTRIBUTING.md"), "python")
    assert text("tests/e2e/test_example.py").endswith(f'"""\n\n{example}')


# --- form -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", DOCUMENTS)
def test_lines_of_prose_are_no_longer_than_code(name: str) -> None:
    unbreakable = ("|", "![", "#")
    lines = [line for line in prose(text(name)).splitlines() if not line.startswith(unbreakable)]
    assert [line for line in lines if len(line) > 100] == []


def test_decisions_are_numbered_in_order() -> None:
    numbers = re.findall(r"^#+ (\d+)\. ", text("docs/decisions.md"), re.MULTILINE)
    assert numbers == [str(number) for number in range(1, len(numbers) + 1)]


def test_decisions_stand_apart() -> None:
    lines = text("docs/decisions.md").splitlines()
    headings = [(before, line) for before, line in pairwise(lines) if line.startswith("#")]
    assert [line for before, line in headings if before] == []
