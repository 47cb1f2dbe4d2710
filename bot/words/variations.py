"""Several takes of one request."""

from bot.domain.jobs import Job
from bot.words.phrases import listen_link

FIELD_FAVOURITE = "Most liked"
TAKE_RUNS = "Being composed."
TAKE_DELETED = "Deleted."


def take_name(take: int) -> str:
    """What a variation is called; they are counted from 1."""
    return f"Take {take}"


def among_takes(job: Job, title: str) -> str:
    """A title, as it is shown, with the number of the take if it is one of several variations."""
    return title if job.batch_id is None else f"{title} ({take_name(job.take).lower()})"


def seeds(first: int, takes: int) -> str:
    """The seed of a track, or of several, each with the next one."""
    return str(first) if takes == 1 else f"{first} to {first + takes - 1}"


def composing_takes(ready: int, takes: int) -> str:
    """While at least one is not finished."""
    if ready:
        return f"Composing {takes} variations, {ready} ready"
    return f"Composing {takes} variations"


def takes_ended(ready: int, takes: int) -> str:
    """When nothing more will come."""
    if ready == takes:
        return f"Your {takes} variations are ready"
    return f"{ready} of your {takes} variations came out"


def take_ready(url: str | None, likes: int) -> str:
    """`url` is the way to its message, once it was posted."""
    parts = [listen_link(url) if url else "Ready."]
    if likes:
        parts.append("1 like" if likes == 1 else f"{likes} likes")
    return ", ".join(parts)


def take_waits(place: int | None) -> str:
    """In the queue, at this place."""
    return f"Waiting, at place {place} in the queue." if place else "Waiting."


def favourite(takes: list[int]) -> str:
    """One or more takes with the most likes."""
    names = [take_name(take) for take in takes]
    return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}, level"
