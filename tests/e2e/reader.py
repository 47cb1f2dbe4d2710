"""A member with tracks on the shelf, who looks them up."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime

from bot.domain.jobs import Job, Rung
from bot.store.database.engine import connect
from bot.store.held_store import KeptAudio
from sandbox.driver import Call, MemberDriver, MessageView
from tests.bot.provider.clips import WAV
from tests.bot.store.shelf import Shelf
from tests.e2e.forked import BotProcess
from tests.e2e.place import Place
from tests.e2e.shared import Records, reply_to, until
from tests.e2e.stage import Stage
from tests.factories import HandClock, Stored


class Reader:
    """A member in a channel of their own, with tracks on the shelf."""

    def __init__(self, stage: Stage, shelf: Shelf, name: str) -> None:
        self.stage = stage
        self.place = Place(stage, name)
        self.member = self.place.member
        self.guild_id = self.place.guild.id
        self.channel_id = self.place.channel.id
        self._shelf = shelf

    async def put(self, prompt: str = "lo-fi rain", **changes: object) -> Job:
        """A track of this member's, in this channel."""
        own = {"member_id": self.member.user_id, "guild_id": self.guild_id}
        values = own | {"channel_id": self.channel_id} | changes
        return await self._shelf.put(prompt, **values)  # type: ignore[arg-type]

    async def hold(self, prompt: str) -> Job:
        """A track that could not be delivered, with its file."""
        job = await self.put(prompt, rung=Rung.HELD)
        audio = KeptAudio(file_name="held.wav", content=WAV)
        stored = self._shelf.stored
        await stored.stores.held.keep(job.id, audio, stored.clock())
        return job

    async def share(self, job: Job) -> None:
        await self._shelf.share(job, self.channel_id, guild_id=self.guild_id)

    async def tracks(self, by: MemberDriver | None = None, **options: object) -> MessageView:
        """The list that `/tracks` shows."""
        asker = by or self.member
        call = await asker.slash("tracks", channel=self.place.channel, options=options)
        return await filled(self.stage, call)

    async def open(
        self, listed: MessageView, job: Job, by: MemberDriver | None = None
    ) -> MessageView:
        """What is shown of a track that was chosen in a list."""
        opener = by or self.member
        call = await opener.choose(listed, custom_id="compose:open", values=[job.id])
        return await filled(self.stage, call)

    async def composed(self) -> Job:
        """A track that was really made, and delivered in this channel."""
        _, card = await self.place.compose()
        await reply_to(self.stage, self.member, card)
        return await self._newest()

    async def composed_privately(self) -> Job:
        """A track that only this member has seen, in place of the card."""
        call = await self.member.slash(
            "compose", channel=self.place.channel, prompt="lo-fi rain", private=True
        )
        records = Records(self.stage)
        assert await records.until_told(call) is Rung.INTERACTION
        await until(self.stage, lambda: records.keeps_audio(call))
        return await self._newest()

    def lose_at_provider(self, job: Job) -> None:
        """Its link there leads nowhere any more."""
        path = (job.audio_url or "").partition("/cdn/")[2]
        gone = self.stage.provider.scenario.on("GET", f"/cdn/{path}", times=None)
        gone.respond(404, {})

    async def _newest(self) -> Job:
        listed = await self.tracks()
        job_id = listed.selects[0]["options"][0]["value"]
        return await self._shelf.stored.job(job_id)


async def filled(stage: Stage, call: Call) -> MessageView:
    """The last message of an answer that was thought about."""
    answer = await call.answered()
    if answer.thinking:
        await stage.bot.watch(
            call.member.wait_for_edit(answer, lambda message: not message.thinking)
        )
    shown = call.messages()[-1]
    assert shown.ephemeral, shown
    return shown


async def restart(bot: BotProcess) -> None:
    await bot.stop()
    await bot.start()
    await bot.ready()


def titles(listed: MessageView) -> list[str]:
    """What the select below a list offers."""
    return [
        option["label"].partition(". ")[2] for one in listed.selects for option in one["options"]
    ]


@asynccontextmanager
async def opened_shelf(database_url: str) -> AsyncIterator[Shelf]:
    """The tracks in the database of a running bot."""
    engine = connect(database_url)
    yield Shelf(Stored(engine, HandClock(datetime.now(UTC))))
    await engine.dispose()
