"""The filter as the kernel would run it, for both architectures."""

import errno
import re
import signal
import struct
from pathlib import Path

import pytest

from bot.audio.cage import seccomp, syscalls
from bot.audio.cage.seccomp import ALLOW, ARCHITECTURES, KILL_PROCESS, NO_SUCH_CALL, NOT_PERMITTED
from bot.audio.cage.syscalls import Numbers

X86, ARM = ARCHITECTURES["x86_64"], ARCHITECTURES["aarch64"]
I386 = 0x40000003
PID = 4711
HEADERS = {
    0: Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    1: Path("/usr/include/asm-generic/unistd.h"),
}
BOTH = pytest.mark.parametrize("architecture", [X86, ARM], ids=["x86-64", "arm64"])


def verdict(
    architecture: seccomp.Architecture, number: int, *arguments: int, audit: int | None = None
) -> int:
    """What the filter says to a call; after Linux' bpf(4) and seccomp(2)."""
    filled = [*arguments, *[0] * (6 - len(arguments))]
    call = struct.pack("<IIQ6Q", number, audit or architecture.audit, 0, *filled)
    steps = seccomp.instructions(architecture, pid=PID)
    at, loaded = 0, 0
    while True:
        code, then, otherwise, value = steps[at]
        at += 1
        match code:
            case 0x20:
                (loaded,) = struct.unpack_from("<I", call, value)
            case 0x06:
                return value
            case _:
                holds = {0x15: loaded == value, 0x25: loaded > value, 0x45: bool(loaded & value)}
                at += then if holds[code] else otherwise


def numbers_of(numbers: Numbers, architecture: seccomp.Architecture) -> list[int]:
    number = numbers[architecture.column]
    return [] if number is None else [number]


@BOTH
def test_each_call_of_the_list_is_refused(architecture: seccomp.Architecture) -> None:
    for numbers in syscalls.DENIED.values():
        for number in numbers_of(numbers, architecture):
            assert verdict(architecture, number) == NOT_PERMITTED


@BOTH
def test_what_is_not_listed_is_allowed(architecture: seccomp.Architecture) -> None:
    special = (syscalls.CLONE, syscalls.CLONE3, syscalls.TGKILL, *syscalls.DENIED.values())
    named = {number for numbers in special for number in numbers_of(numbers, architecture)}
    for number in {*range(syscalls.NEWEST + 1)} - named:
        assert verdict(architecture, number) == ALLOW


@BOTH
def test_threads_may_be_started_and_processes_may_not(architecture: seccomp.Architecture) -> None:
    clone = syscalls.CLONE[architecture.column]
    thread = 0x3D0F00  # as glibc's pthread_create has it
    assert verdict(architecture, clone, thread) == ALLOW
    for flags in (0, signal.SIGCHLD, 0x4000 | 0x100 | signal.SIGCHLD, 0x1200011, 0x10000 << 32):
        assert verdict(architecture, clone, flags) == NOT_PERMITTED
    # glibc falls back to clone
    assert verdict(architecture, syscalls.CLONE3[architecture.column]) == NO_SUCH_CALL


@BOTH
def test_signals_go_to_itself_only(architecture: seccomp.Architecture) -> None:
    tgkill = syscalls.TGKILL[architecture.column]
    assert verdict(architecture, tgkill, PID, PID, signal.SIGABRT) == ALLOW
    for other in (1, PID + 1, 2**32 - 1):
        assert verdict(architecture, tgkill, other, other, signal.SIGKILL) == NOT_PERMITTED


@BOTH
def test_limits_may_be_read_and_not_set(architecture: seccomp.Architecture) -> None:
    prlimit = syscalls.PRLIMIT64[architecture.column]
    assert verdict(architecture, prlimit, 0, 7, 0, 0x7FFF0000) == ALLOW
    for pointer in (0x7FFF0000, 1 << 32):
        assert verdict(architecture, prlimit, 0, 7, pointer) == NOT_PERMITTED


@BOTH
@pytest.mark.parametrize(
    ("numbers", "what", "expected"),
    [
        (syscalls.FCNTL, 3, ALLOW),  # F_GETFL
        (syscalls.FCNTL, 1030, ALLOW),  # F_DUPFD_CLOEXEC
        (syscalls.FCNTL, 8, NOT_PERMITTED),  # F_SETOWN
        (syscalls.FCNTL, 10, NOT_PERMITTED),  # F_SETSIG
        (syscalls.FCNTL, 15, NOT_PERMITTED),  # F_SETOWN_EX
        (syscalls.IOCTL, 0x5401, ALLOW),  # TCGETS, by which Python sees whether it's a terminal
        (syscalls.IOCTL, 0x5412, NOT_PERMITTED),  # TIOCSTI
        (syscalls.IOCTL, 0x8901, NOT_PERMITTED),  # FIOSETOWN
    ],
)
def test_what_is_done_to_a_descriptor_counts(
    architecture: seccomp.Architecture, numbers: tuple[int, int], what: int, expected: int
) -> None:
    assert verdict(architecture, numbers[architecture.column], 0, what) == expected
    assert verdict(architecture, numbers[architecture.column], 0, what | 1 << 32) == expected


@BOTH
def test_numbers_of_other_architectures_end_the_process(architecture: seccomp.Architecture) -> None:
    other = ARM if architecture is X86 else X86
    for audit in (I386, other.audit):
        assert verdict(architecture, 0, audit=audit) == KILL_PROCESS


@BOTH
def test_calls_that_nobody_has_looked_at_do_not_exist(architecture: seccomp.Architecture) -> None:
    for number in (syscalls.NEWEST + 1, 500, 0x40000000, 0x40000000 | 41, 2**32 - 1):
        assert verdict(architecture, number) == NO_SUCH_CALL
    assert NO_SUCH_CALL & 0xFFFF == errno.ENOSYS


@pytest.mark.parametrize("column", HEADERS)
def test_numbers_are_those_of_the_headers(column: int) -> None:
    if not HEADERS[column].exists():
        pytest.skip(f"{HEADERS[column]} is not here: install linux-libc-dev")
    defined = re.findall(
        r"^#define __NR(?:3264)?_(\w+)\s+(\d+)", HEADERS[column].read_text(), re.MULTILINE
    )
    known = {name: int(number) for name, number in defined}
    newer = max(known.values())
    special = {
        name: getattr(syscalls, name.upper())
        for name in (
            "clone",
            "clone3",
            "prlimit64",
            "tgkill",
            "fcntl",
            "ioctl",
            "seccomp",
            "capget",
        )
    }
    for name, numbers in {**syscalls.DENIED, **special}.items():
        if (numbers[column] or 0) <= newer:
            assert known.get(name) == numbers[column], name


def test_other_machines_are_told_apart(monkeypatch: pytest.MonkeyPatch) -> None:
    for machine in ("riscv64", "armv7l", "i686", "ppc64le", ""):
        monkeypatch.setattr("platform.machine", lambda machine=machine: machine)
        with pytest.raises(OSError, match="not known") as caught:
            seccomp.restrict()
        assert caught.value.errno == errno.ENOSYS
