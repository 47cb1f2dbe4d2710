"""Writing in the chat page: commands, their options and their checks."""

from __future__ import annotations

import pytest
from playwright.async_api import Browser, Page, expect

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page as ChatPage
from tests.browser.conftest import opened
from tests.browser.content import HOSTILE, last, say
from tests.sandbox.page.support import COMPOSE, Application, post, register

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


async def test_prompt_stays_text_when_a_member_types_markup(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    option = {"type": 3, "name": "text", "description": "What to say", "required": True}
    register(discord.world, {"name": "echo", "description": "Say it back", "options": [option]})
    application.will_answer(say(HOSTILE))
    await tab.locator("#message-input").press_sequentially("/echo ")
    await tab.keyboard.insert_text(HOSTILE)
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".message-content .md-text")).to_have_text(HOSTILE)
    await expect(tab.locator("#messages img, #messages script")).to_have_count(0)
    assert application.received[0]["data"]["options"][0]["value"] == HOSTILE


async def test_command_is_filled_in_with_the_keyboard_alone(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, COMPOSE, {"name": "tracks", "description": "Your tracks"})
    suggestions = {"choices": [{"name": "Lyria 2", "value": "lyria2"}]}
    application.will_answer({"type": 8, "data": suggestions}, say("on it"))
    await tab.locator("#message-input").press_sequentially("/")
    await expect(tab.get_by_role("option")).to_contain_text(["/compose", "/tracks"])
    await tab.keyboard.press("Enter")
    await tab.keyboard.type("lo-fi rain seed:12")
    await tab.keyboard.press("Tab")
    await expect(tab.get_by_role("option")).to_contain_text(["mood", "model"])
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("option")).to_have_text(["Warm", "Cold"])
    await tab.keyboard.press("ArrowDown")
    await tab.keyboard.press("Enter")
    await tab.keyboard.press("Tab")
    await tab.keyboard.press("Enter")
    await expect(tab.get_by_role("option")).to_have_text(["Lyria 2"])
    await tab.keyboard.press("Enter")
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".used-line")).to_have_text("BBen used /compose")
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("on it")
    options = {one["name"]: one["value"] for one in application.received[1]["data"]["options"]}
    assert options == {"prompt": "lo-fi rain", "seed": 12, "mood": "c", "model": "lyria2"}


@pytest.mark.parametrize(
    ("typed", "option", "words"),
    [
        ("/compose  ", "prompt", "This option is required"),
        ("/compose x", "prompt", "at least 3 characters"),
        (f"/compose {'x' * 41}", "prompt", "at most 40 characters"),
        ("/compose rain seed:many", "seed", "valid integer"),
        ("/compose rain seed:-1", "seed", "greater than or equal to 0"),
        ("/compose rain mood:Loud", "mood", "valid choice"),
    ],
)
async def test_field_tells_what_is_wrong_when_sent(  # noqa: PLR0917
    tab: Page,
    discord: DiscordStandIn,
    application: Application,
    typed: str,
    option: str,
    words: str,
) -> None:
    register(discord.world, COMPOSE)
    await tab.locator("#message-input").press_sequentially("/")
    await tab.get_by_role("option").first.wait_for()
    await tab.keyboard.type(typed[1:])
    await tab.get_by_role("button", name="Send").click()
    await expect(tab.locator(".hint-error")).to_contain_text(words)
    field = tab.locator(f".field[data-option={option}] textarea")
    await expect(field).to_have_attribute("aria-invalid", "true")
    await expect(field).to_be_focused()
    assert application.received == []


async def test_page_tells_when_a_command_gets_no_answer(tab: Page, discord: DiscordStandIn) -> None:
    register(discord.world, {"name": "tracks", "description": "Your tracks"})
    await tab.locator("#message-input").press_sequentially("/")
    await tab.get_by_role("option", name="/tracks").click()
    await expect(tab.locator(".command-name")).to_have_text("/tracks")
    await tab.keyboard.press("Enter")
    await expect(last(tab)).to_contain_text("Sending command…")
    await expect(last(tab)).to_contain_text("The application did not respond")
    await last(tab).get_by_role("button", name="Dismiss message").click()
    await expect(tab.locator("li.message")).to_have_count(0)


async def test_thinking_line_gives_way_when_the_answer_comes(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, {"name": "tracks", "description": "Your tracks"})
    application.will_answer({"type": 5, "data": {}})
    await tab.locator("#message-input").press_sequentially("/tracks ")
    await expect(tab.locator(".command-name")).to_have_text("/tracks")
    await tab.keyboard.press("Enter")
    await expect(last(tab)).to_contain_text("Compose Bot is thinking…")
    token = application.received[0]["token"]
    await application.edit_original(token, {"content": "None yet."})
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("None yet.")
    await expect(tab.locator(".thinking")).to_have_count(0)


async def test_focus_is_where_one_types_when_the_page_opens(tab: Page) -> None:
    field = tab.locator("#message-input")
    await expect(field).to_be_focused()
    await expect(field).to_have_attribute("placeholder", "Message #general or type /")


@pytest.mark.parametrize("place", ["#scroller", "li.message", "body"])
async def test_typing_goes_to_the_field_when_nothing_else_takes_it(
    tab: Page, discord: DiscordStandIn, place: str
) -> None:
    post(discord.world, "Ada", "general", "hello")
    await last(tab).wait_for()
    await tab.locator(place).evaluate("one => { document.activeElement.blur(); one.focus(); }")
    await tab.keyboard.type("hi")
    await expect(tab.locator("#message-input")).to_have_value("hi")


AUDIO = {"type": 11, "name": "audio", "description": "What", "required": True}
SEED = {"type": 4, "name": "seed", "description": "Seed"}
MOOD = {"type": 3, "name": "mood", "description": "M", "choices": [{"name": "A", "value": "a"}]}
TITLE = {"type": 3, "name": "title", "description": "Its name"}
MODEL = {"type": 3, "name": "model", "description": "Who", "autocomplete": True}


@pytest.mark.parametrize(
    ("options", "option"),
    [
        ([TITLE], "title"),
        ([SEED, MOOD, TITLE, MODEL], "title"),
        ([TITLE | {"required": True}, SEED], "title"),
        ([AUDIO, SEED, TITLE], "title"),
        ([SEED, MODEL], "model"),
    ],
)
async def test_letters_go_into_the_first_text_option_when_a_command_is_chosen(
    tab: Page,
    discord: DiscordStandIn,
    options: list[dict[str, object]],
    option: str,
) -> None:
    register(discord.world, {"name": "make", "description": "Make it", "options": options})
    await tab.locator("#message-input").press_sequentially("/")
    await tab.get_by_role("option", name="/make").click()
    await tab.keyboard.type("slow rain")
    field = tab.locator(f".field[data-option={option}] textarea")
    await expect(field).to_have_value("slow rain")
    await expect(field).to_be_focused()
    await tab.get_by_role("combobox", name="Add one of").or_(field).first.focus()
    await tab.keyboard.type("!")
    await expect(field).to_have_value("slow rain!")


async def test_enter_sends_what_was_typed_behind_a_chosen_command(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, {"name": "make", "description": "Make it", "options": [SEED, TITLE]})
    application.will_answer(say("making"), say("made"))
    for words in ("slow rain", ""):  # the field that is offered can stay empty
        await tab.locator("#message-input").press_sequentially("/")
        await tab.get_by_role("option", name="/make").click()
        await tab.keyboard.type(words)
        await tab.keyboard.press("Enter")
        await expect(tab.locator("#message-input")).to_be_focused()
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("made")
    sent = [one["data"].get("options") for one in application.received]
    assert sent == [[{"name": "title", "type": 3, "value": "slow rain"}], None]


async def test_send_stays_under_the_finger_when_it_is_pressed(
    browser: Browser, chat: ChatPage, discord: DiscordStandIn, application: Application
) -> None:
    register(discord.world, COMPOSE)
    application.will_answer(say("on it"))
    async with opened(browser, chat.url, width=390) as tab:
        send = tab.get_by_role("button", name="Send")
        await tab.locator("#message-input").press_sequentially("/")
        await tab.get_by_role("option", name="/compose").click()
        await tab.keyboard.type("rain on the long way home, and mood:")
        await tab.get_by_role("option", name="Cold").wait_for()
        before = await send.bounding_box()
        assert before is not None
        await tab.mouse.move(before["x"] + 10, before["y"] + 10)
        await tab.mouse.down()
        assert await send.bounding_box() == before
        await expect(tab.locator(".field[data-option=mood] textarea")).to_be_focused()
        await tab.mouse.up()
        await expect(last(tab).locator(".message-content .md-text")).to_have_text("on it")
