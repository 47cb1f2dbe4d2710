"""What `/readyz` names besides the loops: tried for until it is there, such as the commands."""

import logging
from typing import Final

# Reasons may hold what changes with each try; the log is not the place to collect them.
REASONS_SAID: Final = 10

log = logging.getLogger(__name__)


class Part:
    """One part of readiness. Its trouble is said once in the log, and so is the end of that."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.well = False
        self._said: set[str] = set()

    def fail(self, why: str) -> None:
        """It is missing for this reason, and will be tried for again. Repeat it freely."""
        self.well = False
        if why not in self._said and len(self._said) < REASONS_SAID:
            self._said.add(why)
            log.error("%s: %s; trying on", self.name, why)

    def succeed(self) -> None:
        """Note that the part is there, and is no longer missing."""
        self.well = True
        if self._said:
            log.warning("%s: all is well again", self.name)
        self._said.clear()
