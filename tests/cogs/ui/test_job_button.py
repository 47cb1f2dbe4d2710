"""Which messages a press may change, whatever custom_id came with it."""

from types import SimpleNamespace
from typing import Any

import discord
import pytest

from bot.client import Interaction
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.jobs import Job
from cogs.ui.job_button import stands_under
from tests.cogs.interactions import a_client, a_press, an_interaction
from tests.factories import CARD_ID, a_job

OTHER_ID = CARD_ID + 1


class KnowsTheCard:
    """The domain and the admission of a client that can ask its database."""

    async def is_told_by(self, job: Job, message_id: int) -> bool:
        return message_id == job.card_message_id

    async def in_time(self, work: Any, _within_s: float) -> Any:
        return await work


def pressed_on(message_id: int, *, ephemeral: bool = False, names: Job) -> Interaction:
    """A press on the cancel button of a card that names a job."""
    custom_id = buttons.custom_id(Action.CANCEL, names.card_job_id, buttons.CARD)
    flags = discord.MessageFlags(ephemeral=ephemeral).value
    stores = SimpleNamespace(tracks=KnowsTheCard())
    client = a_client(stores=stores, admission=KnowsTheCard())
    return an_interaction(client, **a_press(custom_id, id=str(message_id), flags=flags))


@pytest.mark.parametrize(
    ("message_id", "ephemeral", "may"),
    [(CARD_ID, False, True), (OTHER_ID, True, True), (OTHER_ID, False, False)],
)
async def test_message_is_changed_only_when_it_is_private_or_of_the_job(
    message_id: int, ephemeral: bool, may: bool
) -> None:
    job = a_job()
    assert await stands_under(pressed_on(message_id, ephemeral=ephemeral, names=job), job) is may


async def test_card_is_known_by_its_button_until_it_is_written_down() -> None:
    job = a_job(card_message_id=None)
    assert await stands_under(pressed_on(OTHER_ID, names=job), job)
    assert not await stands_under(pressed_on(OTHER_ID, names=a_job()), job)
