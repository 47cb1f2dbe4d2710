"""Cards, controls, forms, players and menus, with messages put in directly."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from sandbox.discord import DiscordStandIn
from tests.browser.content import CARD, MODAL, PLAYED, last, say, tone
from tests.sandbox.page.support import Application, post, register, whisper

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_card_shows_embed_and_controls_when_the_bot_posts_one(
    tab: Page, discord: DiscordStandIn
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD)
    card = last(tab)
    await expect(card.locator(".message-byline .app-tag")).to_have_text("APP")
    await expect(card.locator(".embed-title")).to_have_text("lo-fi rain")
    await expect(card.locator(".embed-field dt")).to_have_text(["Seed", "Model", "Avoid"])
    spans = await card.locator(".embed-field").evaluate_all(
        "all => all.map(one => one.getBoundingClientRect().top)"
    )
    assert spans[0] == spans[1] < spans[2]
    bar = card.locator(".embed")
    await expect(bar).to_have_css("border-left-color", "rgb(106, 90, 245)")
    await expect(card.get_by_role("button", name="Off")).to_be_disabled()
    await expect(card.get_by_role("link", name="Source")).to_have_attribute(
        "href", "https://example.org/"
    )


async def test_button_waits_and_then_tells_when_the_bot_stays_silent(
    tab: Page, discord: DiscordStandIn
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD)
    button = last(tab).get_by_role("button", name="Cancel")
    await button.click()
    await expect(button).to_have_attribute("aria-busy", "true")
    await expect(last(tab).get_by_role("alert")).to_have_text("This interaction failed")
    await expect(button).not_to_have_attribute("aria-busy", "true")


async def test_select_sends_its_choice_when_picked_by_keyboard(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD)
    application.will_answer(say("brighter it is"))
    select = tab.get_by_role("combobox", name="Make a variation")
    await select.focus()
    for key in ("ArrowDown", "ArrowDown", "Enter"):
        await select.press(key)
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("brighter it is")
    assert application.received[0]["data"]["values"] == ["bright"]


async def test_form_opens_and_sends_when_the_answer_is_a_modal(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD)
    application.will_answer({"type": 9, "data": MODAL}, say("remixed"))
    await last(tab).get_by_role("button", name="Cancel").click()
    form = tab.get_by_role("dialog", name="Remix this track")
    await form.get_by_label("Prompt").fill("slower, with wakeups")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("remixed")
    sent = application.received[1]["data"]["components"][0]["component"]["value"]
    assert sent == "slower, with wakeups"


async def test_private_message_is_marked_and_dismissed_when_asked(
    tab: Page, discord: DiscordStandIn
) -> None:
    whisper(discord.world, "Ben", "general", "for your eyes")
    await expect(last(tab)).to_contain_text("Only you can see this")
    await last(tab).get_by_role("button", name="Dismiss message").click()
    await expect(tab.locator("li.message")).to_have_count(0)
    await tab.reload()
    await tab.locator(".channel-intro").wait_for()
    await expect(tab.locator("li.message")).to_have_count(0)


async def test_messages_group_and_replies_lead_back_when_written(
    tab: Page, discord: DiscordStandIn
) -> None:
    world = discord.world
    post(world, "Ada", "general", "one")
    post(world, "Ada", "general", "two")
    post(world, "Chika", "general", "three")
    shown = tab.locator("li.message")
    await expect(shown).to_have_count(3)
    await expect(tab.locator("li.message.continued .md-text")).to_have_text(["two"])
    await expect(tab.locator(".day-divider")).to_have_count(1)
    await shown.nth(1).hover()
    await shown.nth(1).get_by_role("button", name="Reply").click()
    await tab.keyboard.type("four")
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".reply-words")).to_have_text("two")
    await last(tab).locator(".reply-link").click()
    await expect(shown.nth(1)).to_have_class("message continued found")


async def test_link_to_a_message_leads_there_when_it_is_in_this_server(
    tab: Page, discord: DiscordStandIn
) -> None:
    target = post(discord.world, "Ada", "music-jam", "the track")
    guild_id = next(iter(discord.world.state.guilds))
    url = f"https://discord.com/channels/{guild_id}/{target.channel_id}/{target.id}"
    button = {"type": 2, "style": 5, "label": "Go to the track", "url": url}
    row = {"type": 1, "components": [button]}
    post(discord.world, "Compose Bot", "general", "done", components=[row])
    await last(tab).get_by_role("link", name="Go to the track").click()
    await expect(tab.locator("#channel-title")).to_have_text("music-jam")
    await expect(last(tab)).to_have_class("message found")
    assert len(tab.context.pages) == 1


async def test_message_command_runs_when_picked_from_the_menu(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, {"name": "Compose from this", "type": 3})
    application.will_answer(say("composing"))
    target = post(discord.world, "Ada", "general", "rain on a tin roof")
    await tab.get_by_role("button", name="music-jam").click()  # brings the commands up to date
    await tab.get_by_role("button", name="general").click()
    await tab.locator("#scroller").press("ArrowUp")
    await expect(last(tab)).to_be_focused()
    await last(tab).click(button="right")
    await tab.get_by_role("menuitem", name="Compose from this").click()
    await expect(last(tab).locator(".used-line")).to_contain_text("used Compose from this")
    assert application.received[0]["data"]["target_id"] == str(target.id)


async def test_reaction_is_counted_when_members_react(tab: Page, discord: DiscordStandIn) -> None:
    target = post(discord.world, "Ada", "general", "nice")
    await last(tab).hover()
    await last(tab).get_by_role("button", name="More").click()
    await tab.get_by_role("menuitem").first.press("Enter")
    reaction = last(tab).locator(".reaction")
    await expect(reaction).to_have_attribute("aria-label", "👍, 1")
    discord.world.reactions.add(target, (None, "👍"), discord.world.state.user_named("Chika"))
    await expect(reaction).to_have_attribute("aria-label", "👍, 2")
    await reaction.click()
    await expect(reaction).to_have_attribute("aria-label", "👍, 1")
    await expect(reaction).to_have_attribute("aria-pressed", "false")


async def test_player_loads_and_keeps_playing_when_its_message_is_edited(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    track = post(discord.world, "Compose Bot", "general", "track", files=[("rain.wav", tone(20))])
    audio = last(tab).locator("audio")
    await audio.evaluate("audio => { audio.muted = true; return audio.play(); }")
    assert 19.9 < await audio.evaluate("audio => audio.duration") < 20.1
    await application.edit_message(track, {"content": "track, edited"})
    await expect(last(tab).locator(".edited")).to_be_visible()
    await audio.evaluate(PLAYED)
    assert await audio.evaluate("audio => !audio.paused && !audio.error")
