"""A worker process is bounded, and ends with whom it works for."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from bot.audio import worker
from bot.errors import AudioUnavailable, AudioUnusable, WorkshopTrouble
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import tone, wav

END_S = 20
EXAMINE = {"do": "examine", "path": "nowhere", "colour": 1, "whole": False, "cpu_s": 60}
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="limits are kept by Linux")


@pytest.fixture
def process() -> Iterator[subprocess.Popen[bytes]]:
    """A worker of which only the test knows."""
    with subprocess.Popen(
        [sys.executable, "-m", "bot.audio.worker"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as process:
        yield process
        process.kill()


def ask(process: subprocess.Popen[bytes], **errand: object) -> dict[str, object]:
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps(EXAMINE | errand).encode() + b"\n")
    process.stdin.flush()
    answer: dict[str, object] = json.loads(process.stdout.readline())
    return answer


def test_worker_answers_one_errand_after_the_other(
    process: subprocess.Popen[bytes], keep: Keep
) -> None:
    sound, text = keep(wav(tone())), keep(b"text")
    assert set(ask(process, path=str(sound))) == {"examined"}
    assert set(ask(process, path=str(text))) == {"unusable"}
    assert set(ask(process, path=str(text.with_name("nothing")))) == {"trouble"}
    assert set(ask(process, path=str(sound))) == {"examined"}


def test_worker_ends_with_its_input(process: subprocess.Popen[bytes]) -> None:
    assert ask(process, do="nothing") == {}
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait(END_S) == 0


def test_worker_ends_with_its_input_in_the_middle_of_an_errand(
    process: subprocess.Popen[bytes], tmp_path: Path
) -> None:
    endless = tmp_path / "endless"
    os.mkfifo(endless)
    assert ask(process, do="nothing") == {}
    assert process.stdin is not None
    process.stdin.write(json.dumps(EXAMINE | {"path": str(endless)}).encode() + b"\n")
    process.stdin.close()
    assert process.wait(END_S) == 0


@pytest.mark.parametrize("ignored", [signal.SIGTERM, signal.SIGINT])
def test_worker_leaves_signals_to_the_bot(
    process: subprocess.Popen[bytes], ignored: signal.Signals
) -> None:
    assert ask(process, do="nothing") == {}
    process.send_signal(ignored)
    assert ask(process, do="nothing") == {}


def run(code: str) -> subprocess.CompletedProcess[str]:
    """Code in a process of its own, after `from bot.audio import worker`."""
    program = f"from bot.audio import worker\n{code}"
    return subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=False
    )


def test_memory_is_bounded() -> None:
    ended = run(f"worker._limit_process()\nbytearray({worker.MEMORY_BYTES})")
    assert "MemoryError" in ended.stderr


def test_time_on_a_core_is_bounded_anew_for_each_errand() -> None:
    ended = run("worker._limit_cpu(100)\nworker._limit_cpu(1)\nwhile True: pass")
    assert ended.returncode == -signal.SIGXCPU


def test_nothing_that_libraries_print_is_taken_for_an_answer() -> None:
    ended = run("answers = worker._private_stdout()\nprint('noise')\nanswers.write(b'answer')")
    assert ended.stdout == "answer"


@pytest.mark.parametrize(
    ("error", "answer"),
    [
        (AudioUnusable("text"), {"unusable": "text"}),
        (AudioUnavailable("short"), {"cut_off": "short"}),
        (WorkshopTrouble("no"), {"trouble": "no"}),
        (OSError(28, "No space left"), {"trouble": "OSError: [Errno 28] No space left"}),
        (ZeroDivisionError("ours"), {"trouble": "ZeroDivisionError: ours"}),
    ],
)
def test_each_error_becomes_an_answer(
    monkeypatch: pytest.MonkeyPatch, error: Exception, answer: dict[str, str]
) -> None:
    def fail(_: Path, **__: object) -> None:
        raise error

    monkeypatch.setattr(worker, "listen", fail)
    monkeypatch.setattr(worker, "_limit_cpu", lambda _: None)
    assert worker.perform(EXAMINE) == answer


def test_worker_ends_when_its_memory_is_used_up(monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(_: Path, **__: object) -> None:
        raise MemoryError

    monkeypatch.setattr(worker, "listen", fail)
    monkeypatch.setattr(worker, "_limit_cpu", lambda _: None)
    monkeypatch.setattr(os, "_exit", sys.exit)
    with pytest.raises(SystemExit) as ended:
        worker.perform(EXAMINE)
    assert ended.value.code == worker.ENDED_BY_MEMORY
