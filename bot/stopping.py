"""The end of the process: in good order where that is quick, and never later than promised."""

import asyncio
import logging
import os
import signal
import threading

# Hosters end a process by force 10 s after they asked it to stop.
IN_FLIGHT_S = 6.0
AT_THE_LATEST_S = 9.0

log = logging.getLogger(__name__)


def on_signal() -> asyncio.Event:
    """An event that SIGTERM or SIGINT sets. From then on the process has `AT_THE_LATEST_S`.

    A thread watches over that: the loop itself may wait for a database or a connection. Ending
    like this is no worse than a power cut, which loses nothing either.
    """
    stop = asyncio.Event()

    def ask() -> None:
        if not stop.is_set():
            watch = threading.Timer(AT_THE_LATEST_S, _end)
            watch.daemon = True
            watch.start()
        stop.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        asyncio.get_running_loop().add_signal_handler(number, ask)
    return stop


def _end() -> None:
    log.warning("stopped before everything had ended; the rest is left to the next start")
    logging.shutdown()
    os._exit(0)
