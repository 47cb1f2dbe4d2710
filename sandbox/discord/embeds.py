"""Embeds: their limits, and the form in which the API gives them back.

Discord docs: Resources > Message > Embed Limits.
"""

from __future__ import annotations

from datetime import UTC, datetime

from sandbox.discord.forms import Form
from sandbox.discord.model import Json
from sandbox.discord.render import timestamp

MAX_EMBEDS = 10
MAX_TOTAL_CHARACTERS = 6000
_IMAGE_SCHEMES = ("http", "https", "attachment")


def read_embeds(form: Form) -> list[Json]:
    """Rich embeds, normalised. All their texts together may have 6000 characters."""
    entries = form.items(maximum=MAX_EMBEDS)
    embeds = [_read_embed(entry) for entry in entries if entry.mapping(required=True)]
    if sum(_length(embed) for embed in embeds) > MAX_TOTAL_CHARACTERS:
        form.reject("MAX_EMBED_SIZE_EXCEEDED", "Embed size exceeds maximum size of 6000")
    return embeds


def _read_embed(form: Form) -> Json:
    parts = {
        "title": form["title"].text(maximum=256),
        "description": form["description"].text(maximum=4096),
        "url": form["url"].url(schemes=("http", "https")),
        "color": form["color"].integer(minimum=0, maximum=0xFFFFFF),
        "timestamp": _read_timestamp(form["timestamp"]),
        "footer": _read_texts(form["footer"], text=2048),
        "author": _read_texts(form["author"], name=256),
        "image": _read_image(form["image"]),
        "thumbnail": _read_image(form["thumbnail"]),
        "fields": [_read_field(entry) for entry in form["fields"].items(maximum=25)],
    }
    embed: Json = {"type": "rich"}
    embed |= {name: part for name, part in parts.items() if part not in (None, [], "")}
    if len(embed) == 1:
        form["description"].reject("BASE_TYPE_REQUIRED", "This field is required")
    return embed


def _read_timestamp(form: Form) -> str | None:
    text = form.text(maximum=64)
    if text is None:
        return None
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        form.reject("DATE_TIME_TYPE_PARSE", f"Could not parse {text}. Should be ISO8601.")
        return None
    return timestamp(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def _read_texts(form: Form, **limits: int) -> Json | None:
    """An author or footer: one text that is required, and the links that may go with it."""
    if not form.mapping():
        return None
    read: Json = {
        name: form[name].text(minimum=1, maximum=limit, required=True)
        for name, limit in limits.items()
    }
    read["icon_url"] = form["icon_url"].url(schemes=_IMAGE_SCHEMES)
    read["url"] = form["url"].url(schemes=("http", "https"))
    return {name: value for name, value in read.items() if value is not None}


def _read_image(form: Form) -> Json | None:
    if not form.mapping():
        return None
    url = form["url"].url(schemes=_IMAGE_SCHEMES, required=True)
    return None if url is None else {"url": url}


def _read_field(form: Form) -> Json:
    if not form.mapping(required=True):
        return {}
    return {
        "name": form["name"].text(minimum=1, maximum=256, required=True) or "",
        "value": form["value"].text(minimum=1, maximum=1024, required=True) or "",
        "inline": form["inline"].boolean(),
    }


def _length(embed: Json) -> int:
    texts = [embed.get("title"), embed.get("description")]
    texts += [embed.get("footer", {}).get("text"), embed.get("author", {}).get("name")]
    for field in embed.get("fields", []):
        texts += [field.get("name"), field.get("value")]
    return sum(len(text) for text in texts if text)
