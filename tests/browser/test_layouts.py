"""Messages of Components V2 as the page draws them; the bot posts them over the wire."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from sandbox.discord import DiscordStandIn
from tests.browser.content import CARD, last, say
from tests.sandbox.discord.layouts import FILES, LISTEN, ONE_OF_EACH, TEXT, laid_out
from tests.sandbox.page.support import Application, post

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_layout_is_drawn_whole(tab: Page, application: Application) -> None:
    await application.post("general", ONE_OF_EACH, FILES)
    shown = last(tab)
    box = shown.locator(".container")
    await expect(shown.locator(".text-display").first).to_have_text("A new track")
    await expect(box).to_have_css("border-left-color", "rgb(106, 90, 245)")
    await expect(box.get_by_role("heading", name="Rain")).to_be_visible()
    await expect(box.locator("em")).to_have_text("tin")
    await expect(box.get_by_role("separator")).to_have_count(1)
    width = "image => image.decode().then(() => image.naturalWidth)"
    for name in ("The cover", "Front"):
        assert await box.get_by_role("img", name=name).evaluate(width) == 1
    async with tab.expect_download() as waiting:
        await box.get_by_role("link", name="Download notes.txt").click()
    assert (await (await waiting.value).path()).read_bytes() == FILES["notes.txt"]


async def test_controls_of_a_layout_reach_the_bot(tab: Page, application: Application) -> None:
    await application.post("general", ONE_OF_EACH, FILES)
    application.will_answer({"type": 6}, {"type": 7, "data": laid_out(TEXT, TEXT)})
    await last(tab).get_by_role("button", name="Listen").click()
    select = last(tab).get_by_role("combobox", name="Select a user")
    await select.click()
    await last(tab).get_by_role("option", name="Chika").click()
    await expect(last(tab).get_by_role("heading", name="Rain")).to_have_count(2)
    await expect(last(tab).locator(".container")).to_have_count(0)
    pressed, chosen = (one["data"] for one in application.received)
    assert (pressed["custom_id"], chosen["custom_id"]) == ("listen", "who")
    (user,) = chosen["resolved"]["users"].values()
    assert user["username"] == "chika"


async def test_spoiler_is_covered_until_it_is_pressed(tab: Page, application: Application) -> None:
    hidden = {
        "type": 17,
        "spoiler": True,
        "components": [TEXT, {"type": 1, "components": [LISTEN]}],
    }
    await application.post("general", laid_out(hidden))
    await expect(last(tab).get_by_role("button", name="Listen")).to_have_count(0)
    await last(tab).get_by_role("button", name="Spoiler").press("Enter")
    await expect(last(tab).get_by_role("button", name="Listen")).to_be_visible()
    await expect(last(tab).get_by_role("button", name="Spoiler")).to_have_count(0)


async def test_picture_from_elsewhere_is_a_link_and_not_fetched(
    tab: Page, application: Application
) -> None:
    url = "https://example.com/back.png"
    asked = list[str]()
    tab.on("request", lambda request: asked.append(request.url))
    gallery = {"type": 12, "items": [{"media": {"url": url}, "description": "Back"}]}
    await application.post("general", laid_out(gallery))
    link = last(tab).get_by_role("link", name="Back, from example.com")
    await expect(link).to_have_attribute("href", url)
    assert url not in asked


async def test_text_of_a_layout_stays_text(tab: Page, application: Application) -> None:
    hostile = "<img src=x onerror=\"document.title='owned'\"> [x](javascript:alert(1))"
    await application.post("general", laid_out({"type": 10, "content": hostile}))
    await expect(last(tab).locator(".text-display")).to_contain_text("<img src=x")
    await expect(last(tab).locator(".message-components :is(img, a)")).to_have_count(0)


async def test_text_stands_between_the_fields_of_a_form(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD)
    name = {"type": 18, "label": "Name", "component": {"type": 4, "custom_id": "n", "style": 1}}
    form = {"custom_id": "f", "title": "Sign up", "components": [TEXT, name]}
    application.will_answer({"type": 9, "data": form}, say("welcome"))
    await last(tab).get_by_role("button", name="Cancel").click()
    dialog = tab.get_by_role("dialog", name="Sign up")
    await expect(dialog.get_by_role("heading", name="Rain")).to_be_visible()
    await dialog.get_by_label("Name").fill("Ben")
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("welcome")
