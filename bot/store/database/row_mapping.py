"""Rows to frozen objects, and back."""

from collections.abc import Iterable
from dataclasses import fields
from typing import Any, TypeVar

import sqlalchemy as sa

from bot.domain.jobs import Job, NewJob, Notice
from bot.domain.requests import Reference, Request
from bot.store.database.tables import jobs

T = TypeVar("T")


def _columns(kind: type[Any], *besides: str) -> tuple[str, ...]:
    """The fields of a dataclass that have columns of the same names: all but those."""
    return tuple(field.name for field in fields(kind) if field.name not in besides)


_NEW_JOB = _columns(NewJob, "request", "variations")
_JOB = _columns(Job, "request")
_REQUEST = _columns(Request, "reference")
_REFERENCE = _columns(Reference)  # with `reference_` before them
_NOTICE = _columns(Notice)


def columns_of(new: NewJob) -> dict[str, Any]:
    """The columns of `jobs` that are known before it is stored."""
    columns = _values(new, _NEW_JOB) | _values(new.request, _REQUEST)
    if (reference := new.request.reference) is not None:
        columns |= {f"reference_{name}": value for name, value in vars(reference).items()}
    return columns


def job_from_row(row: Any) -> Job:
    """A row of `jobs` as a `Job`."""
    request = Request(**_values(row, _REQUEST), reference=_reference(row))
    return Job(**_values(row, _JOB), request=request)


def _reference(row: Any) -> Reference | None:
    if row.reference_url is None:
        return None
    return Reference(**_values(row, _REFERENCE, prefix="reference_"))


def from_row(kind: type[T], row: Any, **besides: Any) -> T:
    """A dataclass whose fields are called as the columns are, but for those `besides`."""
    return kind(**_values(row, _columns(kind, *besides)), **besides)


def notice_from_row(row: Any) -> Notice:
    """A row of `notices` as a `Notice`."""
    return Notice(**_values(row, _NOTICE))


def _values(source: Any, names: Iterable[str], *, prefix: str = "") -> dict[str, Any]:
    return {name: getattr(source, prefix + name) for name in names}


def select_job(job_id: str) -> sa.Select[Any]:
    """One job by its id."""
    return sa.select(jobs).where(jobs.c.id == job_id)
