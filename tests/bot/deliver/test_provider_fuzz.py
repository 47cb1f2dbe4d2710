"""Two thousand answers of a provider gone mad: the bot lives, and each member has an outcome.

Submitter, poller and deliverer run against the provider's stand-in over real sockets. For each job
some of its first answers are spoilt, of all kinds of calls; then the provider is well again.
"""

import json
import logging
import random
from typing import Any

import pytest

from bot.domain.jobs import FINAL_KINDS, TERMINAL, Job, Rung
from bot.loops.wakeups import Wakeups
from bot.loops.worker import Worker
from bot.provider.client import GENERATIONS
from sandbox.aimlapi import Fate, error_body
from sandbox.scenario import Rule
from tests.bot.deliver.conftest import FILES, Post
from tests.bot.generate.parts import a_poller, a_submitter, look_ups_on
from tests.bot.provider.clips import WAV
from tests.factories import MEMBER_ID

pytestmark = pytest.mark.soak

SEED = 2026
ANSWERS = 2000
SPOILT_A_JOB = 6
STEPS = 200  # several hours: a `Retry-After` may ask for one
STEP_S = 61.0

HTML = "<!doctype html><title>Just a moment…</title>"
STATUSES = (
    *(200, 201, 202, 204, 206, 301, 302, 400, 401, 402, 403, 404, 405, 408, 409, 410, 413, 418),
    *(422, 425, 429, 451, 500, 501, 502, 503, 504, 520, 599),
)
WORDS = (
    *("completed", "COMPLETED", " completed\n", "succeeded", "done", "failed", "Error"),
    *("canceled", "queued", "generating", "polishing", "", "success"),
)
ADDRESSES = ("https://10.0.0.1/a.wav", "file:///etc/passwd", "http://[::1", "x", "//a", "https://")
NAMES = (
    "id",
    "status",
    "audio_file",
    "error",
    "meta",
    "message",
    "detail",
    "url",
    "data",
    "output",
)

Dice = random.Random


def junk(dice: Dice, depth: int = 3) -> Any:
    """Any JSON, of names and words that mean something."""
    kind = dice.randrange(10 if depth else 7)
    if kind < 3:
        return dice.choice(
            (*WORDS, *ADDRESSES, HTML, "Names are not allowed", "{'a': 1}", "\ud800")
        )
    if kind < 7:
        return dice.choice((None, True, 0, -1, 5, 2**70, 1e308, float("nan"), float("inf"), 0.5))
    if kind < 8:
        return [junk(dice, depth - 1) for _ in range(dice.randrange(4))]
    return {dice.choice(NAMES): junk(dice, depth - 1) for _ in range(dice.randrange(5))}


def an_answer(dice: Dice) -> Any:
    """A generation, with a member or more gone wrong, perhaps in an envelope."""
    answer: dict[str, Any] = {
        "id": dice.choice(("x:lyria2", 17, None, "")),
        "status": dice.choice(WORDS),
        "audio_file": dice.choice(
            (None, {"url": dice.choice(ADDRESSES)}, [dice.choice(ADDRESSES)])
        ),
        "error": dice.choice((None, "no", {"message": "no names"}, [{"msg": "no", "loc": [1]}])),
    }
    for _ in range(dice.randrange(3)):
        answer[dice.choice(NAMES)] = junk(dice)
    for _ in range(dice.randrange(3)):
        answer.pop(dice.choice(NAMES), None)
    return dice.choice((answer, answer, answer, {"data": answer}, [answer], json.dumps(answer)))


def encoded(dice: Dice, data: Any) -> bytes:
    """As bytes that are JSON, nearly, or not at all."""
    text = json.dumps(data)
    return dice.choice(
        (
            text.encode(),
            text.encode(),
            text.encode(),
            b"\xef\xbb\xbf" + text.encode(),
            text.encode("utf-16"),
            text.encode()[: dice.randrange(len(text) + 1)],
            text.encode() + b"\x00\xff trailing",
            text.replace("null", "1" * 5000).encode(),
            ('{"id": "first", ' + text[1:]).encode(),
            b'{"a":' * 5000,
            dice.randbytes(50),
            HTML.encode(),
            b"",
        )
    )


def spoil(rule: Rule, dice: Dice) -> None:
    """One way or another."""
    kind = dice.randrange(12)
    if kind == 0:
        rule.reset_before()
    elif kind == 1:
        rule.reset_after()
    elif kind == 2:
        rule.truncate(dice.randrange(30))
    else:
        status = dice.choice((200, 201, *STATUSES)) if kind < 9 else 200
        own = error_body(status, str(junk(dice, 0)))
        body = encoded(dice, dice.choice((an_answer(dice), an_answer(dice), junk(dice), own)))
        headers = {"Retry-After": dice.choice(("0", "7", "nan", "-1", "soon", "1e9"))}
        if dice.random() < 0.1:
            headers["Content-Encoding"] = dice.choice(("gzip", "deflate", "odd"))
        kinds = ("application/json", "text/plain", "text/html", "application/octet-stream")
        rule.respond(status, body, headers=headers, content_type=dice.choice(kinds))


def spoil_file(rule: Rule, dice: Dice) -> None:
    if dice.random() < 0.5:
        spoil(rule, dice)
    else:
        rule.respond(
            200, dice.choice((WAV[: dice.randrange(len(WAV))], b"RIFF", dice.randbytes(99)))
        )


def arrange(post: Post, dice: Dice) -> list[Rule]:
    """What goes wrong with the next job; the POST once at most, so that most jobs get on."""
    scenario, rules = post.stand_in.scenario, []
    submission, poll, file = (
        ("POST", GENERATIONS, spoil),
        ("GET", GENERATIONS, spoil),
        ("GET", FILES, spoil_file),
    )
    later = [dice.choice((poll, file)) for _ in range(dice.randrange(1, SPOILT_A_JOB))]
    for method, path, how in [*[submission] * dice.randrange(2), *later]:
        rules.append(scenario.on(method, path))
        how(rules[-1], dice)
    return rules


async def live_through(post: Post, job: Job, *workers: Worker[Any]) -> None:
    """Until everything is done that there is to do about the job."""
    for _ in range(STEPS):
        for worker in workers:
            await worker.run_once()
        await post.deliver()
        if (await post.stored.job(job.id)).state in TERMINAL and await post.is_closed():
            return
        post.clock.advance(STEP_S)
    raise AssertionError(f"nothing came of it: {await post.stored.job(job.id)}")


async def assert_outcome(post: Post, job: Job) -> None:
    """The member was told once what became of it, in words for people."""
    notices = await post.stored.notices.of_job(job.id)
    final = [notice for notice in notices if notice.kind in FINAL_KINDS]
    assert len(final) == 1, notices
    assert final[0].rung is Rung.CHANNEL
    told = [sent for sent in post.messenger.sent if sent.nonce == final[0].nonce]
    assert len(told) == 1
    assert len(post.messenger.sent) <= len(notices)
    for sent in post.messenger.sent:
        assert "{'" not in sent.what.content
        assert '{"' not in sent.what.content
        assert len(sent.what.content) <= 2000


async def test_each_member_has_an_outcome_whatever_the_provider_answers(
    post: Post, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.generate.request_log.PAGE_EVERY_S", 0.0)
    dice, wakeups = Dice(SEED), Wakeups()
    submitter = a_submitter(post.stored, post.provider, wakeups)
    looking_up = look_ups_on(post.stored, post.provider, wakeups)
    poller = a_poller(post.stored, post.provider, wakeups)
    caplog.set_level(logging.ERROR)
    spoilt = 0
    while spoilt < ANSWERS:
        rules = arrange(post, dice)
        post.stand_in.plan(Fate(duration_s=0))
        # Nobody may ask as often as this in a day.
        job = await post.stored.queue(member_id=MEMBER_ID + spoilt)
        await live_through(post, job, submitter, looking_up, poller)
        await assert_outcome(post, job)
        # That what was given up is looked for for a day is tested where time goes by faster.
        await post.stored.stores.lookups.later(job.id, None)
        spoilt += sum(rule.hits for rule in rules)
        post.stand_in.scenario.clear()
        post.messenger.sent.clear()
        post.clock.advance(STEP_S)
    assert "Traceback" not in caplog.text
