"""What a worker process does in its cage: takes errands from stdin, does them, and answers.

A process of its own, since FFmpeg reads hostile bytes: it may crash, hang, or ask for all memory.
Errands and answers are lines of JSON, so that a process that was taken over could hand the bot no
more than false words. It ends when stdin does, that is with the bot, however the bot went.
"""

import base64
import dataclasses
import json
import os
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

ENDED_BY_MEMORY = 70


def main(answers: BinaryIO) -> None:
    """Read errands and answer them until stdin ends."""
    errands: SimpleQueue[dict[str, Any]] = SimpleQueue()
    threading.Thread(target=_read, args=(errands,), daemon=True).start()
    while True:
        answer = perform(errands.get())
        answers.write(json.dumps(answer, allow_nan=False).encode() + b"\n")
        answers.flush()


def perform(errand: dict[str, Any]) -> dict[str, Any]:
    """The answer to one errand; `workshop.Answer` says how it is read."""
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
