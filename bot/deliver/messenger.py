"""Sending and finding messages through Discord, with its errors turned into ours.

Posting needs a login, but no gateway connection. Sources: Discord's documentation of messages,
interactions and error codes; `discord.py`'s source for what it retries by itself.
"""

import asyncio
import contextlib
import json
import logging
from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import aiohttp
import discord
from discord.http import Route
from discord.utils import snowflake_time, utcnow

from bot.deliver import buttons
from bot.deliver.announcements import Announcement
from bot.deliver.threads import thread_under_card
from bot.domain.jobs import Job, JobState, Notice, NoticeKind
from bot.errors import (
    ChannelGone,
    DeliveryError,
    DeliveryLater,
    DeliveryUnsure,
    NotUnderstood,
    Unreachable,
    UploadTooLarge,
    in_short,
)
from bot.rest.verdict import (
    UNKNOWN_INTERACTION_CODE,
    UNKNOWN_MESSAGE_CODE,
    UNKNOWN_WEBHOOK_CODE,
    Verdict,
    own_code,
    verdict_on,
)

TOKEN_LIFE = timedelta(minutes=15)
SEND_TIMEOUT_S = 120
READ_TIMEOUT_S = 30
SEARCH_TIMEOUT_S = 120
SEARCH_LIMIT = 2000

# Discord's words for an interaction that has no answer (yet), or whose answer was deleted.
NO_ANSWER_CODES = frozenset({UNKNOWN_MESSAGE_CODE, UNKNOWN_WEBHOOK_CODE, UNKNOWN_INTERACTION_CODE})

# What discord.py makes of an answer that is none of Discord's: a proxy's page, half a JSON.
_NOT_DISCORDS_ANSWER = (AttributeError, KeyError, TypeError, ValueError)


log = logging.getLogger(__name__)


class Messenger:
    """The bot's voice. Methods raise the `DeliveryError`s of `bot.errors`."""

    def __init__(self, client: discord.Client) -> None:
        self._client = client

    async def post(
        self, job: Job, notice: Notice, what: Announcement, *, thread_id: int | None = None
    ) -> discord.Message:
        """A new message that mentions the member, and replies to the card or is in its thread.

        The mention notifies if the notice `pings`. May be repeated within some minutes: Discord
        knows the nonce and returns the first one.
        """
        channel_id = thread_id or job.channel_id
        channel = self._client.get_partial_messageable(channel_id, guild_id=job.guild_id)
        if thread_id is not None:  # its card is in another channel, and nobody can reply across
            return await self._send(channel, job, notice, what, reply_to=None)
        try:
            return await self._send(channel, job, notice, what, reply_to=_reference(job))
        except _ReplyRefused:
            return await self._send(channel, job, notice, what, reply_to=None)

    async def post_direct(self, job: Job, notice: Notice, what: Announcement) -> discord.Message:
        """The same as a direct message, without the reply.

        It notifies by itself, unless it is sent silently.
        """
        async with translated(READ_TIMEOUT_S, reading=True):  # until there is one, nothing is sent
            channel = await self._client.create_dm(discord.Object(job.member_id))
        silent = not notice.pings
        return await self._send(channel, job, notice, what, reply_to=None, silent=silent)

    async def thread_for(self, job: Job, name: str) -> int | None:
        """The id of the thread under the card, started if need be; `None` if there can be none."""
        try:
            async with translated(READ_TIMEOUT_S, reading=True):
                return await thread_under_card(self._client, job, name)
        except Unreachable as error:
            log.info("no thread for the variations: %s", error)
            return None

    async def edit_answer(self, job: Job, what: Announcement) -> discord.WebhookMessage:
        """Put the announcement in place of the card, through the interaction; may be repeated."""
        with what.open_files() as files:
            return await self._edit_by_token(
                job,
                content=what.content,
                embed=what.embed,
                attachments=files,
                view=what.view,
                allowed_mentions=_only(job.member_id),
            )

    async def add_to_answer(self, job: Job, what: Announcement) -> discord.WebhookMessage:
        """Say it above the card, which stays as it is: the end is still to come. The rest as in
        `edit_answer`."""
        text, only = what.content, _only(job.member_id)
        return await self._edit_by_token(job, content=text, allowed_mentions=only)

    async def _edit_by_token(self, job: Job, **changes: Any) -> discord.WebhookMessage:
        if job.interaction_token is None or job.card_message_id is None:
            raise Unreachable("the interaction's token is gone")
        webhook = discord.Webhook.partial(
            job.application_id, job.interaction_token, client=self._client
        )
        async with translated(SEND_TIMEOUT_S):
            return await webhook.edit_message(job.card_message_id, **changes)

    async def update_card(
        self, job: Job, embed: discord.Embed, view: discord.ui.View, *, keep_text: bool = False
    ) -> None:
        """Show on its card where the job stands; may be repeated.

        The words above it (see `add_to_answer`) go once the job has left the queue, unless they
        are to be kept. A card that no channel shows is out of reach when its token has died.
        """
        if job.card_message_id is None:
            raise Unreachable("the card is not known")
        changes: dict[str, Any] = {"embed": embed, "view": view}
        if job.state is not JobState.QUEUED and not keep_text:
            changes["content"] = None
        if not job.uses_channel:
            if utcnow() - snowflake_time(job.interaction_id) > TOKEN_LIFE:
                raise Unreachable("the interaction's token is dead")  # so nobody has to be asked
            await self._edit_by_token(job, **changes)
            return
        channel = self._client.get_partial_messageable(job.channel_id, guild_id=job.guild_id)
        async with translated(READ_TIMEOUT_S):
            await channel.get_partial_message(job.card_message_id).edit(**changes)

    async def find(
        self,
        channel_id: int,
        job: Job,
        place: NoticeKind | str,
        *,
        since: int | None = None,
        direct: bool = False,
    ) -> discord.Message | None:
        """Our own message for this job and purpose, if it was posted since the request came.

        The interaction's id tells when that was by Discord's own clock, not by the host's; `since`
        is a later id to start from. Of `direct` messages everybody may read the history.
        Raises `DeliveryLater`, `ChannelGone`, and `Unreachable` when it can't be known: the channel
        can't be read, too much was said there, or nothing at all is in it, which is also what
        Discord shows to those who may not read the history.
        """
        channel = self._client.get_partial_messageable(channel_id)
        job_id = job.card_job_id if place == buttons.CARD else job.id
        seen = 0
        async with translated(SEARCH_TIMEOUT_S, reading=True):
            after = discord.Object(since or job.interaction_id)
            async for message in channel.history(limit=SEARCH_LIMIT, after=after):
                if self._is_ours(message) and buttons.stands_for(message, job_id, place):
                    return message
                seen += 1
            if seen == SEARCH_LIMIT:
                raise Unreachable("too much was said in the channel since then")
            if not (direct or seen) and not [message async for message in channel.history(limit=1)]:
                raise Unreachable("the channel's history can't be read")
        return None

    def _is_ours(self, message: discord.Message) -> bool:
        return self._client.user is not None and message.author.id == self._client.user.id

    async def direct_channel(self, job: Job) -> int:
        """The id of the direct messages with the job's member; raises `Unreachable`."""
        async with translated(READ_TIMEOUT_S, reading=True):
            return (await self._client.create_dm(discord.Object(job.member_id))).id

    async def first_answer(self, job: Job, place: NoticeKind | str = buttons.CARD) -> int | None:
        """The id of the card, asked for through the interaction; `None` if there is no card, or if
        it has not become what stands for another `place`.

        What else was answered, such as an excuse, is no card: it does not name the job.
        Raises `Unreachable` when the token is dead, and `DeliveryLater`.
        """
        job_id = job.card_job_id if place == buttons.CARD else job.id
        if job.interaction_token is None:
            raise Unreachable("the interaction's token is gone")
        async with translated(READ_TIMEOUT_S, reading=True):
            try:
                data = await self._client.http.request(
                    Route(
                        "GET",
                        "/webhooks/{webhook_id}/{webhook_token}/messages/@original",
                        webhook_id=job.application_id,
                        webhook_token=job.interaction_token,
                    )
                )
            except discord.NotFound as error:
                if own_code(error) in NO_ANSWER_CODES:
                    return None
                raise
            named = f":{job_id}:{place}"
            return int(data["id"]) if named in json.dumps(data.get("components")) else None

    async def _send(
        self,
        channel: discord.abc.Messageable,
        job: Job,
        notice: Notice,
        what: Announcement,
        *,
        reply_to: discord.MessageReference | None,
        silent: bool = False,
    ) -> discord.Message:
        with what.open_files() as files:
            # discord.py does not take None for these: they are there, or they are not.
            extras: dict[str, Any] = {
                "embed": what.embed,
                "files": files,
                "reference": reply_to,
                "silent": silent,
            }
            async with translated(SEND_TIMEOUT_S):
                return await channel.send(
                    what.content,
                    view=what.view,
                    nonce=notice.nonce,
                    allowed_mentions=_only(job.member_id) if notice.pings else _NOBODY,
                    **{key: value for key, value in extras.items() if value},
                )


class _ReplyRefused(DeliveryLater):
    """Without the permission to read the history, Discord takes the message but not the reply."""


@contextlib.asynccontextmanager
async def translated(timeout_s: float, *, reading: bool = False) -> AsyncIterator[None]:
    """Turn what discord.py and the connection raise into a `DeliveryError`."""
    lost = DeliveryLater if reading else DeliveryUnsure
    try:
        async with asyncio.timeout(timeout_s):
            yield
    except discord.RateLimited as error:
        raise DeliveryLater(str(error)) from error
    except discord.HTTPException as error:
        raise _as_ours(error, lost) from error
    except aiohttp.ClientConnectorError as error:
        raise DeliveryLater(f"no connection to Discord: {error}") from error
    except (aiohttp.ClientError, TimeoutError, OSError, *_NOT_DISCORDS_ANSWER) as error:
        raise lost(in_short(error)) from error


def _as_ours(error: discord.HTTPException, lost: type[DeliveryError]) -> DeliveryError:
    said = in_short(error)
    match verdict_on(error):
        case Verdict.PASSES:
            return lost(said)
        case Verdict.WAITS:
            return DeliveryLater(said)
        case Verdict.TOO_LARGE:
            return UploadTooLarge(said)
        case Verdict.NO_REPLY:
            return _ReplyRefused(said)
        case Verdict.NOT_THERE:
            return ChannelGone(said)
        case Verdict.CLOSED:
            return Unreachable(said)
        case Verdict.UNKNOWN:
            return NotUnderstood(said, code=error.code)


def _reference(job: Job) -> discord.MessageReference | None:
    if job.card_message_id is None:
        return None
    return discord.MessageReference(
        message_id=job.card_message_id,
        channel_id=job.channel_id,
        guild_id=job.guild_id,
        fail_if_not_exists=False,
    )


_NOBODY = discord.AllowedMentions.none()


def _only(member_id: int) -> discord.AllowedMentions:
    """Ping this member, and nobody else: not by the prompt, and not by being replied to."""
    return discord.AllowedMentions(
        everyone=False, roles=False, users=[discord.Object(member_id)], replied_user=False
    )
