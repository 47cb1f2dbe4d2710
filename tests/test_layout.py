"""The promises about the layout: which way imports point, and what lives where."""

import ast
import subprocess
import sys

import pytest

from bot.client import COGS
from tests.import_graph import (
    FILES,
    ROOT,
    as_one,
    circle,
    imports,
    loaded_with,
    modules,
    ours,
    packages,
)

# The parts of `bot`, bottom to top. A part imports only what stands before it: above, or to its
# left.
LAYERS = {
    "what every part knows": (
        "errors",
        "clock",
        "logs",
        "said_once",
        "background",
        "machine",
        "readiness",
    ),
    "the domain": ("domain",),
    "settings, sentences, answers": ("settings", "words", "rest"),
    "the tools": ("audio", "provider", "store", "metrics", "loops"),
    "money": ("money",),
    "the stages of a job": ("generate", "deliver", "library"),
    "the Discord client": ("services", "router", "translation", "client", "gateway"),
    "what runs it": ("ops", "wiring", "app", "__main__"),
}
ORDER = [part for parts in LAYERS.values() for part in parts]
# All others work without `discord`, and don't load it either.
DISCORD_IS_THEIR_JOB = {
    *("rest", "deliver", "library", "services", "router", "translation", "client", "gateway"),
    *("ops", "wiring", "app", "__main__"),
}
# These turn what the database raises into words, and ask it nothing.
MAY_NAME_SQL_ERRORS = {"bot.app", "bot.ops.doctor.machine"}
SQL = {"sqlalchemy", "alembic", "aiosqlite", "asyncpg", "sqlite3"}


def part(module: str) -> str:
    """Which part of `bot` a module belongs to; empty for `bot` itself."""
    return module.split(".")[1] if "." in module else ""


# --- which way imports point --------------------------------------------------------------------


def test_every_part_of_the_bot_has_its_place_in_the_layers() -> None:
    assert sorted({part(module) for module in modules("bot")} - {""}) == sorted(ORDER)


def test_imports_within_the_bot_point_down() -> None:
    edges = ((a, b) for a in modules("bot") for b in ours()[a])
    inner = ((a, b) for a, b in edges if part(b) and part(a) != part(b))
    assert [edge for edge in inner if ORDER.index(part(edge[1])) > ORDER.index(part(edge[0]))] == []


def test_no_module_is_in_a_circle_with_others() -> None:
    assert circle(ours()) == []


@pytest.mark.parametrize("package", packages())
def test_no_package_is_in_a_circle_with_others(package: str) -> None:
    assert circle(as_one(package)) == []


def test_circle_is_found_when_there_is_one() -> None:
    assert set(circle({"a": {"b"}, "b": {"c"}, "c": {"b"}})) == {"b", "c"}


@pytest.mark.parametrize(
    ("top", "unknown"),
    [
        ("bot", {"cogs", "sandbox", "tests", "bench"}),
        ("cogs", {"sandbox", "tests", "bench"}),
        ("sandbox", {"bot", "cogs", "discord", "tests", "bench"}),
    ],
)
def test_package_imports_nothing_of(top: str, unknown: set[str]) -> None:
    named = {module: {name.split(".")[0] for name in imports()[module]} for module in modules(top)}
    assert [module for module in named if named[module] & unknown] == []


# --- what lives where ---------------------------------------------------------------------------


def test_discord_is_loaded_only_where_it_is_the_parts_job() -> None:
    others = [module for module in modules("bot") if part(module) not in DISCORD_IS_THEIR_JOB]
    assert others
    assert [module for module in others if "discord" in loaded_with(module)] == []


def test_fresh_interpreter_loads_no_discord_for_what_does_not_talk_to_it() -> None:
    some = ["bot.domain.drafts", "bot.words", "bot.store.stores", "bot.generate.poller"]
    some += ["bot.generate.submitter", "bot.provider.client", "bot.loops.janitor", "bot.settings"]
    code = f"import sys, {', '.join(some)}; sys.exit('discord' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, timeout=60)


def test_workers_load_no_sentences_nor_what_checks_input() -> None:
    assert not loaded_with("bot.audio.worker") & {"bot.words", "pydantic"}


def test_sql_lives_only_in_the_store() -> None:
    others = [m for m in (*modules("bot"), *modules("cogs")) if part(m) != "store"]
    names_sql = {module for module in others if imports()[module] & SQL}
    assert names_sql == MAY_NAME_SQL_ERRORS
    used = {
        node.attr
        for module in names_sql
        for node in ast.walk(ast.parse(FILES[module].read_text()))
        if isinstance(node, ast.Attribute)
        and isinstance(node.value, ast.Name)
        and node.value.id == "sa"
    }
    assert used <= {"exc"}


def functions(module: str) -> set[str]:
    """The names of a module's own functions."""
    body = ast.parse(FILES[module].read_text()).body
    return {node.name for node in body if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)}


def test_cogs_are_extensions_and_what_they_share_is_not() -> None:
    extensions = {module for module in modules("cogs") if "setup" in functions(module)}
    assert extensions == {m for m in modules("cogs") if m.count(".") == 1 and m != "cogs.ui"}
    assert extensions == set(COGS)
