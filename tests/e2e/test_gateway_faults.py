"""The gateway's connection breaks in each of its ways, and members hardly notice."""

from collections.abc import AsyncIterator, Callable

import pytest
import pytest_asyncio

from sandbox.driver import MemberDriver
from tests.e2e.shared import quick_sandbox, replies_to, reply_to, shared_stage, until
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    async with shared_stage(tmp_path_factory.mktemp("gateway"), quick_sandbox()) as stage:
        yield stage


async def compose(stage: Stage, member: MemberDriver, prompt: str) -> None:
    """From the command to the track, paid for and delivered once."""
    card = await (await member.slash("compose", prompt=prompt)).answered()
    assert (await reply_to(stage, member, card)).attachments
    paid = [one for one in stage.provider.generations if one.body["prompt"] == prompt]
    assert len(paid) == len(replies_to(member, card)) == 1


async def resumed(stage: Stage, break_off: Callable[[], None]) -> None:
    """Break the connection off, and wait for the next one."""
    resumes = stage.discord.gateway.resumes
    break_off()
    await stage.bot.watch(
        stage.world.state.bus.wait_until(lambda: stage.discord.gateway.resumes == resumes + 1)
    )


async def test_command_is_answered_when_the_connection_broke_just_before(stage: Stage) -> None:
    resumes = stage.discord.gateway.resumes
    stage.discord.gateway.drop()
    await compose(stage, stage.member(), "during a drop")
    assert stage.discord.gateway.resumes == resumes + 1


async def test_session_is_resumed_when_discord_asks_for_it(stage: Stage) -> None:
    resumes, identifies = stage.discord.gateway.resumes, stage.discord.gateway.identifies
    stage.discord.gateway.request_reconnect()
    await compose(stage, stage.member(), "during a reconnect")
    await stage.world.state.bus.wait_until(lambda: stage.discord.gateway.resumes == resumes + 1)
    assert stage.discord.gateway.identifies == identifies


@pytest.mark.parametrize("resumable", [True, False])
async def test_bot_is_back_when_its_session_became_invalid(stage: Stage, resumable: bool) -> None:
    gateway = stage.discord.gateway
    before = (gateway.resumes, gateway.identifies)
    gateway.invalidate(resumable=resumable)
    after = (before[0] + resumable, before[1] + (not resumable))
    back = stage.world.state.bus.wait_until(
        lambda: (gateway.resumes, gateway.identifies) == after, 20
    )
    await stage.bot.watch(back)
    await compose(stage, stage.member(), f"after an invalid session {resumable}")


async def test_bot_is_back_when_its_connection_was_a_zombie(
    stage: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    gateway = stage.discord.gateway
    with monkeypatch.context() as patched:
        # A connection without heartbeats is given up after two intervals.
        patched.setattr(gateway, "_heartbeat_interval_s", 2.0)
        await resumed(stage, gateway.request_reconnect)
    resumes = gateway.resumes
    gateway.zombie()
    await stage.bot.watch(stage.world.state.bus.wait_until(lambda: gateway.resumes == resumes + 1))
    await compose(stage, stage.member(), "after a zombie")


async def test_track_is_delivered_while_the_gateway_is_away(stage: Stage) -> None:
    ben = stage.member()
    card = await (await ben.slash("compose", prompt="meanwhile")).answered()
    gone = stage.discord.scenario.on("GET", "/(resume/?)?", times=None).hold_before()
    stage.discord.gateway.drop()
    await stage.bot.watch(gone.reached())
    assert (await reply_to(stage, ben, card)).attachments
    assert not stage.discord.gateway.connected_shards()
    resumes = stage.discord.gateway.resumes
    gone.release()
    stage.discord.scenario.clear()
    await stage.world.state.bus.wait_until(lambda: stage.discord.gateway.resumes == resumes + 1)


async def test_interaction_makes_one_job_when_it_is_repeated_after_a_resume(stage: Stage) -> None:
    ben = stage.member()
    card = await (await ben.slash("compose", prompt="once")).answered()
    stage.discord.gateway.replay_last("INTERACTION_CREATE")
    await until(stage, lambda: "came again" in stage.log())
    assert (await reply_to(stage, ben, card)).attachments
    paid = [one for one in stage.provider.generations if one.body["prompt"] == "once"]
    assert len(paid) == len(replies_to(ben, card)) == 1
