"""What is written into files is harmless, whatever members and provider wrote."""

from datetime import date

from bot.audio.tags import PROMPT_LIMIT, TITLE_LIMIT, Tags


def metadata(**changes: str) -> dict[str, str]:
    values = {"title": "rain", "prompt": "lo-fi rain", "model": "google/lyria2"} | changes
    return Tags(**values, made_on=date(2026, 11, 22)).as_metadata()


def test_tags_say_what_made_the_track_and_when() -> None:
    tags = metadata()
    assert tags["title"] == "rain"
    assert tags["artist"] == tags["encoded_by"] == "google/lyria2"
    assert tags["genre"] == "AI-generated"
    assert tags["date"] == "2026-11-22"
    assert tags["comment"].endswith("Prompt: lo-fi rain")


def test_controls_surrogates_and_turning_marks_are_left_out() -> None:
    assert metadata(title="a\x00b\r\nc\ud800\u202ed\u2066")["title"] == "ab cd"


def test_emoji_and_other_scripts_stay() -> None:
    title = "Дождь 👩‍🎤 雨 مطر"
    assert metadata(title=title)["title"] == title


def test_long_texts_are_cut() -> None:
    tags = metadata(title="x" * 5000, prompt="#" * 9000)
    assert len(tags["title"]) == TITLE_LIMIT
    assert tags["comment"].count("#") == PROMPT_LIMIT


def test_empty_tags_are_not_written() -> None:
    assert "title" not in metadata(title=" \n\x07 ")
