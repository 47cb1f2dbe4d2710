"""Messages about jobs: where they are, and how members get there."""

from dataclasses import dataclass

from bot.domain.jobs import Job, Rung


@dataclass(frozen=True, kw_only=True)
class Place:
    """A message of ours. `guild_id` is `None` in direct messages and groups."""

    guild_id: int | None
    channel_id: int
    message_id: int

    @property
    def url(self) -> str:
        """Its address, as Discord's clients open it."""
        server = self.guild_id or "@me"
        return f"https://discord.com/channels/{server}/{self.channel_id}/{self.message_id}"


def told_in(
    job: Job, rung: Rung | None, channel_id: int | None, message_id: int | None
) -> Place | None:
    """The message that told of a job's end, if there is one and it is known."""
    if rung is None or channel_id is None or message_id is None:
        return None
    guild_id = None if rung is Rung.DIRECT_MESSAGE else job.guild_id
    return Place(guild_id=guild_id, channel_id=channel_id, message_id=message_id)


def heard_in(
    job: Job, rung: Rung | None, channel_id: int | None, message_id: int | None
) -> Place | None:
    """The same, if a track can be heard there again: a private answer is seen only once."""
    if job.private and rung is not Rung.DIRECT_MESSAGE:
        return None
    return told_in(job, rung, channel_id, message_id)


def card_of(job: Job) -> Place | None:
    """A job's card. That of a private job can't be gone to."""
    if job.card_message_id is None or job.private:
        return None
    return Place(guild_id=job.guild_id, channel_id=job.channel_id, message_id=job.card_message_id)
