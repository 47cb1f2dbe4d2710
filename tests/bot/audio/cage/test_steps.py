"""Code that has taken over a worker has nothing but its cage."""

import asyncio
import contextlib
import json
import platform
import resource
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

import bot as our_code
from bot.audio import process
from bot.audio.cage import steps as cage
from bot.audio.process import WorkerLost, WorkerProcess

CPU_S = 5
NOTHING = {"do": "nothing", "cpu_s": CPU_S}
pytestmark = pytest.mark.skipif(
    sys.platform != "linux" or platform.machine() != "x86_64", reason="makes calls by their numbers"
)


class Bot:
    """What a bot has that no worker may have."""

    def __init__(self, folder: Path) -> None:
        self.secret = folder / ".env"
        self.secret.write_text("DISCORD_TOKEN=secret")
        self.file = folder / "audio"
        self.file.write_text("the file")
        self.outside = folder

    async def suffer(self, worker: WorkerProcess, **errand: Any) -> dict[str, Any]:
        """What a worker that was taken over says it could do."""
        line = await worker.ask(
            {
                "do": "attack",
                "cpu_s": 20,
                "path": str(self.file),
                "secret": str(self.secret),
                "outside": str(self.outside),
            }
            | errand
        )
        answer: dict[str, Any] = json.loads(line)
        return answer


@pytest.fixture
def bot(tmp_path: Path) -> Bot:
    return Bot(tmp_path)


def environment_of(pid: int) -> bytes:
    return Path(f"/proc/{pid}/environ").read_bytes()


@contextlib.asynccontextmanager
async def a_worker() -> AsyncIterator[WorkerProcess]:
    worker = await WorkerProcess.start()
    try:
        yield worker
    finally:
        await worker.end()


@pytest.fixture
async def taken_over(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[WorkerProcess]:
    monkeypatch.setattr(process, "MODULE", "tests.bot.audio.hostile")
    async with a_worker() as worker:
        yield worker


async def test_worker_that_was_taken_over_gets_nowhere(bot: Bot, taken_over: WorkerProcess) -> None:
    answer = await bot.suffer(taken_over, caged=True)
    assert answer["missing"] == []
    refused = {"EPERM", "EACCES", "ENOSYS", "not allowed to raise maximum limit"}
    assert {name: what for name, what in answer["outcomes"].items() if what not in refused} == {}
    assert len(answer["outcomes"]) > 50
    assert answer["work"] == ["the file", "a track", "in a thread"]
    assert bot.file.read_text() == "the file"
    assert {path.name for path in bot.outside.iterdir()} == {".env", "audio"}


async def test_the_same_worker_gets_far_without_the_cage(
    bot: Bot, taken_over: WorkerProcess
) -> None:
    attempts = ["users", "file of the bot's", "folder of the project", "file outside", "hard link"]
    attempts += ["TCP", "unix", "program", "clone", "signal to the bot", "pidfd", "memfd"]
    answer = await bot.suffer(taken_over, caged=False, attempts=attempts)
    assert set(answer["outcomes"].values()) == {"done"}


async def test_limits_of_a_worker_are_hard() -> None:
    async with a_worker() as worker:
        await worker.ask(NOTHING)
        for kind, limit in {
            resource.RLIMIT_AS: cage.MEMORY_BYTES,
            resource.RLIMIT_FSIZE: cage.FILE_LIMIT_BYTES,
            resource.RLIMIT_NOFILE: cage.FILES_LIMIT,
            resource.RLIMIT_CORE: 0,
        }.items():
            assert resource.prlimit(worker.pid, kind) == (limit, limit)
        soft_s, hard_s = resource.prlimit(worker.pid, resource.RLIMIT_CPU)
        assert CPU_S < soft_s < CPU_S + 10
        assert hard_s == cage.LIFETIME_CPU_S


async def test_time_on_a_core_is_bounded_for_each_errand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(process, "MODULE", "tests.bot.audio.busy")
    async with a_worker() as worker:
        await worker.ask(NOTHING | {"cpu_s": 100})
        with pytest.raises(WorkerLost):
            await worker.ask({"do": "hang", "cpu_s": 1})


async def test_folder_of_a_worker_is_its_own_and_goes_with_it() -> None:
    async with a_worker() as worker:
        folder = worker._folder
        for path in (folder.path, folder.given, folder.made):
            assert path.stat().st_mode & 0o777 == 0o700
        await worker.ask(NOTHING)
        assert folder.made.samefile(f"/proc/{worker.pid}/cwd")
    assert not folder.path.exists()


async def test_environment_of_a_worker_has_nothing_of_the_bots(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    for name in ("DISCORD_TOKEN", "AIMLAPI_KEY", "DATABASE_URL", "ALERT_WEBHOOK_URL", "ANYTHING"):
        monkeypatch.setenv(name, "secret")
    async with a_worker() as worker:
        await worker.ask(NOTHING)
        assert b"secret" not in environment_of(worker.pid)


def test_only_what_can_be_imported_is_readable_where_the_code_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in (".env", "compose.db", "module.py", "native.so"):
        (tmp_path / name).touch()
    for name in ("data", "package", "package.libs", "lost+found"):
        (tmp_path / name).mkdir()
    (tmp_path / "package" / "__init__.py").touch()
    look = Path.is_file

    def refuse(path: Path) -> bool:
        if path.parent.name == "lost+found":  # of a disk of its own, for root only
            raise PermissionError
        return look(path)

    monkeypatch.setattr(Path, "is_file", refuse)
    found = {path.name for path in cage._modules(tmp_path)}
    assert found == {"module.py", "native.so", "package", "package.libs"}
    monkeypatch.setattr(sys, "path", [str(tmp_path)])
    readable = set(cage._readable())
    assert Path(our_code.__file__).parent in readable
    assert not {tmp_path, Path(our_code.__file__).parents[1], Path("/"), Path("/etc")} & readable


async def test_worker_says_what_its_cage_is_without_when_the_system_lacks_it(
    tmp_path: Path,
) -> None:
    program = (
        "import sys\n"
        "from bot.machine import linux\n"
        "def lacking(*_): raise OSError(38, 'Function not implemented')\n"
        "linux.syscall = linux.prctl = lacking\n"
        "from pathlib import Path\n"
        "from bot.audio import caged\n"
        "caged.main(Path(sys.argv[1]), Path(sys.argv[1]))"
    )
    worker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(tmp_path)),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    said, _ = await worker.communicate(b'{"do": "nothing"}\n')
    greeting = json.loads(said.splitlines()[0])
    assert [what.partition(" (")[0] for what in greeting["missing"]] == [
        "no_new_privs",
        "no capabilities",
        "Landlock",
        "seccomp",
    ]
    assert "not implemented" in greeting["missing"][0]


async def test_worker_that_can_not_load_its_libraries_says_so(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    broken = tmp_path / "av"
    broken.mkdir()
    (broken / "__init__.py").write_text("raise ImportError('libavcodec is not there')")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    async with a_worker() as worker:
        with pytest.raises(WorkerLost, match="libavcodec is not there"):
            await worker.ask(NOTHING)
