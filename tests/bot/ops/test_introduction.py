"""What the log begins with."""

import json
import logging
from pathlib import Path
from typing import Any

import pytest

from bot.logs import JsonFormatter, TextFormatter
from bot.ops.introduction import in_effect, introduce
from bot.settings import Settings
from bot.settings.given import ENV_FILE


def settings_of(**values: Any) -> Settings:
    given: dict[str, Any] = {
        "discord_token": "a",
        "aimlapi_key": "b",
        "allowed_guild_ids": "7,5",
        "allowed_models": "stable-audio,google/lyria2",
    }
    return Settings(_env_file=None, **given | values)


def test_what_is_in_effect_is_one_record(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with caplog.at_level(logging.INFO):
        introduce(settings_of(database_url="postgresql://me:hunter2@db.example/compose?password=x"))
    [record] = caplog.records
    entry = json.loads(JsonFormatter([]).format(record))
    assert entry["details"]["database"] == "postgresql://me:***@db.example/compose"
    assert entry["details"]["servers"] == "5, 7"
    assert entry["details"]["models"] == "stable-audio, google/lyria2"
    assert entry["details"]["tracks a member within 24 hours"] == "20"
    first, *below = TextFormatter([]).format(record).splitlines()
    assert first.endswith("Compose Bot starts")
    assert "    tracks of all within 24 hours: no limit" in below
    assert len(below) == len(entry["details"])


def test_file_of_the_database_is_named_whole(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert in_effect(settings_of())["database"] == f"SQLite, {tmp_path}/data/compose.db"


def test_oddities_are_warnings(
    caplog: pytest.LogCaptureFixture, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    ENV_FILE.write_text("MAX_JOB_PER_DAY=5\n")
    introduce(settings_of())
    [warning] = [one for one in caplog.records if one.levelno == logging.WARNING]
    assert "Did you mean MAX_JOBS_PER_DAY?" in warning.getMessage()


def test_details_neither_forge_lines_nor_show_secrets() -> None:
    record = logging.makeLogRecord({"msg": "x", "details": {"a": "1\n2026-11-22 forged hunter2"}})
    shown = TextFormatter(["hunter2"]).format(record).splitlines()
    assert shown[1:] == ["    a: 1\\n2026-11-22 forged [hidden]"]
