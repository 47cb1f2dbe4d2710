"""Private tracks: seen by their member alone, whatever happens on the way."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from bot.domain.jobs import NoticeKind, Rung
from sandbox.aimlapi.generations import Fate
from sandbox.driver import Call, MessageView
from tests.e2e.place import API, Place
from tests.e2e.shared import Records, quick_sandbox, shared_stage
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

OVERDUE_S = 3.0


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def stage(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Stage]:
    folder = tmp_path_factory.mktemp("private")
    settings = {"GENERATION_TIMEOUT_S": str(OVERDUE_S)}
    async with shared_stage(folder, quick_sandbox(), **settings) as opened:
        yield opened


class Hidden(Place):
    """A member's private request in a channel of its own."""

    async def compose(self) -> tuple[Call, MessageView]:
        call = await self.member.slash(
            "compose", channel=self.channel, prompt="lo-fi rain", private=True
        )
        card = await call.answered()
        assert card.ephemeral
        return call, card

    async def told(self, call: Call, kind: NoticeKind = NoticeKind.RESULT) -> Rung:
        return await Records(self.stage).until_told(call, kind)

    def assert_unseen(self, card: MessageView) -> None:
        """In the channel there is nothing but the card."""
        assert [message.id for message in self.member.messages(self.channel)] == [card.id]
        assert not self.stage.member("Chika").messages(self.channel)


async def test_track_takes_the_place_of_the_card_that_only_its_member_sees(stage: Stage) -> None:
    place = Hidden(stage, "Shy")
    call, card = await place.compose()
    assert await place.told(call) is Rung.INTERACTION
    track = place.member.message(card)
    assert len(track.audio) == 1
    assert track.ephemeral
    place.assert_unseen(card)


async def test_private_track_needs_no_permission_in_the_channel(stage: Stage) -> None:
    ben = stage.member()
    call = await ben.slash("compose", channel="quiet-corner", prompt="lo-fi rain", private=True)
    assert "lo-fi rain" in (await call.answered()).text
    assert await Records(stage).until_told(call) is Rung.INTERACTION


async def test_track_comes_directly_when_the_token_died(stage: Stage) -> None:
    place = Hidden(stage, "Late")
    call, card = await place.compose()
    place.expire(call)
    assert await place.told(call) is Rung.DIRECT_MESSAGE
    assert len(place.audio(place.direct_messages())) == 1
    place.assert_unseen(card)


async def test_track_is_held_when_token_and_direct_messages_are_closed(stage: Stage) -> None:
    place = Hidden(stage, "Recluse")
    call, card = await place.compose()
    place.expire(call)
    place.close_direct_messages()
    assert await place.told(call) is Rung.HELD
    place.assert_unseen(card)


async def test_failure_is_told_on_the_card_and_another_try_is_private_again(stage: Stage) -> None:
    place = Hidden(stage, "Unlucky")
    stage.provider.plan(Fate(error={"name": "Error", "message": "no such sound"}))
    call, card = await place.compose()
    assert await place.told(call, NoticeKind.FAILURE) is Rung.INTERACTION
    failure = place.member.message(card)
    assert "no such sound" in failure.text
    place.assert_unseen(card)
    again = await place.member.click(failure, label="Try again")
    assert (await again.answered()).ephemeral
    assert await place.told(again) is Rung.INTERACTION
    assert not stage.member("Chika").messages(place.channel)


async def test_card_stays_below_the_word_that_it_takes_longer(stage: Stage) -> None:
    place = Hidden(stage, "Patient")
    stage.provider.plan(Fate(duration_s=60))
    call, card = await place.compose()
    assert await place.told(call, NoticeKind.OVERDUE) is Rung.INTERACTION
    overdue = place.member.message(card)
    assert "much longer" in overdue.content
    assert "Composing" in overdue.text

    await (await place.member.click(overdue, label="Cancel")).acknowledged()
    cancelled = await place.member.wait_for_edit(card, lambda message: "Cancelled" in message.text)
    assert "much longer" not in cancelled.text
    place.assert_unseen(card)


async def test_track_comes_when_the_first_answer_was_cut_off_after_it_was_taken(
    stage: Stage,
) -> None:
    place = Hidden(stage, "Cutoff")
    stage.discord.scenario.on("POST", rf"{API}/interactions/.+/callback").reset_after()
    call, card = await place.compose()
    assert await place.told(call) is Rung.INTERACTION
    place.assert_unseen(card)
