"""Files in a folder of the test's own, and a workshop."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from bot.audio.workshop import Workshop

Keep = Callable[[bytes], Path]


@pytest.fixture
def keep(tmp_path: Path) -> Keep:
    """Writes bytes to a file, and says where it is."""
    numbers = iter(range(1000))

    def write(content: bytes) -> Path:
        path = tmp_path / f"take {next(numbers)}"
        path.write_bytes(content)
        return path

    return write


@pytest.fixture
async def workshop() -> AsyncIterator[Workshop]:
    async with Workshop.open() as workshop:
        yield workshop
