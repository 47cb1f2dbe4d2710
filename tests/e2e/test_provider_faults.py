"""What becomes of a track when the provider has trouble: one job for each fault, one bot for all.

What needs minutes, or a server of its own kind, is tested beside the code: see the table in
docs/faults.md.
"""

import gzip
import json
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

import pytest
import pytest_asyncio

from sandbox.aimlapi import error_body
from sandbox.driver import Call, MessageView
from tests.bot.provider.clips import WAV
from tests.e2e.shared import JobFaults, quick_sandbox, reply_to, shared_stage
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

HTML = "<!doctype html><title>Bad gateway</title>"
FILE, ODD_FILE = "{address}", "/cdn/odd.wav"
PICTURE = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"
COUNTS_TOO_MUCH = WAV[:4] + (5000).to_bytes(4, "little") + WAV[8:]
ELSEWHERE = "https://cdn.nowhere.invalid/output.wav"
NO_ADDRESS = "no address I can fetch it from"


@dataclass(frozen=True)
class Fault:
    """Something that goes wrong with one job after the provider accepted it.

    `says` is in the message that answers the card, and `delivers` whether the track is in it.
    """

    name: str
    arrange: Callable[[JobFaults], object]
    says: str = "your track is ready"
    delivers: bool = True

    def __str__(self) -> str:
        return self.name


def answered(status: int, body: object = None, **headers: str) -> Callable[[JobFaults], object]:
    """The first poll gets this answer."""
    content = error_body(status, "no") if body is None else body
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda faults: faults.polls().respond(status, content, headers=named)


def ended(error: object) -> Callable[[JobFaults], object]:
    """The generation fails for this reason."""
    answer = {"id": "x", "status": "error", "audio_file": None, "error": error}
    return lambda faults: faults.polls(times=None).respond(200, answer)


def named(url: object, *, times: int | None = None) -> Callable[[JobFaults], object]:
    """The generation is completed, and its file is said to be there."""
    answer = {"id": "x", "status": "completed", "audio_file": {"url": url}}
    return lambda faults: faults.polls(times=times).respond(200, answer)


def completed(answer: dict[str, object]) -> Callable[[JobFaults], object]:
    """The generation is completed, told in this shape; `FILE` stands for the file's address."""
    told = json.dumps({"status": "completed"} | answer)
    return lambda faults: faults.polls(times=None).respond(
        200, told.replace(FILE, faults.provider_url + ODD_FILE)
    )


def served(
    status: int, body: object, *, times: int | None = 1, **headers: str
) -> Callable[[JobFaults], object]:
    """The file's address answers this."""
    return lambda faults: faults.downloads(times=times).respond(status, body, headers=headers)


POLLS = [
    *(Fault(f"poll {status}", answered(status)) for status in (400, 401, 403, 500, 502, 503, 504)),
    Fault("poll 504 of a proxy", answered(504, HTML)),
    Fault("poll 429", answered(429)),
    Fault("poll 429 with Retry-After", answered(429, Retry_After="2")),
    Fault("poll cut before it was read", lambda faults: faults.polls().reset_before()),
    Fault("poll cut after it was read", lambda faults: faults.polls().reset_after()),
    Fault("poll cut in its answer", lambda faults: faults.polls().truncate(20)),
    Fault("poll whose answer does not end", answered(200, b" " * (2 << 20))),
    Fault("poll answered with invalid JSON", answered(200, b'{"id": "x", "sta')),
    Fault("poll answered with HTML", answered(200, HTML)),
    Fault("unknown status", answered(200, {"id": "x", "status": "mastering"})),
    Fault("completed without a file", answered(200, {"id": "x", "status": "completed"})),
    Fault("completed with a file of null", named(None, times=2)),
    Fault("404 for a known generation", answered(404), "lost this track", delivers=False),
    Fault("error as an object", ended({"message": "not *this*"}), r"not \*this\*", delivers=False),
    Fault("error as text", ended("not that"), "not that", delivers=False),
    Fault("error without a reason", ended(None), "gave no reason", delivers=False),
]

ODD = [
    Fault("numeric id, file in a list", completed({"id": 17, "audio_file": [FILE]})),
    Fault("no id, file as text", completed({"audio_file": FILE})),
    Fault("another word and place", completed({"status": " Succeeded\n", "output": {"url": FILE}})),
    Fault("in an envelope", completed({"status": "success", "data": {"audio_url": FILE}})),
    Fault("poll 403 of a firewall", answered(403, HTML)),
    Fault("poll 404 of a proxy", answered(404, HTML)),
    Fault(
        "canceled, with a reason far down",
        lambda faults: faults.polls(times=None).respond(
            200, {"status": "Canceled", "meta": {"detail": [{"msg": "not like this"}]}}
        ),
        "not like this",
        delivers=False,
    ),
]

FILES = [
    Fault("file 404 for a while", served(404, HTML, times=2)),
    Fault("file 500", served(500, HTML)),
    Fault("file that is empty", served(200, b"")),
    Fault("file cut off", lambda faults: faults.downloads().truncate(500)),
    Fault("file shorter than its header says", served(200, WAV[:500])),
    Fault("file of a wrong length", served(200, COUNTS_TOO_MUCH, times=None)),
    Fault("file that comes packed", served(200, gzip.compress(WAV), times=None)),
    Fault("file at a wrong host at first", named(ELSEWHERE, times=1)),
    Fault("file that is a page for a while", served(200, HTML, times=3)),
    Fault(
        "file that is no audio", served(200, PICTURE, times=None), "isn't an audio", delivers=False
    ),
    Fault("file: address", named("file:///etc/passwd"), NO_ADDRESS, delivers=False),
    Fault("private address", named("https://10.0.0.1/a.wav"), NO_ADDRESS, delivers=False),
    Fault("metadata address", named("http://169.254.169.254/"), NO_ADDRESS, delivers=False),
    Fault(
        "redirect to a private address",
        served(302, b"", times=None, Location="https://192.168.0.1/a.wav"),
        NO_ADDRESS,
        delivers=False,
    ),
]


@dataclass(frozen=True)
class Played:
    """All faults, each with the card of its job, while they happen."""

    stage: Stage
    calls: dict[str, Call]

    async def outcome(self, fault: Fault) -> MessageView:
        """What answers the card of this fault's job."""
        call = self.calls[fault.name]
        return await reply_to(self.stage, call.member, await call.answered())


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def played(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Played]:
    async with shared_stage(tmp_path_factory.mktemp("faults"), quick_sandbox()) as stage:
        stage.provider.scenario.on("GET", ODD_FILE, times=None).respond(200, WAV)
        ben, calls = stage.member(), {}
        for fault in (*POLLS, *ODD, *FILES):
            fault.arrange(JobFaults(stage, fault.name))
            calls[fault.name] = await ben.slash("compose", prompt=fault.name)
            await calls[fault.name].answered()
        yield Played(stage, calls)


@pytest.mark.parametrize("fault", [*POLLS, *ODD, *FILES], ids=str)
async def test_member_is_told_once_and_pays_once_whatever_goes_wrong(
    played: Played, fault: Fault
) -> None:
    told = await played.outcome(fault)
    assert fault.says in told.content, told
    sizes_bytes = [attachment["size"] for attachment in told.attachments]
    assert sizes_bytes == ([len(WAV)] if fault.delivers else []), told
    assert [user["id"] for user in told.mentions] == [str(played.calls[fault.name].member.user_id)]
    paid = [one for one in played.stage.provider.generations if one.body["prompt"] == fault.name]
    assert len(paid) == 1


async def test_link_is_given_when_the_file_is_no_audio(played: Played) -> None:
    fault = next(fault for fault in FILES if fault.name == "file that is no audio")
    told = await played.outcome(fault)
    assert told.buttons[0]["url"].startswith(played.stage.provider.url)


async def test_address_that_is_not_fetched_from_is_not_shown(played: Played) -> None:
    for fault in (fault for fault in FILES if fault.says == NO_ADDRESS):
        told = await played.outcome(fault)
        assert not any("url" in button for button in told.buttons)
        assert "://" not in told.text
