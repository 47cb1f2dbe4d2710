"""What may have been billed for nothing: the account's charges around interrupted submissions.

The provider knows no idempotency key, so when a submission breaks off nobody can tell at once
whether it was accepted. The account's ledger can, some time later.
"""

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta

from bot.clock import utc_now
from bot.domain.characters import shortened
from bot.domain.jobs import Job
from bot.domain.money import usd_of
from bot.errors import ProviderError
from bot.ops.doctor.findings import Finding, Ill, ok, warn
from bot.ops.doctor.machine import open_survey
from bot.provider.client import Provider
from bot.provider.records import Transaction
from bot.settings import Settings
from bot.store.survey import Survey

LOOK_BACK = timedelta(days=7)
# A charge lands once the generation is through; clocks differ, so look a little before, too.
BEFORE, AFTER = timedelta(minutes=1), timedelta(minutes=10)
JOBS_LIMIT = 20
TIMEOUT_S = 15
PROMPT_LIMIT = 60


@dataclass(frozen=True, kw_only=True)
class Suspicion:
    """An interrupted job, and the charges at that time that belong to no other job."""

    job: Job
    charges: Sequence[Transaction]


async def check_charges(settings: Settings) -> Sequence[Finding]:
    """List them job by job, and sum up. A charge near two jobs counts once."""
    key = settings.aimlapi_key.get_secret_value()
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            open_survey(settings) as survey,
            Provider.open(settings.aimlapi_url, key, proxy=settings.proxy()) as provider,
        ):
            if survey is None:
                return []
            found = await find(survey, provider)
    except Ill:
        return []  # the check of the database has said so
    except ProviderError as error:
        return [warn(f"the account's ledger can't be read: {error}")]
    except TimeoutError:
        return [warn(f"the account's ledger could not be read within {TIMEOUT_S} s")]
    if not found:
        return [ok(f"no submission was interrupted within {LOOK_BACK.days} days")]
    return [*(finding for suspicion in found for finding in _told(suspicion)), _summed(found)]


async def find(survey: Survey, provider: Provider) -> Sequence[Suspicion]:
    """The newest interrupted jobs, each with what it may have cost. Raises `ProviderError`."""
    jobs = await survey.interrupted_since(utc_now() - LOOK_BACK, limit=JOBS_LIMIT)
    around = {job.id: await _charges_around(job, provider) for job in jobs}
    references = {charge.reference_id for charges in around.values() for charge in charges}
    known = await survey.known_inferences({name for name in references if name})
    return [Suspicion(job=job, charges=_of_none(known, around[job.id])) for job in jobs]


async def _charges_around(job: Job, provider: Provider) -> Sequence[Transaction]:
    if job.submitted_at is None:
        return []
    start, end = job.submitted_at - BEFORE, job.submitted_at + AFTER
    return [charge async for charge in provider.charges(start, end)]


def _of_none(known: Collection[str], charges: Sequence[Transaction]) -> Sequence[Transaction]:
    return [charge for charge in charges if charge.reference_id not in known]


def _told(suspicion: Suspicion) -> Sequence[Finding]:
    job = suspicion.job
    at = job.submitted_at or job.created_at
    prompt = shortened(job.request.prompt, PROMPT_LIMIT)
    about = f'job {job.id}, interrupted {at:%Y-%m-%d %H:%M:%S} UTC, "{prompt}"'
    if not suspicion.charges:
        return [ok(f"{about}: no charge around it, so it was probably not billed")]
    return [warn(f"{about}: {_charge(charge)} fits no other job") for charge in suspicion.charges]


def _charge(charge: Transaction) -> str:
    return (
        f"{_money([charge])} for {charge.model or 'a model'} at "
        f"{charge.created_at:%H:%M:%S} UTC ({charge.reference_id or 'without a reference'})"
    )


def _summed(found: Sequence[Suspicion]) -> Finding:
    unlike: Mapping[object, Transaction] = {
        charge.reference_id or charge: charge for each in found for charge in each.charges
    }
    if not unlike:
        return ok("nothing seems to have been billed for nothing")
    return warn(
        f"at most {_money(list(unlike.values()))} may have been billed for tracks that nobody got. "
        "Other programs with the same account leave charges here, too"
    )


def _money(charges: Sequence[Transaction]) -> str:
    return f"{usd_of(sum(charge.credits or 0 for charge in charges)):.4g} USD"
