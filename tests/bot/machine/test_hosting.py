"""Which hosts lose the database with their disk."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from bot.machine.hosting import ephemeral_disk, listening_host, on_root_disk

FILE = Path("/app/data/compose.db")
RAILWAY = {"RAILWAY_ENVIRONMENT": "production"}


def trouble(environ: Mapping[str, str], file: Path | None = FILE, *, root: bool = True) -> str:
    return ephemeral_disk(file, environ, is_on_root_disk=lambda _: root) or ""


@pytest.mark.parametrize(
    ("environ", "host"),
    [
        ({"DYNO": "worker.1"}, "Heroku"),
        (RAILWAY, "Railway"),
        ({"RAILWAY_PROJECT_ID": "1"}, "Railway"),
        (RAILWAY | {"RAILWAY_VOLUME_MOUNT_PATH": "/data"}, "Railway"),
        (RAILWAY | {"RAILWAY_VOLUME_MOUNT_PATH": "/app/dat"}, "Railway"),
        ({"RENDER": "true"}, "Render"),
        ({"FLY_APP_NAME": "compose"}, "Fly"),
    ],
)
def test_host_is_warned_when_sqlite_is_on_a_disk_that_is_wiped(
    environ: Mapping[str, str], host: str
) -> None:
    text = trouble(environ)
    assert host in text
    assert str(FILE) in text
    assert "DATABASE_URL" in text
    assert "\n" not in text


@pytest.mark.parametrize(
    "environ",
    [
        {},
        RAILWAY | {"RAILWAY_VOLUME_MOUNT_PATH": "/app/data"},
        RAILWAY | {"RAILWAY_VOLUME_MOUNT_PATH": "/"},
    ],
)
def test_host_is_not_warned_when_the_disk_stays(environ: Mapping[str, str]) -> None:
    assert trouble(environ) == ""


def test_host_is_not_warned_on_fly_when_the_file_is_on_a_volume() -> None:
    assert trouble({"FLY_APP_NAME": "compose"}, root=False) == ""


def test_render_is_told_that_a_disk_may_be_mounted_since_it_does_not_show() -> None:
    assert "unless a disk is mounted" in trouble({"RENDER": "true"})


@pytest.mark.parametrize("name", ["DYNO", "RAILWAY_PROJECT_ID", "RENDER", "FLY_APP_NAME"])
def test_host_is_not_warned_when_the_database_is_a_server(name: str) -> None:
    assert trouble({name: "x"}, None) == ""


def test_root_disk_is_recognised_when_the_file_and_its_folder_are_not_there_yet() -> None:
    assert on_root_disk(Path("/no-such-folder/data/compose.db"))
    assert not on_root_disk(Path("/proc/no-such-folder/compose.db"))


@pytest.mark.parametrize(
    ("host", "environ", "listened_on"),
    [
        (None, {}, "127.0.0.1"),
        (None, {"FLY_APP_NAME": "compose"}, "0.0.0.0"),
        (None, {"RENDER": "true"}, "0.0.0.0"),
        (None, {"DYNO": "worker.1"}, "0.0.0.0"),
        (None, {"RAILWAY_PROJECT_ID": "x"}, "0.0.0.0"),
        ("127.0.0.1", {"DYNO": "worker.1"}, "127.0.0.1"),
        ("::", {}, "::"),
    ],
)
def test_port_listens_on_this_machine_alone_unless_a_hoster_must_reach_it(
    host: str | None, environ: dict[str, str], listened_on: str
) -> None:
    assert listening_host(host, environ) == listened_on
