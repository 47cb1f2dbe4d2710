"""Variations: several takes of one request, in a thread, and the vote on them."""

from typing import Final

from playwright.async_api import expect

from sandbox.tour.scenes.asking import RAIN
from sandbox.tour.stage import CHANNEL, TRACK_MS, Stage
from sandbox.tour.visitor import Visitor

HARBOUR: Final = "foggy harbour at dawn, low brass, distant bells"


async def variations_question(stage: Stage) -> Visitor:
    """Variations asks how many first, since each counts as a track."""
    ben = await stage.screen("Ben")
    await ben.press_more("Variations", ben.track(RAIN))
    await expect(ben.dialog("Variations")).to_contain_text("How many versions?")
    return ben


async def variations_card(stage: Stage) -> Visitor:
    """The same from the start with `variations`: one card tells how all takes stand."""
    ben = await stage.screen("Ben")
    await ben.press("Cancel", ben.dialog())
    await ben.use("compose", prompt=HARBOUR, seed="21", variations="3")
    await expect(ben.message("Composing 3 versions")).to_contain_text("Take 3")
    return ben


async def variations_in_a_thread(stage: Stage) -> Visitor:
    """The takes come in a thread below the card, to be listened to and liked."""
    ben = await stage.screen("Ben")
    card = ben.message("Your 3 versions are ready")
    await card.wait_for(timeout=TRACK_MS)
    await card.get_by_role("button", name="See thread").click()
    await expect(ben.messages.locator("audio")).to_have_count(3)
    return ben


async def variations_voted_on(stage: Stage) -> Visitor:
    """The card shows which take is liked most."""
    ben = await stage.screen("Ben")
    await ben.go(CHANNEL)
    [thread] = stage.member("Ben").threads(CHANNEL)
    for name, take in (("Chika", 1), ("Ada", 2), ("Chika", 2)):
        await stage.like(name, f"take {take}", thread)
    await expect(ben.message("Your 3 versions are ready")).to_contain_text("2 likes")
    return ben


SCENES: Final = (
    variations_question,
    variations_card,
    variations_in_a_thread,
    variations_voted_on,
)
