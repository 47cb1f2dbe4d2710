"""Logging: readable lines or JSON, the job's id on each line about a job, and no secrets."""

import contextlib
import json
import logging
import re
import sys
import threading
from collections.abc import Iterator, Mapping
from contextvars import ContextVar
from datetime import UTC, datetime
from types import TracebackType

log = logging.getLogger(__name__)

# A record's mapping of more to say, by name: `log.info("…", extra={DETAILS: {"version": "1.0"}})`.
DETAILS = "details"

_job_id: ContextVar[str | None] = ContextVar("job_id", default=None)

# Interaction tokens stand in the paths that discord.py logs and aiohttp raises, and at DEBUG in
# the gateway's events, as a Python dict or (inside a JSON line) with escaped quotes.
_TOKENS = re.compile(
    r"""(/(?:webhooks|interactions)/\d+/|['"]token\\?['"]:\s?\\?['"])[^/\s'"?\\]+"""
)
HIDDEN = "[hidden]"
MARGIN = "    "  # before each line of a traceback


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

    def hide(self, text: str) -> str:
        """The text without secrets; to be done before any quoting that would disguise them."""
        text = _TOKENS.sub(rf"\1{HIDDEN}", text)
        for secret in self._secrets:
            text = text.replace(secret, HIDDEN)
        return text

    def format(self, record: logging.LogRecord) -> str:
        return self.hide(self.compose(record))

    def compose(self, record: logging.LogRecord) -> str:
        raise NotImplementedError

    def _message(self, record: logging.LogRecord) -> str:
        try:
            return self.hide(record.getMessage())
        except Exception:  # noqa: BLE001 - a library logs numbers that came as something else
            return self.hide(f"{record.msg} {record.args}")

    def _details(self, record: logging.LogRecord) -> dict[str, str]:
        details: Mapping[str, object] = getattr(record, DETAILS, {})
        return {name: self.hide(str(value)) for name, value in details.items()}

    def _traceback(self, record: logging.LogRecord) -> str | None:
        return self.hide(self.formatException(record.exc_info)) if record.exc_info else None


class TextFormatter(_Formatter):
    """`2026-11-22 10:15:00 INFO    bot.generate.poller  job 1f2e…: still generating`."""

    def compose(self, record: logging.LogRecord) -> str:
        """One line, and below it details and traceback, if any, a little to the right.

        So no line of a traceback can be taken for one of the log: errors quote what came in.
        """
        moment = datetime.fromtimestamp(record.created, UTC).strftime("%Y-%m-%d %H:%M:%S")
        job_id = _job_id.get()
        about = f"job {job_id}: " if job_id else ""
        message = f"{record.levelname:<7} {record.name}  {about}{self._message(record)}"
        below = [f"{name}: {value}" for name, value in self._details(record).items()]
        below += (self._traceback(record) or "").split("\n")
        return "\n".join(
            [
                f"{moment} {one_line(message)}",
                *(f"{MARGIN}{one_line(one)}" for one in below if one),
            ]
        )


class JsonFormatter(_Formatter):
    """One JSON object a line: time, level, logger, message; perhaps job_id, error, details."""

    def compose(self, record: logging.LogRecord) -> str:
        """The record as one line."""
        entry = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat(),
            "level": record.levelname,
            "logger": record.name,
            "message": self._message(record),
            "job_id": _job_id.get(),
            "error": self._traceback(record),
            "details": self._details(record) or None,
        }
        return json.dumps({key: value for key, value in entry.items() if value is not None})


def one_line(text: str) -> str:
    """What members type ends up in messages: it must neither start a forged line nor steer the
    host's terminal."""
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def _log_uncaught(
    kind: type[BaseException], error: BaseException | None, traceback: TracebackType | None
) -> None:
    if error is not None and not isinstance(error, KeyboardInterrupt | SystemExit):
        log.critical("nobody expected this error", exc_info=(kind, error, traceback))


def set_up(level: str, form: str, secrets: list[str]) -> None:
    """Send all logs to standard error. `secrets` are hidden wherever they turn up."""
    formatter = JsonFormatter(secrets) if form == "json" else TextFormatter(secrets)
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(formatter)
    logging.basicConfig(level=level, handlers=[handler], force=True)
    sys.excepthook = _log_uncaught  # or Python would print it as it is, secrets and all
    threading.excepthook = lambda ended: _log_uncaught(
        ended.exc_type, ended.exc_value, ended.exc_traceback
    )
    # Libraries tell their inner life at INFO; a host wants to read about jobs.
    for library in (
        "discord",
        "alembic",
        "aiosqlite",
        "asyncio",
        "bot.store.database.engine._Pool",
    ):
        logging.getLogger(library).setLevel(max(logging.getLevelName(level), logging.WARNING))
    if level == "DEBUG":
        logging.getLogger("discord").setLevel(logging.DEBUG)
