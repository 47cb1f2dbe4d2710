"""`/cover` and the Apps menu of messages, as members experience them."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio

from sandbox.aimlapi.generations import Audio, Fate
from sandbox.driver import Call, DriverFile, MemberDriver, MessageView
from tests.bot.audio.takes import encoded, tone
from tests.bot.provider.clips import wav as silence
from tests.e2e.pressing import press
from tests.e2e.shared import quick_sandbox, reply_to, shared_stage, until
from tests.e2e.stage import Stage, private_answer

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

STYLE = "as a slow waltz with accordion"
LYRICS = "walking home in the rain again"
COVER = "Cover this track"
COMPOSE = "Compose from this message"
LONG_S = 60.0
END_LINKS = "update jobs set reference_url = replace(reference_url, '?ex=', '?ex=1&ex=')"
CDN = "/(ephemeral-)?attachments/.+"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with shared_stage(tmp_path_factory.mktemp("cover"), quick_sandbox()) as opened:
        yield opened


def hum(seconds: int = 10) -> DriverFile:
    """A recording of a low quality, of any length."""
    return DriverFile("hum.wav", silence(seconds * 8_000))


async def fill_in(member: MemberDriver, call: Call, **values: object) -> Call:
    await call.acknowledged()
    assert call.modal is not None
    return await member.fill_modal(call, values)


class Submissions:
    """What goes out to the provider from now on."""

    def __init__(self, stage: Stage) -> None:
        self._stage = stage
        self._before = len(stage.provider.generations)

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [dict(one.body) for one in self._stage.provider.generations[self._before :]]

    async def next(self, call: Call) -> dict[str, object]:
        """The body of the one that a request leads to."""
        card = await call.answered()
        assert not card.ephemeral, card.text
        await until(self._stage, lambda: len(self.bodies) > 0)
        return self.bodies[-1]


@pytest.fixture
def submissions(stage: Stage) -> Submissions:
    return Submissions(stage)


async def heard(stage: Stage, body: dict[str, object]) -> bytes:
    """What the provider gets when it fetches the reference."""
    return await stage.member().fetch({"url": body["reference_audio_url"]})


async def track_of(stage: Stage, member: MemberDriver, call: Call) -> MessageView:
    return await reply_to(stage, member, await call.answered())


# --- where the audio comes from -----------------------------------------------------------------


async def test_attached_audio_is_covered_in_the_style_of_the_prompt(
    stage: Stage, submissions: Submissions
) -> None:
    ben = stage.member()
    call = await ben.slash("cover", audio=hum(), prompt=STYLE, lyrics=LYRICS)
    body = await submissions.next(call)
    assert await heard(stage, body) == hum().data
    del body["reference_audio_url"]
    assert body == {"model": "minimax/music-cover", "prompt": STYLE, "lyrics": LYRICS}
    track = await track_of(stage, ben, call)
    assert len(track.audio) == 1
    assert STYLE in track.text
    assert "Cover of" not in track.text


async def test_style_is_asked_for_when_none_was_typed(
    stage: Stage, submissions: Submissions
) -> None:
    ben = stage.member()
    submitted = await fill_in(ben, await ben.slash("cover", audio=hum()), prompt=STYLE)
    assert await heard(stage, await submissions.next(submitted)) == hum().data


async def test_audio_of_a_members_message_is_covered_from_the_menu(
    stage: Stage, submissions: Submissions
) -> None:
    ada, ben = stage.member("Ada"), stage.member()
    files = [DriverFile("notes.txt", b"in A minor"), hum()]
    message = await ada.say("my new riff", channel="music-jam", files=files)
    submitted = await fill_in(ben, await ben.menu(COVER, message), prompt=STYLE)
    assert await heard(stage, await submissions.next(submitted)) == hum().data


async def test_cover_of_the_bots_own_track_credits_its_author(stage: Stage) -> None:
    ada, ben = stage.member("Ada"), stage.member()
    stage.provider.plan(Fate(audio=Audio(hum().data, "audio/wav", "out.wav")))
    composed = await ada.slash("compose", channel="music-jam", prompt="lo-fi rain")
    track = await track_of(stage, ada, composed)
    submitted = await fill_in(ben, await ben.menu(COVER, track), prompt=STYLE)
    cover = await track_of(stage, ben, submitted)
    assert f"by <@{ada.user_id}>" in cover.text
    assert "Cover of **" in cover.text
    assert [user["id"] for user in cover.mentions] == [str(ben.user_id)]
    recipe = await private_answer(await press(ada, cover, "Recipe"))
    assert f"/cover prompt:{STYLE}" in recipe
    assert f"<@{ada.user_id}>" in recipe
    assert track.audio[0]["filename"] in recipe


async def test_dialog_that_was_opened_before_a_restart_still_has_the_audio(
    stage: Stage, submissions: Submissions
) -> None:
    ben = stage.member()
    call = await ben.slash("cover", audio=hum())
    await call.acknowledged()
    await stage.bot.kill()
    await stage.bot.start()
    await stage.bot.ready()
    submitted = await fill_in(ben, call, prompt=STYLE)
    assert await heard(stage, await submissions.next(submitted)) == hum().data


# --- what can't be covered ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("audio", "why"),
    [
        (hum(5), "yours has 5 seconds"),
        (hum(361), "yours has 361 seconds"),
        (DriverFile("hum.ogg", encoded("ogg", tone(3))), "yours has 3 seconds"),
        (DriverFile("hum.mp3", b"no music, whatever the name says"), "`hum.mp3` isn't"),
        (DriverFile("notes.txt", b"la la la"), "`notes.txt` isn't"),
    ],
    ids=["too short", "too long", "too short, compressed", "text", "text by its name"],
)
async def test_unfit_audio_is_refused_at_once_and_can_be_replaced(
    stage: Stage, submissions: Submissions, audio: DriverFile, why: str
) -> None:
    ben = stage.member()
    answer = await (await ben.slash("cover", audio=audio, prompt=STYLE, lyrics=LYRICS)).answered()
    assert answer.ephemeral
    assert why in answer.text
    assert submissions.bodies == []
    edit = await ben.click(answer, label="Edit")
    body = await submissions.next(await fill_in(ben, edit, audio=hum()))
    assert (body["prompt"], body["lyrics"]) == (STYLE, LYRICS)
    assert await heard(stage, body) == hum().data


async def test_unfit_audio_in_the_dialog_is_refused_and_what_was_there_is_kept(
    stage: Stage, submissions: Submissions
) -> None:
    ben = stage.member()
    call = await ben.slash("cover", audio=hum())
    text = DriverFile("notes.txt", b"la la la")
    answer = await (await fill_in(ben, call, prompt=STYLE, audio=text)).answered()
    assert "`notes.txt` isn't" in answer.text
    body = await submissions.next(await fill_in(ben, await ben.click(answer, label="Edit")))
    assert body["prompt"] == STYLE
    assert await heard(stage, body) == hum().data


async def test_message_without_audio_is_answered_privately(stage: Stage) -> None:
    ben = stage.member()
    message = await ben.say("just words", channel="music-jam")
    assert "no audio" in await private_answer(await ben.menu(COVER, message))


@pytest.mark.parametrize("fault", ["slow", "broken", "refused"])
async def test_audio_that_cant_be_looked_at_in_time_goes_on_to_the_provider(
    stage: Stage, submissions: Submissions, fault: str
) -> None:
    rule, slow = stage.discord.scenario.on("GET", CDN), None
    match fault:
        case "slow":
            slow = rule.hold_before()
        case "broken":
            rule.reset_before()
        case _:
            rule.respond(403, "no")
    call = await stage.member().slash("cover", audio=hum(), prompt=STYLE)
    assert await heard(stage, await submissions.next(call)) == hum().data
    if slow:
        slow.release()


# --- links that end -----------------------------------------------------------------------------


class Narrow:
    """One place at the provider: the others wait, while the links to their audio end."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ada, self.ben = stage.member("Ada"), stage.member()

    async def track(self) -> MessageView:
        """Something of the bot's own to be covered."""
        self.stage.provider.plan(Fate(audio=Audio(hum().data, "audio/wav", "out.wav")))
        return await track_of(self.stage, self.ada, await self.ada.slash("compose", prompt="rain"))

    async def take_the_place(self) -> Submissions:
        """Until `a_day_passes`."""
        submissions = Submissions(self.stage)
        self.stage.provider.plan(Fate(duration_s=LONG_S))
        await submissions.next(await self.ada.slash("compose", prompt="something long"))
        return Submissions(self.stage)

    async def ask(self, message: MessageView) -> Call:
        return await fill_in(self.ben, await self.ben.menu(COVER, message), prompt=STYLE)

    def a_day_passes(self) -> None:
        """All links that the bot has by now have ended, and so has what took the place."""
        with closing(sqlite3.connect(self.stage.folder / "compose.db")) as database, database:
            database.execute(END_LINKS)
        self.stage.discord.advance(LONG_S)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def narrow(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Narrow]:
    settings = {"MAX_CONCURRENT_GENERATIONS": "1"}
    folder = tmp_path_factory.mktemp("narrow")
    async with shared_stage(folder, quick_sandbox(), **settings) as stage:
        yield Narrow(stage)


async def test_link_that_ended_in_the_queue_is_asked_for_anew(narrow: Narrow) -> None:
    track = await narrow.track()
    submissions = await narrow.take_the_place()
    call = await narrow.ask(track)
    await call.answered()
    narrow.a_day_passes()
    body = await submissions.next(call)
    assert await heard(narrow.stage, body) == hum().data


async def test_cover_fails_for_free_when_its_message_is_gone(narrow: Narrow) -> None:
    track = await narrow.track()
    submissions = await narrow.take_the_place()
    call = await narrow.ask(track)
    await call.answered()
    await narrow.ada.delete(track)
    narrow.a_day_passes()
    failure = await track_of(narrow.stage, narrow.ben, call)
    assert "too old" in failure.text
    assert "cost nothing" in failure.text
    assert submissions.bodies == []
    again = await narrow.ben.click(failure, label="Try again")
    assert "is gone" in await private_answer(again)


async def test_cover_fails_for_free_when_nobody_keeps_the_attached_file(narrow: Narrow) -> None:
    submissions = await narrow.take_the_place()
    call = await narrow.ben.slash("cover", audio=hum(), prompt=STYLE)
    await call.answered()
    narrow.a_day_passes()
    failure = await track_of(narrow.stage, narrow.ben, call)
    assert "too old" in failure.text
    assert submissions.bodies == []


async def test_again_asks_for_the_audio_when_its_link_has_ended(narrow: Narrow) -> None:
    submissions = Submissions(narrow.stage)
    call = await narrow.ben.slash("cover", audio=hum(), prompt=STYLE)
    cover = await track_of(narrow.stage, narrow.ben, call)
    narrow.a_day_passes()
    again = await narrow.ben.click(cover, label="Again")
    assert "is gone" in await private_answer(again)
    assert len(submissions.bodies) == 1


# --- the text of messages -----------------------------------------------------------------------


def prompt_in(call: Call) -> str:
    """What the opened dialog has in its first field."""
    assert call.modal is not None
    prompt = call.modal["components"][0]["component"]["value"]
    assert isinstance(prompt, str)
    return prompt


async def test_text_of_a_message_becomes_the_prompt(stage: Stage, submissions: Submissions) -> None:
    ada, ben = stage.member("Ada"), stage.member()
    message = await ada.say("  a storm over the harbour, at night ", channel="music-jam")
    call = await ben.menu(COMPOSE, message)
    await call.acknowledged()
    assert prompt_in(call) == "a storm over the harbour, at night"
    body = await submissions.next(await fill_in(ben, call))
    assert body["prompt"] == "a storm over the harbour, at night"


async def test_prompt_of_the_bots_own_track_is_taken_whole(stage: Stage) -> None:
    ada, ben = stage.member("Ada"), stage.member()
    prompt = "**rain** on `tin` roofs, " * 20
    composed = await ada.slash("compose", channel="music-jam", prompt=prompt)
    track = await track_of(stage, ada, composed)
    call = await ben.menu(COMPOSE, track)
    await call.acknowledged()
    assert prompt_in(call) == prompt.strip()


async def test_message_without_text_is_answered_privately(stage: Stage) -> None:
    ben = stage.member()
    message = await ben.say("", channel="music-jam", files=[hum()])
    assert "no text" in await private_answer(await ben.menu(COMPOSE, message))
