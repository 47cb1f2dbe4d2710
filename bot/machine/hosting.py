"""What is particular about known hosters, as far as their environment gives them away."""

import os
from collections.abc import Callable, Mapping
from pathlib import Path

HOSTERS = ("DYNO", "RAILWAY_ENVIRONMENT", "RAILWAY_PROJECT_ID", "RENDER", "FLY_APP_NAME")
EVERYWHERE = "0.0.0.0"  # noqa: S104 - there the container's own walls are around it
THIS_MACHINE = "127.0.0.1"
USE_INSTEAD = "or use PostgreSQL (DATABASE_URL=postgresql://…)"


def listening_host(host: str | None, environ: Mapping[str, str] = os.environ) -> str:
    """Where PORT listens: as the host says, else on this machine alone.

    On known hosters the health checks come from outside the container.
    """
    return host or (EVERYWHERE if any(name in environ for name in HOSTERS) else THIS_MACHINE)


def on_root_disk(file: Path) -> bool:
    """Whether a file, which may not be there yet, is or will be on the disk of `/`."""
    nearest = next(place for place in (file, *file.parents) if place.exists())
    return nearest.stat().st_dev == Path("/").stat().st_dev


def ephemeral_disk(
    sqlite_file: Path | None,
    environ: Mapping[str, str] = os.environ,
    *,
    is_on_root_disk: Callable[[Path], bool] = on_root_disk,
) -> str | None:
    """Why the database will be lost with the next restart, and what to do; `None` if all is well.

    `sqlite_file` is absolute, or `None` for a database elsewhere. Sources: Heroku Dev Center, Dynos
    > Ephemeral filesystem; Railway Docs, Volumes; Render Docs, Persistent Disks; Fly Docs, Volumes.
    """
    if sqlite_file is None:
        return None
    lost = f"the SQLite file {sqlite_file} is lost with every restart and deploy"
    if "DYNO" in environ:
        return f"on Heroku {lost}. Use PostgreSQL (the Heroku Postgres add-on sets DATABASE_URL)"
    if "RAILWAY_ENVIRONMENT" in environ or "RAILWAY_PROJECT_ID" in environ:
        volume = environ.get("RAILWAY_VOLUME_MOUNT_PATH")
        if volume and sqlite_file.is_relative_to(volume):
            return None
        return f"on Railway {lost}, since it is on no volume. Attach one there, {USE_INSTEAD}"
    if "RENDER" in environ:
        return f"on Render {lost}, unless a disk is mounted there. Mount one, {USE_INSTEAD}"
    if "FLY_APP_NAME" in environ and is_on_root_disk(sqlite_file):
        return f"on Fly {lost}, since it is on no volume. Mount one there, {USE_INSTEAD}"
    return None
