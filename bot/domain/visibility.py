"""Who may know of a job, and who may hear its track. This is the only place that decides it.

A member may know and hear whatever is their own. To all others a job is known by the places it
reaches: the channel it was asked for in, unless it is private, and each message with its track.
One such place must be on the server (or in the conversation) they look from, in a channel they see
there. Only the messages let others hear the track.

`bot.store.track_store` repeats the second rule as SQL for whole lists; a test compares the two.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from bot.domain.jobs import Job, JobState
from bot.domain.places import Place


@dataclass(frozen=True, kw_only=True)
class Viewer:
    """Who looks, and from where. `guild_id` is `None` in direct messages and groups.

    `sees` tells whether they may look at a channel: the one they are in, or another one of that
    server.
    """

    member_id: int
    guild_id: int | None
    sees: Callable[[int], bool]

    def seen(self, channel_ids: Iterable[int]) -> frozenset[int]:
        """Which of these channels they see."""
        return frozenset(one for one in channel_ids if self.sees(one))

    def reaches(self, guild_id: int | None, channel_id: int) -> bool:
        """Whether they can go to this channel from where they are."""
        return guild_id == self.guild_id and self.sees(channel_id)


@dataclass(frozen=True, kw_only=True)
class Ancestor:
    """A track that another one was made from. What is not `visible` has no title for the viewer."""

    job: Job
    visible: bool


def may_know(job: Job, places: Iterable[Place], viewer: Viewer) -> bool:
    """Whether the viewer may know that this job exists, whose track can be heard in `places`."""
    if job.member_id == viewer.member_id:
        return True
    asked_here = not job.private and viewer.reaches(job.guild_id, job.channel_id)
    return asked_here or bool(places_here(places, viewer))


def may_hear(job: Job, places: Iterable[Place], viewer: Viewer) -> bool:
    """Whether the job's track is in the viewer's lists. Members also see what they deleted."""
    if job.member_id == viewer.member_id:
        return job.state is JobState.SUCCEEDED
    return job.has_track and bool(places_here(places, viewer))


def shown_places(job: Job, places: Iterable[Place], viewer: Viewer) -> tuple[Place, ...]:
    """The messages with a track that the viewer is shown: of their own all, wherever they are."""
    return tuple(places) if job.member_id == viewer.member_id else places_here(places, viewer)


def places_here(places: Iterable[Place], viewer: Viewer) -> tuple[Place, ...]:
    """The messages that the viewer can go to from where they are."""
    return tuple(one for one in places if viewer.reaches(one.guild_id, one.channel_id))


def parent_in(channel_id: int, job: Job, parent: Job) -> Ancestor:
    """What a track was made from, for all who read its message in this channel.

    Others' channels may be closed to them. A thread under a card has the card's id (Discord docs:
    Topics > Threads), and is as open as its channel.
    """
    if job.private:  # for its member alone, who made it from what they had before them
        visible = not parent.private or parent.member_id == job.member_id
    else:
        beside = {parent.channel_id, parent.card_message_id}
        visible = not parent.private and channel_id in beside
    return Ancestor(job=parent, visible=visible and parent.deleted_at is None)
