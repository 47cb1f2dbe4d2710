"""Cards, announcements and buttons: within Discord's limits, whatever was typed."""

import dataclasses
from datetime import timedelta
from pathlib import Path
from typing import Any, cast

import discord
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot import words
from bot.audio.kinds import Extension
from bot.audio.sound import Examined, Fitted
from bot.deliver import announcements, buttons
from bot.deliver.buttons import Action
from bot.deliver.cards import status_card as cards
from bot.deliver.cards.batch_card import first_card
from bot.deliver.mastering import Rendition
from bot.deliver.track_embed import as_shared, retitled, track_embed
from bot.domain.characters import is_blank
from bot.domain.jobs import FailureKind, Job, JobState, NoticeKind
from bot.domain.requests import AudioFormat, Reference, Relation
from bot.domain.visibility import Ancestor, parent_in
from bot.generate.expectations import Expectation
from tests.bot.audio.sounds import a_sound
from tests.factories import CHANNEL_ID, MEMBER_ID, NOW, a_job, a_request

IN_A_WHILE = Expectation(at=NOW + timedelta(seconds=35))

HOSTILE = st.text(
    st.sampled_from("*_`~|\\[]()<>@#\n ab1\x00\u202e\u200b☔") | st.characters(codec="utf-8"),
    max_size=4000,
)
TRACK = Rendition(
    fitted=Fitted(path=Path("audio"), format=AudioFormat.MP3, bitrate_kbit_s=320),
    extension=Extension.MP3,
    size_bytes=1,
    examined=Examined(sound=a_sound(), picture=b"PNG"),
)
URL = "https://discord.com/channels/1/2/3"
IDS = ["g" * 16, "0" * 15, "0" * 17, str(2**64), "-1", "0" * 15 + "\n", "0123456789ABCDEF", ""]


def assert_fits(embed: discord.Embed) -> None:
    """Discord docs: Message > Embed Limits."""
    assert len(embed.title or "") <= 256
    assert len(embed.description or "") <= 4096
    assert all(0 < len(field.value or "") <= 1024 for field in embed.fields)
    assert len(embed.footer.text or "") <= 2048
    assert len(embed) <= 6000


@given(HOSTILE, HOSTILE, st.sampled_from(JobState))
@settings(deadline=None, max_examples=40)
async def test_cards_fit_whatever_was_typed(prompt: str, reason: str, state: JobState) -> None:
    job = a_job(
        state=state,
        request=a_request(
            model="m",
            prompt=prompt,
            negative_prompt=None if is_blank(prompt) else prompt,
            seed=2**63 - 1,
        ),
        failure_kind=FailureKind.REJECTED,
        failure_reason=reason,
    )
    for embed, view in (
        cards.waiting_card(job, IN_A_WHILE),
        cards.ended_card(job, message_url=URL),
    ):
        assert_fits(embed)
        assert len(view.children) <= 5


@given(HOSTILE)
@settings(deadline=None, max_examples=40)
async def test_announcements_fit_whatever_was_typed(text: str) -> None:
    job = a_job(
        title=text[:200],
        relation=Relation.COVER,
        request=a_request(
            model="m",
            prompt=text,
            negative_prompt=None if is_blank(text) else text,
            lyrics=text,
            seed=2**53 - 1,
            seconds=300,
            instrumental=True,
            audio_format=AudioFormat.MP3,
        ),
        duration_s=1800.0,
        tempo_bpm=180.0,
        finished_at=NOW + timedelta(days=1),
        failure_kind=FailureKind.GENERATION,
        failure_reason=text,
    )
    said = [
        announcements.track(job, TRACK, parent=Ancestor(job=job, visible=True)),
        announcements.track_link(job, "https://cdn.example/x", "Because."),
        announcements.failure(job),
        announcements.still_waiting(job, NoticeKind.OVERDUE),
    ]
    for what in said:
        assert 0 < len(what.content) <= 2000
        assert max(len(what.alt_text), len(what.picture_alt_text)) <= 1024
        if what.embed:
            assert_fits(what.embed)


@pytest.mark.parametrize("generation_id", [None, "x:y"])
async def test_cancelled_card_says_whether_it_may_be_billed(generation_id: str | None) -> None:
    job = a_job(state=JobState.CANCELLED, generation_id=generation_id)
    embed, _ = cards.ended_card(job, message_url=None)
    assert ("might still charge" in (embed.description or "")) is (generation_id is not None)


async def test_ready_card_is_one_line_with_one_link() -> None:
    job = a_job(state=JobState.SUCCEEDED, request=a_request(prompt="rain " * 200, seed=7))
    embed, view = cards.ended_card(job, message_url=URL)
    title = words.title_of(job)
    assert embed.to_dict() == {
        "type": "rich",
        "description": f"**\u2068{title}\u2069** by <@{MEMBER_ID}> is ready → [Listen]({URL})",
        "color": cards.COLOURS[JobState.SUCCEEDED].value,
        "flags": 0,
    }
    assert not view.children


@pytest.mark.parametrize("state", JobState)
async def test_card_names_who_asked_whatever_became_of_it(state: JobState) -> None:
    job = a_job(state=state, failure_kind=FailureKind.LOST)
    for embed, _ in (
        cards.waiting_card(job, IN_A_WHILE),
        cards.ended_card(job, message_url=URL),
        cards.ended_card(job, message_url=None, held=True),
        *(cards.deleted_card(job, by_member=by) for by in (True, False, None)),
    ):
        assert (embed.description or "").count(f"<@{MEMBER_ID}>") == 1


@pytest.mark.parametrize(
    ("counts_as", "a_day", "told"), [(5, 20, True), (1, 20, False), (5, 0, False)]
)
async def test_card_tells_as_how_many_tracks_it_counts_when_it_counts_as_more_than_one(
    *, counts_as: int, a_day: int, told: bool
) -> None:
    expected = Expectation(a_day=a_day)
    jobs = [a_job(counts_as=counts_as), a_job(counts_as=counts_as, take=2)]
    for number in (1, 2):
        embed, _ = first_card(jobs[:number], expected)
        line = f" · counts as {number * counts_as} of your {a_day} tracks a day"
        assert (embed.footer.text or "").endswith(line) is told
        assert ("counts as" in (embed.footer.text or "")) is told


async def test_card_names_the_model_when_it_left_the_catalogue() -> None:
    embed, _ = cards.waiting_card(a_job(request=a_request(model="old/model")), IN_A_WHILE)
    assert "old/model" in (embed.footer.text or "")


# --- the track's embed --------------------------------------------------------------------------


def quiet(job: Job, fitted: Fitted | None = None) -> str | None:
    """The line below the track."""
    return track_embed(job, fitted=fitted).footer.text


def test_track_tells_what_is_known_in_one_line() -> None:
    job = a_job(
        request=a_request(seconds=30, seed=1234, audio_format=AudioFormat.MP3),
        duration_s=32.77,
        tempo_bpm=69.6,
        finished_at=NOW + timedelta(seconds=42),
    )
    assert quiet(job) == "Google Lyria 2 · 0:32 · about 70 bpm · seed 1234 · AI-generated"
    assert not track_embed(job).fields


def test_track_tells_nothing_twice() -> None:
    request = a_request(seconds=60, seed=None, audio_format=AudioFormat.MP3, lyrics="la la la")
    job = a_job(request=request, private=True, duration_s=60.0)
    assert quiet(job, TRACK.fitted) == (
        "Google Lyria 2 · 1:00 · with lyrics · only for you · converted to MP3, 320 kbit/s"
        " · AI-generated"
    )


def test_track_leaves_out_what_is_not_known() -> None:
    assert quiet(a_job(request=a_request(seed=None))) == "Google Lyria 2 · AI-generated"


def test_track_tells_what_was_left_out() -> None:
    embed = track_embed(a_job(request=a_request(prompt="rain", negative_prompt="*drums*")))
    assert embed.description == "rain\nLeaving out: \\*drums\\*"


def test_track_embed_cuts_a_long_prompt() -> None:
    embed = track_embed(a_job(request=a_request(prompt="rain, " * 600)))
    assert embed.title == "Rain"
    assert (embed.description or "").endswith("…")
    assert len(embed.description or "") <= 300


@pytest.mark.parametrize(
    ("parent", "line"),
    [
        ({}, "Cover of **Lo-fi rain** by <@77>"),
        ({"title": "*Mine*"}, r"Cover of **\*Mine\*** by <@77>"),
        ({"private": True}, "Cover of a track by <@77>"),
        ({"deleted_at": NOW}, "Cover of a track by <@77>"),
        ({"private": True, "member_id": MEMBER_ID}, f"Cover of a track by <@{MEMBER_ID}>"),
        ({"channel_id": CHANNEL_ID + 1}, "Cover of a track by <@77>"),
        ({"card_message_id": CHANNEL_ID, "channel_id": 1}, "Cover of **Lo-fi rain** by <@77>"),
    ],
)
def test_lineage_credits_the_author_and_names_what_the_channel_knows(
    parent: dict[str, Any], line: str
) -> None:
    job = a_job(relation=Relation.COVER, request=a_request(prompt="calm piano"))
    parents_job = a_job(**{"member_id": 77} | parent)
    embed = track_embed(job, parent=parent_in(CHANNEL_ID, job, parents_job))
    assert embed.description == f"calm piano\n{line}"


@pytest.mark.parametrize(
    ("parents_member_id", "named"), [(MEMBER_ID, "**Lo-fi rain**"), (77, "a track")]
)
def test_private_track_names_only_its_own_members_private_tracks(
    parents_member_id: int, named: str
) -> None:
    job = a_job(relation=Relation.REMIX, private=True)
    parent = a_job(private=True, member_id=parents_member_id)
    alone = track_embed(job, parent=parent_in(CHANNEL_ID, job, parent)).description or ""
    assert alone.endswith(f"Remix of {named} by <@{parents_member_id}>")
    shown = parent_in(CHANNEL_ID, as_shared(job), parent)
    shared = track_embed(as_shared(job), parent=shown)
    assert (shared.description or "").endswith(f"Remix of a track by <@{parents_member_id}>")
    assert "only for you" not in (shared.footer.text or "")


@pytest.mark.parametrize(
    ("fitted", "told"),
    [
        (Fitted(path=Path("a"), format=AudioFormat.ORIGINAL), None),
        (Fitted(path=Path("a"), format=AudioFormat.FLAC), "converted to FLAC, lossless"),
        (TRACK.fitted, "converted to MP3, 320 kbit/s"),
    ],
)
def test_track_embed_tells_what_was_converted(fitted: Fitted, told: str | None) -> None:
    line = quiet(a_job(), fitted) or ""
    assert ("converted" in line) is (told is not None)
    assert (told or "") in line


def test_track_is_one_audio_file_and_a_picture_that_the_embed_shows(tmp_path: Path) -> None:
    path = tmp_path / "audio"
    path.write_bytes(b"ID3")
    fitted = dataclasses.replace(TRACK.fitted, path=path)
    what = announcements.track(a_job(), dataclasses.replace(TRACK, fitted=fitted))
    with what.open_files() as (audio, picture):
        assert (audio.filename, picture.filename) == ("lo-fi-rain.mp3", "waveform.png")
        assert audio.fp.read() == b"ID3"
        assert picture.fp.read() == b"PNG"
        assert "Waveform of the track: 32 seconds" in (picture.description or "")
    assert what.embed is not None
    assert what.embed.image.url == "attachment://waveform.png"


def test_track_that_is_a_variation_has_a_numbered_file() -> None:
    assert announcements.track(a_job(batch_id="b", take=2), TRACK).file_name == (
        "lo-fi-rain-take-2.mp3"
    )


def test_track_without_examination_has_no_picture() -> None:
    what = announcements.track(a_job(), dataclasses.replace(TRACK, examined=None))
    assert what.picture is None
    assert what.embed is not None
    assert what.embed.image.url is None


def test_link_delivery_has_a_download_button_beside_the_others() -> None:
    what = announcements.track_link(a_job(), "https://cdn.example/x", "Because.")
    labels = [item.label for item in what.view.children if isinstance(item, discord.ui.Button)]
    assert labels[0] == "Download"
    assert {"Again", "More", "Check again"} <= set(labels)
    first_row = what.view.to_components()[0]["components"]
    assert first_row[0]["label"] == "Download"


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({}, None),
        ({"audio_format": AudioFormat.ORIGINAL}, None),
        ({"audio_format": AudioFormat.FLAC}, "as FLAC"),
        ({"instrumental": True, "seconds": 90}, "1:30 · without vocals"),
        ({"lyrics": "la la la"}, "with lyrics"),
        ({"reference": Reference(url="https://x.example", file_name="x")}, "from your audio"),
    ],
)
def test_card_tells_the_options_that_were_used(changes: dict[str, Any], told: str | None) -> None:
    embed, _ = cards.waiting_card(a_job(request=a_request(seed=None, **changes)), IN_A_WHILE)
    assert embed.footer.text == " · ".join(filter(None, ["Google Lyria 2", told]))


# --- buttons ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "place", "labels"),
    [
        ({}, NoticeKind.RESULT, ["Like (2)", "Remix", "Again", "More"]),
        ({}, buttons.SHARE, ["Like (2)", "Remix", "Again", "More"]),
        ({"private": True}, NoticeKind.RESULT, ["Remix", "Again", "More", "Delete"]),
        ({"private": True}, buttons.SHARE, ["Like (2)", "Remix", "Again", "More"]),
        ({"outside": True}, NoticeKind.RESULT, ["Like (2)", "Remix", "Again", "More", "Delete"]),
        ({"guild_id": None}, NoticeKind.RESULT, ["Remix", "Again", "More"]),
        (
            {"guild_id": None, "outside": True},
            NoticeKind.RESULT,
            ["Like (2)", "Remix", "Again", "More", "Delete"],
        ),
    ],
    ids=["public", "shared", "private", "private shared", "without the bot", "direct", "group"],
)
async def test_track_has_four_buttons_and_those_that_work_only_on_it(
    changes: dict[str, Any], place: str, labels: list[str]
) -> None:
    view = buttons.under_track(a_job(**changes), place, likes=2)
    shown = [item for item in view.children if isinstance(item, discord.ui.Button)]
    assert [item.label for item in shown] == labels
    reds = [item.label for item in shown if item.style is discord.ButtonStyle.danger]
    assert reds == [label for label in labels if label == "Delete"]


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


@pytest.mark.parametrize("picture", ["https://cdn.example/1/2/waveform.png?ex=1", None])
def test_new_title_changes_nothing_else_of_the_embed(picture: str | None) -> None:
    shown = track_embed(a_job(duration_s=30.0)).set_image(url=picture)
    before = shown.to_dict()
    after = retitled(shown, a_job(title="Night *bus*")).to_dict()
    assert shown.to_dict() == before
    wanted = {**before, "title": r"Night \*bus\*"}
    if picture:
        wanted["image"] = {"url": "attachment://waveform.png"}
    assert after == wanted


@pytest.mark.parametrize("kind", FailureKind)
async def test_what_helps_most_is_the_coloured_button_of_a_failure(kind: FailureKind) -> None:
    job = a_job(state=JobState.FAILED, failure_kind=kind, failure_reason="no")
    first, *others = cast("list[buttons.Button]", announcements.failure(job).view.children)
    assert first.style is discord.ButtonStyle.primary
    assert {item.style for item in others} == {discord.ButtonStyle.secondary}
    assert (first.label == "Edit") is (kind is FailureKind.REJECTED)
