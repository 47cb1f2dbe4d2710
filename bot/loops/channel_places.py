"""What a worker is doing for which channel, so that one that is slow does not take all places."""

import contextlib
from collections import Counter
from collections.abc import Iterator


class ChannelPlaces:
    """Counts what is under way, by the channel's id."""

    def __init__(self) -> None:
        self.under_way: Counter[int] = Counter()

    @contextlib.contextmanager
    def taken(self, channel_id: int) -> Iterator[None]:
        """Count one more for this channel, until the block ends."""
        self.under_way[channel_id] += 1
        try:
            yield
        finally:
            self.under_way[channel_id] -= 1
            if not self.under_way[channel_id]:
                del self.under_way[channel_id]
