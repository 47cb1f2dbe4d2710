"""What the doctor tells of interrupted submissions, from the provider's logs and the ledger."""

import re
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from bot.clock import utc_now
from bot.domain.jobs import Job
from bot.domain.money import CostSource
from bot.ops.doctor import charges
from bot.ops.doctor.charges import check_charges
from bot.ops.doctor.findings import Finding, Level, plain
from bot.provider.client import Provider
from bot.settings import Settings
from bot.store.restoration import after_restoring
from sandbox.aimlapi import KEY, AimlapiStandIn, Fate
from sandbox.aimlapi.request_log import LogTerms
from tests.factories import HandClock, Stored, a_request

LOGS, LEDGER = "/v2/logs", "/v2/billing/transactions"
LOOKED_FOR = "The bot still looks for it"


@pytest.fixture
async def stand_in() -> AsyncIterator[AimlapiStandIn]:
    """A provider that is done at once; rows and charges come a few seconds later."""
    async with AimlapiStandIn(durations=[0], charge_lag_s=5) as stand_in:
        yield stand_in


@dataclass
class Account:
    """Jobs whose submissions broke off, and the account that pays for them."""

    settings: Settings
    stored: Stored
    stand_in: AimlapiStandIn
    provider: Provider

    async def interrupted(
        self,
        *,
        accepted: bool = True,
        searched: bool = True,
        key_mark: str | None = None,
        **of: Any,
    ) -> Job:
        """After or before the provider took it; the bot looks for it, or has stopped to."""
        queued = await self.stored.queue(request=a_request(**of))
        await self.stored.claim_submissions(key_mark=key_mark)
        job = await self.stored.job(queued.id)
        if accepted:
            await self.provider.submit(job.request, request_id=job.request_id)
        now, lookups = self.stored.clock(), self.stored.stores.lookups
        assert await lookups.interrupt(job.id, "reset", now, now)
        if not searched:
            await lookups.later(job.id, None)
        return job

    async def restored(self, *, accepted: bool) -> Job:
        """It waited in a backup, and was submitted after that was made."""
        job = await self.stored.queue()
        if accepted:
            await self.provider.submit(job.request, request_id=f"{job.id}.1")
        await after_restoring(self.stored.engine, self.stored.clock())
        return job

    async def findings(self) -> Sequence[Finding]:
        """What the doctor finds a minute later."""
        self.stand_in.clock.advance(60)
        return await check_charges(self.settings)

    async def finding(self) -> Finding:
        """The only one."""
        [found] = await self.findings()
        return found


@pytest.fixture
def account(
    database_url: str,
    stored: Stored,
    clock: HandClock,
    stand_in: AimlapiStandIn,
    provider: Provider,
) -> Account:
    clock.now = utc_now()
    settings = Settings(
        _env_file=None,
        discord_token=SecretStr("token"),
        aimlapi_key=SecretStr(KEY),
        database_url=database_url,
        aimlapi_url=stand_in.url,
    )
    return Account(settings, stored, stand_in, provider)


def told(finding: Finding, level: Level, *words: str) -> bool:
    return finding.level is level and all(word in finding.text for word in words)


# --- what the logs say --------------------------------------------------------------------------


@pytest.mark.parametrize("searched", [True, False])
async def test_cost_is_told_with_whether_the_bot_still_looks_when_the_logs_know_it(
    account: Account, *, searched: bool
) -> None:
    prompt = "lo-fi\x1b[2J rain\n" + "x" * 100
    job = await account.interrupted(prompt=prompt, searched=searched)
    await account.provider.submit(job.request, request_id="of-another-program.1")
    finding, total = await account.findings()
    name = account.stand_in.generations[0].inference_id
    assert told(finding, Level.WARN, job.id, "interrupted", f"succeeded, for 0.06 USD ({name})")
    assert (LOOKED_FOR in finding.text) is searched
    assert told(total, Level.WARN, "in all 0.06 USD")
    assert re.search(r'"lo-fi .*…"', plain(finding.text))
    assert "x" * 60 not in finding.text


async def test_job_that_failed_at_the_provider_is_free(
    account: Account, stand_in: AimlapiStandIn
) -> None:
    stand_in.plan(Fate(duration_s=0, error="overloaded"))
    job = await account.interrupted()
    assert told(await account.finding(), Level.OK, job.id, "failed, which is free")


async def test_job_that_the_logs_dont_know_was_probably_not_billed(account: Account) -> None:
    job = await account.interrupted(accepted=False)
    words = (job.id, "don't know it, so it was probably not billed", LOOKED_FOR)
    assert told(await account.finding(), Level.OK, *words)


@pytest.mark.parametrize("accepted", [True, False])
async def test_job_of_a_restored_backup_is_told_of(account: Account, *, accepted: bool) -> None:
    job = await account.restored(accepted=accepted)
    finding, *_ = await account.findings()
    level, fate = (Level.WARN, "for 0.06 USD") if accepted else (Level.OK, "probably not billed")
    assert told(finding, level, f"job {job.id}, restored", fate)


async def test_job_of_another_key_is_a_warning(account: Account) -> None:
    await account.interrupted(accepted=False, key_mark="another")
    assert told(await account.finding(), Level.WARN, "submitted with another key")


async def test_row_that_doesnt_say_what_became_of_it_is_a_warning(account: Account) -> None:
    job = await account.interrupted(accepted=False)
    row = {"client_request_id": job.request_id, "status": "moderated", "inference_id": "inf"}
    account.stand_in.scenario.on("GET", LOGS).respond(200, {"data": [row]})
    assert told(await account.finding(), Level.WARN, "don't say what became of it (inf)")


async def test_old_interruptions_are_left_alone(account: Account, clock: HandClock) -> None:
    clock.now -= timedelta(days=8)
    await account.interrupted(accepted=False)
    assert told(await account.finding(), Level.OK, "no submission was interrupted")


async def test_newest_jobs_are_told_of_when_there_are_many(account: Account) -> None:
    jobs = []
    for _ in range(22):
        account.stored.clock.advance(1)
        jobs.append(await account.interrupted(accepted=False))
    found = [re.findall("job ([0-9a-f]+)", finding.text) for finding in await account.findings()]
    assert found == [[job.id] for job in reversed(jobs[2:])]


# --- what they don't say ------------------------------------------------------------------------


async def test_ledger_is_asked_by_the_inference_id_when_the_logs_name_no_cost(
    account: Account, stand_in: AimlapiStandIn
) -> None:
    job = await account.interrupted()
    await account.provider.submit(job.request, request_id="of-another-program.1")
    row = {"client_request_id": job.request_id, "status": "succeeded"}
    row |= {"inference_id": stand_in.generations[0].inference_id}
    stand_in.scenario.on("GET", LOGS).respond(200, {"data": [row]})
    finding, _ = await account.findings()
    assert told(finding, Level.WARN, "for 0.06 USD")


async def test_ledger_is_not_asked_when_no_inference_id_is_known(
    account: Account, stand_in: AimlapiStandIn
) -> None:
    stand_in.log_terms = LogTerms(lag_s=3600)
    asked = stand_in.scenario.on("GET", LEDGER, times=None).respond(200, {"data": []})
    await account.interrupted()
    await account.finding()
    assert asked.hits == 0


async def test_ledger_that_cant_be_read_is_a_warning_beside_what_the_logs_say(
    account: Account, stand_in: AimlapiStandIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(charges, "LEDGER_WITHIN_S", 0.1)
    job = await account.interrupted()
    row = {"client_request_id": job.request_id, "status": "succeeded", "inference_id": "inf"}
    for fault in ("refuses", "hangs"):
        stand_in.scenario.on("GET", LOGS).respond(200, {"data": [row]})
        rule = stand_in.scenario.on("GET", LEDGER)
        hold = rule.hold_before() if fault == "hangs" else None
        if hold is None:
            rule.respond(500, "busy")
        trouble, finding = await account.findings()
        assert told(trouble, Level.WARN, "ledger can't be read: ")
        assert told(finding, Level.WARN, "succeeded, at a cost that isn't known yet (inf)")
    assert hold is not None
    hold.drop()


async def test_cost_that_the_bot_knows_is_told_when_the_logs_forgot_it(account: Account) -> None:
    job = await account.interrupted(accepted=False)
    lookups = account.stored.stores.lookups
    assert await lookups.settle(job.id, 240_000, CostSource.LOGS)
    finding, total = await account.findings()
    assert told(finding, Level.WARN, "it cost 0.12 USD")
    assert told(total, Level.WARN, "in all 0.12 USD")


async def test_logs_that_cant_be_read_are_a_warning_with_the_jobs(account: Account) -> None:
    job = await account.interrupted()
    account.stand_in.scenario.on("GET", LOGS).respond(503, "busy")
    trouble, finding = await account.findings()
    assert told(trouble, Level.WARN, "logs can't be read: ")
    assert told(finding, Level.WARN, job.id, "isn't known whether it was billed")


async def test_what_was_read_is_told_when_not_all_can_be(
    account: Account, clock: HandClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bot.generate.request_log.PAGES", 1)
    clock.now -= timedelta(days=2)
    old = await account.interrupted(accepted=False)
    clock.now += timedelta(days=2)
    new = await account.interrupted(accepted=False)
    first, second = await account.findings()
    assert told(first, Level.OK, new.id, "don't know it")
    assert told(second, Level.WARN, old.id, "weren't read")


@pytest.mark.parametrize(
    ("limit", "said"), [("LOGS_WITHIN_S", "weren't read"), ("TIMEOUT_S", "within 0.1 s")]
)
async def test_check_ends_when_the_logs_dont_answer(
    account: Account,
    stand_in: AimlapiStandIn,
    monkeypatch: pytest.MonkeyPatch,
    limit: str,
    said: str,
) -> None:
    monkeypatch.setattr(charges, limit, 0.1)
    await account.interrupted()
    hold = stand_in.scenario.on("GET", LOGS).hold_before()
    assert told(await account.finding(), Level.WARN, said)
    assert hold is not None
    hold.drop()
