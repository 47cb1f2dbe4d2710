"""The table at the end, and what a process used."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Figure:
    """One line: what was measured, what came out, the goal, and whether it was reached."""

    what: str
    value: str
    goal: str
    reached: bool


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies; nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def peak_memory_mb(pid: int) -> float:
    """The most memory a process has held so far, in MB (Linux: VmHWM)."""
    return _memory_mb(pid, "VmHWM")


def memory_mb(pid: int) -> float:
    """The memory a process holds now, in MB (Linux: VmRSS)."""
    return _memory_mb(pid, "VmRSS")


def _memory_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)


def show(figures: Sequence[Figure]) -> str:
    """The table as Markdown."""
    lines = ["| figure | measured | goal | |", "|---|---|---|---|"]
    for figure in figures:
        verdict = "reached" if figure.reached else "**missed**"
        lines.append(f"| {figure.what} | {figure.value} | {figure.goal} | {verdict} |")
    return "\n".join(lines)
