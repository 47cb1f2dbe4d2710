"""What the log begins with: which bot this is, what it may do, and what looks wrong with that."""

import logging
from collections.abc import Mapping

from bot import __version__
from bot.logs import DETAILS
from bot.settings import Settings
from bot.store.database.engine import engine_url, shown, sqlite_file

log = logging.getLogger(__name__)


def introduce(settings: Settings) -> None:
    """One record with all of it, and a warning for each oddity."""
    log.info("Compose Bot starts", extra={DETAILS: in_effect(settings)})
    for oddity in Settings.oddities():
        log.warning("%s", oddity)


def in_effect(settings: Settings) -> Mapping[str, str]:
    """The settings that decide who may do what, as sentences for the host. No secrets."""
    return {
        "version": __version__,
        "database": _database(settings.database_url),
        "servers": _servers(settings),
        "models": ", ".join(model.id for model in settings.offer().allowed),
        "tracks a member within 24 hours": _limit(settings.max_jobs_per_member_per_day),
        "tracks of all within 24 hours": _limit(settings.max_jobs_per_day),
        "US dollars a day": _limit(settings.budget_usd_per_day),
        "US dollars a month": _limit(settings.budget_usd_per_month),
        "generations at a time": str(settings.max_concurrent_generations),
        "kept audio": (
            f"{settings.kept_audio_mb} MB, {settings.kept_audio_mb_per_member} MB for a member, "
            f"{settings.held_days:g} days"
        ),
        "alerts": "to the webhook" if settings.alert_webhook_url else "to the owner, by message",
    }


def _database(url: str) -> str:
    file = sqlite_file(url)
    return f"SQLite, {file}" if file else shown(engine_url(url))


def _servers(settings: Settings) -> str:
    ids = ", ".join(map(str, sorted(settings.allowed_guild_ids)))
    private = ", and with the app on one's own account" if settings.allow_user_installs else ""
    return f"{ids or 'all that the bot is in'}{private}"


def _limit(most: float) -> str:
    return f"{most:.10g}" if most else "no limit"
