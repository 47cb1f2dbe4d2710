"""The table at the end."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Figure:
    """One line: what was measured, its goal, and what it is held against.

    `compared` names what was measured in the same run, and `ratio` is ours by that. A figure
    without a goal has `reached` None.
    """

    what: str
    value: str
    goal: str = ""
    reached: bool | None = None
    compared: str = ""
    ratio: float | None = None


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which that share lies; nearest rank."""
    ordered = sorted(values)
    return ordered[min(int(share * len(ordered)), len(ordered) - 1)]


def show(figures: Sequence[Figure]) -> str:
    """The table as Markdown."""
    lines = ["| figure | measured | goal | | compared with | ratio |", "|---|---|---|---|---|---|"]
    lines += [
        f"| {one.what} | {one.value} | {one.goal} | {_verdict(one)} | {one.compared} | "
        f"{'' if one.ratio is None else f'{one.ratio:.2f}'} |"
        for one in figures
    ]
    return "\n".join(lines)


def _verdict(figure: Figure) -> str:
    if figure.reached is None:
        return ""
    return "reached" if figure.reached else "**missed**"
