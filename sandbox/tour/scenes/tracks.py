"""The library: one's own tracks and others', the most liked, and what can be done with them."""

from typing import Final

from playwright.async_api import expect

from sandbox.tour.stage import Stage
from sandbox.tour.visitor import Visitor

SELECT: Final = "Choose a track to open it"
OPENED: Final = "Here it is again"


async def own_tracks(stage: Stage) -> Visitor:
    """`/tracks`: one's own tracks, newest first."""
    ben = await stage.screen("Ben")
    await ben.dismiss()
    await ben.use("tracks")
    await expect(ben.answer("Your tracks")).to_contain_text("Lo-fi rain")
    return ben


async def track_opened_again(stage: Stage) -> Visitor:
    """One of them, opened to listen again, for oneself alone."""
    ben = await stage.screen("Ben")
    await ben.select(SELECT, "Sea shanty", ben.answer("Your tracks"))
    await expect(ben.answer(OPENED).locator("audio")).to_have_count(1)
    await ben.show(ben.answer(OPENED))
    return ben


async def rename_dialog(stage: Stage) -> Visitor:
    """It can be given another title."""
    ben = await stage.screen("Ben")
    await ben.press("Rename", ben.answer(OPENED))
    await ben.dialog("Rename this track").get_by_label("Title").fill("The last robot ashore")
    return ben


async def tracks_narrowed_down(stage: Stage) -> Visitor:
    """`/tracks` narrowed down to those that somebody likes, with the new title in place."""
    ben = await stage.screen("Ben")
    await ben.submit()
    await expect(ben.answer("It's called")).to_be_visible()
    await ben.dismiss()
    await ben.use("tracks", search="robot")
    await expect(ben.answer("Your tracks")).to_contain_text("The last robot ashore")
    await ben.begin("tracks")
    await ben.choose("only", "With", "With likes")
    await ben.send()
    await expect(ben.answer("Filter: with likes")).to_contain_text("Lo-fi rain")
    return ben


async def tracks_of_somebody_else(stage: Stage) -> Visitor:
    """`/tracks user:` shows somebody else's public tracks on this server."""
    ben = await stage.screen("Ben")
    await ben.dismiss()
    await ben.begin("tracks")
    await ben.choose("user", "Chi", "Chika")
    await ben.send()
    await expect(ben.answer("Public tracks of @Chika")).to_be_visible()
    return ben


async def most_liked(stage: Stage) -> Visitor:
    """`/top`: what this server likes most."""
    ben = await stage.screen("Ben")
    await ben.dismiss()
    await ben.use("top")
    await expect(ben.answer("Most liked")).to_contain_text("2 likes")
    await ben.show(ben.answer("Most liked"))
    return ben


SCENES: Final = (
    own_tracks,
    track_opened_again,
    rename_dialog,
    tracks_narrowed_down,
    tracks_of_somebody_else,
    most_liked,
)
