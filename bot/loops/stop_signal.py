"""The end of the process: in good order where that is quick, and never later than promised."""

import asyncio
import logging
import os
import signal
import threading
from collections.abc import Callable

# Hosters end a process by force 10 s after they asked it to stop.
IN_FLIGHT_S = 6.0
CUT_OFF_S = 1.0  # for what was cut off then to notice
AT_THE_LATEST_S = 9.0
LAST_WORD_S = 0.5  # to say so, which takes a lock of the log's and room in a pipe

log = logging.getLogger(__name__)


def on_signal() -> asyncio.Event:
    """An event that a signal to end sets. From then on the process has `AT_THE_LATEST_S`.

    These are SIGTERM, SIGINT, and SIGHUP, by which a terminal says that it was closed; where
    whoever started the bot has it ignored (`nohup`), it stays ignored.

    Threads watch over that: the loop itself may wait for a database or a connection, and the log
    for somebody who reads it. Ending like this is no worse than a power cut, which loses nothing
    either.
    """
    stop = asyncio.Event()

    def ask(number: signal.Signals) -> None:
        if not stop.is_set():
            _after(AT_THE_LATEST_S, _end_with_a_word)
            _after(AT_THE_LATEST_S + LAST_WORD_S, _end)
            log.info("asked to stop by %s", number.name)
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        if number is not signal.SIGHUP or signal.getsignal(number) is not signal.SIG_IGN:
            asyncio.get_running_loop().add_signal_handler(number, ask, number)
    return stop


def _after(seconds: float, end: Callable[[], None]) -> None:
    watch = threading.Timer(seconds, end)
    watch.daemon = True
    watch.start()


def _end_with_a_word() -> None:
    log.warning("stopped before everything had ended; the rest is left to the next start")
    logging.shutdown()
    _end()


def _end() -> None:
    os._exit(0)
