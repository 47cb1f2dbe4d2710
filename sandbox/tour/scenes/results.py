"""What comes of it: the track, likes, the recipe; and a failure."""

from typing import Final

from playwright.async_api import expect

from sandbox.aimlapi.generations import Fate
from sandbox.tour.scenes.asking import RAIN
from sandbox.tour.stage import CHANNEL, TRACK_MS, Stage
from sandbox.tour.visitor import Visitor

SIREN: Final = "air raid siren solo, eight minutes"
BLOCKED: Final = "The prompt was blocked by the safety filter"


async def finished_track(stage: Stage) -> Visitor:
    """The track: the file, a picture of its sound with alt text, what it was made of, buttons."""
    ben = await stage.screen("Ben")
    await ben.submit()
    track = ben.track(RAIN)
    await track.wait_for(timeout=TRACK_MS)
    await ben.show(track)
    return ben


async def track_liked(stage: Stage) -> Visitor:
    """Others like it, and the button counts."""
    ada = await stage.screen("Ada")
    await ada.go(CHANNEL)
    track = ada.track(RAIN)
    await ada.press("Like", track)
    await expect(track.get_by_role("button", name="Like (1)")).to_be_visible()
    await ada.tab.locator("#message-input").focus()
    await ada.show(track)
    return ada


async def recipe_to_copy(stage: Stage) -> Visitor:
    """Recipe gives everything needed to make it again, as a command to copy."""
    ada = await stage.screen("Ada")
    await ada.press_more("Recipe", ada.track(RAIN))
    await expect(ada.answer("Everything you need")).to_contain_text("seed:7")
    return ada


async def more_for_others(stage: Stage) -> Visitor:
    """More opens privately what is rarer, and of that what you may use."""
    chika = await stage.screen("Chika")
    await chika.go(CHANNEL)
    await chika.press("More", chika.track(RAIN))
    await chika.show(chika.answer("What do you want to do"))
    return chika


async def request_turned_down(stage: Stage) -> Visitor:
    """A request that was turned down says what it cost and what helps. Why? tells the reason."""
    chika = await stage.screen("Chika")
    await chika.dismiss()
    stage.sandbox.provider.plan(Fate(error={"name": "Error", "message": f"{BLOCKED}."}))
    await chika.use("compose", prompt=SIREN, model="stable-audio")
    told = chika.message("turned this request down")
    await expect(told).to_be_visible(timeout=TRACK_MS)
    await chika.press("Why?", told)
    await expect(chika.answer(BLOCKED)).to_be_visible()
    return chika


SCENES: Final = (
    finished_track,
    track_liked,
    recipe_to_copy,
    more_for_others,
    request_turned_down,
)
