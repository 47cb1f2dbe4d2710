"""A worker that was taken over: it enters the cage as any does, and then tries to get out.

It takes the place of `bot.audio.caged`. Its one errand says whether it is `caged`, which files of
the bot's it is after (`secret`), and where it was not let (`outside`). Its answer says of each
attempt what became of it: "done", or the error.
"""

import ctypes
import errno
import fcntl
import functools
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

from bot.audio.cage import steps as cage
from bot.machine import linux

Attempt = Callable[[], object]
BOT = os.getppid()
SYS_GETPID, SYS_PTRACE, SYS_CLONE, SYS_CLONE3 = 39, 101, 56, 435
X32 = 0x40000000
SEIZE = 0x4206
CLONE_FS = 0x200


def main() -> None:
    given, made = map(Path, sys.argv[1:])
    say({"missing": []})
    errand = json.loads(sys.stdin.readline())
    missing = cage.enter(given=given, made=made) if errand["caged"] else []
    attempts = {
        **reading(Path(errand["secret"]), Path(errand["outside"])),
        **writing(Path(errand["path"]), Path(errand["outside"]), made),
        **talking(),
        **multiplying(),
        **meddling(),
        **growing(),
        **odd_calls(),
    }
    wanted = errand.get("attempts") or attempts
    outcomes = {name: outcome(attempts[name]) for name in wanted}
    say({"missing": missing, "outcomes": outcomes, "work": work(Path(errand["path"]), made)})


def listed(folder: str | Path) -> list[Path]:
    return list(Path(folder).iterdir())


def moved(made: Path, elsewhere: Path) -> Path:
    made.touch()
    return made.rename(elsewhere)


def say(line: dict[str, Any]) -> None:
    sys.stdout.write(json.dumps(line) + "\n")
    sys.stdout.flush()


def outcome(attempt: Attempt) -> str:
    try:
        attempt()
    except OSError as error:
        return errno.errorcode[error.errno or 0]
    except ValueError as error:  # as `resource` says that it may not
        return str(error)
    return "done"


def reading(secret: Path, outside: Path) -> dict[str, Attempt]:
    return {
        "environment of the bot": Path(f"/proc/{BOT}/environ").read_bytes,
        "memory of the bot": lambda: os.pread(os.open(f"/proc/{BOT}/mem", os.O_RDONLY), 1, 4096),
        "map of the bot's memory": Path(f"/proc/{BOT}/maps").read_bytes,
        "descriptors of the bot": lambda: listed(f"/proc/{BOT}/fd"),
        "own /proc": Path("/proc/self/environ").read_bytes,
        "list of processes": lambda: listed("/proc"),
        "users": Path("/etc/passwd").read_bytes,
        "file of the bot's": secret.read_bytes,
        "folder of the bot's": lambda: listed(outside),
        "folder of the project": lambda: listed(
            cage.__file__.removesuffix("bot/audio/cage/steps.py")
        ),
        "home": lambda: listed(Path.home()),
        "system": lambda: listed("/sys"),
        "devices": lambda: os.open("/dev/zero", os.O_RDONLY),
    }


def writing(lent: Path, outside: Path, made: Path) -> dict[str, Attempt]:
    return {
        "file outside": (outside / "new").touch,
        "file beside the lent one": lent.with_name("new").touch,
        "other bytes in the lent file": lambda: lent.write_bytes(b"false"),
        "end of the lent file cut off": lambda: os.truncate(lent, 0),
        "lent file removed": lent.unlink,
        "lent file for all": lambda: lent.chmod(0o777),
        "lent file older": lambda: os.utime(lent, (0, 0)),
        "code changed": lambda: Path(cage.__file__).open("ab"),
        "folder made": (made / "folder").mkdir,
        "symbolic link": lambda: (made / "link").symlink_to("/etc/passwd"),
        "hard link": lambda: os.link(lent, made / "link"),
        "pipe": lambda: os.mkfifo(made / "pipe"),
        "moved outside": lambda: moved(made / "a", outside / "a"),
    }


def talking() -> dict[str, Attempt]:
    return {
        "TCP": lambda: socket.socket(socket.AF_INET, socket.SOCK_STREAM),
        "UDP": lambda: socket.socket(socket.AF_INET6, socket.SOCK_DGRAM),
        "unix": lambda: socket.socket(socket.AF_UNIX),
        "pair": socket.socketpair,
        "kernel": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW),
    }


def multiplying() -> dict[str, Attempt]:
    return {
        "fork": lambda: os.fork() or os._exit(0),
        "raw fork": lambda: linux.syscall(57) or os._exit(0),
        "clone": lambda: linux.syscall(SYS_CLONE, signal.SIGCHLD, 0, 0, 0, 0) or os._exit(0),
        "clone of another kind": lambda: (
            linux.syscall(SYS_CLONE, CLONE_FS | signal.SIGCHLD, 0, 0, 0, 0) or os._exit(0)
        ),
        "clone3": lambda: linux.syscall(SYS_CLONE3, None, 0),
        "spawn": lambda: os.posix_spawn("/bin/true", ["true"], {}),
        "program": lambda: subprocess.run(["/bin/true"], check=True),
        "exec": lambda: os.execv("/bin/true", ["true"]),  # noqa: S606
        "exec of what was made": lambda: os.execv(sys.executable, ["python"]),  # noqa: S606
        "namespace": lambda: linux.syscall(272, 0x10000000),
    }


def meddling() -> dict[str, Attempt]:
    word = ctypes.create_string_buffer(8)
    return {
        "signal to the bot": lambda: os.kill(BOT, 0),
        "signal to all": lambda: os.kill(-1, 0),
        "signal to a thread": lambda: linux.syscall(234, BOT, BOT, 0),
        "signal by a queue": lambda: linux.syscall(129, BOT, 0, word),
        "signal by a descriptor": lambda: fcntl.fcntl(0, fcntl.F_SETOWN, BOT),
        "pidfd": lambda: os.pidfd_open(BOT),
        "ptrace": lambda: linux.syscall(SYS_PTRACE, SEIZE, BOT, 0, 0),
        "memory of another": lambda: linux.syscall(310, BOT, None, 0, None, 0, 0),
        "limits of the bot": lambda: resource.prlimit(BOT, resource.RLIMIT_NOFILE, (3, 3)),
        "turn of the bot": lambda: os.setpriority(os.PRIO_PROCESS, BOT, 19),
        "cores of the bot": lambda: os.sched_setaffinity(BOT, {0}),
    }


def growing() -> dict[str, Attempt]:
    kinds = ("AS", "CPU", "NOFILE", "FSIZE", "CORE", "STACK")

    def raise_limit(name: str) -> None:
        resource.setrlimit(
            getattr(resource, f"RLIMIT_{name}"), (resource.RLIM_INFINITY, resource.RLIM_INFINITY)
        )

    return {
        **{f"limit {name}": functools.partial(raise_limit, name) for name in kinds},
        "turn": lambda: os.setpriority(os.PRIO_PROCESS, 0, 0),
        "another user": lambda: os.setuid(0),
        "capabilities": lambda: linux.syscall(126, ctypes.create_string_buffer(8), None),
    }


def odd_calls() -> dict[str, Attempt]:
    calls: dict[str, tuple[Any, ...]] = {
        "io_uring": (425, 1, ctypes.create_string_buffer(120)),
        "bpf": (321, 0, None, 0),
        "userfaultfd": (323, 1),
        "perf": (298, None, 0, -1, -1, 0),
        "memfd": (319, ctypes.c_char_p(b"x"), 0),
        "keys": (250, 0, -1, 0),
        "shared memory": (29, 0, 4096, 0o1600),
        "mount": (165, None, None, None, 0, None),
        "call of x32": (SYS_GETPID | X32,),
        "call of tomorrow": (500,),
    }
    return {name: functools.partial(linux.syscall, *call) for name, call in calls.items()}


def work(lent: Path, made: Path) -> list[str]:
    """What a worker needs to be able to."""
    done = [lent.read_bytes().decode()]
    written = made / "track"
    written.write_bytes(b"a track")
    done.append(written.read_bytes().decode())
    written.unlink()
    thread = threading.Thread(target=done.append, args=("in a thread",))
    thread.start()
    thread.join()
    resource.getrlimit(resource.RLIMIT_AS)
    return done


if __name__ == "__main__":
    main()
