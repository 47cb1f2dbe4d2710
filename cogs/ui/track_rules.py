"""Whose a finished track is, and who may share and delete it."""

from bot import words
from bot.client import Interaction
from bot.deliver import buttons
from bot.domain.jobs import Job
from cogs.ui.job_button import moderates
from cogs.ui.places import is_outside


def is_own(interaction: Interaction, job: Job) -> bool:
    """Whether the one who presses asked for it."""
    return job.member_id == interaction.user.id


def may_delete(interaction: Interaction, job: Job, place: str) -> bool:
    """A private track is nothing that the channel it was asked for in has ever seen."""
    return (
        is_own(interaction, job)
        or (not job.private and moderates(interaction, job.channel_id))
        or is_share_only(interaction, job, place)
    )


def is_share_only(interaction: Interaction, job: Job, place: str) -> bool:
    """A moderator of the channel it was shared to takes away no more than that."""
    here, own = interaction.channel_id or 0, is_own(interaction, job)
    return place == buttons.SHARE and not own and moderates(interaction, here)


def share_problem(interaction: Interaction, job: Job) -> str | None:
    """Why this one does not share this track, if so."""
    if not is_own(interaction, job):
        return words.not_your_track_share()
    if not job.has_track:
        return words.track_deleted() if job.deleted_at else words.not_finished()
    outside = interaction.guild is None or is_outside(interaction)
    return words.share_in_a_server() if outside else None
