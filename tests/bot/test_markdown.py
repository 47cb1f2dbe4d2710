"""What members and the provider write, as two foreign parsers of Discord's markdown see it."""

import random
import re
from collections.abc import Iterator
from typing import Any

import discord
import pytest
from discord_markdown_ast_parser.lexer import TokenType, lex

from bot import words
from bot.characters import printable
from bot.delivery import announcements, cards
from bot.delivery.track_embed import track_embed
from bot.jobs import FailureKind, Job, JobState, Relation
from bot.store.track_store import Place, Track
from bot.text import harmless
from bot.tracks import Ancestor
from cogs.track_list import track_lines
from tests.factories import NOW, a_brief, a_job

# The stricter of the two knows all that Discord's clients do, escapes included.
parser: Any = pytest.importorskip("discord_markdown", reason="its parser runs on Linux only")

ROOM = 4000
NUMBER = "200000000000000001"
ADDRESS = "https://evil.example/nitro"
MASKED = f"[Claim your free Nitro]({ADDRESS})"
EXAMPLES = [
    f"[a](b) {MASKED}",
    f"<t:/{MASKED}>",
    f"[Free\nNitro]({ADDRESS})",
    f"[Free\u2028Nitro]({ADDRESS})",
    f"[Free\r\nNitro](<{ADDRESS}> 'title')",
    f"https://good.example/{MASKED}",
    f"<https://good.example/{MASKED}>",
    f"`{MASKED}",
    f"```\n{MASKED}",
    f"\\{MASKED}",
    f"\\\\{MASKED}",
    f"![i]({ADDRESS}.png)",
    ADDRESS,
    f"<{ADDRESS}>",
    "discord.gg/nitro and discord.com/invite/nitro",
    "<mailto:a@evil.example> <a@evil.example> <tel:+491234567> <+491234567>",
    "@everyone @here",
    f"<@{NUMBER}> <@!{NUMBER}> <@&{NUMBER}> <#{NUMBER}>",
    f"<:a_b:{NUMBER}> <a:ab:{NUMBER}> :smile: ::smile: :thumbsup::skin-tone-3:",
    f"</compose:{NUMBER}> </tracks user a:{NUMBER}>",
    "<t:1700000000> <t:1700000000:R> <t:-1:F>",
    "<id:customize> <id:guide> <id:browse> <id:home> <id:linked-roles>",
    "# one\n## two\n### three\n-# small\n # indented\n\x07# behind a control",
    "- a\n* b\n  - c\n+ d\n1. e\n  12. f\n1) g\n\u202e- behind a mark",
    "> a\n>>> b\nc\r> d\x85> e\u2029>>> f",
    "**a** __b__ *c* _d_ ***e*** ~~f~~ ||g|| `h` ``i`` ```j``` ```py\nk\n```",
]
# What these parsers leave alone, if only for now.
ALREADY_PLAIN = [
    f"HTTPS{ADDRESS[5:]}",
    "steam://run/1 discord://-/nitro spotify:track:1",
    "¯\\_(ツ)_/¯ \\*a\\* \\",
]
PIECES = [
    *EXAMPLES,
    *ALREADY_PLAIN,
    *"[]()<>@#:/|\\*_~`-+.!&'\"\n\r\t 1ab雨é",
    *("](", "://", "http", "https://", "```", "||", "~~", "**", "__", "# ", "- ", "1. ", "> "),
    *("-# ", ">>> ", "\r\n", "\u2028", "\x85", "\x00", "\u202e", "\u2066", "\u200b", "\ufe0f"),
    *("\u0301", "👩\u200d🚀", "🇩🇪", "rain", "e.g. 4/4", "F# ", "lo-fi", "<t:", "<@", "</", "<id:"),
]
LIVE_TO_SIMPLE_PARSERS = {
    TokenType.URL_WITH_PREVIEW,
    TokenType.URL_WITHOUT_PREVIEW,
    TokenType.USER_MENTION,
    TokenType.ROLE_MENTION,
    TokenType.CHANNEL_MENTION,
    TokenType.EMOJI_CUSTOM,
}


def typed(seed: int) -> str:
    chance = random.Random(seed)  # noqa: S311
    return "".join(chance.choice(PIECES) for _ in range(chance.randint(1, 12)))


def leaves(node: Any) -> Iterator[dict[str, Any]]:
    """All that the parser found, but for what only holds others."""
    if isinstance(node, list):
        for one in node:
            yield from leaves(one)
    elif node["type"] == "paragraph":
        yield from leaves(node["value"])
    else:
        yield node


def live(shown: str) -> list[str]:
    """Every node that is more than text as it was typed. Emoji typed as such are text."""
    found = [node["type"] for node in leaves(parser.parse(shown)) if not is_text(node)]
    return found + [
        str(token) for token in lex(shown) if token.token_type in LIVE_TO_SIMPLE_PARSERS
    ]


def is_text(node: dict[str, Any]) -> bool:
    drawn = node.get("type") == "emoji" and node["value"]["type"] == "unicode"
    return node.get("type") in {"text", "empty"} or drawn


def seen(shown: str) -> str:
    """The text that the parser shows, without white space, which it joins."""
    texts = (node["value"] for node in leaves(parser.parse(shown)) if node["type"] != "empty")
    joined = "".join(text if isinstance(text, str) else text["value"] for text in texts)
    return re.sub(r"[\s\u200b]", "", joined)


def check(text: str) -> None:
    shown = harmless(text, ROOM)
    assert not live(shown), (text, shown)
    assert seen(shown) == re.sub(r"[\s\u200b]", "", printable(text)), (text, shown)


@pytest.mark.parametrize("text", [*EXAMPLES, *ALREADY_PLAIN])
def test_text_shows_as_it_was_typed_when_it_is_markdown(text: str) -> None:
    check(text)


def test_text_shows_as_it_was_typed_when_it_is_anything() -> None:
    for seed in range(500):
        check(typed(seed))


@pytest.mark.soak
def test_text_shows_as_it_was_typed_when_it_is_any_of_20000() -> None:
    for seed in range(500, 20_500):
        check(typed(seed))


def test_text_is_never_live_when_it_is_cut_anywhere() -> None:
    text = " ".join(EXAMPLES)
    for limit in range(1, 400, 7):
        assert not live(harmless(text, limit))


@pytest.mark.parametrize("text", EXAMPLES)
def test_parsers_find_what_is_live_when_it_is_not_escaped(text: str) -> None:
    assert live(text)


# --- where it is shown --------------------------------------------------------------------------


def places(text: str) -> Iterator[str]:
    """Every kind of place in which texts of members or of the provider stand among ours."""
    job = a_job(
        state=JobState.FAILED,
        title=text,
        relation=Relation.REMIX,
        brief=a_brief(prompt=text, negative_prompt=text),
        failure_kind=FailureKind.GENERATION,
        failure_reason=text,
        finished_at=NOW,
        guild_id=1,
    )
    parent = Ancestor(job=job, visible=True)
    yield from texts_of(track_embed(job, parent=parent))
    yield from texts_of(cards.waiting_card(job, NOW)[0])
    yield from texts_of(cards.ended_card(job, message_url=None)[0])
    yield announcements.failure(job).content
    yield "\n".join(track_lines([a_track(job), a_track(job)], authors=True))
    yield from refusals(text)


def refusals(text: str) -> Iterator[str]:
    yield words.not_taken([words.no_such_model(text), words.takes_no("lyrics", "Lyria", text)])
    yield words.not_a_number("seed", text)
    yield words.not_audio(text)


def a_track(job: Job) -> Track:
    place = Place(guild_id=1, channel_id=2, message_id=3)
    return Track(job=job, likes=2, held=False, places=(place,))


def texts_of(embed: discord.Embed) -> Iterator[str]:
    yield embed.title or ""
    yield embed.description or ""
    yield from (str(field.value) for field in embed.fields)


def outline(node: Any) -> list[str]:
    """What there is besides text, in its order, and where its links lead."""
    if isinstance(node, list):
        return [name for one in node for name in outline(one)]
    if not isinstance(node, dict) or is_text(node):
        return []
    name = [] if node.get("type") in {None, "paragraph"} else [str(node["type"])]
    return name + ([node["url"]] if "url" in node else []) + outline(list(node.values()))


@pytest.mark.parametrize("text", EXAMPLES)
def test_nothing_of_a_text_is_live_wherever_it_is_shown(text: str) -> None:
    for hostile, plain in zip(places(text), places("rain"), strict=True):
        assert outline(parser.parse(hostile)) == outline(parser.parse(plain))
