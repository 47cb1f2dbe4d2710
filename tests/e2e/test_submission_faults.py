"""Submissions that go wrong, and outages of the provider while many jobs wait."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from functools import partial
from pathlib import Path

import pytest
import pytest_asyncio

from bot.domain.jobs import JobState
from sandbox.aimlapi import error_body
from sandbox.driver import Call, MemberDriver, MessageView
from sandbox.scenario import Rule
from tests.e2e import hasty
from tests.e2e.shared import (
    GENERATIONS,
    OUTCOME_TIMEOUT_S,
    Records,
    quick_sandbox,
    replies_to,
    reply_to,
    shared_stage,
    until,
)
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

HTML = "<!doctype html><title>Bad gateway</title>"
WAITING = 50
AT_ONCE = 10
NAMES = ("Ada", "Ben", "Chika")

Calls = dict[str, Call]

# Each was accepted, and its answer doesn't say so.
TAKEN: dict[str, Callable[[Rule], Rule]] = {
    "cut after it was read": lambda rule: rule.reset_after(),
    "cut in the answer": lambda rule: rule.truncate(10),
    "500": lambda rule: rule.respond_after(500, error_body(500, "no")),
    "502": lambda rule: rule.respond_after(502, HTML),
    "503 of a proxy": lambda rule: rule.respond_after(503, HTML),
    "invalid JSON": lambda rule: rule.respond_after(201, b'{"id": "x", "sta'),
    "HTML with 200": lambda rule: rule.respond_after(200, HTML),
    "no id": lambda rule: rule.respond_after(201, {"status": "queued"}),
}

# None was accepted, and each may have been, as far as anybody can tell from outside.
UNTAKEN: dict[str, Callable[[Rule], Rule]] = {
    "500": lambda rule: rule.respond(500, error_body(500, "no")),
    "502": lambda rule: rule.respond(502, HTML),
    "503 of a proxy": lambda rule: rule.respond(503, HTML),
    "504": lambda rule: rule.respond(504, error_body(504, "no")),
    "cut before it was read": lambda rule: rule.reset_before(),
    "invalid JSON": lambda rule: rule.respond(201, b'{"id": "x", "sta'),
    "HTML with 200": lambda rule: rule.respond(200, HTML),
    "no id": lambda rule: rule.respond(201, {"status": "queued"}),
    "an answer that does not end": lambda rule: rule.respond(201, b" " * (2 << 20)),
}


class Door:
    """A TCP port in front of the provider that can be shut: connections are refused then."""

    def __init__(self) -> None:
        self._server: asyncio.Server | None = None
        self._streams: set[asyncio.StreamWriter] = set()
        self.port = 0
        self.leads_to = 0

    async def open(self) -> None:
        """Let connections through to the port `leads_to`."""
        self._server = await asyncio.start_server(self._pass_on, "127.0.0.1", self.port)
        self.port = self._server.sockets[0].getsockname()[1]

    async def shut(self) -> None:
        """Refuse new connections, and cut those there are."""
        if self._server is not None:
            self._server.close()
        for stream in self._streams:
            stream.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        streams = {writer}
        try:
            inner_reader, inner_writer = await asyncio.open_connection("127.0.0.1", self.leads_to)
            streams.add(inner_writer)
            self._streams |= streams
            await asyncio.gather(_copy(reader, inner_writer), _copy(inner_reader, writer))
        finally:  # also when it's cut off: a stream that nobody closes is a warning in another test
            self._streams -= streams
            for stream in streams:
                stream.transport.abort()


async def _copy(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with suppress(ConnectionError):
        while chunk := await reader.read(1 << 16):
            writer.write(chunk)
            await writer.drain()
    writer.close()


@asynccontextmanager
async def stage_behind(door: Door, folder: Path) -> AsyncIterator[Stage]:
    """A bot that reaches the provider through the door only."""
    sandbox = quick_sandbox()
    await door.open()
    address = f"http://127.0.0.1:{door.port}"
    try:
        async with shared_stage(
            folder, sandbox, AIMLAPI_URL=address, MAX_CONCURRENT_GENERATIONS="25"
        ) as stage:
            door.leads_to = int(stage.provider.url.rpartition(":")[2])
            yield stage
    finally:
        await door.shut()


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def taken(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Stage, Calls]]:
    """Submissions that were accepted, whose answers were lost at the same time."""
    async with shared_stage(tmp_path_factory.mktemp("taken"), quick_sandbox()) as stage:
        yield stage, await submit_together(stage, TAKEN)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def interrupted(
    tmp_path_factory: pytest.TempPathFactory,
) -> AsyncIterator[tuple[Stage, Calls]]:
    """All submissions of unknown outcome that came to nothing, by a bot that soon gives up."""
    folder = tmp_path_factory.mktemp("interrupted")
    async with shared_stage(folder, quick_sandbox(), module=hasty.MODULE) as stage:
        yield stage, await submit_together(stage, UNTAKEN)


async def submit_together(stage: Stage, faults: dict[str, Callable[[Rule], Rule]]) -> Calls:
    """A submission for each fault, all at the provider at the same time."""
    ben, calls, holds = stage.member(), {}, []
    for name, fault in faults.items():
        hold = fault(stage.provider.scenario.on("POST", GENERATIONS)).hold_before()
        calls[name] = await ben.slash("compose", prompt=name)
        await stage.bot.watch(hold.reached())
        holds.append(hold)
    for hold in holds:
        hold.release()
    return calls


@pytest.mark.parametrize("fault", TAKEN)
async def test_track_is_delivered_when_the_answer_to_its_submission_was_lost(
    taken: tuple[Stage, Calls], fault: str
) -> None:
    stage, calls = taken
    call = calls[fault]
    track = await reply_to(stage, call.member, await call.answered())
    assert track.attachments
    assert len(replies_to(call.member, await call.answered())) == 1
    made = [one for one in stage.provider.generations if one.body["prompt"] == fault]
    assert len(made) == 1


@pytest.mark.parametrize("fault", UNTAKEN)
async def test_submission_of_unknown_outcome_is_told_and_not_repeated(
    interrupted: tuple[Stage, Calls], fault: str
) -> None:
    stage, calls = interrupted
    call = calls[fault]
    told = await reply_to(stage, call.member, await call.answered())
    assert "might have been paid for" in told.content
    assert [button["label"] for button in told.buttons] == ["Try again", "Edit", "Recipe"]
    assert Records(stage).state(call) is JobState.FAILED


async def test_submissions_of_unknown_outcome_are_not_repeated(
    interrupted: tuple[Stage, Calls],
) -> None:
    stage, calls = interrupted
    for call in calls.values():
        await reply_to(stage, call.member, await call.answered())
    again = stage.provider.scenario.on("POST", GENERATIONS).hold_before()
    await (await stage.member("Chika").slash("compose", prompt="another")).answered()
    await stage.bot.watch(again.reached())  # whatever waited before it would have gone out first
    assert [rule.hits for rule in stage.provider.scenario.rules] == [1] * (len(UNTAKEN) + 1)
    again.drop()


@pytest.mark.parametrize("status", [429, 404], ids=["429 without Retry-After", "wrong address"])
async def test_submission_is_repeated_when_it_surely_was_not_accepted(
    tmp_path: Path, status: int
) -> None:
    async with shared_stage(tmp_path, quick_sandbox()) as stage:
        refused = stage.provider.scenario.on("POST", GENERATIONS)
        refused.respond(status, error_body(status, "no"))
        calls = await compose_many(stage, 1)
        await assert_each_is_delivered_once(stage, calls)
        assert refused.hits == 1


async def test_queue_is_not_used_up_while_outcomes_are_unknown(tmp_path: Path) -> None:
    async with shared_stage(tmp_path, quick_sandbox(), module=hasty.MODULE) as stage:
        broken = stage.provider.scenario.on("POST", GENERATIONS, times=None).respond(502, HTML)
        calls = await compose_many(stage, 1)
        await reply_to(stage, calls[0].member, await calls[0].answered())
        calls += await compose_many(stage, 20)
        await until(stage, lambda: broken.hits == 2)  # the first probe
        stage.provider.scenario.clear()
        told = [await reply_to(stage, call.member, await call.answered()) for call in calls]
        assert Counter(bool(message.attachments) for message in told) == {True: 19, False: 2}
        assert "one at a time" in stage.log()


async def test_jobs_wait_while_the_provider_can_not_be_reached(tmp_path: Path) -> None:
    door = Door()
    async with stage_behind(door, tmp_path) as stage:
        await door.shut()
        calls = await compose_many(stage, WAITING)
        assert not stage.provider.generations
        await door.open()
        await assert_each_is_delivered_once(stage, calls)


async def test_jobs_wait_without_credits_until_the_host_tops_up(tmp_path: Path) -> None:
    places = {"MAX_CONCURRENT_GENERATIONS": str(AT_ONCE)}
    async with shared_stage(tmp_path, quick_sandbox(), **places) as stage:
        stage.provider.empty_account()
        calls = await compose_many(stage, WAITING)
        members = [stage.member(name) for name in NAMES]
        for member in members:
            await stage.bot.watch(member.wait_for_message(partial(delays, member)))
        exchanges = stage.provider.traffic.exchanges
        refused = [one for one in exchanges if (one.method, one.status) == ("POST", 403)]
        # Those that came together went out together, and then one at a time.
        assert len(refused) < AT_ONCE + 10
        stage.provider.top_up(100)
        await assert_each_is_delivered_once(stage, calls)
        for member in members:
            assert len([one for one in member.messages() if delays(member, one)]) == 1


async def test_polls_go_on_when_the_provider_comes_back(tmp_path: Path) -> None:
    door = Door()
    async with stage_behind(door, tmp_path) as stage:
        polled = stage.provider.scenario.on("GET", GENERATIONS).hold_before()
        calls = await compose_many(stage, 3)
        await stage.bot.watch(polled.reached())
        await door.shut()
        await until(stage, lambda: "could not poll" in stage.log())
        await door.open()
        await assert_each_is_delivered_once(stage, calls)


async def compose_many(stage: Stage, number: int) -> list[Call]:
    """So many jobs, each member's in turn."""
    members = [stage.member(name) for name in NAMES]
    calls: list[Call] = []
    while len(calls) < number:
        together = range(len(calls), min(len(calls) + AT_ONCE, number))
        calls += [
            await members[index % len(members)].slash("compose", prompt=f"track {index}")
            for index in together
        ]
        await asyncio.gather(*(calls[index].answered() for index in together))
    return calls


async def assert_each_is_delivered_once(stage: Stage, calls: Sequence[Call]) -> None:
    """Every job's track is there, and each was paid for once."""
    for call in calls:
        assert (await finished(stage, call)).attachments
    assert len(stage.provider.generations) == len(calls)
    for call in calls:
        tracks = [one for one in replies_to(call.member, await call.answered()) if one.attachments]
        assert len(tracks) == 1


async def finished(stage: Stage, call: Call) -> MessageView:
    """The track of a call, or why there is none; that it takes longer is not it."""
    card = await call.answered()
    return await stage.bot.watch(
        call.member.wait_for_message(
            lambda message: (
                message.reference is not None
                and message.reference["message_id"] == card.id
                and not delays(call.member, message)
            ),
            timeout_s=OUTCOME_TIMEOUT_S,
        )
    )


def delays(member: MemberDriver, message: MessageView) -> bool:
    """Whether this tells the member that their track has to wait."""
    return "has to wait" in message.content and f"<@{member.user_id}>" in message.content
