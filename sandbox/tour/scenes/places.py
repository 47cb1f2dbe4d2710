"""Other places: direct messages, servers without the bot, other languages, a phone."""

from typing import Final

from playwright.async_api import expect

from sandbox.tour.scenes.asking import RAIN
from sandbox.tour.stage import CHANNEL, TRACK_MS, Stage
from sandbox.tour.visitor import Visitor

LULLABY: Final = "lullaby for a cat, celesta, very soft"
STATION: Final = "station jingle, vibraphone, five notes"


async def direct_message(stage: Stage) -> Visitor:
    """The bot composes in direct messages, where its host allows it."""
    ben = await stage.screen("Ben")
    await ben.go("Compose Bot", server="Direct messages")
    await ben.use("compose", prompt=LULLABY, seed="9")
    track = ben.track(LULLABY)
    await track.wait_for(timeout=TRACK_MS)
    await ben.show(track)
    return ben


async def server_without_the_bot(stage: Stage) -> Visitor:
    """Who installed the app for oneself uses it also on servers that have not."""
    ben = await stage.screen("Ben")
    await ben.go("platform", server="Elsewhere")
    await ben.use("compose", prompt=STATION, seed="5")
    track = ben.track(STATION)
    await track.wait_for(timeout=TRACK_MS)
    await ben.show(track)
    return ben


async def german_member(stage: Stage) -> Visitor:
    """A member whose Discord speaks German reads what the commands do in German."""
    stage.member("Chika").locale = "de"
    chika = await stage.screen("Chika")
    await chika.dismiss()
    await chika.go("general")
    await chika.tab.locator("#message-input").press_sequentially("/")
    await expect(chika.tab.get_by_role("option", name="/top")).to_contain_text("Server")
    return chika


async def track_on_a_phone(stage: Stage) -> Visitor:
    """A track on a phone."""
    ben = await stage.screen("Ben", phone=True)
    await ben.tab.get_by_role("button", name="Channels and members").click()
    await ben.go(CHANNEL)
    track = ben.track(RAIN)
    await track.wait_for()
    await ben.show(track)
    return ben


async def dialog_on_a_phone(stage: Stage) -> Visitor:
    """The dialog on a phone."""
    ben = await stage.screen("Ben", phone=True)
    await ben.press("Remix", ben.track(RAIN))
    await ben.dialog().wait_for()
    return ben


async def tracks_on_a_phone(stage: Stage) -> Visitor:
    """The list of tracks on a phone."""
    ben = await stage.screen("Ben", phone=True)
    await ben.dialog().get_by_role("button", name="Cancel").click()
    await ben.use("tracks")
    await expect(ben.answer("Your tracks")).to_contain_text("Lo-fi rain")
    return ben


SCENES: Final = (
    direct_message,
    server_without_the_bot,
    german_member,
    track_on_a_phone,
    dialog_on_a_phone,
    tracks_on_a_phone,
)
