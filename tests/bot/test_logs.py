"""Logs: one line each, the job's id on it, and no secret in any of them."""

import asyncio
import json
import logging
import subprocess
import sys
from collections.abc import Callable

import pytest

from bot.logs import HIDDEN, JsonFormatter, TextFormatter, about_job

TOKEN = 'bot-"token"\\x'
SECRETS = [TOKEN, "provider-key", ""]
Formatter = type[TextFormatter] | type[JsonFormatter]
BOTH = pytest.mark.parametrize("kind", [TextFormatter, JsonFormatter])


def a_record(message: str, *args: object, exc_info: bool = False) -> logging.LogRecord:
    error = sys.exc_info() if exc_info else None
    return logging.LogRecord("bot.x", logging.INFO, __file__, 1, message, args, error)


@BOTH
def test_secret_is_hidden_when_it_is_in_a_message(kind: Formatter) -> None:
    line = kind(SECRETS).format(a_record("with %s and %s", TOKEN, "provider-key"))
    assert "provider-key" not in line
    assert "bot-" not in line
    assert line.count(HIDDEN) == 2


@BOTH
def test_message_is_written_when_its_arguments_do_not_fit(kind: Formatter) -> None:
    line = kind(SECRETS).format(a_record("wait %.2f seconds for %s", "provider-key", 1))
    assert "wait" in line
    assert "provider-key" not in line


@BOTH
def test_secret_is_hidden_when_it_is_in_a_traceback(kind: Formatter) -> None:
    try:
        int("provider-key")  # whose error quotes what it was given
    except ValueError:
        line = kind(SECRETS).format(a_record("failed", exc_info=True))
    assert "ValueError" in line
    assert "provider-key" not in line


@BOTH
@pytest.mark.parametrize(
    "path",
    ["/webhooks/900/aW50ZXI.x_y-z/messages/@original", "/interactions/900/aW50ZXI.x_y-z/callback"],
)
def test_interaction_token_is_hidden_when_it_is_in_a_path(kind: Formatter, path: str) -> None:
    line = kind([]).format(a_record("PATCH https://discord.com/api/v10%s?x=1 failed", path))
    assert "aW50ZXI" not in line
    assert path.split("/")[1] in line


@BOTH
@pytest.mark.parametrize("end", ["\n", "\r", "\x0b", "\x85", "\u2028", "\x1b[2K", "\ud800"])
def test_message_stays_on_its_line_when_a_member_typed_line_breaks(
    kind: Formatter, end: str
) -> None:
    line = kind([]).format(a_record("prompt: %s", f"rain{end}2026-11-22 ERROR forged"))
    assert len(line.splitlines()) == 1
    assert line.isprintable()
    assert line.encode()


FORGED = "2026-11-22 10:15:00 ERROR   bot  forged"
BREAKS = ["\n", "\r", "\r\n", "\x0b", "\x0c", "\x1c", "\x85", "\u2028", "\u2029"]
STEERING = ["\x1b[2K", "\x9b2K", "\b", "\x00", "\u202e", "\u2066", "\u200b", "\ufeff", "\ud800"]


class ByItsName(ValueError):
    pass


ByItsName.__qualname__ = f"By\n{FORGED}"


def a_note(text: str) -> ValueError:
    error = ValueError("a note")
    error.add_note(text)
    return error


def a_syntax_error(text: str) -> SyntaxError:
    return SyntaxError("bad", (text, 1, 1, text))


def a_group(text: str) -> Exception:
    return ExceptionGroup(text, [ValueError(text), ExceptionGroup(text, [OSError(text)])])


@pytest.mark.parametrize("odd", [*BREAKS, *STEERING])
@pytest.mark.parametrize("make", [ValueError, KeyError, a_note, a_group, a_syntax_error, ByItsName])
def test_traceback_can_not_forge_lines_or_steer_a_terminal(
    odd: str, make: Callable[[str], Exception]
) -> None:
    error = RuntimeError(f"{odd}{FORGED}")
    error.__cause__ = make(f"cause{odd}{FORGED}")
    record = a_record("failed")
    record.exc_info = (RuntimeError, error, None)
    first, *rest = TextFormatter([]).format(record).split("\n")
    assert first.endswith("failed")
    assert len(rest) >= 3
    for line in rest:
        assert line.startswith("    ")
        assert line.isprintable()
        assert line.encode()


def test_lines_of_a_traceback_stay_lines() -> None:
    try:
        int("rain")
    except ValueError:
        text = TextFormatter([]).format(a_record("failed", exc_info=True))
    _, *rest = text.split("\n")
    assert rest[0] == "    Traceback (most recent call last):"
    assert rest[-1].startswith("    ValueError: ")
    assert "" not in rest


def test_error_that_nobody_caught_is_logged_like_any_other() -> None:
    program = (
        "import threading\n"
        "from bot import logs\n"
        "logs.set_up('INFO', 'text', ['hunter2'])\n"
        "def fail(): raise ValueError('\\x1b[2K hunter2\\n2026-11-22 10:15 forged')\n"
        "thread = threading.Thread(target=fail)\n"
        "thread.start()\n"
        "thread.join()\n"
        "fail()"
    )
    ended = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 1
    assert ended.stderr.count("nobody expected this error") == 2
    assert "ValueError" in ended.stderr
    assert "hunter2" not in ended.stderr
    assert "\x1b" not in ended.stderr
    assert "\n2026-11-22" not in ended.stderr


@BOTH
def test_job_id_is_on_each_line_within_the_block(kind: Formatter) -> None:
    with about_job("0123456789abcdef"):
        inside = kind([]).format(a_record("polled"))
    outside = kind([]).format(a_record("polled"))
    assert "0123456789abcdef" in inside
    assert "0123456789abcdef" not in outside


async def test_job_ids_do_not_mix_when_jobs_run_side_by_side() -> None:
    formatter, go_on = TextFormatter([]), asyncio.Event()

    async def work(job_id: str) -> str:
        with about_job(job_id):
            await go_on.wait()
            return formatter.format(a_record("done"))

    tasks = [asyncio.create_task(work(job_id)) for job_id in ("aaaa", "bbbb")]
    go_on.set()
    lines = await asyncio.gather(*tasks)
    assert ["aaaa" in line for line in lines] == [True, False]


def test_json_line_is_an_object_a_collector_understands() -> None:
    with about_job("0123456789abcdef"):
        entry = json.loads(JsonFormatter(SECRETS).format(a_record("a \n %s", "b")))
    assert entry["message"] == "a \n b"
    assert entry["job_id"] == "0123456789abcdef"
    assert entry["level"] == "INFO"
    assert entry["time"].endswith("+00:00")
    assert "error" not in entry
