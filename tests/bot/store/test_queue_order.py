"""Fairness: servers take turns, and their members; what runs already counts."""

from bot.domain.jobs import Job
from bot.store.card_store import CardStore
from tests.factories import HandClock, Stored


async def asked(
    stored: Stored, clock: HandClock, prompts: int, *, member: int, server: int | None = 1
) -> list[str]:
    """Prompts of one member, one second apart; the jobs' ids."""
    ids = []
    for _ in range(prompts):
        ids.append((await stored.queue(member_id=member, guild_id=server)).id)
        clock.advance(1)
    return ids


async def next_ones(stored: Stored, count: int) -> list[Job]:
    """The jobs that go out when so many places are free, in no order."""
    return await stored.jobs.claim_submissions(
        count, stored.clock(), at_most_running=1000, overdue_s=600, lease_s=90
    )


async def places(stored: Stored) -> list[str]:
    """All waiting jobs, next one first, as their cards tell it."""
    cards = await CardStore(stored.engine).claim(1000, stored.clock(), first_s=0, every_s=0)
    assert [place for _, place in cards] == list(range(1, len(cards) + 1))
    return [job.id for job, _ in cards]


async def test_fifty_prompts_of_one_member_do_not_stand_before_anothers_first(
    stored: Stored, clock: HandClock
) -> None:
    many = await asked(stored, clock, 50, member=1)
    [late] = await asked(stored, clock, 1, member=2)
    assert {job.id for job in await next_ones(stored, 2)} == {many[0], late}


async def test_members_of_a_server_take_turns(stored: Stored, clock: HandClock) -> None:
    mine = await asked(stored, clock, 3, member=1)
    yours = await asked(stored, clock, 2, member=2)
    assert await places(stored) == [mine[0], yours[0], mine[1], yours[1], mine[2]]


async def test_servers_take_turns_however_many_members_they_have(
    stored: Stored, clock: HandClock
) -> None:
    crowd = [(await asked(stored, clock, 1, member=number))[0] for number in range(1, 5)]
    other = await asked(stored, clock, 2, member=9, server=2)
    assert await places(stored) == [crowd[0], other[0], crowd[1], other[1], *crowd[2:]]


async def test_direct_messages_are_a_place_of_their_own(stored: Stored, clock: HandClock) -> None:
    server = await asked(stored, clock, 2, member=1)
    direct = await asked(stored, clock, 1, member=2, server=None)
    another = await asked(stored, clock, 1, member=3, server=None)
    assert await places(stored) == [server[0], direct[0], another[0], server[1]]


async def test_member_waits_longer_when_others_have_nothing_running(
    stored: Stored, clock: HandClock
) -> None:
    running = await asked(stored, clock, 2, member=1)
    assert {job.id for job in await next_ones(stored, 2)} == set(running)
    mine = await asked(stored, clock, 1, member=1)
    yours = await asked(stored, clock, 2, member=2)
    assert await places(stored) == [*yours, *mine]


async def test_server_waits_longer_when_others_have_nothing_running(
    stored: Stored, clock: HandClock
) -> None:
    await asked(stored, clock, 2, member=1)
    await next_ones(stored, 2)
    mine = await asked(stored, clock, 1, member=2)
    yours = await asked(stored, clock, 3, member=3, server=2)
    assert await places(stored) == [*yours[:2], *mine, yours[2]]


async def test_oldest_goes_first_when_nothing_else_tells_them_apart(
    stored: Stored, clock: HandClock
) -> None:
    ids = []
    for member in range(1, 6):
        ids += await asked(stored, clock, 1, member=member, server=member)
    assert await places(stored) == ids


async def test_job_that_is_not_due_lets_others_pass(stored: Stored, clock: HandClock) -> None:
    put_off = await stored.submit(member_id=1)
    await stored.jobs.requeue(put_off.id, clock.advance(60))
    clock.advance(-60)
    [other] = await asked(stored, clock, 1, member=1)
    assert [job.id for job in await next_ones(stored, 1)] == [other]
