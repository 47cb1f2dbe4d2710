"""Rows to frozen objects, and back."""

from typing import Any

import sqlalchemy as sa

from bot.domain.jobs import (
    AudioFormat,
    FailureKind,
    Job,
    JobState,
    Notice,
    NoticeKind,
    Reference,
    Relation,
    Request,
    Rung,
)
from bot.store.database.tables import jobs


def job_from_row(row: Any) -> Job:
    """A row of `jobs` as a `Job`."""
    return Job(
        id=row.id,
        state=JobState(row.state),
        request=_request(row),
        interaction_id=row.interaction_id,
        interaction_token=row.interaction_token,
        application_id=row.application_id,
        guild_id=row.guild_id,
        channel_id=row.channel_id,
        member_id=row.member_id,
        upload_limit_bytes=row.upload_limit_bytes,
        card_message_id=row.card_message_id,
        retry_of=row.retry_of,
        created_at=row.created_at,
        due_at=row.due_at,
        attempts=row.attempts,
        submitted_at=row.submitted_at,
        finished_at=row.finished_at,
        generation_id=row.generation_id,
        audio_url=row.audio_url,
        failure_kind=FailureKind(row.failure_kind) if row.failure_kind else None,
        failure_reason=row.failure_reason,
        private=row.private,
        outside=row.outside,
        parent_id=row.parent_id,
        relation=Relation(row.relation) if row.relation else None,
        batch_id=row.batch_id,
        take=row.take,
        title=row.title,
        duration_s=row.duration_s,
        tempo_bpm=row.tempo_bpm,
        deleted_at=row.deleted_at,
        deleted_by_member=row.deleted_by_member,
    )


def request_columns(request: Request) -> dict[str, Any]:
    """The columns of `jobs` that hold what was asked for."""
    columns = dict(vars(request))
    reference = columns.pop("reference")
    if reference is not None:
        columns |= {f"reference_{name}": value for name, value in vars(reference).items()}
    return columns


def _request(row: Any) -> Request:
    return Request(
        model=row.model,
        prompt=row.prompt,
        negative_prompt=row.negative_prompt,
        seed=row.seed,
        lyrics=row.lyrics,
        seconds=row.seconds,
        instrumental=row.instrumental,
        reference=_reference(row),
        audio_format=AudioFormat(row.audio_format) if row.audio_format else None,
    )


def _reference(row: Any) -> Reference | None:
    if row.reference_url is None:
        return None
    return Reference(
        url=row.reference_url,
        file_name=row.reference_file_name,
        channel_id=row.reference_channel_id,
        message_id=row.reference_message_id,
        attachment_id=row.reference_attachment_id,
    )


def notice_from_row(row: Any) -> Notice:
    """A row of `notices` as a `Notice`."""
    return Notice(
        id=row.id,
        job_id=row.job_id,
        kind=NoticeKind(row.kind),
        attempts=row.attempts,
        created_at=row.created_at,
        attempted_at=row.attempted_at,
        attempted_rung=Rung(row.attempted_rung) if row.attempted_rung else None,
        attempted_channel_id=row.attempted_channel_id,
        unsure=row.unsure,
        rung=Rung(row.rung) if row.rung else None,
        message_channel_id=row.message_channel_id,
        message_id=row.message_id,
    )


def select_job(job_id: str) -> sa.Select[Any]:
    """One job by its id."""
    return sa.select(jobs).where(jobs.c.id == job_id)
