"""The message with the track: one file that plays, a picture of it, and what was asked for."""

import io
import re
from collections.abc import Callable
from typing import Any

import av
import numpy as np
import pytest

from sandbox.aimlapi import synth
from sandbox.aimlapi.generations import Audio, Fate
from sandbox.driver import MessageView
from tests.bot.audio import takes
from tests.e2e.conftest import OpenStage
from tests.e2e.stage import Stage

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="module")]

PROMPT = "lo-fi rain, warm tape, 70 bpm"
MESSAGES = r"/api/v10/channels/\d+/messages"
LONG_S = 60.0  # more than the 10 MiB of a server without boosts, as a WAV
TOO_LARGE = {"code": 40005, "message": "Request entity too large"}


def whole(content: bytes, name: str = "output.wav") -> Fate:
    """What the provider makes of it, at once."""
    return Fate(duration_s=0, audio=Audio(content, "application/octet-stream", name))


async def compose(stage: Stage, prompt: str = PROMPT, **options: Any) -> MessageView:
    """The track's message for a request in #music-jam."""
    ben = stage.member()
    await (await ben.slash("compose", channel="music-jam", prompt=prompt, **options)).answered()
    return await stage.bot.watch(
        ben.wait_for_message(lambda message: "your track is ready" in message.content)
    )


async def the_file(stage: Stage, track: MessageView) -> bytes:
    """The one attachment that is listed: pictures of embeds are not."""
    (attachment,) = track.attachments
    assert track.audio == [attachment]
    return await stage.member().fetch(attachment)


def steady() -> takes.Signal:
    """Compresses well."""
    return takes.tone(LONG_S)


def rushing() -> takes.Signal:
    """Does not compress at all: both channels are different noise."""
    return np.concatenate([takes.noise(LONG_S, level=0.3, seed=seed) for seed in (1, 2)])


def quiet(track: MessageView) -> list[str]:
    """What the line below the track tells."""
    (embed,) = track.embeds
    assert not embed.get("fields")
    told: str = embed["footer"]["text"]
    return told.split(" · ")


async def test_track_is_one_message_with_its_sound_picture_and_words(stage: Stage) -> None:
    track = await compose(stage, seed=7)
    content = await the_file(stage, track)
    assert content == synth.render_wav(PROMPT, "", 7)  # untouched
    assert track.attachments[0]["filename"] == "lo-fi-rain.wav"
    (embed,) = track.embeds
    assert (embed["title"], embed["description"]) == ("Lo-fi rain", PROMPT)
    model, length, *tempo, seed, origin = quiet(track)
    assert (model, length, seed, origin) == ("Google Lyria 2", "0:32", "seed 7", "AI-generated")
    assert all(re.fullmatch(r"about \d+ bpm", one) for one in tempo)
    (picture,) = track.pictures
    assert (picture["width"], picture["height"]) == (1200, 300)
    assert picture["description"].startswith("Waveform of the track: 32 seconds")
    assert [button["label"] for button in track.buttons] == ["Like", "Remix", "Again", "More"]


@pytest.mark.parametrize(
    ("sound", "extension", "codec"),
    [(steady, "flac", "flac"), (rushing, "mp3", "mp3float")],
    ids=["fits without loss", "fits with losses only"],
)
async def test_too_large_track_is_converted_to_the_best_that_fits(
    stage: Stage, sound: Callable[[], takes.Signal], extension: str, codec: str
) -> None:
    stage.provider.plan(whole(takes.wav(sound())))
    track = await compose(stage)
    content = await the_file(stage, track)
    assert track.attachments[0]["filename"] == f"lo-fi-rain.{extension}"
    assert any(told.startswith("converted to") for told in quiet(track))
    with av.open(io.BytesIO(content), "r") as file:
        assert file.streams.audio[0].codec_context.name == codec
        assert file.duration is not None
        assert abs(file.duration / av.time_base - LONG_S) < 0.2


def as_mp42() -> bytes:
    content = takes.encoded("ipod", takes.tone())
    return content[:8] + b"mp42" + content[12:]


@pytest.mark.parametrize(
    ("content", "extension"),
    [
        (as_mp42(), "m4a"),
        (bytes(417) + takes.encoded("mp3", takes.tone()), "mp3"),
        (b"ID3\x03\0\0\0\0\x07\x68" + bytes(1000) + takes.encoded("flac", takes.tone()), "flac"),
        (b"ID3\x03\0\0\0\0\x07\x68" + bytes(1000) + takes.encoded("adts", takes.tone()), "aac"),
        (takes.packed("wav", "adpcm_ms", takes.tone()), "flac"),
    ],
    ids=["M4A of another brand", "MP3 after zeros", "tagged FLAC", "tagged AAC", "WAV with ADPCM"],
)
async def test_file_is_called_what_was_decoded(
    stage: Stage, content: bytes, extension: str
) -> None:
    stage.provider.plan(whole(content))
    track = await compose(stage)
    assert track.attachments[0]["filename"] == f"lo-fi-rain.{extension}"
    assert track.attachments[0]["content_type"].startswith("audio/")


async def test_smaller_form_goes_out_once_when_discord_refuses_the_file(stage: Stage) -> None:
    stage.discord.scenario.on("POST", MESSAGES).respond(413, TOO_LARGE)
    track = await compose(stage)
    assert track.attachments[0]["filename"] == "lo-fi-rain.flac"
    assert track.attachments[0]["content_type"] in {"audio/flac", "audio/x-flac"}
    posted = [m for m in stage.member().messages("music-jam") if m.attachments]
    assert len(posted) == 1


async def test_track_comes_in_the_format_that_its_member_chose(stage: Stage) -> None:
    track = await compose(stage, "lo-fi rain\x00, “warm” tape", format="mp3")
    assert track.attachments[0]["filename"] == "lo-fi-rain.mp3"
    assert track.attachments[0]["content_type"] == "audio/mpeg"
    assert [told for told in quiet(track) if "MP3" in told] == ["converted to MP3, 320 kbit/s"]
    with av.open(io.BytesIO(await the_file(stage, track)), "r") as file:
        tags = {name.lower(): value for name, value in file.metadata.items()}
    assert tags["title"] == "Lo-fi rain"
    assert tags["artist"] == "Google Lyria 2"
    assert tags["genre"] == "AI-generated"
    assert "“warm” tape" in tags["comment"]
    assert re.match(r"\d{4}-\d\d-\d\d", tags["date"])


async def test_tracks_come_in_the_hosts_format_unless_members_choose(
    open_stage: OpenStage,
) -> None:
    async with open_stage(AUDIO_FORMAT="Opus") as stage:
        assert (await compose(stage)).attachments[0]["filename"] == "lo-fi-rain.ogg"
        other = stage.member("Chika")
        call = await other.slash("compose", channel="general", prompt="tuba", format="original")
        await call.answered()
        track = await stage.track(other, "tuba")
        assert track.attachments[0]["filename"] == "tuba.wav"


async def test_file_that_nobody_can_play_is_a_link(stage: Stage) -> None:
    broken = b"RIFF\x00\x00\x00\x00WAVEfmt " + bytes(5000)
    stage.provider.plan(whole(broken))
    track = await compose(stage)
    assert not track.attachments
    assert "isn't an audio file I know" in track.content
    links = [button for button in track.buttons if "url" in button]
    assert [button["label"] for button in links] == ["Download"]


async def test_file_that_broke_off_on_its_way_is_fetched_again(stage: Stage) -> None:
    flac = takes.encoded("flac", takes.tone(5.0))
    stage.provider.plan(whole(flac, "output.flac"))
    stage.provider.scenario.on("GET", "/cdn/.*").respond(200, flac[: len(flac) // 2])
    track = await compose(stage)
    assert await the_file(stage, track) == flac


async def test_title_in_another_script_is_shown_and_the_file_is_named_safely(stage: Stage) -> None:
    track = await compose(stage, "雨の夜、静かなピアノ")
    (embed,) = track.embeds
    assert embed["title"] == "雨の夜"
    assert re.fullmatch(r"track-[0-9a-f]{6}\.wav", track.attachments[0]["filename"])


async def test_long_prompt_is_cut_in_the_message(stage: Stage) -> None:
    prompt = "rain on a tin roof, " + "slow strings and " * 100
    track = await compose(stage, prompt)
    (embed,) = track.embeds
    assert embed["description"].endswith("…")
    assert len(embed["description"]) <= 300
