"""Logging: readable lines or JSON, the job's id on each line about a job, and no secrets."""

import contextlib
import json
import logging
import re
import sys
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime

_job_id: ContextVar[str | None] = ContextVar("job_id", default=None)

# Interaction tokens stand in the paths that discord.py logs, and in what aiohttp raises.
_TOKEN_PATHS = re.compile(r"(/(?:webhooks|interactions)/\d+/)[^/\s'\"?]+")
HIDDEN = "[hidden]"


@contextlib.contextmanager
def about_job(job_id: str) -> Iterator[None]:
    """Every line logged within the block, by whomever, carries this job's id."""
    token = _job_id.set(job_id)
    try:
        yield
    finally:
        _job_id.reset(token)


class _Formatter(logging.Formatter):
    """Common to both forms: takes secrets out of the finished line, tracebacks included."""

    def __init__(self, secrets: list[str]) -> None:
        super().__init__()
        self._secrets = [secret for secret in secrets if secret]

    def format(self, record: logging.LogRecord) -> str:
        line = _TOKEN_PATHS.sub(rf"\1{HIDDEN}", self.compose(record))
        for secret in self._secrets:
            line = line.replace(secret, HIDDEN)
        return line

    def compose(self, record: logging.LogRecord) -> str:
        raise NotImplementedError

    def _message(self, record: logging.LogRecord) -> str:
        # What members type ends up in messages: a line break must not start a forged line.
        return record.getMessage().replace("\r", "\\r").replace("\n", "\\n")

    def _traceback(self, record: logging.LogRecord) -> str | None:
        return self.formatException(record.exc_info) if record.exc_info else None


class TextFormatter(_Formatter):
    """`2026-11-22 10:15:00 INFO    bot.workers.poller  job 1f2e…: still generating`."""

    def compose(self, record: logging.LogRecord) -> str:
        """One line, and the traceback below it if there is one."""
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        job_id = _job_id.get()
        about = f"job {job_id}: " if job_id else ""
        line = f"{moment} {record.levelname:<7} {record.name}  {about}{self._message(record)}"
        traceback = self._traceback(record)
        return f"{line}\n{traceback}" if traceback else line


class JsonFormatter(_Formatter):
    """One JSON object a line: `time`, `level`, `logger`, `message`, and `job_id`, `error`."""

    def compose(self, record: logging.LogRecord) -> str:
        """One line."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": record.getMessage(),
            "job_id": _job_id.get(),
            "error": self._traceback(record),
        }
        return json.dumps({key: value for key, value in entry.items() if value is not None})


def set_up(level: str, form: str, secrets: list[str]) -> None:
    """Send all logs to standard error. `secrets` are hidden wherever they turn up."""
    formatter = JsonFormatter(secrets) if form == "json" else TextFormatter(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    # Libraries tell their inner life at INFO; a host wants to read about jobs.
    for library in ("discord", "alembic", "aiosqlite", "asyncio"):
        logging.getLogger(library).setLevel(max(logging.getLevelName(level), logging.WARNING))
    if level == "DEBUG":
        logging.getLogger("discord").setLevel(logging.DEBUG)
