"""The card that variations share: how each of them stands, and which one is liked most."""

from collections.abc import Hashable, Iterator, Sequence

import discord

from bot import words
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.deliver.cards import status_card as cards
from bot.deliver.details import details_of_request, prompt_of
from bot.domain.jobs import TERMINAL, Job, JobState, Rung
from bot.generate.expectations import Expectation
from bot.store.batch_store import Take

PROMPT_LIMIT = 300  # beside what can be said of each take


def first_card(jobs: Sequence[Job], expected: Expectation) -> cards.Card:
    """The answer to a request, before anything is known of its way."""
    if len(jobs) == 1:
        return cards.waiting_card(jobs[0], expected)
    return batch_card([Take(job=job) for job in jobs], expected)


def batch_card(takes: Sequence[Take], expected: Expectation | None = None) -> cards.Card:
    """`takes` has at least one. `expected` is of the first of those to come."""
    first = takes[0].job
    running = [take for take in takes if take.job.state not in TERMINAL]
    # When all have ended, their messages say the rest.
    made = [words.whose(cards.shown_title(first), first.member_id)]
    asked = [*prompt_of(first, PROMPT_LIMIT), words.asked_by(first.member_id)]
    embed = discord.Embed(
        title=_title(takes),
        description="\n".join([*(asked if running else made), *_standing(takes)]),
        colour=cards.COMPOSING_COLOUR if running else cards.COLOURS[_outcome(takes)],
    )
    if not running:
        return embed, buttons.row()
    embed.set_footer(text=details_of_request(first, takes=len(takes)))
    if expected is not None:
        cards.add_expected(embed, expected)
        cards.add_share(embed, [take.job for take in takes], expected)
    cancel = buttons.button(Action.CANCEL, first.card_job_id, buttons.CARD)
    return embed, buttons.row(cancel)


def _standing(takes: Sequence[Take]) -> Iterator[str]:
    """A line for each take, and one for the vote on them."""
    for names, standing in _standings(takes):
        yield words.take_line(names, standing)
    if favourites := _favourites(takes):
        yield words.favourite(favourites)


def _title(takes: Sequence[Take]) -> str:
    ready = sum(take.job.state is JobState.SUCCEEDED for take in takes)
    if any(take.job.state not in TERMINAL for take in takes):
        return words.composing_takes(ready, len(takes))
    if all(take.job.state is JobState.CANCELLED for take in takes):
        return words.card_cancelled()
    return words.takes_ended(ready, len(takes))


def _outcome(takes: Sequence[Take]) -> JobState:
    """The best that came of it gives the colour."""
    states = {take.job.state for take in takes}
    best_first = (JobState.SUCCEEDED, JobState.FAILED, JobState.CANCELLED)
    return next(state for state in best_first if state in states)


def _standings(takes: Sequence[Take]) -> Iterator[tuple[str, str]]:
    """Names, and how these stand: each take by itself, but a cancellation is said once."""
    alike: dict[Hashable, list[Take]] = {}
    for take in takes:
        cancelled = take.job.state is JobState.CANCELLED
        kind = (cancelled, take.job.generation_id is None) if cancelled else take.job.take
        alike.setdefault(kind, []).append(take)
    for group in alike.values():
        names = [words.take_name(take.job.take) for take in group]
        yield words.listed(names), _how_it_stands(group[0], len(group))


def _how_it_stands(take: Take, alike: int) -> str:
    job = take.job
    if job.in_doubt:
        return f"{words.checking_arrival()}."
    if job.deleted_at is not None or take.rung is Rung.WITHDRAWN:
        return words.take_deleted()
    match job.state:
        case JobState.SUCCEEDED if take.rung is Rung.HELD:
            return words.held_for_you()
        case JobState.SUCCEEDED:
            return words.take_ready(take.told.url if take.told else None, take.likes)
        case JobState.FAILED:
            return cards.failure_sentence(job)
        case JobState.CANCELLED:
            running = job.generation_id is not None
            return words.cancelled_running(alike) if running else words.cancelled_free(alike)
        case JobState.RECEIVED | JobState.QUEUED:
            return words.take_waits(take.place)
        case JobState.SUBMITTING | JobState.GENERATING:
            return words.take_runs()


def _favourites(takes: Sequence[Take]) -> list[int]:
    """The takes with the most likes, more than one if they share the first place."""
    liked = [take for take in takes if take.job.deleted_at is None]
    most = max((take.likes for take in liked), default=0)
    return [take.job.take for take in liked if most and take.likes == most]
