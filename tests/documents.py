"""Reading the documents: which there are, and their tables, code blocks and headings."""

import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[1]
DOCUMENTS = sorted(
    path.relative_to(ROOT).as_posix()
    for path in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), ROOT / "bench" / "README.md")
)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")

_ROW = re.compile(r"^\|(.+)\|$")
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
    """Code blocks. Those without a language hold commands and settings, outputs are `text`."""
    return [body for kind, body in _FENCE.findall(document) if kind == language]


def prose(document: str) -> str:
    """All but the code blocks."""
    return _FENCE.sub("", document)


def anchors(document: str) -> set[str]:
    """The names that GitHub gives to headings."""
    headings = re.findall(r"^#+ (.+)$", prose(document), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}
