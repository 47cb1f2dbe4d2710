"""What the figures were measured on."""

import os
import platform
from datetime import UTC, datetime
from pathlib import Path


def describe() -> str:
    """One line: the date, the processor and how busy it was, and the versions that matter."""
    load = os.getloadavg()[0]
    return (
        f"{datetime.now(UTC):%Y-%m-%d}, {_processor()}, {os.cpu_count()} cores "
        f"(load before the run {load:.1f}), {platform.system()} {platform.release()}, "
        f"Python {platform.python_version()}"
    )


def _processor() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    if cpuinfo.exists():
        for line in cpuinfo.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()
