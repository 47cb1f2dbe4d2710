"""Words between processes through PostgreSQL, also after the connection was lost."""

import asyncio

import pytest
from sqlalchemy.engine import make_url

from bot.store.database import wakeup_channel as wakeup
from bot.store.database.wakeup_channel import WakeupChannel
from tests.bot.store.gate import Gate

TIMEOUT_S = 10.0


class Ear:
    """A process that says when it heard something."""

    def __init__(self, url: str) -> None:
        self.heard: asyncio.Queue[str] = asyncio.Queue()
        self.wakeup = WakeupChannel(make_url(url), self.heard.put_nowait)

    async def next(self) -> str:
        return await asyncio.wait_for(self.heard.get(), TIMEOUT_S)


async def until_heard(speaker: Ear, listener: Ear, word: str) -> None:
    """Say it until the other hears it: nothing tells when somebody has begun to listen."""
    async with asyncio.timeout(TIMEOUT_S):
        while True:
            speaker.wakeup.send(word)
            try:
                async with asyncio.timeout(0.1):
                    while await listener.heard.get() != word:
                        pass
                    return
            except TimeoutError:
                continue


@pytest.fixture(autouse=True)
def _soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(wakeup, "RECONNECT_S", 0.05)


async def test_word_reaches_every_process(postgres_url: str) -> None:
    one, two = Ear(postgres_url), Ear(postgres_url)
    async with one.wakeup.running(), two.wakeup.running():
        await until_heard(two, one, "here")
        await until_heard(one, two, "there")
        one.wakeup.send("submit")
        while await one.next() != "submit":
            pass
        while await two.next() != "submit":
            pass


async def test_word_is_said_once_when_it_waits_already(postgres_url: str) -> None:
    ear = Ear(postgres_url)
    for word in ("poll", "poll", "poll", "end"):
        ear.wakeup.send(word)
    async with ear.wakeup.running():
        assert [await ear.next(), await ear.next()] == ["poll", "end"]
        ear.wakeup.send("poll")
        assert await ear.next() == "poll"


async def test_listener_hears_again_when_its_connection_was_cut(postgres_url: str) -> None:
    async with Gate(postgres_url) as gate:
        listener, speaker = Ear(gate.url), Ear(postgres_url)
        async with listener.wakeup.running(), speaker.wakeup.running():
            await until_heard(speaker, listener, "before")
            await gate.shut()
            await gate.open()
            await until_heard(speaker, listener, "after")


async def test_words_are_said_later_when_the_server_is_away_at_first(postgres_url: str) -> None:
    async with Gate(postgres_url) as gate:
        await gate.shut()
        ear = Ear(gate.url)
        async with ear.wakeup.running():
            ear.wakeup.send("deliver")
            await gate.open()
            assert await ear.next() == "deliver"
