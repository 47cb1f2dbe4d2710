"""`python -m bot doctor`: what is wrong, and how to fix it. Changes nothing, and costs nothing."""

import asyncio
import logging
import sys
from collections.abc import AsyncIterator

from bot.errors import SettingsError
from bot.ops.doctor.charges import check_charges
from bot.ops.doctor.discord_side import check_discord
from bot.ops.doctor.findings import Check, Finding, Ill, Level, ok, plain, warn
from bot.ops.doctor.machine import check_audio, check_database, check_disk
from bot.ops.doctor.money import check_money
from bot.ops.doctor.network import check_port, check_proxy
from bot.ops.doctor.prices import check_prices
from bot.ops.doctor.provider_side import check_provider
from bot.settings import Settings

CHECK_TIMEOUT_S = 20

CHECKS: dict[str, Check] = {
    "database": check_database,
    "disk": check_disk,
    "port": check_port,
    "proxy": check_proxy,
    "audio": check_audio,
    "discord": check_discord,
    "provider": check_provider,
    "prices": check_prices,
    "money": check_money,
    "charges": check_charges,
}


async def main() -> int:
    """Print a line a finding; 0 if nothing is wrong, else 1."""
    logging.disable(logging.CRITICAL)  # the lines below say it all
    try:
        settings = Settings.load()
    except SettingsError as error:
        for problem in error.problems:
            _print("settings", Finding(Level.WRONG, problem))
        return 1
    _print("settings", ok("complete and well-formed"))
    for oddity in Settings.oddities():
        _print("settings", warn(oddity))
    well = True
    async for name, finding in run(settings):
        _print(name, finding)
        well = well and finding.level is not Level.WRONG
    return 0 if well else 1


async def run(settings: Settings) -> AsyncIterator[tuple[str, Finding]]:
    """What each check finds, with the check's name, as they are done one after the other."""
    for name, check in CHECKS.items():
        try:
            findings = await asyncio.wait_for(check(settings), CHECK_TIMEOUT_S)
        except Ill as error:
            findings = [Finding(Level.WRONG, str(error))]
        except TimeoutError:
            findings = [Finding(Level.WRONG, f"no answer within {CHECK_TIMEOUT_S} s")]
        for finding in findings:
            yield name, finding


def _print(name: str, finding: Finding) -> None:
    sys.stdout.write(f"{finding.level:<5}  {name}: {plain(finding.text)}\n")
