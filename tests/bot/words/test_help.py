"""`/help`: commands that can be pressed, as far as their ids are known."""

import pytest

from bot import words
from bot.words.language import said

IDS = {"compose": 7, "tracks": 8}


def test_command_is_a_mention_where_its_id_is_known() -> None:
    text = "`/compose` and `/tracks` with `user`, `/top`, /compose, `compose`"
    assert words.with_mentions(text, IDS) == (
        "</compose:7> and </tracks:8> with `user`, `/top`, /compose, `compose`"
    )


@pytest.mark.parametrize("locale", ["en-GB", "de"])
def test_every_command_of_the_help_can_be_pressed(locale: str) -> None:
    with words.speaking(locale):
        text = "\n".join(
            [words.help_compose(), words.help_cover(), words.help_look(), words.help_top()]
        )
    names = ("compose", "studio", "style save", "cover", "tracks", "jobs", "top")
    ids = {name.split()[0]: 7 for name in names}
    pressed = words.with_mentions(text, ids)
    assert all(f"</{name}:7>" in pressed for name in names)
    assert "`/" not in pressed


def test_apps_menu_is_named_as_discord_shows_it() -> None:
    assert "**Cover this track**" in words.help_apps(covers=True)
    with words.speaking("de"):
        assert "**Dieses Stück covern**" in words.help_apps(covers=True)


@pytest.mark.parametrize("locale", ["en-GB", "de"])
def test_apps_menu_has_nothing_of_covers_where_there_are_none(locale: str) -> None:
    with words.speaking(locale):
        text = words.help_apps(covers=False)
        assert f"**{said(words.COMPOSE_MENU)}**" in text
        assert said(words.COVER_MENU) not in text
