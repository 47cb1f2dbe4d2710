"""Messages as members read them, for those who drive the world: the driver, tests, the demo."""

from __future__ import annotations

from collections.abc import Sequence

from sandbox.discord.enums import ComponentType, MessageFlag
from sandbox.discord.layouts import displayed_texts
from sandbox.discord.model import Json


class MessageView:
    """A message as a member sees it, at one moment. `raw` is Discord's JSON; ids are strings."""

    def __init__(self, raw: Json) -> None:
        self.raw = raw
        self.id: str = raw["id"]
        self.channel_id: str = raw["channel_id"]
        self.author: Json = raw["author"]
        self.content: str = raw["content"]
        self.embeds: list[Json] = raw["embeds"]
        self.attachments: list[Json] = raw["attachments"]
        self.components: list[Json] = raw["components"]
        self.flags: int = raw["flags"]
        self.mentions: list[Json] = raw["mentions"]
        self.reference: Json | None = raw.get("message_reference")
        self.edited: bool = raw["edited_timestamp"] is not None
        self.thread: Json | None = raw.get("thread")

    def __repr__(self) -> str:
        return f"<MessageView {self.id} {self.text[:80]!r}>"

    @property
    def ephemeral(self) -> bool:
        return bool(self.flags & MessageFlag.EPHEMERAL)

    @property
    def thinking(self) -> bool:
        """A deferred answer that has not been filled yet."""
        return bool(self.flags & MessageFlag.LOADING)

    @property
    def controls(self) -> list[Json]:
        """Buttons and selects, in reading order."""
        return list(_controls(self.components))

    @property
    def buttons(self) -> list[Json]:
        return [one for one in self.controls if one["type"] == ComponentType.BUTTON]

    @property
    def selects(self) -> list[Json]:
        return [one for one in self.controls if one["type"] != ComponentType.BUTTON]

    @property
    def link(self) -> str:
        """The jump link to the message."""
        place = self.raw.get("guild_id", "@me")
        return f"https://discord.com/channels/{place}/{self.channel_id}/{self.id}"

    @property
    def audio(self) -> list[Json]:
        """The attachments that a player plays."""
        return [one for one in self.attachments if _is(one, "audio/")]

    @property
    def pictures(self) -> list[Json]:
        """The pictures that are shown: of the embeds, then among the attachments."""
        places = ("image", "thumbnail")
        in_embeds = [embed[place] for embed in self.embeds for place in places if place in embed]
        return in_embeds + [one for one in self.attachments if _is(one, "image/")]

    @property
    def text(self) -> str:
        """All words a member reads: content, text displays and embeds, line by line."""
        lines: list[str | None] = [self.content, *displayed_texts(self.components)]
        for embed in self.embeds:
            lines += [embed.get("author", {}).get("name"), embed.get("title")]
            lines.append(embed.get("description"))
            for field in embed.get("fields", []):
                lines += [field["name"], field["value"]]
            lines.append(embed.get("footer", {}).get("text"))
        return "\n".join(line for line in lines if line)


def _is(attachment: Json, kind: str) -> bool:
    return str(attachment.get("content_type") or "").startswith(kind)


def _controls(components: Sequence[Json]) -> list[Json]:
    found = []
    for component in components:
        if "custom_id" in component or component["type"] == ComponentType.BUTTON:
            found.append(component)
        beside = [component["accessory"]] if "accessory" in component else []
        found += _controls([*component.get("components", []), *beside])
    return found
