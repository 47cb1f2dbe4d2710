"""Telling those who may know what happens in the state, and waiting for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from types import TracebackType

from sandbox.discord.model import Event, Json

Sees = Callable[[int, Event], bool]


class Subscription:
    """One user's view of what happens: an async iterator over `(event name, payload)`.

    Events wait in the subscription until they are read. Payloads are shared: don't change them.
    """

    def __init__(self, user_id: int, leave: Callable[[Subscription], None]) -> None:
        self.user_id = user_id
        self._leave = leave
        self._queue: asyncio.Queue[tuple[str, Json] | None] = asyncio.Queue()

    def put(self, name: str, payload: Json) -> None:
        self._queue.put_nowait((name, payload))

    def close(self) -> None:
        """Stop listening; whoever iterates gets what came before, then the end."""
        self._leave(self)
        self._queue.put_nowait(None)

    def __aiter__(self) -> Subscription:
        return self

    async def __anext__(self) -> tuple[str, Json]:
        item = await self._queue.get()
        if item is None:
            self._queue.put_nowait(None)  # the end stays the end
            raise StopAsyncIteration
        return item

    def __enter__(self) -> Subscription:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


class EventBus:
    """Hands each event to the listeners (all events) and subscriptions (what that user sees)."""

    def __init__(self, sees: Sees) -> None:
        self._sees = sees
        self._listeners: list[Callable[[Event], None]] = []
        self._subscriptions: set[Subscription] = set()
        self._waiters: set[tuple[Callable[[], bool], asyncio.Future[None]]] = set()

    def listen(self, listener: Callable[[Event], None]) -> Callable[[], None]:
        """Call `listener` with every event, until the returned function is called."""
        self._listeners.append(listener)
        return lambda: self._listeners.remove(listener)

    def subscribe(self, user_id: int) -> Subscription:
        subscription = Subscription(user_id, self._subscriptions.discard)
        self._subscriptions.add(subscription)
        return subscription

    def emit(self, event: Event) -> None:
        for listener in list(self._listeners):
            listener(event)
        seers: dict[int, bool] = {}  # many may listen as the same user
        for subscription in list(self._subscriptions):
            user_id = subscription.user_id
            if user_id not in seers:
                seers[user_id] = self._sees(user_id, event)
            if seers[user_id]:
                subscription.put(event.name, event.payload)
        self.notify()

    def notify(self) -> None:
        """Something changed that is no event: let those who wait look again."""
        for waiter in list(self._waiters):
            holds, future = waiter
            if not future.done() and holds():
                future.set_result(None)

    async def wait_until(self, holds: Callable[[], bool], timeout_s: float = 30) -> None:
        """Wait until the predicate holds, looking after each change. Raises TimeoutError."""
        if holds():
            return
        waiter = (holds, asyncio.get_running_loop().create_future())
        self._waiters.add(waiter)
        try:
            await asyncio.wait_for(waiter[1], timeout_s)
        finally:
            self._waiters.discard(waiter)
