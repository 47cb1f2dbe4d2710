"""Discord's markdown, as the page draws it."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect

from sandbox.discord import DiscordStandIn
from tests.browser.content import HOSTILE, last, tone
from tests.sandbox.page.support import post

# One browser serves all tests, so they share its event loop.
pytestmark = [pytest.mark.browser, pytest.mark.asyncio(loop_scope="session")]


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
    place = next(
        channel for channel in world.state.channels.values() if channel.name == "music-jam"
    )
    ben = world.state.user_named("Ben").id
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


async def test_code_is_copied_when_its_button_is_pressed(
    tab: Page, discord: DiscordStandIn
) -> None:
    await tab.context.grant_permissions(["clipboard-read", "clipboard-write"])
    post(discord.world, "Compose Bot", "general", "```\n/compose prompt:rain\n```")
    await last(tab).hover()
    await last(tab).get_by_role("button", name="Copy").click()
    await expect(last(tab).locator(".copied")).to_have_count(1)
    assert await tab.evaluate("navigator.clipboard.readText()") == "/compose prompt:rain"
