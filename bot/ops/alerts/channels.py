"""How the host is told: by the webhook that the settings name, else by a direct message."""

import hashlib
import logging
from collections.abc import Awaitable, Callable, Iterator
from typing import Any, Final

import aiohttp
import discord
from discord.http import Route

from bot.client import ComposeClient
from bot.deliver.messenger import translated
from bot.errors import DeliveryError, HostNotTold, NotDiscords
from bot.rest.answers import checked

WEBHOOK_TIMEOUT_S: Final = 10.0
MESSAGE_TIMEOUT_S: Final = 20.0
ROLE, ACCEPTED = "admin", 2  # Discord docs, Teams > Team Member Roles, Membership State
NONCE_LENGTH: Final = 25

log = logging.getLogger(__name__)

# Tells the text; the second names the occurrence. Raises `HostNotTold`, also where it may have
# arrived.
Tell = Callable[[str, str], Awaitable[None]]


class Webhook:
    """Any that takes JSON. Discord reads `content` of it, Slack and its kin `text`."""

    def __init__(self, url: str, session: aiohttp.ClientSession) -> None:
        self._url = url
        self._session = session

    async def tell(self, text: str, _occurrence: str) -> None:
        """May arrive twice, where the answer got lost. Raises `HostNotTold`."""
        timeout = aiohttp.ClientTimeout(total=WEBHOOK_TIMEOUT_S)
        said = {"content": text, "text": text}
        try:
            async with self._session.post(
                self._url, json=said, timeout=timeout, allow_redirects=False
            ) as answer:
                status = answer.status
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            # Errors may quote the address, which is a secret.
            raise HostNotTold(f"the webhook can't be reached ({type(error).__name__})") from error
        if not 200 <= status < 300:
            raise HostNotTold(f"the webhook answers {status}. Check ALERT_WEBHOOK_URL")


class OwnerMessages:
    """Direct messages to the application's owner, or to the owner and admins of its team."""

    def __init__(self, client: ComposeClient) -> None:
        self._client = client

    async def tell(self, text: str, occurrence: str) -> None:
        """Enough that one of them gets it. Raises `HostNotTold`."""
        if not self._client.login_part.well:
            raise HostNotTold("the bot is not logged in to Discord yet")
        try:
            async with translated(MESSAGE_TIMEOUT_S, reading=True):
                answer = await self._client.http.request(Route("GET", "/applications/@me"))
            told = [await self._tell(one, text, occurrence) for one in owners(checked(answer))]
        except (DeliveryError, NotDiscords) as error:
            raise HostNotTold(f"the bot's owner can't be asked for: {error}") from error
        if not any(told):
            raise HostNotTold(
                "no owner of the bot takes direct messages from it. Set ALERT_WEBHOOK_URL"
            )

    async def _tell(self, user_id: int, text: str, occurrence: str) -> bool:
        nonce = hashlib.sha256(f"{occurrence} {user_id}".encode()).hexdigest()[:NONCE_LENGTH]
        try:
            async with translated(MESSAGE_TIMEOUT_S):
                channel = await self._client.create_dm(discord.Object(user_id))
                await channel.send(
                    text, nonce=nonce, allowed_mentions=discord.AllowedMentions.none()
                )
        except DeliveryError as error:
            log.info("an owner of the bot was not told: %s", error)
            return False
        return True


def owners(application: dict[str, Any]) -> list[int]:
    """Who runs the bot, by Discord's answer; of a team, its owner and admins."""
    team = application.get("team")
    found = _of_team(team) if isinstance(team, dict) else iter([_id(application.get("owner"))])
    return list(dict.fromkeys(one for one in found if one))


def _of_team(team: dict[str, Any]) -> Iterator[int]:
    yield _id({"id": team.get("owner_user_id")})
    members = team.get("members")
    for member in members if isinstance(members, list) else ():
        if isinstance(member, dict) and (
            member.get("role"),
            member.get("membership_state"),
        ) == (ROLE, ACCEPTED):
            yield _id(member.get("user"))


def _id(user: Any) -> int:
    """0 where there is none."""
    found = user.get("id") if isinstance(user, dict) else None
    return int(found) if isinstance(found, str) and found.isascii() and found.isdigit() else 0
