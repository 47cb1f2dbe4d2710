"""Files of each format with bytes changed, lost or repeated: the same ones in each run."""

import asyncio
import random
from collections.abc import Callable

import pytest

from bot.audio.sound import Examined
from bot.audio.workshop import Workshop
from bot.errors import AudioError
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import encoded, noise


def spoiled(content: bytes, chance: random.Random) -> bytes:
    """The same with a few bytes changed, lost or repeated."""
    spoiled = bytearray(content)
    for _ in range(chance.choice((1, 3, 30))):
        at, length = chance.randrange(len(spoiled)), chance.choice((1, 1, 4, 100))
        match chance.randrange(4):
            case 0:
                spoiled[at : at + length] = chance.randbytes(length)
            case 1:
                spoiled[at : at + length] = b"\xff" * length
            case 2:
                del spoiled[at : at + length]
            case _:
                spoiled[at:at] = spoiled[at : at + length]
    return bytes(spoiled)


def header_spoiled(content: bytes, chance: random.Random) -> bytes:
    """The same with changes among the first bytes only, where lengths and formats are."""
    return spoiled(content[:200], chance) + content[200:]


@pytest.mark.parametrize("container", ["wav", "mp3", "flac", "ogg", "ipod", "adts"])
@pytest.mark.parametrize("spoil", [spoiled, header_spoiled])
async def test_spoiled_file_is_examined_or_refused_and_nothing_else(
    workshop: Workshop,
    keep: Keep,
    container: str,
    spoil: Callable[[bytes, random.Random], bytes],
) -> None:
    chance = random.Random(f"{container} {spoil.__name__}")  # noqa: S311 - the same in each run
    content = encoded(container, noise(1.0))
    paths = [keep(spoil(content, chance)) for _ in range(25)]
    outcomes = await asyncio.gather(
        *(workshop.examine(path, colour=0x5865F2) for path in paths), return_exceptions=True
    )
    strange = [one for one in outcomes if not isinstance(one, Examined | AudioError)]
    assert strange == []
