"""Saying a lasting trouble once, and that it is over: the log is read by people."""

import contextlib
import logging
import time
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator

from bot.errors import ComposeError, DatabaseTrouble, in_short

# What comes again so soon after its end is the same trouble, coming and going.
COMES_BACK_WITHIN_S = 60.0
# Of one trouble: where each problem reads differently (with a number in it), some are enough.
PROBLEMS_LIMIT = 3
TROUBLES_LIMIT = 10_000


class _Trouble:
    def __init__(self, now_s: float) -> None:
        self.began_at_s = now_s
        self.ended_at_s: float | None = None
        self.back_at_s: float | None = None  # since when it is back without having been said
        self.problems: set[str] = set()
        self.times = 0

    def is_news(self, problem: str, now_s: float) -> bool:
        """Whether this is to be said; from then on it was."""
        if self.back_at_s is not None and now_s - self.back_at_s > COMES_BACK_WITHIN_S:
            self.problems.clear()
        if problem in self.problems or len(self.problems) == PROBLEMS_LIMIT:
            return False
        self.problems.add(problem)
        self.back_at_s = None
        return True


class SaidOnce:
    """What is wrong right now, each under a key; bounded, and known to this process alone.

    Each problem of a trouble is said once, and kept to level DEBUG from then on until the trouble
    is over. What comes and goes is not said each time.
    """

    def __init__(
        self, logger: logging.Logger, *, seconds: Callable[[], float] = time.monotonic
    ) -> None:
        self._log = logger
        self._seconds = seconds
        self._troubles: OrderedDict[Hashable, _Trouble] = OrderedDict()

    @contextlib.contextmanager
    def watching(self, key: Hashable, message: str, *, over: str) -> Iterator[None]:
        """What is done again and again: an exception is said and goes no further.

        `message` with the problem in place of its `%s`; for one that is no error of ours, its
        traceback, too. `over` is said when it goes well again.
        """
        try:
            yield
        except ComposeError as error:
            is_database = isinstance(error, DatabaseTrouble)
            problem = f"the database {error}" if is_database else str(error)
            self.say(key, message, problem, level=logging.ERROR)
        except Exception as error:  # noqa: BLE001  # it is in the log
            self.say(key, message, in_short(error), level=logging.ERROR, traceback=True)
        else:
            self.over(key, over)

    def say(
        self,
        key: Hashable,
        message: str,
        problem: object,
        *,
        level: int = logging.WARNING,
        traceback: bool = False,
    ) -> None:
        """The trouble is there (still): `message`, with the `problem` in place of its `%s`.

        `traceback` adds that of the exception that is being handled.
        """
        now_s = self._seconds()
        trouble = self._open(key, now_s)
        trouble.times += 1
        is_news = trouble.is_news(str(problem), now_s)
        self._log.log(
            level if is_news else logging.DEBUG, message, problem, exc_info=traceback and is_news
        )

    def over(self, key: Hashable, message: str, *, level: int = logging.INFO) -> None:
        """The trouble is over, if there was one: says so once, with how long it took."""
        trouble = self._troubles.get(key)
        if trouble is None or trouble.ended_at_s is not None:
            return
        trouble.ended_at_s = self._seconds()
        if trouble.back_at_s is None:
            took_s = trouble.ended_at_s - trouble.began_at_s
            self._log.log(level, "%s (%d times in %.0f s)", message, trouble.times, took_s)

    def forget(self, key: Hashable) -> None:
        """What the trouble was about is no more, so there is no end to tell of."""
        self._troubles.pop(key, None)

    def _open(self, key: Hashable, now_s: float) -> _Trouble:
        trouble = self._troubles.pop(key, None)
        if trouble is not None and trouble.ended_at_s is not None:
            is_back = now_s - trouble.ended_at_s <= COMES_BACK_WITHIN_S
            trouble.back_at_s, trouble.ended_at_s = now_s, None
            trouble = trouble if is_back else None
        self._troubles[key] = trouble = trouble or _Trouble(now_s)
        if len(self._troubles) > TROUBLES_LIMIT:
            self._troubles.popitem(last=False)
        return trouble
