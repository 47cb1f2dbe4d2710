"""A worker's own folder: what it is given to read, and what it makes.

It has no other place to write to, and sees no other file of the bot's. What it leaves there is as
hostile as what it was given.
"""

import asyncio
import contextlib
import os
import shutil
import stat
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bot.audio.formats import EXTENSIONS
from bot.errors import WorkshopTrouble, in_short
from bot.machine import file_modes as private
from bot.machine.scratch import scratch_folder


@dataclass(frozen=True)
class WorkFolder:
    """The folder of one worker, with two parts. Both belong to one errand at a time."""

    path: Path

    @classmethod
    @contextlib.contextmanager
    def made_for_one(cls) -> Iterator["WorkFolder"]:
        """A new one, for this user only, that is gone after the block."""
        with scratch_folder() as path:
            folder = cls(path)
            folder.given.mkdir(mode=private.FOLDER_MODE)
            folder.made.mkdir(mode=private.FOLDER_MODE)
            yield folder

    @property
    def given(self) -> Path:
        """The part of the folder that the worker reads from."""
        return self.path / "given"

    @property
    def made(self) -> Path:
        """The part of the folder that the worker writes to."""
        return self.path / "made"

    @contextlib.asynccontextmanager
    async def lending(self, errand: dict[str, Any]) -> AsyncIterator[dict[str, Any]]:
        """The errand as the worker can do it; afterwards what it made lies at the target.

        Raises `WorkshopTrouble` where a file can't be lent, or what was made is no plain file.
        """
        if "path" not in errand:
            yield errand
            return
        async with self._lent(Path(errand["path"])) as path:
            if "target" not in errand:
                yield errand | {"path": str(path)}
                return
            target = Path(errand["target"])
            yield errand | {"path": str(path), "target": str(self.made / target.name)}
            self._bring_out(target)

    @contextlib.asynccontextmanager
    async def _lent(self, file: Path) -> AsyncIterator[Path]:
        """The same file, not a copy, where the file system can have it in two places."""
        there = self.given / file.name
        try:
            try:
                os.link(file, there)
            except OSError:
                await asyncio.to_thread(shutil.copyfile, file, there)
        except OSError as error:
            raise WorkshopTrouble(f"no worker can have the file: {in_short(error)}") from None
        try:
            yield there
        finally:
            there.unlink(missing_ok=True)

    def _bring_out(self, target: Path) -> None:
        """Out of its reach first, then looked at: so nothing can be exchanged in between."""
        for extension in EXTENSIONS.values():
            file = target.with_suffix(extension)
            with contextlib.suppress(FileNotFoundError):
                shutil.move(self.made / file.name, file)
                if not _is_plain(file):
                    _remove(file)
                    raise WorkshopTrouble("a worker made something that is no plain file")
        for left in self.made.iterdir():
            _remove(left)


def _is_plain(file: Path) -> bool:
    """A link, of either kind, would make a track of any file of the bot's."""
    found = file.lstat()
    return stat.S_ISREG(found.st_mode) and found.st_nlink == 1


def _remove(path: Path) -> None:
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink()
