"""The promises about the layout: which way imports point, and documents that match the code."""

import ast
import shlex
from pathlib import Path

import pytest

from bot.settings import Settings

ROOT = Path(__file__).parents[1]

# What a module of `bot` may import: its own layer and those before it. A package counts whole.
LAYERS = [
    {"characters", "errors", "logs", "schedule", "hosting", "said_once", "scratch", "stopping"}
    | {"disk", "proxy", "linux", "private", "hardening", "parts", "probes", "descriptors"},
    {"jobs", "settings", "words", "text", "discord_answers"},
    {"provider", "audio"},
    {"drafts", "recipe"},
    {"store"},
    {"metrics"},
    {"workers", "delivery", "admission", "tracks", "checking", "library", "references", "health"},
    {"client", "command_sync", "translation"},
    {"gateway_connection"},
    {"gateway", "wiring"},
    {"connection"},
    {"app", "doctor"},
    {"__main__"},
]
DISCORD_IS_THEIR_JOB = {
    "text",
    "delivery",
    "client",
    "command_sync",
    "translation",
    "connection",
    "discord_answers",
    "doctor",
    "gateway",
    "gateway_connection",
}
# These turn what the database raises into words, and ask it nothing.
MAY_NAME_SQL_ERRORS = {"bot/app.py", "bot/ops/doctor/machine.py"}


def sources(*folders: str) -> list[Path]:
    return [file for folder in folders for file in sorted((ROOT / folder).rglob("*.py"))]


def imports(file: Path) -> set[str]:
    """The absolute names of all modules that a file imports, also within functions."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
    return found


def tops(file: Path) -> set[str]:
    """The packages a file imports from."""
    return {name.split(".")[0] for name in imports(file)}


def part(file: Path) -> str:
    """Which part of `bot` a file belongs to."""
    return file.relative_to(ROOT / "bot").parts[0].removesuffix(".py")


def name(file: Path) -> str:
    return str(file.relative_to(ROOT))


def layer(of: str) -> int:
    found = [number for number, names in enumerate(LAYERS) if of in names]
    assert found, f"bot.{of} has no place in the layers of {Path(__file__).name} yet"
    return found[0]


BOT = [file for file in sources("bot") if part(file) != "__init__"]


@pytest.mark.parametrize("file", BOT, ids=name)
def test_imports_within_the_bot_point_to_the_same_layer_or_a_lower_one(file: Path) -> None:
    own = layer(part(file))
    for imported in imports(file):
        pieces = imported.split(".")
        if pieces[0] == "bot" and len(pieces) > 1:
            assert layer(pieces[1]) <= own, f"{name(file)} imports {imported}"


@pytest.mark.parametrize("file", sources("bot", "cogs"), ids=name)
def test_product_never_imports_sandbox_or_tests(file: Path) -> None:
    assert not tops(file) & {"sandbox", "tests", "bench"}


@pytest.mark.parametrize("file", sources("bot"), ids=name)
def test_bot_never_imports_cogs(file: Path) -> None:
    assert "cogs" not in tops(file)


@pytest.mark.parametrize("file", sources("sandbox"), ids=name)
def test_sandbox_shares_no_misunderstanding_with_the_bot(file: Path) -> None:
    assert not tops(file) & {"bot", "cogs", "discord", "tests"}


@pytest.mark.parametrize("file", BOT, ids=name)
def test_discord_is_imported_only_where_it_is_the_modules_job(file: Path) -> None:
    if part(file) not in DISCORD_IS_THEIR_JOB:
        assert "discord" not in tops(file)


@pytest.mark.parametrize("file", sources("bot", "cogs"), ids=name)
def test_sql_lives_only_in_the_store(file: Path) -> None:
    if "store" in file.parts:
        return
    database = tops(file) & {"sqlalchemy", "alembic", "aiosqlite", "asyncpg", "sqlite3"}
    assert not database or name(file) in MAY_NAME_SQL_ERRORS
    used = {
        node.attr
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "sa"
    }
    assert used <= {"exc"}


# --- documents ----------------------------------------------------------------------------------


def example() -> dict[str, str]:
    """The variables of `.env.example`."""
    lines = (ROOT / ".env.example").read_text().splitlines()
    pairs = [line.partition("=") for line in lines if line.strip() and not line.startswith("#")]
    return {variable: value for variable, _, value in pairs}


def test_example_names_every_setting_and_no_other() -> None:
    assert set(example()) == {field.upper() for field in Settings.model_fields}


def test_example_explains_every_setting() -> None:
    lines = (ROOT / ".env.example").read_text().splitlines()
    for before, line in zip(["", *lines], lines, strict=False):
        if line and not line.startswith("#"):
            assert before.startswith("# "), f"{line} has no comment above it"


def test_example_loads_and_gives_the_defaults_when_the_required_values_are_filled_in(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for variable in example():
        monkeypatch.delenv(variable, raising=False)
    required = {"DISCORD_TOKEN", "AIMLAPI_KEY"}
    text = (ROOT / ".env.example").read_text()
    for variable in required:
        assert f"\n{variable}=\n" in text
        text = text.replace(f"\n{variable}=\n", f"\n{variable}=secret\n")
    (tmp_path / ".env").write_text(text)
    monkeypatch.chdir(tmp_path)
    for field, value in Settings.load().model_dump().items():
        if field.upper() not in required:
            assert value == Settings.model_fields[field].default, field


def test_procfile_runs_a_module_that_exists() -> None:
    processes = dict(
        line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines() if line
    )
    assert set(processes) == {"worker"}
    python, dash_m, module = shlex.split(processes["worker"])
    assert (python, dash_m) == ("python", "-m")
    assert (ROOT / module / "__main__.py").is_file()


def test_make_targets_of_the_contract_exist() -> None:
    makefile = (ROOT / "Makefile").read_text()
    for target in ("demo", "sandbox", "test", "check"):
        assert f"\n{target}:" in makefile
