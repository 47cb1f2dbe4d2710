"""Text that Discord's markdown would make something of, and two foreign parsers that tell."""

import importlib
import os
import random
import re
from collections.abc import Iterator
from typing import Any

import pytest
from discord_markdown_ast_parser.lexer import TokenType, lex

# The stricter of the two knows all that Discord's clients do, escapes included.
try:
    parser: Any = importlib.import_module("discord_markdown")
except ImportError:
    if os.environ.get("CI") == "true":
        raise
    pytest.skip("discord-markdown-py, which is for Linux, isn't installed", allow_module_level=True)

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


def outline(shown: str) -> list[str]:
    """What there is besides text, in its order, and where its links lead."""
    return _outline(parser.parse(shown))


def _outline(node: Any) -> list[str]:
    if isinstance(node, list):
        return [name for one in node for name in _outline(one)]
    if not isinstance(node, dict) or is_text(node):
        return []
    name = [] if node.get("type") in {None, "paragraph"} else [str(node["type"])]
    return name + ([node["url"]] if "url" in node else []) + _outline(list(node.values()))
