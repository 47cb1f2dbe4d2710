"""The buttons on cards and announcements of jobs. All they know is in the database."""

import asyncio
from dataclasses import replace

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.announcements import LINK_BUTTON_LIMIT, REASON_LIMIT
from bot.deliver.buttons import Action
from bot.deliver.cards import status_card as cards
from bot.domain.drafts import Draft
from bot.domain.jobs import NO_REASON, FailureKind, Job, JobState
from bot.domain.seeds import was_typed
from bot.generate.rechecking import CheckResult
from bot.words.markdown import harmless
from cogs.ui.first_answers import defer, edit, in_time, say
from cogs.ui.intake import made_after_all
from cogs.ui.job_button import JobButton, moderates, stands_under
from cogs.ui.persistent import add_items
from cogs.ui.request_modal import open_modal
from cogs.ui.track_button import begin


class CancelButton(JobButton, template=buttons.pattern(Action.CANCEL)):
    """Stops a job that waits or runs; for its member and for moderators."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Cancel what can still be stopped, and answer by bringing the card up to date."""
        if interaction.user.id != job.member_id and not moderates(interaction, job.channel_id):
            await say(interaction, words.not_your_job_cancel())
            return
        if job.batch_id is not None and self.place == buttons.CARD:
            await self._cancel_variations(interaction, job)
            return
        cancelled = await in_time(interaction, services_of(interaction).admission.cancel(job))
        if cancelled is None:
            await self._say_too_late(interaction, job)
            return
        if self.place == buttons.CARD:
            await _answer_on_card(interaction, cancelled)
            return
        if await stands_under(interaction, job):
            await edit(interaction, view=None)
        else:
            await say(interaction, words.cancelled_now())

    async def _cancel_variations(self, interaction: Interaction, job: Job) -> None:
        """All that can still be stopped; the card they share says what became of each."""
        await in_time(interaction, _cancel_takes(interaction, job))
        await _answer_on_card(interaction, job)

    async def _say_too_late(self, interaction: Interaction, job: Job) -> None:
        now = await in_time(interaction, services_of(interaction).stores.jobs.get(job.id)) or job
        if now.state is JobState.CANCELLED and self.place == buttons.CARD:
            # A card that nobody could bring up to date: here it comes by itself.
            await _answer_on_card(interaction, now)
            return
        await say(interaction, words.too_late_to_cancel(now))


async def _cancel_takes(interaction: Interaction, job: Job) -> None:
    services = services_of(interaction)
    takes = await services.batches.takes(job)
    await asyncio.gather(*(services.admission.cancel(take.job) for take in takes))


async def _answer_on_card(interaction: Interaction, cancelled: Job) -> None:
    """The card as things stand. A word above it, such as that it takes longer, is no longer so."""
    if await stands_under(interaction, cancelled):
        with words.speaking(cancelled.locale):
            embed, view = await in_time(interaction, _card(interaction, cancelled))
        await edit(interaction, content=None, embed=embed, view=view)
    else:
        await say(interaction, words.cancelled_now())


async def _card(interaction: Interaction, job: Job) -> cards.Card:
    """The card of the job as things stand; variations share one that shows all of them."""
    if job.batch_id is not None:
        return await services_of(interaction).batches.card(job)
    return cards.ended_card(job, message_url=None)


class RetryButton(JobButton, template=buttons.pattern(Action.RETRY, Action.REWORD)):
    """Another try of a failed job: a new job, which may be paid for; or first in other words."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Start the other try, which counts as a track, if it is the member's own job."""
        if interaction.user.id != job.member_id:
            await say(interaction, words.not_your_job_retry())
        elif job.in_doubt:
            await say(interaction, words.still_checking())
        elif job.state is not JobState.FAILED:
            await say(interaction, made_after_all(job))
        else:
            await self._go_on(interaction, job)

    async def _go_on(self, interaction: Interaction, job: Job) -> None:
        draft = replace(Draft.of(job), parent_id=job.parent_id, relation=job.relation)
        if not was_typed(job):  # what was turned down with a seed is again
            draft = draft.reseeded()
        if self.match["action"] == Action.REWORD:
            await open_modal(interaction, draft)
        else:
            await begin(interaction, job, replace(draft, retry_of=job.id))


class WhyButton(JobButton, template=buttons.pattern(Action.WHY)):
    """What the music service said when it turned a request down, for all who see the job."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Tell whoever asks, and nobody else."""
        if job.failure_kind is FailureKind.REJECTED:
            reason = job.failure_reason if job.failure_reason != NO_REASON else None
            await say(interaction, words.why_rejected(harmless(reason or "", REASON_LIMIT)))
        else:
            await say(interaction, words.nothing_to_explain())


class CheckButton(JobButton, template=buttons.pattern(Action.CHECK)):
    """Asks the music service once more, now."""

    async def press(self, interaction: Interaction, job: Job) -> None:
        """Ask the provider, if it is the member's own job: each press costs a request."""
        if interaction.user.id != job.member_id:
            await say(interaction, words.not_your_job_check())
        elif not _can_be_checked(job):
            await say(interaction, words.nothing_to_check())
        else:
            await defer(interaction)
            await _tell_finding(
                interaction, job, await services_of(interaction).rechecking.check(job)
            )


def _can_be_checked(job: Job) -> bool:
    lost = job.state is JobState.FAILED and job.failure_kind is FailureKind.LOST
    return lost or job.state is JobState.GENERATING or job.has_track


async def _tell_finding(interaction: Interaction, job: Job, finding: CheckResult) -> None:
    if finding is CheckResult.FRESH:
        await _hand_out_link(interaction, job)
    elif finding is CheckResult.RUNNING and job.state is JobState.FAILED:
        await say(interaction, words.check_still_lost())
    else:
        await say(interaction, FOUND[finding]())


async def _hand_out_link(interaction: Interaction, job: Job) -> None:
    url = await services_of(interaction).rechecking.link(job)
    if url is None or len(url) > LINK_BUTTON_LIMIT:
        await say(interaction, words.check_no_link())
        return
    view = buttons.row(buttons.link(words.button_download(), url))
    await say(interaction, words.check_fresh(), view=view)


FOUND = {
    CheckResult.FINISHED: words.check_finished,
    CheckResult.RUNNING: words.check_running,
    CheckResult.FILE_LATE: words.check_file_late,
    CheckResult.BROKEN: words.check_broken,
    CheckResult.GONE: words.check_gone,
    CheckResult.NO_ANSWER: words.check_no_answer,
    CheckResult.SOON: words.check_soon,
    CheckResult.BUSY: words.check_busy,
}


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    add_items(client, CancelButton, RetryButton, WhyButton, CheckButton)
