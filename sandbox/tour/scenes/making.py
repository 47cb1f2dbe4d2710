"""From one track to the next: remixes, covers, and prompts out of messages."""

import asyncio
from typing import Final

from playwright.async_api import expect

from sandbox.aimlapi.synth import render_wav
from sandbox.tour.scenes.asking import RAIN
from sandbox.tour.stage import CHANNEL, TRACK_MS, Stage
from sandbox.tour.visitor import Visitor

PROMPT_LABEL: Final = "What should it sound like?"
REMIXED: Final = "lo-fi rain on a tin roof, vinyl crackle, 84 bpm"
COVERED: Final = "bossa nova, nylon guitar, soft brushes"
IDEA: Final = "an old lighthouse humming to itself in the fog"
HUMMED: Final = "string quartet, slow and warm"


async def remix_dialog(stage: Stage) -> Visitor:
    """Remix opens the dialog with all of the track's own request in it."""
    ada = await stage.screen("Ada")
    await ada.dismiss()
    await ada.press("Remix", ada.track(RAIN))
    await expect(ada.dialog().get_by_label(PROMPT_LABEL)).to_have_value(RAIN)
    return ada


async def remix_with_its_origin(stage: Stage) -> Visitor:
    """The remix names what it was made from, and by whom."""
    ada = await stage.screen("Ada")
    await ada.submit({PROMPT_LABEL: REMIXED})
    track = ada.track(REMIXED)
    await track.wait_for(timeout=TRACK_MS)
    await expect(track).to_contain_text("Remix of Lo-fi rain by @Ben")
    for name in ("Ben", "Chika"):
        await stage.like(name, REMIXED)
    await expect(track.get_by_role("button", name="Like (2)")).to_be_visible()
    await ada.show(track)
    return ada


async def recipe_with_lineage(stage: Stage) -> Visitor:
    """Its recipe credits those whose tracks it goes back to."""
    ada = await stage.screen("Ada")
    await ada.press_more("Recipe", ada.track(REMIXED))
    await expect(ada.answer("Where it comes from")).to_contain_text("@Ben")
    return ada


async def message_menu(stage: Stage) -> Visitor:
    """The Apps menu of a message: cover its track, or compose from its text."""
    chika = await stage.screen("Chika")
    track = chika.track(RAIN)
    await chika.open_menu(track)
    await expect(chika.tab.get_by_role("menuitem", name="Cover this track")).to_be_visible()
    return chika


async def cover_of_a_track(stage: Stage) -> Visitor:
    """The cover: the same music in another style, with its origin."""
    chika = await stage.screen("Chika")
    await chika.pick("Cover this track")
    await chika.submit({PROMPT_LABEL: COVERED})
    track = chika.track(COVERED)
    await track.wait_for(timeout=TRACK_MS)
    await expect(track).to_contain_text("Cover of Lo-fi rain by @Ben")
    await chika.show(track)
    return chika


async def compose_from_a_message(stage: Stage) -> Visitor:
    """What somebody wrote becomes the prompt, to be looked over first."""
    await stage.member("Ada").say(IDEA, channel=CHANNEL)
    chika = await stage.screen("Chika")
    await chika.open_menu(chika.message(IDEA))
    await chika.pick("Compose from this message")
    await expect(chika.dialog().get_by_label(PROMPT_LABEL)).to_have_value(IDEA)
    return chika


async def cover_of_a_file(stage: Stage) -> Visitor:
    """`/cover` takes a file of one's own."""
    chika = await stage.screen("Chika")
    await chika.dialog().get_by_role("button", name="Cancel").click()
    hum = await asyncio.to_thread(render_wav, "hum, solo, slow", "", 3, 12.0)
    await chika.begin("cover", prompt=HUMMED)
    await chika.attach("audio", {"name": "hum.wav", "mimeType": "audio/wav", "buffer": hum})
    return chika


SCENES: Final = (
    remix_dialog,
    remix_with_its_origin,
    recipe_with_lineage,
    message_menu,
    cover_of_a_track,
    compose_from_a_message,
    cover_of_a_file,
)
