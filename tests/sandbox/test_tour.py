"""The tour's scenes, its album, and the pictures in the documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from sandbox.tour import album as albums
from sandbox.tour.album import BEST, PUBLISHED, Album, caption
from sandbox.tour.scenes import SCENES
from sandbox.tour.scenes.asking import commands_on_offer, help_for_a_newcomer

ROOT = PUBLISHED.parents[1]
PICTURE_MOST_BYTES = 300_000


def test_scenes_have_names_of_their_own_and_captions_of_one_sentence() -> None:
    assert len({scene.__name__ for scene in SCENES}) == len(SCENES)
    for scene in SCENES:
        assert caption(scene).endswith("."), scene.__name__


def test_album_numbers_its_pictures_and_shows_them_with_their_captions(tmp_path: Path) -> None:
    (tmp_path / "album").mkdir()
    (tmp_path / "album" / "99-of-an-older-tour.png").touch()
    album = Album(tmp_path / "album")
    places = [album.place(scene) for scene in (help_for_a_newcomer, commands_on_offer)]
    assert [one.name for one in places] == [
        "01-help-for-a-newcomer.png",
        "02-commands-on-offer.png",
    ]
    album.write_index()
    index = album.index.read_text()
    assert 'src="02-commands-on-offer.png"' in index
    assert caption(commands_on_offer) in index
    assert [one.name for one in album.index.parent.iterdir()] == ["index.html"]


def test_album_publishes_only_the_best(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(albums, "PUBLISHED", tmp_path / "images")
    monkeypatch.setattr(albums, "BEST", {"commands_on_offer": "commands.png"})
    album = Album(tmp_path / "album")
    for scene in (help_for_a_newcomer, commands_on_offer):
        album.place(scene).write_text(scene.__name__)
    assert list(album.publish()) == [tmp_path / "images" / "commands.png"]
    assert (tmp_path / "images" / "commands.png").read_text() == "commands_on_offer"


def test_pictures_of_the_documents_come_from_scenes() -> None:
    assert set(BEST) <= {scene.__name__ for scene in SCENES}
    assert {picture.name for picture in PUBLISHED.iterdir()} == set(BEST.values())


@pytest.mark.parametrize("name", BEST.values())
def test_picture_is_small_and_shown_with_alt_text(name: str) -> None:
    assert (PUBLISHED / name).stat().st_size < PICTURE_MOST_BYTES
    documents = "".join(one.read_text() for one in (*ROOT.glob("*.md"), *ROOT.glob("docs/*.md")))
    before, found, _ = documents.partition(f"images/{name})")
    assert found, "no document shows it"
    assert len(before.rpartition("![")[2]) > 40, "it is not described"
