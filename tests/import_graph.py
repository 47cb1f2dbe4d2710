"""Who imports whom in `bot`, `cogs` and `sandbox`: within functions and for types, too."""

import ast
from collections.abc import Iterator, Mapping, Set
from functools import cache
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

ROOT = Path(__file__).parents[1]
TOPS = ("bot", "cogs", "sandbox")

Graph = Mapping[str, Set[str]]


def _name(file: Path) -> str:
    return ".".join(file.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


FILES = {_name(file): file for top in TOPS for file in sorted((ROOT / top).rglob("*.py"))}


@cache
def imports() -> Graph:
    """Each module with all that it names. Of what isn't ours, the top package only."""
    return {module: set(_imports(file)) - {module} for module, file in FILES.items()}


def _imports(file: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(file.read_text())):
        if isinstance(node, ast.Import):
            yield from (_ours_or_top(alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{file} has a relative import"
            yield from (_ours_or_top(f"{node.module}.{alias.name}") for alias in node.names)


def _ours_or_top(name: str) -> str:
    """`from a import b` names the module `a.b`, or what `b` is within the module `a`."""
    around = name.rpartition(".")[0]
    return name if name in FILES else around if around in FILES else name.partition(".")[0]


def modules(package: str) -> list[str]:
    """All modules within it, and the package itself."""
    return [name for name in FILES if is_within(name, package)]


def is_within(name: str, package: str) -> bool:
    """Whether this is the package, or something in it."""
    return name == package or name.startswith(f"{package}.")


def packages() -> list[str]:
    """All packages below the tops."""
    return [name for name, file in FILES.items() if file.stem == "__init__" and "." in name]


def ours() -> Graph:
    """The imports among our own modules."""
    return {module: imported & FILES.keys() for module, imported in imports().items()}


def as_one(package: str) -> Graph:
    """The same with one package as a single node."""
    graph: dict[str, set[str]] = {}
    for module, imported in ours().items():
        node = package if is_within(module, package) else module
        graph.setdefault(node, set()).update(
            package if is_within(name, package) else name for name in imported
        )
    graph[package].discard(package)
    return graph


def circle(graph: Graph) -> list[str]:
    """A way through the graph that ends where it began; empty if there is none."""
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def loaded_with(module: str) -> set[str]:
    """All that comes with an import of this module. Packages are loaded before what is in them."""
    found: set[str] = set()
    waiting = [module]
    while waiting:
        name = waiting.pop()
        if name not in found:
            found.add(name)
            waiting += imports().get(name, ())
            waiting += [package] if (package := name.rpartition(".")[0]) else []
    return found
