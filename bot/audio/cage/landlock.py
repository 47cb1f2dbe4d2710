"""Landlock: what this process, and all that it starts, may still do with files and ports.

It binds the calling thread and those it starts later, so it comes before anything starts threads.
Source: landlock(7), include/uapi/linux/landlock.h, Documentation/userspace-api/landlock.rst.
"""

import contextlib
import ctypes
import os
import stat
from collections.abc import Iterable
from pathlib import Path

from bot.machine import linux

# The same on all architectures.
_CREATE_RULESET, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446
_CREATE_RULESET_VERSION = 1
_RULE_PATH_BENEATH = 1

_WRITE_FILE, _READ_FILE, _READ_DIR = 1 << 1, 1 << 2, 1 << 3
_REMOVE_FILE, _MAKE_REG, _TRUNCATE = 1 << 5, 1 << 8, 1 << 14
_READING = _READ_FILE | _READ_DIR
_WRITING = _READING | _WRITE_FILE | _REMOVE_FILE | _MAKE_REG | _TRUNCATE
_OF_FILES = _READ_FILE | _WRITE_FILE | _TRUNCATE  # the others make sense for folders only

# Rights on files by the version that brought the last of them: 13 at first, then refer, truncate
# and ioctl on devices.
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 5: 16}
_PORTS_SINCE, _TCP_BIND_AND_CONNECT = 4, 0b11
_SCOPES_SINCE, _ABSTRACT_SOCKETS_AND_SIGNALS = 6, 0b11


class _Ruleset(ctypes.Structure):
    """What is denied unless a rule allows it. Fields that a kernel does not know must be 0."""

    _fields_ = (
        ("handled_access_fs", ctypes.c_uint64),
        ("handled_access_net", ctypes.c_uint64),
        ("scoped", ctypes.c_uint64),
    )


class _PathBeneath(ctypes.Structure):
    _pack_ = 1
    _fields_ = (("allowed_access", ctypes.c_uint64), ("parent_fd", ctypes.c_int32))


def restrict(*, readable: Iterable[Path], writable: Iterable[Path]) -> None:
    """For good: these may be read, or read and written, with what is below them. Nothing else.

    All that this kernel's version can deny is denied. Paths that are not there are passed over.
    Raises `OSError` where the kernel has no Landlock, or without `no_new_privs`.
    """
    version = linux.syscall(_CREATE_RULESET, None, 0, _CREATE_RULESET_VERSION)
    denied = _all_rights(version)
    ruleset = linux.syscall(_CREATE_RULESET, ctypes.byref(denied), ctypes.sizeof(denied), 0)
    try:
        for access, paths in ((_READING, readable), (_WRITING, writable)):
            for path in paths:
                _allow(ruleset, path, access & denied.handled_access_fs)
        linux.syscall(_RESTRICT_SELF, ruleset, 0)
    finally:
        os.close(ruleset)


def _all_rights(version: int) -> _Ruleset:
    rights = max(count for since, count in _FILE_RIGHTS.items() if since <= version)
    return _Ruleset(
        handled_access_fs=(1 << rights) - 1,
        handled_access_net=_TCP_BIND_AND_CONNECT if version >= _PORTS_SINCE else 0,
        scoped=_ABSTRACT_SOCKETS_AND_SIGNALS if version >= _SCOPES_SINCE else 0,
    )


def _allow(ruleset: int, path: Path, access: int) -> None:
    with contextlib.suppress(FileNotFoundError, NotADirectoryError, PermissionError):
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
        try:
            if not stat.S_ISDIR(os.fstat(place).st_mode):
                access &= _OF_FILES
            rule = _PathBeneath(allowed_access=access, parent_fd=place)
            linux.syscall(_ADD_RULE, ruleset, _RULE_PATH_BENEATH, ctypes.byref(rule), 0)
        finally:
            os.close(place)
