"""Several takes of one request."""

from bot.domain.jobs import Job
from bot.words.language import counted, said, sentence
from bot.words.library import likes_count
from bot.words.phrases import listed, listen_link

take_runs = sentence("Being composed.")
take_deleted = sentence("Deleted.")


def take_name(take: int) -> str:
    """What a variation is called; they are counted from 1."""
    return said("Take {number}", number=take)


def take_line(takes: str, standing: str) -> str:
    """How a variation stands, on the card they share."""
    return f"**{takes}**: {standing}"


def among_takes(job: Job, title: str) -> str:
    """A title, as it is shown, with the number of the take if it is one of several variations."""
    if job.batch_id is None:
        return title
    return said("{title} (take {number})", title=title, number=job.take)


def seeds(first: int, takes: int) -> str:
    """The seed of a track, or of several, each with the next one."""
    if takes == 1:
        return said("seed {seed}", seed=first)
    return said("seeds {first} to {last}", first=first, last=first + takes - 1)


def composing_takes(ready: int, takes: int) -> str:
    """While at least one is not finished."""
    if ready:
        return said("Composing {takes} versions, {ready} ready", takes=takes, ready=ready)
    return said("Composing {takes} versions", takes=takes)


def takes_ended(ready: int, takes: int) -> str:
    """When nothing more will come."""
    if ready == takes:
        return said("Your {takes} versions are ready", takes=takes)
    if ready == 0:
        return said("None of your {takes} versions could be made", takes=takes)
    return counted(
        "{count} of your {takes} versions is ready",
        "{count} of your {takes} versions are ready",
        count=ready,
        takes=takes,
    )


def take_ready(url: str | None, likes: int) -> str:
    """`url` is the way to its message, once it was posted."""
    parts = [listen_link(url) if url else said("Ready.")]
    if likes:
        parts.append(likes_count(likes))
    return " · ".join(parts)


def take_waits(place: int | None) -> str:
    """In the queue, at this place."""
    if place:
        return said("Waiting, number {place} in the queue.", place=place)
    return said("Waiting.")


def favourite(takes: list[int]) -> str:
    """One or more takes with the most likes."""
    names = [take_name(take) for take in takes]
    if len(names) == 1:
        return said("Most liked: {take}", take=names[0])
    return said("Most liked: {takes}, tied", takes=listed(names))
