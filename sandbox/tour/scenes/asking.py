"""Asking for a track: the command, the dialog, the queue, a refusal that keeps what was typed."""

from typing import Final

from playwright.async_api import expect

from sandbox.tour.stage import CHANNEL, EARLIER_S, Stage
from sandbox.tour.visitor import Visitor

RAIN: Final = "lo-fi rain, warm tape, 70 bpm"
PIANO: Final = "felt piano, slow waltz, window open"
TRAIN: Final = "night train, brushed drums, upright bass"
SEA: Final = "sea shanty for a choir of robots"
VERSE: Final = "Heave the cable, haul the wire, sing until the lamps retire"
RAIN_S: Final = 27.0
PIANO_S: Final = 24.0
TALK: Final = (
    ("Ada", "Welcome to tonight's jam! 🌧️ The theme is **rainy Sunday**, one sentence each."),
    ("Chika", "ok, mine will be a piano by an open window"),
    ("Ada", "Anybody can remix anybody. The most liked one goes on the club tape 📼"),
    ("Ben", "I have never done this, where do I start?"),
    ("Chika", "type `/help`, it tells you"),
)
HELP: Final = "What you can do here"


async def help_for_a_newcomer(stage: Stage) -> Visitor:
    """`/help` says in a few lines what a member can do here, and offers two examples."""
    await _talk(stage)
    ben = await stage.screen("Ben")
    await ben.go(CHANNEL)
    await ben.use("help")
    await expect(ben.answer(HELP)).to_contain_text("Eleven Music")
    return ben


async def _talk(stage: Stage) -> None:
    """What the members talked about before, up to the present."""
    for name, line in TALK:
        await stage.member(name).say(line, channel=CHANNEL)
        stage.sandbox.clock.advance(EARLIER_S / len(TALK))


async def commands_on_offer(stage: Stage) -> Visitor:
    """The commands, as Discord offers them after a slash."""
    ben = await stage.screen("Ben")
    await ben.dismiss()
    await ben.tab.locator("#message-input").press_sequentially("/")
    await expect(ben.tab.get_by_role("option", name="/tracks")).to_be_visible()
    return ben


async def models_on_offer(stage: Stage) -> Visitor:
    """A prompt, and the list of models that opens at `model`, with what each is good for."""
    ben = await stage.screen("Ben")
    await ben.tab.locator("#message-input").fill("")
    await ben.begin("compose", prompt=RAIN, seed="7")
    await ben.fill("model", "")
    await expect(ben.tab.get_by_role("option", name="Google Lyria 2")).to_be_visible()
    return ben


async def card_while_composing(stage: Stage) -> Visitor:
    """The card answers at once: what was asked for, when the track is expected, and Cancel."""
    ben = await stage.screen("Ben")
    stage.slowly(RAIN_S, PIANO_S)
    await ben.tab.get_by_role("option", name="Google Lyria 2").click()
    await ben.send()
    card = ben.message(RAIN)
    await expect(card).to_contain_text("Expected")
    await expect(card).to_contain_text("seconds")
    return ben


async def place_in_the_queue(stage: Stage) -> Visitor:
    """When the bot is busy, the card tells the place in the queue."""
    ben = await stage.screen("Ben")
    chika = stage.member("Chika")
    await (
        await chika.slash("compose", channel=CHANNEL, prompt=PIANO, model="stable-audio")
    ).answered()
    await ben.use("compose", prompt=TRAIN, seed="11")
    await expect(ben.message(TRAIN)).to_contain_text("Place in the queue")
    return ben


async def jobs_under_way(stage: Stage) -> Visitor:
    """`/jobs` lists what waits and runs, each with a way to cancel it."""
    ben = await stage.screen("Ben")
    await ben.use("jobs")
    await expect(ben.answer("in progress")).to_contain_text("number 1 in the queue")
    return ben


async def cancelled_in_time(stage: Stage) -> Visitor:
    """A track cancelled from that list; its card says whether it may cost anything."""
    ben = await stage.screen("Ben")
    await ben.press("Cancel 2", ben.answer("in progress"))
    await expect(ben.message("Cancelled")).to_contain_text("cost nothing")
    await expect(ben.answer("in progress")).not_to_contain_text("Night train")
    return ben


async def studio_for_typing(stage: Stage) -> Visitor:
    """`/studio` opens a dialog, with hints at its fields."""
    ben = await stage.screen("Ben")
    await ben.dismiss()
    await ben.use("studio")
    dialog = ben.dialog("Studio")
    await dialog.get_by_label("What should it sound like?").fill(SEA)
    await dialog.get_by_role("combobox", name="Make a selection").click()
    await dialog.get_by_role("option", name="MiniMax Music 2.0").click()
    return ben


async def refused_with_a_way_to_fix_it(stage: Stage) -> Visitor:
    """What the model does not take is said at once, only to the member, and nothing is lost."""
    ben = await stage.screen("Ben")
    await ben.submit()
    await expect(
        ben.answer("Nothing was started").get_by_role("button", name="Edit")
    ).to_be_visible()
    return ben


async def fixed_with_everything_kept(stage: Stage) -> Visitor:
    """Edit opens the dialog with everything that was typed, and the field that was missing."""
    ben = await stage.screen("Ben")
    await ben.press("Edit", ben.answer("Nothing was started"))
    dialog = ben.dialog("Compose a track")
    await expect(dialog.get_by_label("What should it sound like?")).to_have_value(SEA)
    await dialog.get_by_label("Lyrics").fill(VERSE)
    return ben


SCENES: Final = (
    help_for_a_newcomer,
    commands_on_offer,
    models_on_offer,
    card_while_composing,
    place_in_the_queue,
    jobs_under_way,
    cancelled_in_time,
    studio_for_typing,
    refused_with_a_way_to_fix_it,
    fixed_with_everything_kept,
)
