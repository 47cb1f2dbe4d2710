"""The main flows as a member goes through them in a browser, with the real bot answering."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from playwright.async_api import Browser, expect

from sandbox.tour.stage import CHANNEL, Stage
from sandbox.tour.visitor import Visitor
from tests.browser.content import PLAYED
from tests.browser.sandboxed import chat_with_bot

# One browser serves all tests, so they share its event loop; one bot serves those of this file.
pytestmark = [
    pytest.mark.browser,
    pytest.mark.e2e,
    pytest.mark.asyncio(loop_scope="session"),
]

PROMPT_LABEL = "What should it sound like?"
VERSE = "Heave the cable, haul the wire, sing until the lamps retire"
DELIVERED_MS = 30_000


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(browser: Browser, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("flows")
    async with chat_with_bot(folder) as (sandbox, chat):
        stage = Stage(sandbox, browser, chat.url)
        yield stage
        await stage.close()
        assert stage.complaints == []


async def jam(stage: Stage, name: str) -> Visitor:
    """A member's screen, at #music-jam."""
    visitor = await stage.screen(name)
    await visitor.go(CHANNEL)
    return visitor


async def composed(stage: Stage, name: str, prompt: str) -> None:
    """Somebody's finished track."""
    member = stage.member(name)
    await (await member.slash("compose", channel=CHANNEL, prompt=prompt)).answered()
    await member.wait_for_message(
        lambda message: bool(message.audio) and prompt in message.text,
        channel=CHANNEL,
        timeout_s=DELIVERED_MS / 1000,
    )


async def test_studio_leads_to_a_track(stage: Stage) -> None:
    ben = await jam(stage, "Ben")
    await ben.use("studio")
    await ben.submit({PROMPT_LABEL: "slow cello, one room"})
    await expect(ben.message("slow cello").locator(".used-line")).to_contain_text("/studio")
    await ben.track("slow cello").wait_for(timeout=DELIVERED_MS)
    picture = ben.track("slow cello").get_by_role("img", name="Waveform of the track")
    assert await picture.evaluate("image => image.decode().then(() => image.naturalWidth)") > 400


async def test_what_was_typed_is_kept_when_the_model_does_not_take_it(stage: Stage) -> None:
    ben = await jam(stage, "Ben")
    await ben.use("studio")
    dialog = ben.dialog("Studio")
    await dialog.get_by_label(PROMPT_LABEL).fill("sea shanty for robots")
    await dialog.get_by_role("combobox", name="Make a selection").click()
    await dialog.get_by_role("option", name="MiniMax Music 2.0").click()
    await ben.submit()
    refusal = ben.answer("Nothing was started")
    await expect(refusal).to_contain_text("lyrics")
    await ben.press("Edit", refusal)
    await expect(ben.dialog().get_by_label(PROMPT_LABEL)).to_have_value("sea shanty for robots")
    await expect(ben.dialog().get_by_role("combobox")).to_have_text("MiniMax Music 2.0")
    await ben.submit({"Lyrics": VERSE})
    await expect(ben.message("sea shanty for robots").locator(".embed")).to_contain_text("MiniMax")
    await ben.track("sea shanty for robots").wait_for(timeout=DELIVERED_MS)
    assert stage.sandbox.provider.generations[-1].body["lyrics"] == VERSE


async def test_like_is_counted_on_the_button_and_taken_back(stage: Stage) -> None:
    await composed(stage, "Chika", "harp in a stairwell")
    ben = await jam(stage, "Ben")
    track = ben.track("harp in a stairwell")
    await ben.press("Like", track)
    await ben.press("Like (1)", track)
    await expect(track.get_by_role("button", name="Like", exact=True)).to_be_visible()


async def test_remix_names_its_origin_when_the_dialog_was_changed(stage: Stage) -> None:
    await composed(stage, "Chika", "clockwork march")
    ada = await jam(stage, "Ada")
    await ada.press("Remix", ada.track("clockwork march"))
    await expect(ada.dialog().get_by_label(PROMPT_LABEL)).to_have_value("clockwork march")
    await ada.submit({PROMPT_LABEL: "clockwork lullaby"})
    remix = ada.track("clockwork lullaby")
    await expect(remix).to_contain_text("Remix of Clockwork march by @Chika", timeout=DELIVERED_MS)


async def test_track_is_opened_from_the_list_and_heard_again(stage: Stage) -> None:
    await composed(stage, "Chika", "rain in a tent")
    chika = await jam(stage, "Chika")
    await chika.use("tracks", search="tent")
    await chika.select("Choose a track to open it", "Rain in a tent", chika.answer("Your tracks"))
    player = chika.answer("Here it is again").locator("audio")
    await player.evaluate("audio => audio.play()")
    await player.evaluate(PLAYED)
    assert await player.evaluate("audio => audio.error") is None
