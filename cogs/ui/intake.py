"""From an interaction to a queued job with a card: shared by all that starts a track."""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace
from enum import Enum, auto

import aiohttp
import discord

from bot import words
from bot.client import ComposeClient, services_of
from bot.deliver.cards.batch_card import first_card
from bot.domain.drafts import Draft, checked
from bot.domain.jobs import Job, JobState, NewJob
from bot.domain.models import MODELS
from bot.domain.places import card_of
from bot.domain.problems import NotTaken
from bot.domain.requests import Request
from bot.errors import (
    AlreadyReceived,
    AlreadyRetried,
    AttemptsUsedUp,
    DailyLimitReached,
    DatabaseTrouble,
    NoRoom,
)
from bot.generate.admission import Admitted
from bot.rest.verdict import (
    ALREADY_ANSWERED_CODE,
    UNKNOWN_INTERACTION_CODE,
    Verdict,
    own_code,
    verdict_on,
)
from cogs.mending import refuse
from cogs.ui.first_answers import NO_BODY, answered, in_time, left_s
from cogs.ui.places import is_outside, upload_limit_bytes, why_not_here
from cogs.ui.unsaved import refuse_unsaved

log = logging.getLogger(__name__)


async def start(interaction: discord.Interaction[ComposeClient], draft: Draft) -> None:
    """Check, store, answer with the card, queue; or answer privately why not, to be mended."""
    if why := why_not_here(interaction, private=draft.private):
        await refuse(interaction, why, draft)
        return
    try:
        request = await _heard(interaction, checked(draft))
    except NotTaken as error:
        await refuse(interaction, words.not_taken(error.problems), draft)
        return
    admitted = await _admit(interaction, draft, request)
    if admitted is not None:
        await _answer_with_card(interaction, draft, admitted)


async def _heard(interaction: discord.Interaction[ComposeClient], request: Request) -> Request:
    """The same, once its audio was looked at; raises `NotTaken`."""
    model = MODELS[request.model]
    if request.reference is None or model.reference is None:
        return request
    references = services_of(interaction).references
    return replace(request, reference=await references.look_at(request.reference, model.reference))


async def _admit(
    interaction: discord.Interaction[ComposeClient], draft: Draft, request: Request
) -> Admitted | None:
    """The stored job; `None` if there is none, and the member was told why."""
    new = _new_job(interaction, draft, request)
    try:
        return await services_of(interaction).admission.admit(new, within_s=left_s(interaction))
    except DailyLimitReached as error:
        await refuse(interaction, words.limit_reached(error), draft)
    except AttemptsUsedUp as error:
        await refuse(interaction, words.attempts_used_up(error), draft)
    except NoRoom:
        await refuse(interaction, words.NO_ROOM, draft)
    except AlreadyRetried as error:
        # What is sent from the dialog is no other try any more, but a track of its own.
        told = await _tried_again(interaction, error.other_id)
        await refuse(interaction, told, replace(draft, retry_of=None))
    except AlreadyReceived:
        log.info("interaction %d came again", interaction.id)
    except DatabaseTrouble as error:
        log.error("a request could not be stored: the database %s", error)
        await refuse_unsaved(interaction, words.STORE_TROUBLE, draft)
    return None


async def _tried_again(interaction: discord.Interaction[ComposeClient], job_id: str) -> str:
    """Where the other try is to be found."""
    other: Job | None = None
    with contextlib.suppress(DatabaseTrouble):  # then it is told without the way there
        other = await in_time(interaction, services_of(interaction).jobs.get(job_id))
    finished = other is not None and other.state is JobState.SUCCEEDED
    card = card_of(other) if other else None
    return words.tried_again(card.url if card else None, finished=finished)


def _new_job(
    interaction: discord.Interaction[ComposeClient], draft: Draft, request: Request
) -> NewJob:
    order = vars(draft) | {"request": request}
    return NewJob(
        **order,
        interaction_id=interaction.id,
        interaction_token=interaction.token,
        application_id=interaction.application_id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        member_id=interaction.user.id,
        upload_limit_bytes=upload_limit_bytes(interaction),
        outside=is_outside(interaction),
    )


async def _answer_with_card(
    interaction: discord.Interaction[ComposeClient], draft: Draft, admitted: Admitted
) -> None:
    job, jobs = admitted.job, admitted.jobs
    embed, view = first_card(jobs, admitted.expected_at)
    try:
        answer = await answered(
            interaction,
            lambda: interaction.response.send_message(
                embed=embed, view=view, ephemeral=job.private
            ),
        )
    except discord.HTTPException as error:
        # An earlier try may have got through, or this one behind Discord's back.
        unclear = verdict_on(error) is Verdict.PASSES or own_code(error) == ALREADY_ANSWERED_CODE
        outcome = _Outcome.UNCLEAR if unclear else _Outcome.REFUSED
        stored = await _store_outcome(interaction, jobs, outcome, problem=str(error))
        # Only when it surely won't start: to the reconciler any answer would look like the card.
        if stored and outcome is _Outcome.REFUSED and own_code(error) != UNKNOWN_INTERACTION_CODE:
            await _tell_of_refusal(interaction, draft)
    except (aiohttp.ClientError, OSError, TimeoutError, *NO_BODY) as error:
        # The connection broke, or the answer lacks the message that was asked for.
        await _store_outcome(interaction, jobs, _Outcome.UNCLEAR, problem=repr(error))
    else:
        await _store_outcome(interaction, jobs, _Outcome.TAKEN, card_message_id=answer.message_id)


async def _tell_of_refusal(interaction: discord.Interaction[ComposeClient], draft: Draft) -> None:
    """Discord did not like the card; it may take a plain sentence."""
    try:
        await refuse(interaction, words.CARD_REFUSED, draft)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.info("the member could not be told: %s", error)


class _Outcome(Enum):
    TAKEN = auto()
    REFUSED = auto()
    UNCLEAR = auto()


async def _store_outcome(
    interaction: discord.Interaction[ComposeClient],
    jobs: Sequence[Job],
    outcome: _Outcome,
    *,
    problem: str = "",
    card_message_id: int | None = None,
) -> bool:
    """Whether it could be stored; if not, the reconciler finds the card by itself."""
    admission = services_of(interaction).admission
    try:
        for job in jobs:
            if outcome is _Outcome.TAKEN:
                await admission.answered(job, card_message_id)
            elif outcome is _Outcome.REFUSED:
                await admission.not_answered(job, problem)
            else:
                await admission.perhaps_answered(job, problem)
    except DatabaseTrouble as error:
        log.error("the outcome of a first answer waits: the database %s", error)
        return False
    return True
