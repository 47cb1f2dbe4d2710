"""From an interaction to a queued job with a card: shared by all that starts a track."""

import contextlib
import logging
from collections.abc import Sequence
from dataclasses import replace

import aiohttp
import discord

from bot import words
from bot.client import Interaction, services_of
from bot.deliver.cards.batch_card import first_card
from bot.domain.budgets import BudgetUsedUp
from bot.domain.drafts import Draft, checked, problems_of
from bot.domain.jobs import Job, JobState, NewJob, new_job_id
from bot.domain.models import MODELS
from bot.domain.places import card_of
from bot.domain.problems import NotTaken
from bot.domain.remedies import Remedy, made_private, remedies, smaller
from bot.domain.requests import Request
from bot.domain.seeds import seeded
from bot.domain.styles import Style
from bot.errors import (
    AlreadyReceived,
    AlreadyRetried,
    AttemptsUsedUp,
    DailyLimitReached,
    DatabaseTrouble,
    FoundAfterAll,
    NoRoom,
    RequestsClosed,
)
from bot.generate.admission import Admitted
from bot.generate.expectations import Expectation
from bot.generate.first_answer import Declined, FirstAnswer, Taken, Unclear
from bot.rest.verdict import (
    ALREADY_ANSWERED_CODE,
    UNKNOWN_INTERACTION_CODE,
    Verdict,
    own_code,
    verdict_on,
)
from cogs.ui.first_answers import NO_BODY, answered, in_time, left_s, say
from cogs.ui.places import (
    is_outside,
    member_locale,
    server_locale,
    upload_limit_bytes,
    why_not_here,
)
from cogs.ui.refusals import refuse, refuse_unsaved

log = logging.getLogger(__name__)


async def start(
    interaction: Interaction,
    draft: Draft,
    style: Style | None = None,
    *,
    job_id: str | None = None,
) -> None:
    """Check, store, answer with the card, queue; or say privately why not, with a way to fix it.

    With a style, what the draft lacks is taken from there, and is in what is kept of a refusal.
    A button that starts one track at most, however often it's pressed, gives that track's `job_id`.
    """
    typed, offer = draft, services_of(interaction).offer
    draft = style.applied_to(typed) if style else typed
    if why := why_not_here(interaction, private=draft.private):
        await _refuse_here(interaction, why, draft)
        return
    try:
        request = await _heard(interaction, checked(draft, offer))
    except NotTaken as error:
        named = style.named_in(error.problems, typed) if style else error.problems
        offered = remedies(error.problems, draft, offer)
        await refuse(interaction, words.not_taken(named), draft, offered)
        return
    admitted = await _admit(interaction, draft, request, job_id)
    if admitted is not None:
        await _answer_with_card(interaction, draft, admitted)
        if style is not None:
            await _remember(interaction, style, admitted.job)


async def _remember(interaction: Interaction, style: Style, job: Job) -> None:
    """The studio opens with the style that was used last; without that, nothing is amiss."""
    try:
        await services_of(interaction).stores.styles.used(job.member_id, style.name, job.id)
    except DatabaseTrouble as error:
        log.warning("the use of a style is forgotten: the database %s", error)


async def _refuse_here(interaction: Interaction, why: str, draft: Draft) -> None:
    alone, offer = made_private(draft), services_of(interaction).offer
    helps = not (why_not_here(interaction, private=True) or problems_of(alone.draft, offer))
    await refuse(interaction, why, draft, [alone] if helps else [])


async def _heard(interaction: Interaction, request: Request) -> Request:
    """The same, once its audio was looked at; raises `NotTaken`."""
    model = MODELS[request.model]
    if request.reference is None or model.reference is None:
        return request
    references = services_of(interaction).references
    return replace(request, reference=await references.look_at(request.reference, model.reference))


async def _admit(
    interaction: Interaction, draft: Draft, request: Request, job_id: str | None
) -> Admitted | None:
    """The stored job; `None` if there is none, and the member was told why."""
    new = _new_job(interaction, draft, request, job_id)
    try:
        return await services_of(interaction).admission.admit(new, within_s=left_s(interaction))
    except DailyLimitReached as error:
        offered = _fitting(interaction, draft, error.left)
        await refuse(interaction, words.limit_reached(error), draft, offered)
    except BudgetUsedUp as error:
        await refuse(interaction, words.budget_used_up(error), draft)
    except RequestsClosed:
        await refuse(interaction, words.requests_closed(), draft)
    except AttemptsUsedUp as error:
        await refuse(interaction, words.attempts_used_up(error), draft)
    except NoRoom:
        await refuse(interaction, words.no_room(), draft)
    except AlreadyRetried as error:
        # What is sent from the dialog is no other try any more, but a track of its own.
        told = await _tried_again(interaction, error.other_id)
        await refuse(interaction, told, replace(draft, retry_of=None))
    except FoundAfterAll:
        found = await _job(interaction, draft.retry_of or "")
        await refuse(interaction, made_after_all(found), replace(draft, retry_of=None))
    except AlreadyReceived:
        await _received_before(interaction, new)
    except DatabaseTrouble as error:
        log.error("a request could not be stored: the database %s", error)
        await refuse_unsaved(interaction, words.store_trouble(), draft)
    return None


def _fitting(interaction: Interaction, draft: Draft, left: int) -> list[Remedy]:
    """What counts as no more tracks than are left."""
    services = services_of(interaction)

    def fits(other: Draft) -> bool:
        priced = services.admission.price(checked(other, services.offer))
        return priced.counts_as * other.variations <= left

    return smaller(draft, services.offer, fits) if left else []


async def _received_before(interaction: Interaction, new: NewJob) -> None:
    """An interaction that came again is answered already; whoever pressed again is told so."""
    first = await _job(interaction, new.id)
    if first is None or first.interaction_id == interaction.id:
        log.info("interaction %d came again", interaction.id)
        return
    card = card_of(first)
    await say(interaction, words.remedy_used(card.url if card else None))


async def _job(interaction: Interaction, job_id: str) -> Job | None:
    with contextlib.suppress(DatabaseTrouble):  # what's told can do without the way there
        return await in_time(interaction, services_of(interaction).stores.jobs.get(job_id))
    return None


async def _tried_again(interaction: Interaction, job_id: str) -> str:
    """Where the other try is to be found."""
    other = await _job(interaction, job_id)
    finished = other is not None and other.state is JobState.SUCCEEDED
    card = card_of(other) if other else None
    return words.tried_again(card.url if card else None, finished=finished)


def made_after_all(job: Job | None) -> str:
    """Why there is nothing to try again, where it had failed once."""
    if job is None or job.state is JobState.CANCELLED:
        return words.nothing_to_retry()
    card = None if job.quiet else card_of(job)
    finished = job.quiet or job.state is JobState.SUCCEEDED
    return words.made_after_all(card.url if card else None, finished=finished)


def _new_job(
    interaction: Interaction, draft: Draft, request: Request, job_id: str | None
) -> NewJob:
    order = vars(draft) | {"request": seeded(request, interaction.id)}
    return NewJob(
        **order,
        id=job_id or new_job_id(),
        interaction_id=interaction.id,
        interaction_token=interaction.token,
        application_id=interaction.application_id,
        guild_id=interaction.guild_id,
        channel_id=interaction.channel_id or 0,
        member_id=interaction.user.id,
        upload_limit_bytes=upload_limit_bytes(interaction),
        outside=is_outside(interaction),
        member_locale=member_locale(interaction),
        server_locale=server_locale(interaction),
    )


async def _answer_with_card(interaction: Interaction, draft: Draft, admitted: Admitted) -> None:
    limits = services_of(interaction).admission.limits
    expected = Expectation(at=admitted.expected_at, a_day=limits.per_member)
    with words.speaking(admitted.job.locale):
        embed, view = first_card(admitted.jobs, expected)
    private, response = admitted.job.private, interaction.response
    refused_with: int | None = None
    first: FirstAnswer
    try:
        answer = await answered(
            interaction, lambda: response.send_message(embed=embed, view=view, ephemeral=private)
        )
        first = Taken(answer.message_id)
    except discord.HTTPException as error:
        first, refused_with = _read(error), own_code(error)
    except (aiohttp.ClientError, OSError, TimeoutError, *NO_BODY) as error:
        # The connection broke, or the answer lacks the message that was asked for.
        first = Unclear(repr(error))
    stored = await _settle(interaction, admitted.jobs, first)
    # Only when it surely won't start: to the reconciler any answer would look like the card.
    can_be_told = isinstance(first, Declined) and refused_with != UNKNOWN_INTERACTION_CODE
    if stored and can_be_told:
        await _tell_of_refusal(interaction, draft)


def _read(error: discord.HTTPException) -> FirstAnswer:
    """An earlier try may have got through, or this one behind Discord's back."""
    unclear = verdict_on(error) is Verdict.PASSES or own_code(error) == ALREADY_ANSWERED_CODE
    return Unclear(str(error)) if unclear else Declined(str(error))


async def _settle(interaction: Interaction, jobs: Sequence[Job], first: FirstAnswer) -> bool:
    """Whether the outcome could be stored; if not, the reconciler finds the card by itself."""
    try:
        for job in jobs:
            await services_of(interaction).admission.settle(job, first)
    except DatabaseTrouble as error:
        log.error("the outcome of a first answer waits: the database %s", error)
        return False
    return True


async def _tell_of_refusal(interaction: Interaction, draft: Draft) -> None:
    """Discord did not like the card; it may take a plain sentence."""
    try:
        await refuse(interaction, words.card_refused(), draft)
    except (discord.HTTPException, aiohttp.ClientError, OSError) as error:
        log.info("the member could not be told: %s", error)
