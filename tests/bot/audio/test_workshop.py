"""Hostile files and lost workers never touch the bot's own process."""

import asyncio
import contextlib
import os
import signal
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest

from bot.audio import process as process_module
from bot.audio import workshop as workshop_module
from bot.audio.cage.work_folder import WorkFolder
from bot.audio.formats import AudioFormat
from bot.audio.process import ROOT, WorkerLost, WorkerProcess
from bot.audio.sound import Examined
from bot.audio.tags import Tags
from bot.audio.workshop import Workshop
from bot.errors import AudioUnavailable, AudioUnusable, WorkshopTrouble
from tests.bot.audio.conftest import Keep
from tests.bot.audio.processes import Watched
from tests.bot.audio.takes import CODECS, encoded, noise, tone, wav

COLOUR = 0x5865F2
END_S = 20
TAGS = Tags(title="rain", prompt="lo-fi rain", model="lyria2", made_on=date(2026, 11, 22))
pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="watches processes as Linux does")


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A file that never begins: whoever opens it hangs in C."""
    path = tmp_path / "endless"
    os.mkfifo(path)
    return path


class Started:
    """The workers that were started, each as soon as it is."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.pids: asyncio.Queue[int] = asyncio.Queue()
        self.count = 0
        start = WorkerProcess.start

        async def noted() -> WorkerProcess:
            worker = await start()
            self.count += 1
            self.pids.put_nowait(worker.pid)
            return worker

        monkeypatch.setattr(WorkerProcess, "start", noted)


@pytest.fixture
def started(monkeypatch: pytest.MonkeyPatch) -> Started:
    return Started(monkeypatch)


async def works(workshop: Workshop, keep: Keep) -> bool:
    examined = await workshop.examine(keep(wav(tone(2))), colour=COLOUR)
    return examined.sound.duration_s == pytest.approx(2)


async def test_sound_and_picture_come_from_one_call(workshop: Workshop, keep: Keep) -> None:
    examined = await workshop.examine(keep(wav(tone(3))), colour=COLOUR)
    assert examined.sound.duration_s == pytest.approx(3)
    assert examined.sound.format is None
    assert examined.picture.startswith(b"\x89PNG")


async def test_broken_file_is_unusable_and_the_next_one_is_read(
    workshop: Workshop, keep: Keep, started: Started
) -> None:
    with pytest.raises(AudioUnusable):
        await workshop.examine(keep(b"text"), colour=COLOUR)
    with pytest.raises(AudioUnavailable):
        await workshop.examine(keep(wav(noise())[:9000]), colour=COLOUR)
    assert await works(workshop, keep)
    assert started.count == 1


async def test_fitted_file_lies_beside_the_original(workshop: Workshop, keep: Keep) -> None:
    path = keep(wav(tone(4)))
    fitted = await workshop.fit(path, limit_bytes=100_000, tags=TAGS, preferred=AudioFormat.MP3)
    assert fitted is not None
    assert (fitted.format, fitted.path.suffix) == (AudioFormat.MP3, ".mp3")
    assert fitted.path.parent == path.parent
    assert fitted.path.stat().st_size <= 100_000
    assert (await workshop.examine(fitted.path, colour=COLOUR)).sound.format is AudioFormat.MP3


@pytest.mark.parametrize("container", [*CODECS, "wav"])
async def test_each_format_is_read_and_written_in_the_cage(
    workshop: Workshop, keep: Keep, container: str
) -> None:
    path = keep(content := encoded(container, tone(1)))
    assert (await workshop.examine(path, colour=COLOUR)).sound.duration_s > 0.9
    await workshop.measure(path, known_bytes=len(content))
    for wanted in (AudioFormat.FLAC, AudioFormat.MP3, AudioFormat.OPUS):
        fitted = await workshop.fit(path, limit_bytes=1 << 20, tags=TAGS, preferred=wanted)
        assert fitted is not None
        assert fitted.format in {wanted, AudioFormat.ORIGINAL}
        assert fitted.path.stat().st_size > 1000
    assert workshop.missing == ()


async def test_original_is_given_back_when_it_fits(workshop: Workshop, keep: Keep) -> None:
    path = keep(wav(tone()))
    fitted = await workshop.fit(path, limit_bytes=1 << 20, tags=TAGS)
    assert fitted is not None
    assert (fitted.path, fitted.format) == (path, AudioFormat.ORIGINAL)


async def test_nothing_is_given_when_nothing_fits(workshop: Workshop, keep: Keep) -> None:
    assert await workshop.fit(keep(wav(noise(4))), limit_bytes=1000, tags=TAGS) is None


async def test_length_is_told_without_decoding(workshop: Workshop, keep: Keep) -> None:
    content = wav(tone(4))
    measured = await workshop.measure(keep(content), known_bytes=len(content))
    assert measured == pytest.approx(4)
    with pytest.raises(AudioUnusable):
        await workshop.measure(keep(b"text"), known_bytes=4)


async def test_file_is_tried_again_when_its_worker_is_killed(
    workshop: Workshop, keep: Keep, started: Started
) -> None:
    work = asyncio.create_task(workshop.examine(keep(wav(tone())), colour=COLOUR))
    os.kill(await started.pids.get(), signal.SIGKILL)
    assert (await work).sound.duration_s == pytest.approx(2)
    assert started.count == 2


async def test_file_that_drags_down_two_workers_is_unusable(
    workshop: Workshop, endless: Path, keep: Keep, started: Started
) -> None:
    work = asyncio.create_task(workshop.examine(endless, colour=COLOUR))
    for _ in range(2):
        os.kill(await started.pids.get(), signal.SIGSEGV)
    with pytest.raises(AudioUnusable, match="2 workers"):
        await work
    assert await works(workshop, keep)


async def test_file_that_takes_too_long_is_given_up_with_its_worker(
    workshop: Workshop, endless: Path, started: Started
) -> None:
    work = asyncio.create_task(workshop.examine(endless, colour=COLOUR, timeout_s=0.5))
    worker = Watched(await started.pids.get())
    with pytest.raises(WorkshopTrouble, match="longer than"):
        await work
    assert await asyncio.to_thread(worker.ended, END_S)
    worker.close()


async def test_nobody_waits_for_a_file_that_is_not_wanted_any_more(
    workshop: Workshop, endless: Path, keep: Keep, started: Started
) -> None:
    work = asyncio.create_task(workshop.examine(endless, colour=COLOUR))
    worker = Watched(await started.pids.get())
    work.cancel()
    with pytest.raises(asyncio.CancelledError):
        await work
    assert await asyncio.to_thread(worker.ended, END_S)
    worker.close()
    assert await works(workshop, keep)


async def test_idle_worker_that_was_killed_is_replaced(
    workshop: Workshop, keep: Keep, started: Started
) -> None:
    await workshop.warm_up()
    worker = Watched(pid := await started.pids.get())
    os.kill(pid, signal.SIGKILL)
    assert await asyncio.to_thread(worker.ended, END_S)
    worker.close()
    assert await works(workshop, keep)


async def test_worker_ends_when_nothing_was_to_do_for_a_while(keep: Keep, started: Started) -> None:
    async with Workshop.open(idle_s=0.05) as workshop:
        await workshop.warm_up()
        worker = Watched(await started.pids.get())
        assert await asyncio.to_thread(worker.ended, END_S)
        worker.close()
        assert await works(workshop, keep)


async def test_at_most_so_many_workers_are_at_work(keep: Keep, started: Started) -> None:
    path = keep(wav(tone()))
    async with Workshop.open(workers=2) as workshop:
        work = [workshop.examine(path, colour=COLOUR) for _ in range(12)]
        assert len(await asyncio.gather(*work)) == 12
    assert started.count == 2


async def test_lost_workers_are_not_the_files_fault_when_they_are_ended_by_force(
    workshop: Workshop, endless: Path, started: Started
) -> None:
    work = asyncio.create_task(workshop.examine(endless, colour=COLOUR))
    for _ in range(2):
        os.kill(await started.pids.get(), signal.SIGKILL)
    with pytest.raises(WorkshopTrouble, match="not surely over the file"):
        await work


async def test_lost_workers_are_not_the_files_fault_when_none_lives(
    workshop: Workshop, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/bin/false")
    with pytest.raises(WorkshopTrouble, match="not surely over the file"):
        await workshop.examine(keep(wav(tone())), colour=COLOUR)


async def test_file_is_refused_when_too_many_wait(
    endless: Path, monkeypatch: pytest.MonkeyPatch, started: Started
) -> None:
    monkeypatch.setattr(workshop_module, "WAITING_LIMIT", 1)
    async with Workshop.open(workers=1) as workshop:
        work = [asyncio.create_task(workshop.examine(endless, colour=COLOUR)) for _ in range(2)]
        await started.pids.get()
        with pytest.raises(WorkshopTrouble, match="wait for a worker"):
            await workshop.examine(endless, colour=COLOUR)
        await end(work)


async def test_file_is_given_back_when_no_worker_comes_free(
    endless: Path, monkeypatch: pytest.MonkeyPatch, started: Started
) -> None:
    monkeypatch.setattr(workshop_module, "TURN_S", 0.05)
    async with Workshop.open(workers=1) as workshop:
        work = asyncio.create_task(workshop.examine(endless, colour=COLOUR))
        await started.pids.get()
        for aside in (True, False):
            with pytest.raises(WorkshopTrouble, match="came free"):
                await workshop.examine(endless, colour=COLOUR, aside=aside)
        await end([work])


async def test_worker_is_left_for_the_rest_when_much_is_done_aside(
    endless: Path, keep: Keep, started: Started
) -> None:
    async with Workshop.open(workers=2) as workshop:
        work = [
            asyncio.create_task(workshop.examine(endless, colour=COLOUR, aside=True))
            for _ in range(4)
        ]
        await started.pids.get()
        assert await works(workshop, keep)
        assert started.count == 2
        await end(work)


async def end(work: list[asyncio.Task[Examined]]) -> None:
    for one in work:
        one.cancel()
    await asyncio.gather(*work, return_exceptions=True)


@pytest.mark.parametrize(("third", "error"), [(b"{}\n", AudioUnusable), (b"\n", WorkshopTrouble)])
async def test_worker_whose_answers_make_no_sense_is_not_believed(
    workshop: Workshop,
    keep: Keep,
    monkeypatch: pytest.MonkeyPatch,
    third: bytes,
    error: type[Exception],
) -> None:
    answers = iter([b"no JSON\n", b'{"examined": {"sound": null, "picture": ""}}\n', third])

    async def lie(*_: object) -> bytes:
        return next(answers)

    monkeypatch.setattr(WorkerProcess, "ask", lie)
    with pytest.raises(error):
        await workshop.examine(keep(wav(tone())), colour=COLOUR)


async def test_endless_answer_is_cut_short(tmp_path: Path) -> None:
    talker = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", "import os\nwhile True: os.write(1, bytes(65536))"),
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
    )
    worker = WorkerProcess(talker, WorkFolder(tmp_path), contextlib.ExitStack())
    with pytest.raises(WorkerLost):
        await worker.ask({})
    await worker.end()
    assert worker.ended


async def test_trouble_is_told_when_no_worker_can_be_started(
    workshop: Workshop, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "executable", "/nowhere/python")
    with pytest.raises(WorkshopTrouble, match="no worker can be started"):
        await workshop.examine(keep(wav(tone())), colour=COLOUR)


async def test_no_worker_is_left_after_the_block(endless: Path, started: Started) -> None:
    async with Workshop.open() as workshop:
        await workshop.warm_up()
        work = asyncio.create_task(workshop.examine(endless, colour=COLOUR))
        worker = Watched(await started.pids.get())
        await asyncio.sleep(0)  # until the worker has its errand
    assert worker.ended(0)
    worker.close()
    with pytest.raises(WorkshopTrouble, match="stopping"):
        await work


async def test_no_worker_is_left_when_the_bot_is_killed(endless: Path) -> None:
    program = (
        "import asyncio, sys; from pathlib import Path; from bot.audio.workshop import Workshop\n"
        "async def main():\n"
        "    async with Workshop.open() as workshop:\n"
        "        await workshop.warm_up()\n"
        "        print(*workshop.worker_pids, flush=True)\n"
        "        await workshop.examine(Path(sys.argv[1]), colour=1)\n"
        "asyncio.run(main())"
    )
    bot = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", program, str(endless)), cwd=ROOT, stdout=asyncio.subprocess.PIPE
    )
    assert bot.stdout is not None
    worker = Watched(int(await bot.stdout.readline()))
    bot.kill()
    assert await asyncio.to_thread(worker.ended, END_S)
    worker.close()
    await bot.communicate()


async def test_converted_file_that_is_not_there_or_too_large_is_no_file(
    workshop: Workshop, keep: Keep, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, lie = keep(wav(tone())), b'{"fitted": {"format": "mp3", "bitrate_kbit_s": 320}}\n'

    async def claim(worker: WorkerProcess, errand: dict[str, str]) -> bytes:
        async with worker._folder.lending(errand) as lent:
            if size := sizes.pop():
                Path(lent["target"]).with_suffix(".mp3").write_bytes(bytes(size))
        return lie

    sizes = [0, 101, 100]
    monkeypatch.setattr(WorkerProcess, "ask", claim)

    async def fit() -> None:
        await workshop.fit(path, limit_bytes=100, tags=TAGS, preferred=AudioFormat.MP3)

    await fit()
    for _ in range(2):
        with pytest.raises(WorkshopTrouble, match="there is not"):
            await fit()


async def test_what_the_system_lacks_is_said_once(
    workshop: Workshop, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def answer(worker: WorkerProcess, _: object) -> bytes:
        worker.missing = ("Landlock (Function not implemented)",)
        return b"{}\n"

    monkeypatch.setattr(WorkerProcess, "ask", answer)
    for _ in range(3):
        await workshop.warm_up()
    assert workshop.missing == ("Landlock (Function not implemented)",)
    assert caplog.text.count("Landlock") == 1


def test_secrets_are_not_passed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DISCORD_TOKEN", "secret")
    monkeypatch.setenv("AIMLAPI_KEY", "secret")
    assert "secret" not in process_module._environment().values()
    assert process_module._environment()["PATH"] == os.environ["PATH"]


def test_bots_own_process_loads_no_audio_library() -> None:
    program = (
        "import sys, bot.audio.workshop, bot.audio.description\n"
        "sys.exit(bool({'av', 'numpy', 'PIL'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=False).returncode == 0


async def test_event_loop_goes_on_while_tracks_are_examined(workshop: Workshop, keep: Keep) -> None:
    path, gaps_s = keep(wav(noise(20))), [0.0]

    async def tick() -> None:
        before_s = time.process_time()
        while True:
            await asyncio.sleep(0.001)
            gaps_s.append(-before_s + (before_s := time.process_time()))

    await workshop.warm_up()
    ticker = asyncio.create_task(tick())
    await asyncio.gather(*(workshop.examine(path, colour=COLOUR) for _ in range(20)))
    ticker.cancel()
    # Counted in processor time of this process: on a busy machine it waits for a core now and then.
    # If it decoded by itself, there would hardly be a turn between two gaps.
    assert len(gaps_s) > 100
    assert sorted(gaps_s)[len(gaps_s) * 95 // 100] < 0.05
