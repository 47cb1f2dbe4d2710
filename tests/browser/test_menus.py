"""The menus of members and messages, with the bot's commands for them: Discord's "Apps"."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.discord import DiscordStandIn
from sandbox.discord.message_form import Draft, ReplyTo
from sandbox.page.server import Page as ChatPage
from tests.browser.conftest import opened
from tests.browser.content import last, say
from tests.sandbox.page.support import Application, channel_named, post

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

GREET = {"name": "Greet", "type": 2}
SAVE = {"name": "Save for later", "type": 3}
ECHO = {"name": "echo", "description": "Say it back"}


def greet(tab: Page) -> Locator:
    return tab.get_by_role("menuitem", name="Greet")


async def test_user_command_runs_on_the_member_whose_name_was_pressed(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    chika = str(discord.world.state.user_named("Chika").id)
    post(discord.world, "Chika", "general", "hello")
    await application.register(GREET, SAVE, ECHO)
    application.will_answer(say("greeted"))
    await last(tab).get_by_role("button", name="Chika").click()
    await expect(tab.get_by_role("group", name="Apps").get_by_role("menuitem")).to_have_text(
        ["Greet"]
    )
    await greet(tab).click()
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("greeted")
    await expect(last(tab).locator(".used-line")).to_contain_text("Ben used Greet")
    (interaction,) = application.received
    assert (interaction["type"], interaction["data"]["type"]) == (2, 2)
    assert interaction["data"]["target_id"] == chika
    resolved = interaction["data"]["resolved"]
    assert resolved["users"][chika]["username"] == "chika"
    assert "permissions" in resolved["members"][chika]


async def test_menu_opens_on_whatever_stands_for_a_member(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    await application.register(GREET)
    chika = discord.world.state.user_named("Chika").id
    first = post(discord.world, "Ada", "general", f"for <@{chika}>")
    ben, general = discord.world.state.user_named("Ben"), channel_named(discord.world, "general")
    discord.world.messages.post(ben, general, Draft("thanks", reply_to=ReplyTo(first.id)))
    places = {
        "Ada": tab.locator("li.message").first.locator(".message-lead .avatar"),
        "Chika": tab.locator(".pill", has_text="@Chika"),
        "Ada ": last(tab).locator(".reply-author"),
        "Ben": tab.locator("#members .member", has_text="Ben"),
    }
    for name, place in places.items():
        await place.click(button="right")
        await expect(tab.get_by_role("menu", name=name.strip())).to_be_visible()
        await expect(greet(tab)).to_be_visible()
        await tab.keyboard.press("Escape")
        await expect(tab.get_by_role("menu")).to_have_count(0)


@pytest.mark.parametrize("key", ["Enter", "Shift+F10"])
async def test_menu_is_used_with_the_keyboard_and_gives_the_focus_back(
    tab: Page, discord: DiscordStandIn, application: Application, key: str
) -> None:
    await application.register(GREET)
    application.will_answer(say("greeted"))
    post(discord.world, "Chika", "general", "hello")
    name = last(tab).get_by_role("button", name="Chika")
    await name.focus()
    await name.press(key)
    await expect(tab.get_by_role("menuitem", name="Mention")).to_be_focused()
    await tab.keyboard.press("Escape")
    await expect(name).to_be_focused()
    await name.press(key)
    await expect(tab.get_by_role("menuitem", name="Mention")).to_be_focused()
    await tab.keyboard.press("End")
    await expect(greet(tab)).to_be_focused()
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("greeted")


async def test_menu_opens_on_a_long_press(
    browser: Browser, chat: ChatPage, discord: DiscordStandIn, application: Application
) -> None:
    await application.register(GREET)
    post(discord.world, "Chika", "general", "hello")
    async with opened(browser, chat.url, width=390, height=844, has_touch=True) as tab:
        box = await last(tab).locator(".message-lead .avatar").bounding_box()
        assert box is not None
        finger = {"x": box["x"] + 10, "y": box["y"] + 10}
        touch = await tab.context.new_cdp_session(tab)
        await touch.send(
            "Input.dispatchTouchEvent", {"type": "touchStart", "touchPoints": [finger]}
        )
        await expect(greet(tab)).to_be_visible()
        await touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        application.will_answer(say("greeted"))
        await greet(tab).tap()
        await expect(last(tab).locator(".message-content .md-text")).to_have_text("greeted")
        assert len(application.received) == 1


async def test_mention_goes_where_the_member_types(tab: Page, discord: DiscordStandIn) -> None:
    post(discord.world, "Chika", "general", "hello")
    await tab.locator("#message-input").fill("look, ")
    await last(tab).get_by_role("button", name="Chika").click()
    await tab.get_by_role("menuitem", name="Mention").click()
    await tab.keyboard.type("!")
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".md-text")).to_have_text("look, @Chika !")


async def test_menu_has_no_apps_where_none_are_registered(
    tab: Page, discord: DiscordStandIn
) -> None:
    post(discord.world, "Chika", "general", "hello")
    await last(tab).get_by_role("button", name="Chika").click()
    await expect(tab.get_by_role("menuitem")).to_have_text(["Mention", "Copy user ID"])
    await tab.locator("#channel-topic").click()
    await expect(tab.get_by_role("menu")).to_have_count(0)
