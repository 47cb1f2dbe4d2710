"""What became of interrupted submissions, what they cost, and whether the bot still searches.

The provider's logs know submissions by their names, and are read as the bot itself does it
(`bot.generate.lookups`). The account's ledger is asked for the cost of what they leave open.
"""

import asyncio
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from bot.clock import utc_now
from bot.domain.characters import shortened
from bot.domain.jobs import Job
from bot.domain.money import usd_of
from bot.errors import ProviderError
from bot.generate.ledger import charged
from bot.generate.request_log import Account, Log, read, windows
from bot.ops.doctor.findings import Finding, Ill, ok, warn
from bot.ops.doctor.machine import open_survey
from bot.provider.client import Provider
from bot.settings import Settings

LOOK_BACK: Final = timedelta(days=7)
JOBS_LIMIT: Final = 20
TIMEOUT_S: Final = 15
# Parts of that, so that what was read by then is still told.
LOGS_WITHIN_S: Final = 10.0
LEDGER_WITHIN_S: Final = 3.0
PROMPT_LIMIT: Final = 60


@dataclass(frozen=True, kw_only=True)
class Case:
    """An interrupted job, and what is known of it. `cost` is in credits."""

    job: Job
    account: Account
    cost: int | None

    @property
    def inference_ids(self) -> dict[str, None]:
        """By which the ledger knows it."""
        rows = self.account.made or self.account.open
        names = [row.inference_id for row in rows] or [self.job.inference_id]
        return dict.fromkeys(name for name in names if name)


async def check_charges(settings: Settings) -> Sequence[Finding]:
    """Tell of each interrupted job, newest first, and what was paid for them in all."""
    key = settings.aimlapi_key.get_secret_value()
    try:
        async with (
            asyncio.timeout(TIMEOUT_S),
            open_survey(settings) as survey,
            Provider.open(settings.aimlapi_url, key, proxy=settings.proxy()) as provider,
        ):
            if survey is None:
                return []
            jobs = await survey.given_up_since(utc_now() - LOOK_BACK, limit=JOBS_LIMIT)
            if not jobs:
                return [ok(f"no submission was interrupted within {LOOK_BACK.days} days")]
            return await _look_up(jobs, provider)
    except Ill:
        return []  # the check of the database has said so
    except TimeoutError:
        return [warn(f"what interrupted submissions cost isn't known within {TIMEOUT_S} s")]


async def _look_up(jobs: Sequence[Job], provider: Provider) -> Sequence[Finding]:
    log, troubles = await _read(jobs, provider)
    cases = [_case(job, log.of(job)) for job in jobs]
    try:
        async with asyncio.timeout(LEDGER_WITHIN_S):
            for at, case in enumerate(cases):
                cases[at] = await _charged(case, provider)
    except (ProviderError, TimeoutError) as error:
        why = str(error) or f"no answer within {LEDGER_WITHIN_S:g} s"
        troubles.append(warn(f"the account's ledger can't be read: {why}"))
    return [*troubles, *(_told(case, provider.key_mark) for case in cases), *_summed(cases)]


async def _read(jobs: Sequence[Job], provider: Provider) -> tuple[Log, list[Finding]]:
    stretches = windows(jobs, utc_now())
    try:
        return await read(provider, stretches, within_s=LOGS_WITHIN_S), []
    except ProviderError as error:
        return Log([], stretches), [warn(f"the provider's logs can't be read: {error}")]


def _case(job: Job, account: Account) -> Case:
    cost = 0 if account.failed else account.credits
    return Case(job=job, account=account, cost=job.cost_credits if cost is None else cost)


async def _charged(case: Case, provider: Provider) -> Case:
    """With what the ledger says, where the cost isn't known and it knows all that was made."""
    rows = case.account.made or case.account.open
    at = case.job.submitted_at or next((row.created for row in rows if row.created), None)
    if case.cost is not None or at is None:
        return case
    costs = [await charged(provider, name, at) for name in case.inference_ids]
    known = [cost for cost in costs if cost is not None]
    return replace(case, cost=sum(known)) if known and len(known) == len(costs) else case


def _told(case: Case, key_mark: str) -> Finding:
    job = case.job
    at = job.submitted_at or job.created_at
    about = f'job {job.id}, {job.failure_kind} {at:%Y-%m-%d %H:%M:%S} UTC, "{_prompt(job)}"'
    fate = _fate(case, key_mark)
    search = ". The bot still looks for it" if job.lookup_due_at else ""
    return replace(fate, text=f"{about}: {fate.text}{search}")


def _fate(case: Case, key_mark: str) -> Finding:
    account, names = case.account, ", ".join(case.inference_ids) or "without an inference id"
    if account.made:
        cost = "at a cost that isn't known yet" if case.cost is None else f"for {_usd(case.cost)}"
        return warn(f"the logs say that it succeeded, {cost} ({names})")
    if account.failed:
        return ok("the logs say that it failed, which is free")
    if case.cost is not None:
        return (warn if case.cost else ok)(f"it cost {_usd(case.cost)} ({names})")
    if account.open:
        return warn(f"the logs know it, but don't say what became of it ({names})")
    if case.job.submitted_with not in {None, key_mark}:
        return warn("it was submitted with another key, and the logs of this one don't know it")
    if account.unread:
        return warn("the logs of that time weren't read, so it isn't known whether it was billed")
    return ok("the logs don't know it, so it was probably not billed")


def _prompt(job: Job) -> str:
    return shortened(job.request.prompt, PROMPT_LIMIT)


def _summed(cases: Iterable[Case]) -> Sequence[Finding]:
    paid = sum(case.cost or 0 for case in cases)
    return [warn(f"in all {_usd(paid)} was paid for tracks that nobody got")] if paid else []


def _usd(credits_: int) -> str:
    return f"{usd_of(credits_):.4g} USD"
