"""Files in hand, options that take them, and forms with every kind of field."""

from __future__ import annotations

import pytest
from playwright.async_api import FilePayload, Page, expect

from sandbox.discord import DiscordStandIn
from tests.browser.content import CARD, FORM, last, png, say, tone
from tests.sandbox.page.support import Application, post, register

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

COVER = {
    "name": "cover",
    "description": "Cover a recording",
    "options": [{"type": 11, "name": "audio", "description": "What", "required": True}],
}


def wav(name: str = "hum.wav") -> FilePayload:
    return {"name": name, "mimeType": "audio/wav", "buffer": tone(1)}


async def test_files_are_sent_with_a_message_and_can_be_taken_back(tab: Page) -> None:
    await tab.get_by_label("Files to send").set_input_files([wav(), wav("other.wav")])
    await tab.get_by_role("button", name="Remove other.wav").click()
    await tab.locator("#message-input").fill("listen")
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".file-name")).to_have_text("hum.wav")
    await expect(last(tab).locator("audio")).to_have_count(1)
    await expect(tab.locator(".file-chip")).to_have_count(0)


async def test_option_takes_a_file_and_is_required_without_one(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, COVER)
    application.will_answer(say("covering"))
    await tab.locator("#message-input").press_sequentially("/")
    await tab.get_by_role("option", name="/cover").click()
    await tab.get_by_role("button", name="Send").click()
    await expect(tab.locator(".hint-error")).to_contain_text("This option is required")
    await tab.locator(".file-field input").set_input_files(wav())
    await expect(tab.locator(".hint-error")).to_have_count(0)
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("covering")
    (attachment,) = application.received[0]["data"]["resolved"]["attachments"].values()
    assert attachment["filename"] == "hum.wav"


async def test_form_keeps_what_was_filled_in_when_a_field_is_refused(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD)
    application.will_answer({"type": 9, "data": FORM}, say("thanks"))
    await last(tab).get_by_role("button", name="Cancel").click()
    form = tab.get_by_role("dialog", name="One of each")
    await form.get_by_label("Prompt").fill("rain")
    await form.get_by_role("radio", name="B side").check()
    await form.get_by_role("checkbox", name="A side").check()
    await form.get_by_role("button", name="Submit").click()
    wrong = form.locator(".modal-field.invalid")
    await expect(wrong).to_have_count(1)
    await expect(wrong.locator(".field-error")).to_have_text("Select 1")
    await wrong.locator("input[type=file]").set_input_files(wav())
    await expect(form.get_by_label("Prompt")).to_have_value("rain")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("thanks")
    fields = [one["component"] for one in application.received[1]["data"]["components"]]
    sent = {one["custom_id"]: one.get("value", one.get("values")) for one in fields}
    assert sent.pop("audio") == list(application.received[1]["data"]["resolved"]["attachments"])
    assert sent == {"prompt": "rain", "side": "b", "sides": ["a"], "loud": False}


async def test_picture_of_an_embed_has_its_alt_text_and_shows_once(
    tab: Page, discord: DiscordStandIn
) -> None:
    files = [("rain.wav", tone(1)), ("wave.png", png())]
    said = [{"id": 0}, {"id": 1, "description": "A waveform"}]
    embed = {"title": "rain", "image": {"url": "attachment://wave.png"}}
    post(discord.world, "Compose Bot", "general", files=files, embeds=[embed], attachments=said)
    await expect(last(tab).get_by_role("img", name="A waveform")).to_have_count(1)
    await expect(last(tab).locator(".attachment-image")).to_have_count(0)
    await expect(last(tab).locator("audio")).to_have_count(1)
    width = "image => image.decode().then(() => image.naturalWidth)"
    assert await last(tab).get_by_role("img", name="A waveform").evaluate(width) == 1
