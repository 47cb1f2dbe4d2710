"""The chat page in a real browser, with messages put into the world directly."""

from __future__ import annotations

import io
import wave
from typing import Any

import pytest
from playwright.async_api import Browser, Locator, Page, expect

from sandbox.discord import DiscordStandIn
from sandbox.page.server import Page as ChatPage
from tests.browser.conftest import opened
from tests.sandbox.page.support import COMPOSE, Application, post, register, whisper

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]

# Resolves once the track has moved on from where it is (the page's policy forbids polling by eval).
PLAYED = """audio => new Promise(resolve => {
  const start = audio.currentTime;
  audio.addEventListener("timeupdate", () => audio.currentTime > start + 0.2 && resolve());
})"""
HOSTILE = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
CARD: dict[str, Any] = {
    "embeds": [
        {
            "title": "lo-fi rain",
            "description": "Ready <t:4102444800:R>",
            "color": 0x6A5AF5,
            "fields": [
                {"name": "Seed", "value": "`7`", "inline": True},
                {"name": "Model", "value": "Lyria 2", "inline": True},
                {"name": "Avoid", "value": "drums", "inline": False},
            ],
            "footer": {"text": "Job 1"},
        }
    ],
    "components": [
        {
            "type": 1,
            "components": [
                {"type": 2, "style": 4, "label": "Cancel", "custom_id": "cancel"},
                {"type": 2, "style": 2, "label": "Off", "custom_id": "off", "disabled": True},
                {"type": 2, "style": 5, "label": "Source", "url": "https://example.org/"},
            ],
        },
        {
            "type": 1,
            "components": [
                {
                    "type": 3,
                    "custom_id": "vary",
                    "placeholder": "Make a variation",
                    "options": [
                        {"label": "Slower", "value": "slow", "description": "Ten bpm less"},
                        {"label": "Brighter", "value": "bright"},
                    ],
                }
            ],
        },
    ],
}
MODAL: dict[str, Any] = {
    "custom_id": "remix",
    "title": "Remix this track",
    "components": [
        {
            "type": 18,
            "label": "Prompt",
            "component": {"type": 4, "custom_id": "prompt", "style": 2, "value": "lo-fi"},
        }
    ],
}


def tone(seconds: float = 2) -> bytes:
    """A quiet WAV file."""
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\1" * round(8000 * seconds))
    return target.getvalue()


def last(tab: Page) -> Locator:
    return tab.locator("li.message").last


def say(content: str) -> dict[str, Any]:
    return {"type": 4, "data": {"content": content}}


@pytest.mark.parametrize(
    ("content", "html"),
    [
        ("**b** *i* __u__ ~~s~~", "<strong>b</strong> <em>i</em> <u>u</u> <s>s</s>"),
        ("***both***", "<strong><em>both</em></strong>"),
        ("snake_case_name 2 * 3 * 4", "snake_case_name 2 * 3 * 4"),
        (r"\*plain\* \<@1>", "*plain* &lt;@1&gt;"),
        ("`**raw**`", '<code class="inline-code">**raw**</code>'),
    ],
)
async def test_inline_marks_render_when_written(
    tab: Page, discord: DiscordStandIn, content: str, html: str
) -> None:
    post(discord.world, "Ada", "general", content)
    text = last(tab).locator(".message-content .md-text")
    await text.wait_for()
    assert await text.inner_html() == html


async def test_blocks_render_when_a_message_has_them(tab: Page, discord: DiscordStandIn) -> None:
    content = (
        "# Title\n-# small\n> quoted\n- one\n  - inner\n- two\n3. third\n```py\nx = '**'\n```\nend"
    )
    post(discord.world, "Ada", "general", content)
    body = last(tab).locator(".markdown")
    await expect(body.locator(".md-h1")).to_have_text("Title")
    await expect(body.locator(".md-subtext")).to_have_text("small")
    await expect(body.locator("blockquote")).to_have_text("quoted")
    await expect(body.locator("ul > li > ul > li")).to_have_text("inner")
    await expect(body.locator("ol")).to_have_attribute("start", "3")
    await expect(body.locator("pre")).to_have_text("x = '**'")


async def test_names_and_moments_render_when_mentioned(tab: Page, discord: DiscordStandIn) -> None:
    world = discord.world
    place = next(channel for channel in world.channels.values() if channel.name == "music-jam")
    ben = world.user_named("Ben").id
    post(world, "Ada", "general", f"<@{ben}> in <#{place.id}> </compose:1> <t:1543392060:F>")
    pills = last(tab).locator(".pill")
    await expect(pills).to_have_text(["@Ben", "# music-jam", "/compose"])
    moment = last(tab).locator("time.timestamp")
    await expect(moment).to_have_text("Wednesday, November 28, 2018 at 8:01 AM")
    await expect(last(tab)).to_have_class("message mentioned")
    await pills.nth(1).click()
    await expect(tab.locator("#channel-title")).to_have_text("music-jam")


async def test_countdown_runs_when_time_passes(tab: Page, discord: DiscordStandIn) -> None:
    await tab.clock.set_fixed_time("2030-01-01T00:00:00Z")
    post(discord.world, "Ada", "general", "<t:1893456040:R>")
    moment = last(tab).locator("time.timestamp")
    await expect(moment).to_have_text("in 40 seconds")
    await tab.clock.set_fixed_time("2030-01-01T00:00:10Z")
    await expect(moment).to_have_text("in 30 seconds")


async def test_spoiler_stays_hidden_until_pressed(tab: Page, discord: DiscordStandIn) -> None:
    post(discord.world, "Ada", "general", "the end is ||secret||")
    hidden = last(tab).locator(".spoiler-text")
    await expect(hidden).to_be_hidden()
    await last(tab).locator(".spoiler").press("Enter")
    await expect(hidden).to_be_visible()


async def test_links_lead_to_the_web_only_when_they_are_web_links(
    tab: Page, discord: DiscordStandIn
) -> None:
    content = "https://a.example/x_(y). [click](javascript:alert(1)) [ok](https://b.example)"
    post(discord.world, "Ada", "general", content)
    links = last(tab).locator(".markdown a")
    await expect(links).to_have_count(2)
    assert await links.evaluate_all("all => all.map(a => [a.href, a.rel, a.target])") == [
        ["https://a.example/x_(y)", "noopener noreferrer nofollow", "_blank"],
        ["https://b.example/", "noopener noreferrer nofollow", "_blank"],
    ]


async def test_markup_stays_text_when_everything_in_a_message_is_hostile(
    tab: Page, discord: DiscordStandIn
) -> None:
    embed = {
        "title": HOSTILE,
        "description": HOSTILE,
        "author": {"name": HOSTILE},
        "footer": {"text": HOSTILE},
        "fields": [{"name": HOSTILE, "value": f"[{HOSTILE}](https://example.org)"}],
    }
    button = {"type": 2, "style": 1, "label": HOSTILE[:80], "custom_id": HOSTILE[:100]}
    options = [{"label": HOSTILE[:100], "value": "1", "description": HOSTILE[:100]}]
    select = {"type": 3, "custom_id": "s", "placeholder": HOSTILE[:150], "options": options}
    post(
        discord.world,
        "Compose Bot",
        "general",
        f"{HOSTILE} ```{HOSTILE}``` `{HOSTILE}` ||{HOSTILE}||",
        files=[(f"{HOSTILE}.wav", tone()), (f"{HOSTILE}.txt", b"x")],
        attachments=[{"id": 0, "description": HOSTILE}],
        embeds=[embed],
        components=[{"type": 1, "components": [one]} for one in (button, select)],
    )
    shown = last(tab)
    await expect(shown.locator(".md-text").first).to_contain_text(HOSTILE)
    await expect(shown.locator(".file-name")).to_have_count(2)
    await expect(shown.locator("img, script")).to_have_count(0)
    await expect(tab).not_to_have_title("owned")


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
    await form.get_by_label("Prompt").fill("slower, with bells")
    await form.get_by_role("button", name="Submit").click()
    await expect(form).to_have_count(0)
    await expect(last(tab).locator(".message-content .md-text")).to_have_text("remixed")
    sent = application.received[1]["data"]["components"][0]["component"]["value"]
    assert sent == "slower, with bells"


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


async def test_view_changes_when_another_member_speaks(tab: Page, discord: DiscordStandIn) -> None:
    whisper(discord.world, "Ben", "general", "for Ben")
    await expect(last(tab)).to_contain_text("for Ben")
    await expect(tab.locator(".member", has_text="Ada")).to_contain_text("Administrator")
    await tab.get_by_role("radio", name="Chika").check(force=True)
    await expect(tab.locator("li.message")).to_have_count(0)
    await tab.locator("#message-input").fill("hello from me")
    await tab.keyboard.press("Enter")
    await expect(last(tab).locator(".author")).to_have_text("Chika")


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
    guild_id = next(iter(discord.world.guilds))
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
    discord.world.reactions.add(target, (None, "👍"), discord.world.user_named("Chika"))
    await expect(reaction).to_have_attribute("aria-label", "👍, 2")
    await reaction.click()
    await expect(reaction).to_have_attribute("aria-label", "👍, 1")
    await expect(reaction).to_have_attribute("aria-pressed", "false")


async def test_thread_is_listed_below_its_channel_when_started(
    tab: Page, discord: DiscordStandIn, application: Application
) -> None:
    origin = post(discord.world, "Ada", "music-jam", "rain on a tin roof")
    await application.start_thread(origin, "tin roof versions")
    thread = tab.locator(".threads").get_by_role("button", name="tin roof versions")
    await thread.click()
    await expect(tab.locator("#channel-title")).to_have_text("tin roof versions")


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


async def test_reader_is_led_to_news_when_scrolled_up(tab: Page, discord: DiscordStandIn) -> None:
    for number in range(40):
        post(discord.world, "Ada", "general", f"line {number}")
    await expect(last(tab)).to_contain_text("line 39")
    await expect(last(tab)).to_be_in_viewport()
    await tab.locator("#scroller").evaluate("one => { one.scrollTop = 0; }")
    await expect(tab.locator("#jump")).to_be_visible()
    await expect(tab.locator("#jump")).to_contain_text("Jump to present")
    post(discord.world, "Chika", "general", "news")
    await expect(tab.locator("#jump")).to_contain_text("1 new message")
    await expect(last(tab)).not_to_be_in_viewport()
    await tab.locator("#jump").click()
    await expect(last(tab)).to_be_in_viewport()
    await expect(tab.locator("#jump")).to_be_hidden()


async def test_channel_is_marked_when_something_happens_elsewhere(
    tab: Page, discord: DiscordStandIn
) -> None:
    ben = discord.world.user_named("Ben").id
    post(discord.world, "Ada", "music-jam", "listen")
    channel = tab.get_by_role("button", name="music-jam")
    await expect(channel).to_have_attribute("aria-label", "music-jam, 1 unread")
    post(discord.world, "Ada", "music-jam", f"<@{ben}>")
    await expect(channel.locator(".badge")).to_have_text("1")
    await channel.click()
    await expect(tab.locator(".channel.unread")).to_have_count(0)


async def test_sidebar_is_a_drawer_when_the_screen_is_narrow(
    browser: Browser, chat: ChatPage, discord: DiscordStandIn
) -> None:
    post(discord.world, "Compose Bot", "general", **CARD, files=[("rain.wav", tone())])
    async with opened(browser, chat.url, width=375) as tab:
        await last(tab).wait_for()
        width = await tab.evaluate("document.documentElement.scrollWidth")
        assert width <= 375
        channel = tab.get_by_role("button", name="music-jam")
        await expect(channel).to_be_hidden()
        await tab.get_by_role("button", name="Channels and members").click()
        await channel.click()
        await expect(channel).to_be_hidden()
        await expect(tab.locator("#channel-title")).to_have_text("music-jam")


async def test_page_comes_back_when_the_server_was_gone(
    browser: Browser, discord: DiscordStandIn
) -> None:
    async with ChatPage(discord) as chat:
        port = int(chat.url.split(":")[2].strip("/"))
        context = await browser.new_context()
        tab = await context.new_page()
        await tab.goto(chat.url)
        await tab.locator(".channel-intro").wait_for()
    await expect(tab.locator("#offline")).to_be_visible()
    post(discord.world, "Ada", "general", "while you were away")
    async with ChatPage(discord, port=port):
        await expect(last(tab)).to_contain_text("while you were away")
        await expect(tab.locator("#offline")).to_be_hidden()
        await context.close()
