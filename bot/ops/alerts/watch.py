"""Looking at all causes, and telling the host of each that lasts, once over all processes."""

import asyncio
import logging
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from bot.clock import Clock
from bot.errors import DatabaseTrouble, HostNotTold
from bot.ops.alerts.account import Account
from bot.ops.alerts.causes import LASTS_S, OF_ACCOUNT, Sight, of_database, of_disk, of_pause
from bot.ops.alerts.channels import Tell
from bot.ops.alerts.money import Money
from bot.said_once import SaidOnce
from bot.store.alert_store import Alert, AlertStore
from bot.store.pause_store import Pause, PauseStore

LOOK_EVERY_S: Final = 10.0
# Longer than a try to tell takes; then another process may try.
LEASE_S: Final = 120.0
TRY_AGAIN_S: Final = 300.0

log = logging.getLogger(__name__)

Key = tuple[str, str]


class Watch:
    """One for each process. What is told is stored; only of a database that is away it is not.

    Then the process decides that was the first of all when the database was last seen.
    """

    def __init__(
        self,
        alerts: AlertStore,
        pauses: PauseStore,
        account: Account,
        money: Money,
        *,
        has_room: Callable[[], bool],
        tell: Tell,
        clock: Clock,
    ) -> None:
        self._alerts = alerts
        self._pauses = pauses
        self._account = account
        self._money = money
        self._has_room = has_room
        self._tell = tell
        self._clock = clock
        self._standing: Mapping[Key, Alert] | None = None  # `None` while the database is away
        self._is_first = False
        self._since: dict[Key, datetime] = {}
        self._not_before: dict[Key, datetime] = {}
        self._told: set[Key] = set()
        self._said = SaidOnce(log)

    async def run(self) -> None:
        """Until cancelled."""
        while True:
            with self._said.watching(
                "look", "what the host should know can't be looked at: %s", over="it can again"
            ):
                await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """One turn."""
        now = self._clock()
        pause, trouble = await self._ask_database(now)
        is_close = bool(pause and pause.host_must_act) or any(
            cause in OF_ACCOUNT for cause, _ in self._standing or ()
        )
        for sight in (
            of_database(trouble),
            of_disk(has_room=self._has_room()),
            *(() if trouble else (of_pause(pause, now),)),
            *await self._account.look(closely=is_close),
            *await self._look_at_money(),
        ):
            try:
                await self._note(sight)
            except DatabaseTrouble as error:
                log.debug("an alert can't be stored: %s", error)
        if pause and pause.host_must_act and self._account.is_usable is not None:
            await self._show(looks_right=self._account.is_usable)

    async def _show(self, *, looks_right: bool) -> None:
        """Requests are taken again once all looks right, though no probe has shown it."""
        try:
            news = await self._pauses.looks(right=looks_right)
        except DatabaseTrouble as error:
            log.debug("how the account looks can't be stored: %s", error)
            return
        if news:
            now = (
                "looks right, so requests are taken again" if looks_right else "does not look right"
            )
            log.warning("the account at the provider %s", now)

    async def _ask_database(self, now: datetime) -> tuple[Pause | None, str | None]:
        """The pause, and what is wrong with the database."""
        try:
            self._standing = await self._alerts.standing()
            self._is_first = await self._alerts.is_first(now)
            return await self._pauses.current(), None
        except DatabaseTrouble as error:
            self._standing = None
            return None, str(error)

    async def _look_at_money(self) -> Sequence[Sight]:
        if self._standing is None:
            return []
        try:
            return await self._money.look(self._standing.keys())
        except DatabaseTrouble as error:
            log.debug("what was spent can't be added up: %s", error)
            return []

    async def _note(self, sight: Sight) -> None:
        key, now = (str(sight.cause), sight.place), self._clock()
        if not sight.is_there:
            await self._forget(key)
            return
        since = self._since.setdefault(key, now)
        lasts = (now - since).total_seconds() >= LASTS_S[sight.cause]
        if lasts and now >= self._not_before.get(key, now):
            await self._tell_once(key, sight.text)

    async def _forget(self, key: Key) -> None:
        self._since.pop(key, None)
        self._not_before.pop(key, None)
        self._told.discard(key)
        if key in (self._standing or ()):
            await self._alerts.over(*key)

    async def _tell_once(self, key: Key, text: str) -> None:
        began_at = await self._claim(key)
        if began_at is None:
            return
        if key not in self._told and not await self._could_tell(text, f"{key} {began_at}"):
            self._not_before[key] = self._clock() + timedelta(seconds=TRY_AGAIN_S)
            return
        self._told.add(key)
        if self._standing is not None:
            await self._alerts.told(*key, self._clock())

    async def _claim(self, key: Key) -> datetime | None:
        """Since when it lasts, if it is for this process to tell the host of it."""
        if self._standing is None:
            return self._since[key] if self._is_first and key not in self._told else None
        known = self._standing.get(key)
        if known and known.told_at:
            return None
        return await self._alerts.claim(*key, self._clock(), lease_s=LEASE_S)

    async def _could_tell(self, text: str, occurrence: str) -> bool:
        try:
            await self._tell(f"Compose Bot: {text}", occurrence)
        except HostNotTold as error:
            self._said.say("tell", "the host can't be told: %s", error)
            return False
        self._said.over("tell", "the host can be told again")
        log.info("the host was told: %s", text)
        return True
