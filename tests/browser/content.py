"""What the browser tests put into messages, and where they look."""

from __future__ import annotations

import io
import struct
import wave
import zlib
from typing import Any

from playwright.async_api import Locator, Page

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
SIDES = [
    {"label": "A side", "value": "a", "description": "The loud one"},
    {"label": "B side", "value": "b"},
]
FIELDS: dict[str, dict[str, Any]] = {
    "Prompt": {"type": 4, "custom_id": "prompt", "style": 2, "value": "lo-fi"},
    "Audio": {"type": 19, "custom_id": "audio"},
    "Side": {"type": 21, "custom_id": "side", "options": SIDES},
    "Sides": {"type": 22, "custom_id": "sides", "options": SIDES, "required": False},
    "Loud": {"type": 23, "custom_id": "loud"},
}
FORM: dict[str, Any] = {
    "custom_id": "form",
    "title": "One of each",
    "components": [{"type": 18, "label": name, "component": one} for name, one in FIELDS.items()],
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


def png() -> bytes:
    """A picture of one pixel."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        checksum = zlib.crc32(kind + data).to_bytes(4)
        return len(data).to_bytes(4) + kind + data + checksum

    header = struct.pack(">IIBBBBB", 1, 1, 8, 0, 0, 0, 0)
    pixels = zlib.compress(b"\0\x80")
    chunks = ((b"IHDR", header), (b"IDAT", pixels), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(chunk(*one) for one in chunks)


def last(tab: Page) -> Locator:
    return tab.locator("li.message").last


def say(content: str) -> dict[str, Any]:
    return {"type": 4, "data": {"content": content}}
