"""Cards, announcements and buttons: within Discord's limits, whatever was typed."""

import re
from pathlib import Path

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.delivery import announcements, buttons, cards
from bot.delivery.buttons import Action
from bot.jobs import FailureKind, JobState, NoticeKind, Rung
from bot.provider.audio_file import AudioOnDisk
from bot.text import is_blank
from tests.factories import NOW, a_brief, a_job

HOSTILE = st.text(
    st.sampled_from("*_`~|\\[]()<>@#\n ab1\x00\u202e\u200b☔") | st.characters(codec="utf-8"),
    max_size=4000,
)
AUDIO = AudioOnDisk(path=Path("audio"), size_bytes=1, extension=".wav")
URL = "https://discord.com/channels/1/2/3"
IDS = ["g" * 16, "0" * 15, "0" * 17, str(2**64), "-1", "0" * 15 + "\n", "0123456789ABCDEF", ""]


def assert_fits(embed: discord.Embed) -> None:
    """Discord docs: Message > Embed Limits."""
    assert len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
    assert len(embed) <= 6000


@given(HOSTILE, HOSTILE, st.sampled_from(JobState))
@settings(deadline=None, max_examples=40)
async def test_cards_fit_whatever_was_typed(prompt: str, reason: str, state: JobState) -> None:
    job = a_job(
        state=state,
        brief=a_brief(
            model="m",
            prompt=prompt,
            negative_prompt=None if is_blank(prompt) else prompt,
            seed=2**63 - 1,
        ),
        failure_kind=FailureKind.REJECTED,
        failure_reason=reason,
    )
    for embed, view in (cards.waiting_card(job, NOW), cards.ended_card(job, message_url=URL)):
        assert_fits(embed)
        assert len(view.children) <= 5


@given(HOSTILE)
@settings(deadline=None, max_examples=40)
async def test_announcements_fit_whatever_was_typed(text: str) -> None:
    job = a_job(
        brief=a_brief(prompt=text), failure_kind=FailureKind.GENERATION, failure_reason=text
    )
    said = [
        announcements.track(job, AUDIO),
        announcements.track_link(job, "https://cdn.example/x", "Because."),
        announcements.failure(job),
        announcements.still_waiting(job, NoticeKind.OVERDUE),
    ]
    for what in said:
        assert 0 < len(what.content) <= 2000
        assert len(what.alt_text) <= 1024
        if what.embed:
            assert_fits(what.embed)


@pytest.mark.parametrize("generation_id", [None, "x:y"])
async def test_cancelled_card_says_whether_it_may_be_billed(generation_id: str | None) -> None:
    job = a_job(state=JobState.CANCELLED, generation_id=generation_id)
    embed, _ = cards.ended_card(job, message_url=None)
    text = " ".join(str(field.value) for field in embed.fields)
    assert ("may still bill" in text) is (generation_id is not None)


async def test_card_names_the_model_when_it_left_the_catalogue() -> None:
    embed, _ = cards.waiting_card(a_job(brief=a_brief(model="old/model")), NOW)
    assert "old/model" in [field.value for field in embed.fields]


async def test_link_is_one_a_button_takes_when_it_has_odd_characters() -> None:
    what = announcements.track_link(a_job(), "https://cdn.example/a b>\n☔", "Because.")
    [link, _] = what.view.children
    assert isinstance(link, discord.ui.Button)
    assert link.url is not None
    assert re.fullmatch(r"[\x21-\x7e]+", link.url)


# --- buttons ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", Action)
def test_custom_id_names_its_job_and_place(action: Action) -> None:
    custom_id = buttons.custom_id(action, "0123456789abcdef", NoticeKind.OVERDUE)
    assert len(custom_id) <= 100
    match = buttons.pattern(action).fullmatch(custom_id)
    assert match is not None
    assert (match["job_id"], match["place"]) == ("0123456789abcdef", "overdue")
    others = set(Action) - {action}
    assert not any(buttons.pattern(other).fullmatch(custom_id) for other in others)


@pytest.mark.parametrize("job_id", IDS)
def test_forged_custom_id_is_not_matched_when_its_job_is_none(job_id: str) -> None:
    forged = buttons.custom_id(Action.CANCEL, job_id, buttons.CARD)
    assert not buttons.pattern(Action.CANCEL).fullmatch(forged)


@pytest.mark.parametrize("place", [*NoticeKind, buttons.CARD])
def test_every_place_is_one_the_pattern_takes(place: str) -> None:
    assert buttons.pattern(Action.RECIPE).fullmatch(
        buttons.custom_id(Action.RECIPE, "0" * 16, place)
    )


@pytest.mark.parametrize(
    ("rung", "guild_id", "where"),
    [(Rung.CHANNEL, 400, "400"), (Rung.DIRECT_MESSAGE, 400, "@me"), (Rung.CHANNEL, None, "@me")],
)
def test_message_address_is_one_clients_open(rung: Rung, guild_id: int | None, where: str) -> None:
    shown = announcements.address(a_job(guild_id=guild_id), rung, 5, 6)
    assert shown == f"https://discord.com/channels/{where}/5/6"
