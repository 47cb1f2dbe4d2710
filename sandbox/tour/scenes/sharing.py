"""Private tracks, sharing them, and deleting."""

from typing import Final

from playwright.async_api import expect

from sandbox.tour.stage import CHANNEL, TRACK_MS, Stage
from sandbox.tour.visitor import Visitor

SECRET: Final = "birthday waltz for Ada, music box"
SHARE_PLACE: Final = "Another channel"


async def private_track(stage: Stage) -> Visitor:
    """A private track: nobody else sees or hears it."""
    chika = await stage.screen("Chika")
    await chika.go("general")
    await chika.begin("compose", prompt=SECRET, seed="4")
    await chika.choose("private", "T", "True")
    await chika.send()
    track = chika.answer(SECRET).filter(has=chika.tab.locator("audio"))
    await track.wait_for(timeout=TRACK_MS)
    await chika.show(track)
    return chika


async def share_question(stage: Stage) -> Visitor:
    """Share asks where to: this channel, or another in which the member may write."""
    chika = await stage.screen("Chika")
    await chika.press_more("Share", chika.answer(SECRET))
    question = chika.answer("Where do you want to share")
    await question.get_by_role("combobox", name=SHARE_PLACE).click()
    await expect(question.get_by_role("option", name=CHANNEL)).to_be_visible()
    return chika


async def shared_track(stage: Stage) -> Visitor:
    """The shared track in the other channel, without a second generation."""
    chika = await stage.screen("Chika")
    question = chika.answer("Where do you want to share")
    await question.get_by_role("option", name=CHANNEL).click()
    await expect(chika.answer("The track is here")).to_be_visible()
    ada = await stage.screen("Ada")
    await ada.dismiss()
    shared = ada.message("shared a track")
    await expect(shared.locator("audio")).to_have_count(1)
    await ada.show(shared)
    return ada


async def delete_question(stage: Stage) -> Visitor:
    """Delete asks first, and is honest about what it can't take back."""
    chika = await stage.screen("Chika")
    await chika.dismiss()
    await chika.go(CHANNEL)
    await chika.press_more("Delete", chika.message("shared a track"))
    await expect(chika.answer("Delete this track")).to_be_visible()
    return chika


SCENES: Final = (private_track, share_question, shared_track, delete_question)
