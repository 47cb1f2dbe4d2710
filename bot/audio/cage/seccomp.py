"""seccomp: which system calls this process, and all that it starts, may still make.

A filter is a little program that the kernel runs before each call. Source: seccomp(2),
include/uapi/linux/{seccomp,filter,bpf_common,audit}.h.
"""

import ctypes
import errno
import os
import platform
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from bot.audio.cage import syscalls
from bot.audio.cage.syscalls import Numbers
from bot.machine import linux

_SET_MODE_FILTER = 1
_ALL_THREADS = 1  # SECCOMP_FILTER_FLAG_TSYNC

# Instructions: load a word of what is known of the call; compare it; end.
_LOAD, _JUMP_IF_EQUAL, _JUMP_IF_GREATER, _JUMP_IF_ANY_BIT, _RETURN = 0x20, 0x15, 0x25, 0x45, 0x06
# struct seccomp_data. Arguments have 64 bits, low word first on both architectures.
_NUMBER, _ARCHITECTURE, _ARGUMENTS = 0, 4, 16

ALLOW, KILL_PROCESS, _ERROR = 0x7FFF0000, 0x80000000, 0x00050000
NOT_PERMITTED = _ERROR | errno.EPERM
NO_SUCH_CALL = _ERROR | errno.ENOSYS  # after which C libraries fall back to an older call

_CLONE_THREAD = 0x10000
# Signals to others by way of a descriptor: F_SETOWN, F_SETSIG, F_SETOWN_EX, and F_NOTIFY.
_FCNTL_DENIED = (8, 10, 15, 1026)
# The same by FIOSETOWN and SIOCSPGRP; typing into a terminal by TIOCSTI and TIOCLINUX.
_IOCTL_DENIED = (0x8901, 0x8902, 0x5412, 0x541C)


class Architecture(NamedTuple):
    """`audit` is how the kernel names it to filters, `column` its place in the table of numbers."""

    audit: int
    column: int

    @classmethod
    def of_this_machine(cls) -> "Architecture":
        """Raises `OSError` on others than x86-64 and arm64."""
        found = ARCHITECTURES.get(platform.machine())
        if found is None or ctypes.sizeof(ctypes.c_void_p) != 8:
            raise OSError(errno.ENOSYS, f"not known on {platform.machine()}")
        return found


ARCHITECTURES = {
    "x86_64": Architecture(0xC000003E, 0),
    "aarch64": Architecture(0xC00000B7, 1),
}


class Instruction(NamedTuple):
    """One step: after a comparison that holds, skip `then` instructions, else `otherwise`."""

    code: int
    then: int
    otherwise: int
    value: int


class _Instruction(ctypes.Structure):
    _fields_ = (
        ("code", ctypes.c_uint16),
        ("then", ctypes.c_uint8),
        ("otherwise", ctypes.c_uint8),
        ("value", ctypes.c_uint32),
    )


class _Program(ctypes.Structure):
    _fields_ = (("length", ctypes.c_uint16), ("first", ctypes.POINTER(_Instruction)))


def restrict() -> None:
    """For good, and for all threads: no sockets, no programs, no processes, no others' business.

    Raises `OSError` where the kernel has no seccomp, or without `no_new_privs`, and on other
    architectures than x86-64 and arm64.
    """
    architecture = Architecture.of_this_machine()
    steps = [_Instruction(*step) for step in instructions(architecture, pid=os.getpid())]
    program = _Program(len(steps), (_Instruction * len(steps))(*steps))
    linux.syscall(
        syscalls.SECCOMP[architecture.column], _SET_MODE_FILTER, _ALL_THREADS, ctypes.byref(program)
    )


def instructions(architecture: Architecture, *, pid: int) -> list[Instruction]:
    """The filter for a process with this id. What it does not name is allowed."""
    return [
        _load(_ARCHITECTURE),
        Instruction(_JUMP_IF_EQUAL, 1, 0, architecture.audit),
        _end(KILL_PROCESS),  # a call with the numbers of another architecture
        _load(_NUMBER),
        Instruction(_JUMP_IF_GREATER, 0, 1, syscalls.NEWEST),  # x32's numbers are above it as well
        _end(NO_SUCH_CALL),
        *_on(architecture, syscalls.CLONE3, [_end(NO_SUCH_CALL)]),  # its flags are out of reach
        *(
            step
            for numbers in syscalls.DENIED.values()
            for step in _on(architecture, numbers, [_end(NOT_PERMITTED)])
        ),
        *_on(architecture, syscalls.CLONE, _only_threads()),
        *_on(architecture, syscalls.TGKILL, _only_to(pid)),
        *_on(architecture, syscalls.PRLIMIT64, _only_reading()),
        *_on(architecture, syscalls.FCNTL, _unless(_FCNTL_DENIED)),
        *_on(architecture, syscalls.IOCTL, _unless(_IOCTL_DENIED)),
        _end(ALLOW),
    ]


def _on(
    architecture: Architecture, numbers: Numbers, steps: list[Instruction]
) -> Iterator[Instruction]:
    """The steps, which end, for one call; for others they are passed over."""
    number = numbers[architecture.column]
    if number is not None:
        yield Instruction(_JUMP_IF_EQUAL, 0, len(steps), number)
        yield from steps


def _only_threads() -> list[Instruction]:
    return [
        _load(_argument(0)),
        Instruction(_JUMP_IF_ANY_BIT, 1, 0, _CLONE_THREAD),
        _end(NOT_PERMITTED),
        _end(ALLOW),
    ]


def _only_to(pid: int) -> list[Instruction]:
    """Signals to itself: so a C library aborts."""
    return [
        _load(_argument(0)),
        Instruction(_JUMP_IF_EQUAL, 1, 0, pid),
        _end(NOT_PERMITTED),
        _end(ALLOW),
    ]


def _only_reading() -> list[Instruction]:
    """Without a pointer to new limits, which would be the third argument."""
    return [
        _load(_argument(2)),
        Instruction(_JUMP_IF_EQUAL, 1, 0, 0),
        _end(NOT_PERMITTED),
        _load(_argument(2) + 4),
        Instruction(_JUMP_IF_EQUAL, 1, 0, 0),
        _end(NOT_PERMITTED),
        _end(ALLOW),
    ]


def _unless(denied: Iterable[int]) -> list[Instruction]:
    """By the second argument, which says what is to be done."""
    steps = [_load(_argument(1))]
    for value in denied:
        steps += [Instruction(_JUMP_IF_EQUAL, 0, 1, value), _end(NOT_PERMITTED)]
    return [*steps, _end(ALLOW)]


def _load(offset: int) -> Instruction:
    return Instruction(_LOAD, 0, 0, offset)


def _argument(index: int) -> int:
    return _ARGUMENTS + 8 * index


def _end(action: int) -> Instruction:
    return Instruction(_RETURN, 0, 0, action)
