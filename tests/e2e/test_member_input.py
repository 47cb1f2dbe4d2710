"""Whatever members type, wherever they can type: the bot lives, and each of them has an outcome."""

import asyncio
import random
import re
from collections import Counter
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from bot.domain.models import MODELS
from sandbox.discord.enums import ComponentType
from sandbox.driver import Call, MemberDriver, MessageView
from tests.e2e.place import Place
from tests.e2e.reader import filled
from tests.e2e.shared import quick_sandbox, reply_to, shared_stage
from tests.e2e.stage import Stage
from tests.markdown import outline, typed

pytestmark = [pytest.mark.e2e, pytest.mark.soak]

SEATS = 8
INPUTS = 2000
OUR_LINKS = re.compile(r"https://discord\.com/channels/\S+")
INVISIBLE = ["\u200b", "\ufe0f", "\u034f\u180b", "\u17b4", "\U000e0101", " \u2800 ", "\u0301"]
NUMBERS = ["", "7", "-1", "9" * 16, "1e9", "٣", "0x10", " 12 ", "NaN", "1.5", "\u200b"]
MODELS_WITHOUT_AUDIO = [model.id for model in MODELS.values() if not model.reference]
MODEL_NAMES = [*MODELS, *(model.name for model in MODELS.values())]


class Seat:
    """A member in a channel of their own, who types whatever comes."""

    def __init__(self, stage: Stage, number: int) -> None:
        self.stage = stage
        self.chance = random.Random(number)  # noqa: S311
        self.place = Place(stage, f"Seat {number}")
        self.member: MemberDriver = self.place.member
        self.outcomes: Counter[str] = Counter()
        self.ways: dict[Callable[[], Awaitable[str]], int] = {
            self.ask: 1,
            self.ask_with_options: 3,
            self.fill_in_the_dialog: 3,
            self.search: 3,
            self.look_up_models: 2,
            self.save_a_style: 2,
        }

    async def sit(self, inputs: int) -> Counter[str]:
        """Type so many things, one after the other."""
        for _ in range(inputs):
            (way,) = self.chance.choices([*self.ways], weights=[*self.ways.values()])
            self.outcomes[await way()] += 1
        return self.outcomes

    async def ask(self) -> str:
        """A prompt alone may well be taken."""
        return await self.outcome(await self.slash("compose", prompt=self.text() or "x"))

    async def ask_with_options(self) -> str:
        """Something in it is wrong most of the time."""
        options = {
            "prompt": self.text() or "x",
            "model": self.chance.choice([*MODEL_NAMES, self.text() or "x"]),
            "negative_prompt": self.text()[:1000] or "x",
            "lyrics": self.text() or "x",
            "seed": self.chance.choice([0, 2**53 - 1]),
            "seconds": self.chance.choice([1, 3, 10**9]),
        }
        some = self.chance.sample(sorted(options), self.chance.randint(1, 5))
        chosen = {name: options[name] for name in {*some, "prompt", "seconds"}}
        return await self.outcome(await self.slash("compose", **chosen))

    async def fill_in_the_dialog(self) -> str:
        """With a number that is none, or a prompt that can't be seen."""
        dialog = await self.slash("studio")
        await dialog.acknowledged()
        assert dialog.modal is not None
        fields = [label["component"] for label in dialog.modal["components"]]
        values = {
            field["custom_id"]: self.text()[: field["max_length"]] or "x"
            for field in fields
            if field["type"] == ComponentType.TEXT_INPUT
        }
        values["seconds"] = self.chance.choice(NUMBERS)
        values["model"] = self.chance.choice(MODELS_WITHOUT_AUDIO)
        return await self.outcome(await self.member.fill_modal(dialog, values))

    async def save_a_style(self) -> str:
        """What is typed comes back in the answer; some names come twice."""
        name = self.chance.choice([self.text()[:40] or "x", "Night"])
        texts = {"words": self.text()[:1000] or "x", "model": self.chance.choice(MODEL_NAMES)}
        call = await self.slash("style save", name=name, **texts)
        self.read(await call.answered())
        return "saved"

    async def search(self) -> str:
        """What is typed comes back in the answer."""
        options = {"search": self.text()[:80] or "x", "model": self.text()[:64] or "x"}
        some = self.chance.sample(sorted(options), self.chance.randint(1, 2))
        call = await self.slash("tracks", **{name: options[name] for name in some})
        self.read(await filled(self.stage, call))
        return "listed"

    async def look_up_models(self) -> str:
        """Proposals while typing."""
        command = self.chance.choice(["compose", "tracks"])
        channel = self.place.channel
        await self.member.autocomplete(command, "model", self.text()[:100], channel=channel)
        return "proposed"

    async def slash(self, command: str, **options: object) -> Call:
        return await self.member.slash(command, channel=self.place.channel, options=options)

    def text(self) -> str:
        """Hostile text of any length; sometimes nothing of it can be seen."""
        if self.chance.random() < 0.1:
            return self.chance.choice(INVISIBLE) * self.chance.randint(1, 50)
        return (typed(self.chance.getrandbits(32)) * self.chance.choice([1, 1, 1, 30]))[:1900]

    async def outcome(self, call: Call) -> str:
        """A private refusal, or a card and what answers it."""
        answer = await call.answered()
        self.read(answer)
        if answer.ephemeral:
            return "refused"
        self.read(await reply_to(self.stage, self.member, answer))
        return "composed"

    def read(self, message: MessageView) -> None:
        """Nothing leads elsewhere, and nobody else is called."""
        for text in (message.content, *texts_of(message)):
            links = [name for name in outline(text) if "://" in name]
            assert all(OUR_LINKS.fullmatch(link) for link in links), (text, links)
        assert {one["id"] for one in message.mentions} <= {str(self.member.user_id)}


def texts_of(message: MessageView) -> list[str]:
    fields = [field["value"] for embed in message.embeds for field in embed.get("fields", ())]
    described = [embed.get("description") or "" for embed in message.embeds]
    return fields + described + [embed.get("title") or "" for embed in message.embeds]


async def test_each_member_has_an_outcome_whatever_they_type(tmp_path: Path) -> None:
    async with shared_stage(tmp_path, quick_sandbox()) as stage:
        async with asyncio.TaskGroup() as group:
            seats = [
                group.create_task(Seat(stage, number).sit(INPUTS // SEATS))
                for number in range(SEATS)
            ]
        books = sum((seat.result() for seat in seats), Counter[str]())
        print(books)
        assert books.total() == INPUTS
        assert {"refused", "composed", "listed", "proposed", "saved"} <= books.keys()
        paid = [str(one.body["prompt"]) for one in stage.provider.generations]
        assert not any(prompt.strip("".join(INVISIBLE)) == "" for prompt in paid)
        assert "Traceback" not in stage.log()
