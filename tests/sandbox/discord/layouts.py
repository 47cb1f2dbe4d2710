"""Messages of Components V2, for the stand-in's tests and the chat page's."""

from __future__ import annotations

from sandbox.discord.model import Json
from tests.browser.content import png

V2 = 1 << 15
FILES = {"cover.png": png(), "notes.txt": b"la la la"}
TEXT: Json = {"type": 10, "content": "## Rain\nOn a *tin* roof"}
LISTEN: Json = {"type": 2, "style": 1, "label": "Listen", "custom_id": "listen"}
THUMBNAIL: Json = {
    "type": 11,
    "media": {"url": "attachment://cover.png"},
    "description": "The cover",
}
PICTURES: Json = {
    "type": 12,
    "items": [
        {"media": {"url": "attachment://cover.png"}, "description": "Front"},
        {"media": {"url": "https://example.com/back.png"}, "spoiler": True},
    ],
}
ONE_OF_EACH: Json = {
    "flags": V2,
    "components": [
        {"type": 10, "content": "A new track"},
        {
            "type": 17,
            "accent_color": 0x6A5AF5,
            "components": [
                {"type": 9, "components": [TEXT], "accessory": THUMBNAIL},
                {"type": 14, "divider": True, "spacing": 2},
                {"type": 9, "components": [{"type": 10, "content": "By Ada"}], "accessory": LISTEN},
                PICTURES,
                {"type": 13, "file": {"url": "attachment://notes.txt"}},
                {"type": 1, "components": [{"type": 5, "custom_id": "who"}]},
            ],
        },
    ],
}


def laid_out(*components: Json) -> Json:
    return {"flags": V2, "components": list(components)}
