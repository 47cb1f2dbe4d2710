"""Calls to Linux's kernel that Python has no function for, through the C library.

Elsewhere, and where the C library can't be reached, each raises `OSError`, as a kernel does that
lacks the call. Sources: syscall(2), prctl(2).
"""

import ctypes
import errno
import functools
import os
import sys
from typing import Any

PR_SET_DUMPABLE = 4
PR_SET_NO_NEW_PRIVS = 38


def syscall(number: int, *arguments: Any) -> int:
    """What the kernel answers; numbers that only pointers and flags can be are passed as `long`."""
    return _checked(_libc().syscall, number, *arguments)


def prctl(option: int, value: int) -> int:
    """Set an attribute of this process, or ask for one."""
    return _checked(_libc().prctl, option, value, 0, 0, 0)


def _checked(function: Any, *arguments: Any) -> int:
    as_long = [ctypes.c_long(one) if isinstance(one, int) else one for one in arguments]
    answer: int = function(*as_long)
    if answer == -1:
        number = ctypes.get_errno()
        raise OSError(number, os.strerror(number))
    return answer


@functools.cache
def _libc() -> ctypes.CDLL:
    if sys.platform != "linux":
        raise OSError(errno.ENOSYS, "this is not Linux")
    libc = ctypes.CDLL(None, use_errno=True)
    libc.syscall.restype = ctypes.c_long
    return libc
