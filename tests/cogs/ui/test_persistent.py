"""Which handler gets a press, a choice or a dialog."""

import re
from typing import Any

import pytest

from bot.client import ComposeClient, Interaction
from cogs.ui.persistent import PersistentItem, add_items, chosen
from tests.cogs.interactions import a_client, a_dialog, a_press, an_interaction

CUSTOM_ID = re.compile(r"compose:test:(?P<name>[a-z]+)")
MAKING = ("again", "remix", "vary", "takes", "remake", "retry", "reword", "edit", "cancel", "check")
KEEPING = ("like", "share", "sharehere", "sharethere", "recipe", "rename", "delete", "deletenow")
ITEMS = (
    *(f"compose:{action}:0123456789abcdef:card" for action in (*MAKING, *KEEPING, "keep")),
    *("compose:open", "compose:page:mine:1", "compose:page:0123456789abcdef:0"),
    *("compose:stop:0123456789abcdef:mine", "compose:stop:pick:all", "compose:example:0"),
)
DIALOGS = (
    *("compose:modal:new", "compose:modal:0123456789abcdef", "compose:rename:0123456789abcdef"),
    *("compose:deletenow:0123456789abcdef:card", "compose:takes:0123456789abcdef:card"),
)


@pytest.fixture
def used() -> list[tuple[str, str]]:
    """What was routed to the item, and what to the dialog."""
    return []


@pytest.fixture
def client(used: list[tuple[str, str]]) -> ComposeClient:
    """One with an item and a dialog that have the same custom_ids, as those that delete a track."""

    class Item(PersistentItem, template=CUSTOM_ID):
        async def use(self, interaction: Interaction) -> None:
            used.append((self.match["name"], chosen(interaction)))

    async def on_dialog(_interaction: Interaction, match: re.Match[str]) -> None:
        used.append((match["name"], "dialog"))

    client = a_client()
    add_items(client, Item)
    client.router.dialogs[CUSTOM_ID] = on_dialog
    return client


@pytest.mark.parametrize(
    ("payload", "routed"),
    [
        (a_press("compose:test:one"), [("one", "")]),
        (a_press("compose:test:one", "first", "second"), [("one", "first")]),
        (a_dialog("compose:test:two"), [("two", "dialog")]),
        (a_press("compose:test:one:more"), []),
        (a_press("compose:test:"), []),
        (a_press("compose:test:one\n"), []),
        (a_dialog("compose:test"), []),
        (a_press("compose:test:one") | {"type": 4}, []),
        ({}, []),
    ],
)
async def test_use_is_routed_by_its_kind_and_its_whole_custom_id(
    client: ComposeClient, used: list[Any], payload: dict[str, Any], routed: list[Any]
) -> None:
    await client.on_interaction(an_interaction(client, **payload))
    assert used == routed


async def test_every_custom_id_of_old_messages_has_one_handler() -> None:
    client = a_client()
    await client.load_cogs()
    for custom_id in ITEMS:
        [_] = [one for one in client.router.items if one.fullmatch(custom_id)]
    for custom_id in DIALOGS:
        [_] = [one for one in client.router.dialogs if one.fullmatch(custom_id)]
