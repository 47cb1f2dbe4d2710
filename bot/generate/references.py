"""The audio that covers are made of: looked at before anything is stored, reached until it is sent.

Discord's links tell in `ex` when they end, as seconds since 1970 in hexadecimal digits (Discord
docs: Reference > Signed Attachment CDN URLs). A fresh one comes with the message the audio is in.
"""

import asyncio
import logging
import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from urllib.parse import parse_qs, urlsplit

from bot.audio.workshop import Workshop
from bot.clock import Clock
from bot.domain.models import ReferenceAudio
from bot.domain.problems import (
    AudioGone,
    AudioLength,
    AudioNotRead,
    AudioProblem,
    AudioSize,
    NotAudio,
    NotTaken,
)
from bot.domain.requests import Reference
from bot.errors import (
    AudioError,
    AudioUnusable,
    DeliveryLater,
    ReferenceLost,
    ReferenceTrouble,
    WorkshopTrouble,
    in_short,
)
from bot.provider.audio_file import AudioFetcher, Glimpse

# The first answer must be there within 3 s, and the request is yet to be stored in what is left.
LOOK_WITHIN_S = 1.5
# The provider fetches the audio some time after it took the request.
STILL_NEEDED = timedelta(minutes=10)
_HEX = re.compile(r"[0-9a-fA-F]{1,8}")

FreshLink = Callable[[Reference], Awaitable[str | None]]

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class References:
    """Looks at audio, and finds it again. Knows nothing of Discord's objects.

    `fresh_link` gives `None` where the audio is gone, and raises `DeliveryLater`.
    """

    fetcher: AudioFetcher
    workshop: Workshop
    fresh_link: FreshLink
    clock: Clock

    async def look_at(self, reference: Reference, limits: ReferenceAudio) -> Reference:
        """The same, with a link that lives; raises `NotTaken` for what the model would not take.

        What can't be known in time passes: the provider looks for itself, and what it refuses
        costs nothing.
        """
        try:
            async with asyncio.timeout(LOOK_WITHIN_S):
                reference = await self.fresh(reference)
                await self._check(reference, limits)
        except ReferenceLost:
            raise NotTaken([AudioGone()]) from None
        except (ReferenceTrouble, AudioError, WorkshopTrouble, TimeoutError) as error:
            log.info("the audio for a cover could not be looked at in time: %s", in_short(error))
        return reference

    async def fresh(self, reference: Reference) -> Reference:
        """The same, with a link that lives for some more minutes, if there is such a one.

        Raises `ReferenceLost` when there is no link any more, and `ReferenceTrouble`.
        """
        now, ends_at = self.clock(), link_ends_at(reference)
        if ends_at is None or ends_at > now + STILL_NEEDED:
            return reference
        try:
            url = await self.fresh_link(reference)
        except DeliveryLater as error:
            raise ReferenceTrouble(f"no fresh link to the audio for now: {error}") from error
        if url is not None:
            return replace(reference, url=url)
        if ends_at <= now:
            raise ReferenceLost("the link to the audio has ended, and there is no fresh one")
        return reference

    async def _check(self, reference: Reference, limits: ReferenceAudio) -> None:
        async with (
            self.workshop.warming_up() as warming,
            self.fetcher.glimpse(reference.url) as glimpse,
        ):
            problem = problem_with(limits, size_bytes=glimpse.size_bytes)
            if problem is None:
                await warming
                length_s = await self._length_s(glimpse, reference.file_name)
                problem = problem_with(limits, length_s=length_s)
        if problem:
            raise NotTaken([problem])

    async def _length_s(self, glimpse: Glimpse, file_name: str) -> float | None:
        """In seconds; `None` where the part of the file that was seen does not tell."""
        try:
            if glimpse.size_bytes is not None:
                return await self.workshop.measure(glimpse.path, known_bytes=glimpse.known_bytes)
        except AudioUnusable:
            if glimpse.whole and glimpse.may_be_audio:
                raise NotTaken([AudioNotRead(file_name)]) from None
        if not glimpse.may_be_audio:
            raise NotTaken([NotAudio(file_name)])
        return None


def link_ends_at(reference: Reference) -> datetime | None:
    """When the link ends; `None` if it does not say so. A link that was forgotten has ended."""
    if not reference.url:
        return datetime.fromtimestamp(0, UTC)
    ends = parse_qs(urlsplit(reference.url).query).get("ex", [""])[0]
    return datetime.fromtimestamp(int(ends, 16), UTC) if _HEX.fullmatch(ends) else None


def problem_with(
    limits: ReferenceAudio, *, size_bytes: int | None = None, length_s: float | None = None
) -> AudioProblem | None:
    """Why the model would not take audio like this, if so; `None` is what is not known."""
    if size_bytes is not None and size_bytes > limits.most_bytes:
        return AudioSize(limits.most_bytes, size_bytes)
    if length_s is not None and round(length_s) not in limits.seconds:
        return AudioLength(limits.seconds, length_s)
    return None
