"""Where the pictures go: all into a folder that git ignores, the best into the documents."""

import html
import shutil
from collections.abc import Awaitable, Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from sandbox.stack import ROOT
from sandbox.tour.visitor import Visitor

ALBUM: Final = ROOT / "artifacts" / "tour"
PUBLISHED: Final = ROOT / "docs" / "images"
BEST: Final = {
    "models_on_offer": "compose.png",
    "fixed_with_everything_kept": "fixed.png",
    "track_liked": "track.png",
    "variations_voted_on": "variations.png",
    "most_liked": "top.png",
}
"""The scenes that README and docs show, and what their pictures are called there."""

Scene = Callable[[Any], Awaitable[Any]]


class Album:
    """The pictures of one tour, in its order. A new album begins with an empty folder."""

    def __init__(self, folder: Path = ALBUM) -> None:
        self.index = folder / "index.html"
        self._folder = folder
        self._pictures: list[tuple[Scene, Path]] = []
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)

    def place(self, scene: Scene) -> Path:
        """The path for the picture of the next scene, such as `07-cancelled-in-time.png`."""
        name = scene.__name__.replace("_", "-")
        path = self._folder / f"{len(self._pictures) + 1:02}-{name}.png"
        self._pictures.append((scene, path))
        return path

    async def keep_failed(self, screens: Iterable[Visitor]) -> None:
        """What was on all screens when a scene failed."""
        for number, screen in enumerate(screens, 1):
            await screen.tab.screenshot(path=self._folder / f"failed-{number}.png")

    def write_index(self) -> None:
        """A page with all pictures and their captions."""
        figures = "\n".join(_figure(scene, path) for scene, path in self._pictures)
        self.index.write_text(PAGE.replace("FIGURES", figures), encoding="utf-8")

    def publish(self) -> Iterator[Path]:
        """Copy the best into the documents. Gives where they are then."""
        PUBLISHED.mkdir(parents=True, exist_ok=True)
        for scene, path in self._pictures:
            if name := BEST.get(scene.__name__):
                yield Path(shutil.copyfile(path, PUBLISHED / name))


def caption(scene: Scene) -> str:
    """The first line of the docstring."""
    return (scene.__doc__ or "").strip().partition("\n")[0]


def _figure(scene: Scene, path: Path) -> str:
    text = html.escape(caption(scene))
    return f'<figure><img src="{path.name}" alt="{text}"><figcaption>{text}</figcaption></figure>'


PAGE: Final = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>Compose Bot: the tour</title>
<style>
  body { margin: 2rem auto; max-width: 1280px; background: #15161c; color: #e4e5ea;
         font: 16px/1.5 system-ui, sans-serif; }
  figure { margin: 0 0 3rem; }
  img { display: block; max-width: 100%; max-height: 90vh; border-radius: 8px; }
  figcaption { margin-top: .5rem; }
</style>
<h1>Compose Bot: the tour</h1>
FIGURES
</html>
"""
