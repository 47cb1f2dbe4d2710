"""What a process uses, as Linux tells it (proc(5))."""

import contextlib
import os
from pathlib import Path

_TICKS_PER_S = os.sysconf("SC_CLK_TCK")


def memory_mb(pid: int) -> float:
    """The memory a process holds now, in MB (VmRSS)."""
    return _memory_mb(pid, "VmRSS")


def peak_memory_mb(pid: int) -> float:
    """The most memory a process has held since its start or `forget_peak`, in MB (VmHWM)."""
    return _memory_mb(pid, "VmHWM")


def forget_peak(pid: int) -> None:
    """From now on the peak is counted from here.

    The bot keeps its `/proc` to root; for another user, its peak stays the one since its start.
    """
    with contextlib.suppress(PermissionError):
        Path(f"/proc/{pid}/clear_refs").write_text("5")


def cpu_s(pid: int) -> float:
    """Seconds of a core that a process has used so far, in user and kernel mode."""
    # The second field is the name in brackets, which may hold anything.
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS_PER_S


def _memory_mb(pid: int, name: str) -> float:
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(name)
