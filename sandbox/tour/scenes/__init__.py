"""The scenes, in the order in which they play: each goes on where the one before it ended.

A scene is a function. Its name names the picture, the first line of its docstring is the caption,
and what it gives is the screen to take the picture of.
"""

from collections.abc import Awaitable, Callable, Sequence
from typing import Final

from sandbox.tour.scenes import asking, making, places, results, sharing, tracks, variations
from sandbox.tour.stage import Stage
from sandbox.tour.visitor import Visitor

Scene = Callable[[Stage], Awaitable[Visitor]]

SCENES: Final[Sequence[Scene]] = (
    *asking.SCENES,
    *results.SCENES,
    *variations.SCENES,
    *making.SCENES,
    *tracks.SCENES,
    *sharing.SCENES,
    *places.SCENES,
)
