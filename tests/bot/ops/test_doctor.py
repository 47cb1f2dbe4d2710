"""What the doctor finds, check by check."""

import asyncio
import logging
from collections.abc import AsyncIterator, Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from bot.audio import process
from bot.audio.process import WorkerProcess
from bot.clock import utc_now
from bot.domain.models import ELEVEN_MUSIC, MODELS, MUSIC_1_5
from bot.gateway.invitation import invitation
from bot.machine import disk as disk_module
from bot.ops import doctor
from bot.ops.doctor.charges import check_charges
from bot.ops.doctor.discord_side import check_discord
from bot.ops.doctor.findings import Finding, Ill, Level
from bot.ops.doctor.machine import check_audio, check_database, check_disk
from bot.ops.doctor.network import check_port
from bot.ops.doctor.prices import check_prices
from bot.ops.doctor.provider_side import check_provider
from bot.provider.client import GENERATIONS, Provider
from bot.settings import Settings
from bot.store.database.engine import open_database, sqlite_file
from sandbox.aimlapi import KEY, AimlapiStandIn, KeyTerms, error_body
from sandbox.discord import DiscordStandIn
from sandbox.discord.seed import TOKEN, tape_club_world
from tests.factories import a_request


@pytest.fixture
async def stand_in() -> AsyncIterator[AimlapiStandIn]:
    """A provider that is done at once, and charges 5 s later."""
    async with AimlapiStandIn(durations=[0], charge_lag_s=5) as stand_in:
        yield stand_in


@pytest.fixture
async def discord_stand_in() -> AsyncIterator[DiscordStandIn]:
    async with DiscordStandIn(tape_club_world()) as stand_in:
        yield stand_in


def settings_of(database_url: str, **values: Any) -> Settings:
    given: dict[str, Any] = {
        "discord_token": TOKEN,
        "aimlapi_key": KEY,
        "database_url": database_url,
    }
    return Settings(_env_file=None, **given | values)


def only(findings: Sequence[Finding]) -> Finding:
    [finding] = findings
    return finding


def texts(findings: Sequence[Finding], level: Level) -> list[str]:
    return [finding.text for finding in findings if finding.level is level]


# --- the machine ----------------------------------------------------------------------------


@pytest.fixture
def sqlite_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path / 'data' / 'compose.db'}"


async def test_nothing_is_made_when_the_database_is_not_there_yet(
    sqlite_url: str,
) -> None:
    assert "first start" in only(await check_database(settings_of(sqlite_url))).text
    assert await check_charges(settings_of(sqlite_url)) == []
    file = sqlite_file(sqlite_url)
    assert file
    assert not file.parent.exists()


async def test_running_bot_is_mentioned_and_not_disturbed(sqlite_url: str) -> None:
    settings = settings_of(sqlite_url)
    async with open_database(sqlite_url):
        first, second = await check_database(settings)
        assert "0 jobs wait" in first.text
        assert (second.level, second.text) == (Level.OK, "a bot is running on this database")
    assert len(await check_database(settings)) == 1
    async with open_database(sqlite_url):
        pass  # the doctor kept no lock


async def test_unusable_database_is_told_without_its_password(unused_port: int) -> None:
    settings = settings_of(f"postgresql://bot:hunter2@127.0.0.1:{unused_port}/compose")
    with pytest.raises(Ill, match="check DATABASE_URL") as caught:
        await check_database(settings)
    assert "hunter2" not in str(caught.value)
    assert await check_charges(settings) == []


async def test_full_disk_is_wrong(sqlite_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "GB free" in only(await check_disk(settings_of(sqlite_url))).text
    monkeypatch.setattr(disk_module, "LEAST_FREE_BYTES", 2**80)
    with pytest.raises(Ill, match="Make room"):
        await check_disk(settings_of(sqlite_url))


async def test_disk_that_is_wiped_is_a_warning(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DYNO", "worker.1")
    [lost] = texts(await check_disk(settings_of(sqlite_url)), Level.WARN)
    assert "Heroku" in lost


async def test_worker_for_audio_is_started(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert only(await check_audio(settings_of(sqlite_url))).text.startswith("workers for audio")

    async def answer(worker: WorkerProcess, _: object) -> bytes:
        worker.missing = ("Landlock (Function not implemented)",)
        return b""

    monkeypatch.setattr(WorkerProcess, "ask", answer)
    finding = only(await check_audio(settings_of(sqlite_url)))
    assert (finding.level, "without: Landlock" in finding.text) == (Level.WARN, True)


async def test_worker_for_audio_that_can_not_work_is_wrong(
    sqlite_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(process, "MODULE", "no_such_module")
    with pytest.raises(Ill, match=r"requirements\.txt"):
        await check_audio(settings_of(sqlite_url))


async def test_port_that_is_free_is_well_and_one_that_is_taken_is_wrong(
    sqlite_url: str, unused_port: int
) -> None:
    settings = settings_of(sqlite_url, port=unused_port)
    assert await check_port(settings_of(sqlite_url)) == []
    assert only(await check_port(settings)).text == f"port {unused_port} of 127.0.0.1 is free"
    async with await asyncio.start_server(lambda *_: None, "127.0.0.1", unused_port):
        with pytest.raises(Ill, match="Change PORT or HOST"):
            await check_port(settings)
        async with open_database(sqlite_url):
            taken = only(await check_port(settings))
            assert (taken.level, "running bot" in taken.text) == (Level.OK, True)


async def test_port_of_another_machine_is_wrong(sqlite_url: str) -> None:
    with pytest.raises(Ill, match="Change PORT or HOST"):
        await check_port(settings_of(sqlite_url, port=1, host="192.0.2.1"))


# --- Discord ----------------------------------------------------------------------------------


async def test_servers_and_commands_are_listed(
    discord_stand_in: DiscordStandIn, sqlite_url: str
) -> None:
    settings = settings_of(sqlite_url, discord_api_url=discord_stand_in.api_url)
    findings = await check_discord(settings)
    [guild] = discord_stand_in.world.state.guilds.values()
    said = texts(findings, Level.OK)
    assert len(said) == len(findings)
    assert "compose" in said[0]
    assert "no commands are registered" in said[1]
    assert said[2] == f"in 1 server(s): {guild.name} ({guild.id})"
    assert said[3].endswith(invitation(discord_stand_in.world.state.application.id))


async def test_invitation_is_shown_whole_when_the_bot_is_in_no_server(
    discord_stand_in: DiscordStandIn, sqlite_url: str
) -> None:
    discord_stand_in.scenario.on("GET", "/api/v10/users/@me/guilds").respond(200, [])
    settings = settings_of(sqlite_url, discord_api_url=discord_stand_in.api_url)
    [alone] = texts(await check_discord(settings), Level.WARN)
    assert invitation(discord_stand_in.world.state.application.id) in alone


async def test_allowed_server_that_the_bot_is_not_in_is_a_warning(
    discord_stand_in: DiscordStandIn, sqlite_url: str
) -> None:
    [guild_id] = discord_stand_in.world.state.guilds
    settings = settings_of(
        sqlite_url,
        discord_api_url=discord_stand_in.api_url,
        allowed_guild_ids=f"{guild_id},81384788765712384",
    )
    [absent] = texts(await check_discord(settings), Level.WARN)
    assert "ALLOWED_GUILD_IDS" in absent
    assert "81384788765712384" in absent
    assert str(guild_id) not in absent


async def test_portal_that_does_not_offer_the_user_install_is_a_warning(
    discord_stand_in: DiscordStandIn, sqlite_url: str
) -> None:
    address = discord_stand_in.api_url
    settings = settings_of(sqlite_url, discord_api_url=address, allow_user_installs=True)
    assert texts(await check_discord(settings), Level.WARN) == []
    rule = discord_stand_in.scenario.on("GET", "/api/v10/applications/@me")
    rule.respond(200, {"id": "1", "integration_types_config": {"0": {}}})
    [missing] = texts(await check_discord(settings), Level.WARN)
    assert "ALLOW_USER_INSTALLS" in missing


# --- the provider -------------------------------------------------------------------------------


async def prices_found(stand_in: AimlapiStandIn) -> Sequence[Finding]:
    return await check_prices(
        settings_of("sqlite:///unused.db", aimlapi_url=stand_in.url, aimlapi_key=KEY)
    )


async def test_prices_are_told_and_what_is_not_listed(stand_in: AimlapiStandIn) -> None:
    second = {"kind": "fixed", "units": [{"name": "second", "price": 0.01, "per": 1}]}
    rows: list[dict[str, Any]] = [
        {"id": one} for one in MODELS if one not in {ELEVEN_MUSIC.id, MUSIC_1_5.id}
    ]
    rows.append({"id": ELEVEN_MUSIC.id, "pricing": second})
    stand_in.scenario.on("GET", "/v1/models").respond(200, {"data": rows})
    found = await prices_found(stand_in)
    assert "Eleven Music 0.10 USD for 10 s, " in texts(found, Level.OK)[0]
    assert "Google Lyria 2 0.06 USD (assumed)" in texts(found, Level.OK)[0]
    assert MUSIC_1_5.name in texts(found, Level.WARN)[0]


async def test_prices_are_assumed_when_the_list_is_away(stand_in: AimlapiStandIn) -> None:
    stand_in.scenario.on("GET", "/v1/models").respond(500, "oops")
    found = await prices_found(stand_in)
    assert "assumed" in texts(found, Level.WARN)[0]
    assert texts(found, Level.OK)[0].count("(assumed)") == len(MODELS)


async def provider_found(stand_in: AimlapiStandIn, **settings: Any) -> Sequence[Finding]:
    values = {"aimlapi_url": stand_in.url} | settings
    return await check_provider(settings_of("sqlite:///unused.db", **values))


async def test_balance_and_the_keys_own_limit_are_told(stand_in: AimlapiStandIn) -> None:
    said = texts(await provider_found(stand_in), Level.OK)
    assert said[0] == "the key works; 100.00 USD left"
    assert said[1].startswith("the key has no spending limit of its own")
    stand_in.key_terms = KeyTerms(scopes=("model:audio",), limit_usd=25, spent_this_month_usd=3.2)
    _, limit = texts(await provider_found(stand_in), Level.OK)
    assert limit == "the key may spend 25.00 USD a month; 3.20 USD this month"


@pytest.mark.parametrize(
    ("terms", "said"),
    [
        (KeyTerms(verified=False), "is not verified. Follow the link"),
        (KeyTerms(scopes=("model:chat", "model:speech")), "may not be used for audio"),
        (KeyTerms(scopes=()), "may not be used for audio"),
        (KeyTerms(limit_usd=25, spent_this_month_usd=25), "spending limit is reached"),
        (KeyTerms(disabled=True), "is switched off"),
    ],
)
async def test_account_that_can_make_no_music_is_wrong(
    stand_in: AimlapiStandIn, terms: KeyTerms, said: str
) -> None:
    stand_in.key_terms = terms
    with pytest.raises(Ill, match=said):
        await provider_found(stand_in)


@pytest.mark.parametrize(
    ("said", "meaning"),
    [
        ("You've run out of credits. Please top up your balance", "out of credits"),
        ("Complete verification to using the API", "not verified"),
        ("Your API key has reached its spending limit", "spending limit"),
        ("This key lacks the scope model:audio", "may not be used for audio"),
    ],
)
async def test_refused_account_is_wrong_for_the_right_reason(
    stand_in: AimlapiStandIn, said: str, meaning: str
) -> None:
    stand_in.scenario.on("GET", "/v2/billing").respond(403, error_body(403, said))
    with pytest.raises(Ill, match=meaning):
        await provider_found(stand_in)


async def test_rejected_key_and_empty_account_are_wrong(stand_in: AimlapiStandIn) -> None:
    with pytest.raises(Ill, match="the key is rejected"):
        await provider_found(stand_in, aimlapi_key="another")
    stand_in.empty_account()
    with pytest.raises(Ill, match="Top up the account"):
        await provider_found(stand_in)


async def test_nothing_is_made_of_another_keys_terms(stand_in: AimlapiStandIn) -> None:
    other = {"prefix": "another1", "disabled": True, "scopes": []}
    stand_in.scenario.on("GET", "/v1/key").respond(200, {"data": other})
    assert "another key" in texts(await provider_found(stand_in), Level.OK)[1]


@pytest.mark.parametrize("answer", [None, [], {"data": "x"}, {"data": None}])
async def test_key_that_can_not_be_read_is_a_warning(
    stand_in: AimlapiStandIn, answer: object
) -> None:
    stand_in.scenario.on("GET", "/v1/key").respond(200, answer)
    [unread] = texts(await provider_found(stand_in), Level.WARN)
    assert "can't be read" in unread


# --- the ledger ---------------------------------------------------------------------------------


async def test_every_page_of_the_ledger_is_read(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    for _ in range(130):
        await provider.submit(a_request(), request_id="job.1")
    stand_in.clock.advance(10)
    now = stand_in.clock.now()
    found = [c async for c in provider.charges(now - timedelta(minutes=1), now)]
    assert [charge.reference_id for charge in found] == [
        generation.inference_id for generation in reversed(stand_in.generations)
    ]


async def test_reading_the_ledger_ends_when_its_pages_do_not(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    endless = {"data": [None, {}, {"type": "MODEL_USAGE"}], "pagination": {"next_cursor": "x"}}
    rule = stand_in.scenario.on("GET", "/v2/billing/transactions", times=None).respond(200, endless)
    now = utc_now()
    assert [c async for c in provider.charges(now - timedelta(days=1), now)] == []
    assert rule.hits == 10


async def test_charges_are_checked_even_if_the_provider_ignores_the_filters(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    now = utc_now()
    entry = {"type": "MODEL_USAGE", "created_at": now.isoformat(), "reference_id": "now"}
    old = entry | {"created_at": (now - timedelta(days=9)).isoformat()}
    page = {"data": [entry | {"type": "PAYMENT"}, old, entry | {"amount": [None]}]}
    stand_in.scenario.on("GET", "/v2/billing/transactions").respond(200, page)
    [charge] = [c async for c in provider.charges(now - timedelta(days=1), now + timedelta(1))]
    assert (charge.reference_id, charge.credits) == ("now", None)


async def test_inference_id_comes_from_the_header_and_is_bounded(
    provider: Provider, stand_in: AimlapiStandIn
) -> None:
    body = {"id": "1", "status": "queued", "inference_id": "from the body"}
    for header, expected in (("abc", "abc"), ("x" * 500, None), (None, None)):
        headers = {"x-inference-id": header} if header else {}
        stand_in.scenario.on("POST", GENERATIONS).respond(201, body, headers=headers)
        assert (await provider.submit(a_request(), request_id="job.1")).inference_id == expected


# --- all of it ----------------------------------------------------------------------------------


async def test_exit_code_is_not_moved_by_warnings(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    async def warns(_: Settings) -> Sequence[Finding]:
        return [Finding(Level.WARN, "look\x1b here\nok     all: well")]

    async def fails(_: Settings) -> Sequence[Finding]:
        raise Ill("broken")

    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DISCORD_TOKEN", "token")
    monkeypatch.setenv("AIMLAPI_KEY", "key")
    monkeypatch.setattr(logging, "disable", lambda _: None)
    monkeypatch.setattr(doctor, "CHECKS", {"eyes": warns})
    assert await doctor.main() == 0
    assert capsys.readouterr().out.splitlines()[1] == "WARN   eyes: look  here ok     all: well"
    monkeypatch.setattr(doctor, "CHECKS", {"eyes": warns, "leg": fails})
    assert await doctor.main() == 1
    assert capsys.readouterr().out.splitlines()[2] == "WRONG  leg: broken"


async def test_database_of_another_version_is_wrong(sqlite_url: str) -> None:
    async with open_database(sqlite_url) as engine, engine.begin() as connection:
        await connection.execute(sa.text("update alembic_version set version_num = '0009'"))
    with pytest.raises(Ill, match="another version of the bot"):
        await check_database(settings_of(sqlite_url))
