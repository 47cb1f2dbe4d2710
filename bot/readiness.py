"""What `/readyz` names besides the loops: tried for until it is there, such as the commands."""

import logging

from bot.said_once import SaidOnce

log = logging.getLogger(__name__)


class Part:
    """One part of readiness. Its trouble is said once in the log, and so is the end of that."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.well = False
        self._said = SaidOnce(log)

    def fail(self, why: str) -> None:
        """It is missing for this reason, and will be tried for again. Repeat it freely."""
        self.well = False
        self._said.say(self.name, f"{self.name}: %s; trying on", why, level=logging.ERROR)

    def succeed(self) -> None:
        """Note that the part is there, and is no longer missing."""
        self.well = True
        well = f"{self.name}: all is well again"
        self._said.over(self.name, well, level=logging.WARNING)
