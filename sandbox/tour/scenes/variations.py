"""Variations: several takes of one request, in a thread, and the vote on them."""

from typing import Final

from playwright.async_api import expect

from sandbox.tour.scenes.asking import RAIN
from sandbox.tour.stage import CHANNEL, TRACK_MS, Stage
from sandbox.tour.visitor import Visitor


async def variations_question(stage: Stage) -> Visitor:
    """Variations asks how many first, since each counts as a track."""
    ben = await stage.screen("Ben")
    await ben.press("Variations", ben.track(RAIN))
    await ben.show(ben.answer("How many takes"))
    return ben


async def variations_card(stage: Stage) -> Visitor:
    """One card for all takes."""
    ben = await stage.screen("Ben")
    await ben.press("3 takes", ben.answer("How many takes"))
    await expect(ben.message("Composing 3 variations")).to_be_visible()
    return ben


async def variations_in_a_thread(stage: Stage) -> Visitor:
    """The takes come in a thread below the card, to be listened to and liked."""
    ben = await stage.screen("Ben")
    card = ben.message("Your 3 variations are ready")
    await card.wait_for(timeout=TRACK_MS)
    await ben.press("See thread", card)
    await expect(ben.messages.locator("audio")).to_have_count(3)
    return ben


async def variations_voted_on(stage: Stage) -> Visitor:
    """The card shows which take is liked most."""
    ben = await stage.screen("Ben")
    await ben.go(CHANNEL)
    [thread] = stage.member("Ben").threads(CHANNEL)
    for name in ("Ada", "Chika"):
        await stage.like(name, RAIN, thread)
    await expect(ben.message("Your 3 variations are ready")).to_contain_text("2 likes")
    return ben


SCENES: Final = (
    variations_question,
    variations_card,
    variations_in_a_thread,
    variations_voted_on,
)
