"""What runs in a worker process: takes errands from stdin, does them, answers on stdout.

A process of its own, since FFmpeg reads hostile bytes: it may crash, hang, or ask for all memory.
Errands and answers are lines of JSON, so that a process that was taken over could hand the bot no
more than false words. It ends when stdin does, that is with the bot, however the bot went.
"""

import base64
import dataclasses
import json
import os
import signal
import sys
import threading
from pathlib import Path
from queue import SimpleQueue
from typing import Any, BinaryIO

from bot.audio.decoding import listen
from bot.audio.formats import AudioFormat
from bot.audio.length import length_s
from bot.audio.picture import draw
from bot.audio.transcoding import fit
from bot.errors import AudioUnavailable, AudioUnusable, WorkshopTrouble, in_short

MEMORY_BYTES = 1 << 30
LARGEST_FILE_BYTES = 256 << 20
NICENESS = 5  # the bot's own process comes first
ENDED_BY_MEMORY = 70


def main() -> None:
    """Until stdin ends."""
    answers = _private_stdout()
    for ignored in (signal.SIGINT, signal.SIGTERM):
        signal.signal(ignored, signal.SIG_IGN)  # the bot decides when; it may still need the answer
    _limit_process()
    errands: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_read, args=(errands,), daemon=True).start()
    while True:
        answer = perform(errands.get())
        answers.write(json.dumps(answer, allow_nan=False).encode() + b"\n")
        answers.flush()


def perform(errand: dict[str, Any]) -> dict[str, Any]:
    """The answer to one errand; `workshop.Answer` says how it is read."""
    _limit_cpu(errand["cpu_s"])
    try:
        match errand["do"]:
            case "examine":
                return {"examined": _examine(errand)}
            case "fit":
                return {"fitted": _fit(errand)}
            case "measure":
                return {"length_s": length_s(Path(errand["path"]), errand["known_bytes"])}
            case _:
                return {}
    except AudioUnusable as error:
        return {"unusable": str(error)}
    except AudioUnavailable as error:
        return {"cut_off": str(error)}
    except MemoryError:
        os._exit(ENDED_BY_MEMORY)  # what is left of the memory may be in pieces
    except WorkshopTrouble as error:
        return {"trouble": str(error)}
    except Exception as error:  # noqa: BLE001 - whatever it is, the bot must hear of it
        return {"trouble": in_short(error)}


def _examine(errand: dict[str, Any]) -> dict[str, Any]:
    sound = listen(Path(errand["path"]), whole=errand["whole"])
    picture = base64.b64encode(draw(sound, errand["colour"])).decode()
    return {"sound": dataclasses.asdict(sound), "picture": picture}


def _fit(errand: dict[str, Any]) -> dict[str, Any] | None:
    fitted = fit(
        Path(errand["path"]),
        Path(errand["target"]),
        limit_bytes=errand["limit_bytes"],
        preferred=AudioFormat(errand["preferred"]),
        metadata=errand["metadata"],
        whole=errand["whole"],
    )
    if fitted is None:
        return None
    return {"format": fitted.format, "bitrate_kbit_s": fitted.bitrate_kbit_s}


def _read(errands: "SimpleQueue[dict[str, Any]]") -> None:
    """In a thread of its own, so that the end of the bot is noticed in the middle of an errand."""
    for line in sys.stdin.buffer:
        errands.put(json.loads(line))
    os._exit(0)


def _private_stdout() -> BinaryIO:
    """Answers go where no library can print: what they print to stdout is lost."""
    answers = os.fdopen(os.dup(1), "wb")
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    return answers


def _limit_process() -> None:
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    os.nice(NICENESS)
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: LARGEST_FILE_BYTES,
        resource.RLIMIT_CORE: 0,
    }
    for kind, limit in limits.items():
        _lower(kind, limit)


def _limit_cpu(seconds: int) -> None:
    """From now on so many seconds of a core, and then SIGXCPU: that ends also what hangs in C."""
    if sys.platform == "win32":
        return
    import resource  # noqa: PLC0415 - not on Windows

    used = resource.getrusage(resource.RUSAGE_SELF)
    _lower(resource.RLIMIT_CPU, int(used.ru_utime + used.ru_stime) + 1 + seconds)


def _lower(kind: int, limit: int) -> None:
    import resource  # noqa: PLC0415 - not on Windows

    _, hardest = resource.getrlimit(kind)
    within = limit if hardest == resource.RLIM_INFINITY else min(limit, hardest)
    try:
        resource.setrlimit(kind, (within, hardest))
    except (ValueError, OSError):
        return  # macOS does not bound memory; the time limit still holds


if __name__ == "__main__":
    main()
