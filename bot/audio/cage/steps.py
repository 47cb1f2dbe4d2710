"""The cage of a worker: what it may still do once it is locked in, for good.

FFmpeg reads hostile bytes. If they take it over, their code has this process and little else:
bounds that can't be raised, one folder to write to, no sockets, no programs, no processes. What a
system lacks is left out and named; the rest holds on its own.
"""

import contextlib
import ctypes
import os
import site
import sys
import sysconfig
from collections.abc import Callable, Iterator
from pathlib import Path

import bot
from bot.audio.cage import landlock, seccomp, syscalls
from bot.machine import linux

MEMORY_BYTES = 1 << 30
FILE_LIMIT_BYTES = 256 << 20
FILES_LIMIT = 64
LIFETIME_CPU_S = 3600  # in all; for each errand the bot sets a bound below it, from outside
NICENESS = 5  # the bot's own process comes first

# Where shared libraries are, and how they are found: for glibc, musl, and Nix.
_LIBRARIES = ("/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/nix/store")
_LINKER_FILES = ("ld.so.cache", "ld-musl-*.path")

_CAPABILITIES_OF_64_BITS = 0x20080522
_CAP_DAC_READ_SEARCH = 2


def enter(*, given: Path, made: Path) -> list[str]:
    """Lock this process in, with a folder to read and one to write; what could not be switched on.

    To be called while it has one thread, and before NumPy and PyAV are imported: Landlock binds the
    calling thread and those it starts, and OpenBLAS starts some.
    """
    os.umask(0o077)
    os.chdir(made)
    missing = []
    for name, step in _steps(given, made).items():
        try:
            step()
        except (OSError, ImportError) as error:
            missing.append(f"{name} ({getattr(error, 'strerror', None) or error})")
    return missing


def _steps(given: Path, made: Path) -> dict[str, Callable[[], object]]:
    """In this order: without `no_new_privs` the kernel takes no rules, and seccomp ends it all."""
    return {
        "limits": _limit,
        "no_new_privs": lambda: linux.prctl(linux.PR_SET_NO_NEW_PRIVS, 1),
        "no capabilities": _drop_capabilities,
        "Landlock": lambda: landlock.restrict(readable=[given, *_readable()], writable=[made]),
        "seccomp": seccomp.restrict,
    }


def _limit() -> None:
    import resource  # noqa: PLC0415 - not on Windows

    os.nice(NICENESS)
    limits = {
        resource.RLIMIT_AS: MEMORY_BYTES,
        resource.RLIMIT_FSIZE: FILE_LIMIT_BYTES,
        resource.RLIMIT_NOFILE: FILES_LIMIT,
        resource.RLIMIT_CPU: LIFETIME_CPU_S,
        resource.RLIMIT_CORE: 0,
    }
    # On Linux it would count threads, and those of the user's other programs, too.
    if sys.platform != "linux":
        limits[resource.RLIMIT_NPROC] = 0
    for kind, limit in limits.items():
        _lower(kind, limit)


def _lower(kind: int, limit: int) -> None:
    """The hard limit, too: what is lowered there can't be raised again."""
    import resource  # noqa: PLC0415 - not on Windows

    _, hardest = resource.getrlimit(kind)
    within = limit if hardest == resource.RLIM_INFINITY else min(limit, hardest)
    try:
        resource.setrlimit(kind, (within, within))
    except (ValueError, OSError):
        return  # macOS does not bound memory; the time limit still holds


def _drop_capabilities() -> None:
    """A worker of root may do hardly more than any other, but can read code that isn't root's."""
    column = seccomp.Architecture.of_this_machine().column
    header = (ctypes.c_uint32 * 2)(_CAPABILITIES_OF_64_BITS, 0)
    sets = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable; then their high words
    linux.syscall(syscalls.CAPGET[column], header, sets)
    kept = sets[1] & (1 << _CAP_DAC_READ_SEARCH)
    left = (ctypes.c_uint32 * 6)(kept, kept, 0, 0, 0, 0)
    linux.syscall(syscalls.CAPSET[column], header, left)


def _readable() -> Iterator[Path]:
    """The interpreter's library, installed packages, our own code, and shared libraries.

    Not the folder that our code is in, for that is where `.env` and the database usually are.
    """
    installed = {
        sysconfig.get_path(name) for name in ("stdlib", "platstdlib", "purelib", "platlib")
    }
    installed |= {*site.getsitepackages(), site.getusersitepackages()}
    yield from map(Path, installed)
    for entry in map(Path, {*sys.path, str(Path(bot.__file__).parents[1])} - installed):
        yield from _modules(entry)
    for prefix in {sys.prefix, sys.base_prefix, sys.exec_prefix, sys.base_exec_prefix}:
        yield from (Path(prefix, "lib"), Path(prefix, "lib64"))
    yield from map(Path, _LIBRARIES)
    yield from map(Path, filter(None, os.environ.get("LD_LIBRARY_PATH", "").split(":")))
    for name in _LINKER_FILES:
        yield from Path("/etc").glob(name)


def _modules(entry: Path) -> Iterator[Path]:
    """What can be imported from an entry of the search path, and nothing else that is there."""
    if not entry.is_dir():
        yield entry  # a ZIP file, or nothing at all
        return
    with contextlib.suppress(PermissionError):
        yield from filter(_is_module, entry.iterdir())


def _is_module(path: Path) -> bool:
    """A package's shared libraries are beside it, in a folder of their own."""
    if path.suffix in {".py", ".so", ".libs"} or path.name == "lib-dynload":
        return True
    try:
        return (path / "__init__.py").is_file()
    except PermissionError:
        return False
