"""What tracks and their files are called, whatever was typed."""

import re
import time
import unicodedata
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.domain.characters import is_blank
from bot.domain.titles import file_name
from tests.factories import a_job, a_request

ANY_TEXT = st.text(st.characters(codec=None), max_size=300)


def title(prompt: str) -> str:
    return words.title_of(a_job(request=a_request(prompt=prompt)))


@pytest.mark.parametrize(
    ("prompt", "called"),
    [
        ("lo-fi rain, warm tape, 70 bpm", "Lo-fi rain"),
        ("calm piano\nfor a late evening", "Calm piano"),
        ("slow waltz - quiet", "Slow waltz"),
        ("1.5 seconds of noise", "1.5 seconds of noise"),
        ("a slow piano over the sound of rain", "A slow piano over the sound of rain"),
        ("a slow piano over the old sound of the snowstorm", "A slow piano over the old sound"),
        ("NASA countdown", "NASA countdown"),
        ("iPad melody", "iPad melody"),
        ("été à Paris", "Été à Paris"),
        ("straße", "Straße"),
        ("雨の夜、静かなピアノ", "雨の夜"),
        ("雨" * 50, "雨" * 30),
        ("x" * 500, "X" + "x" * 59),
        ("مطر في المدينة، بيانو", "مطر في المدينة"),
        ("**bold** _move_ `x`", "Bold move x"),
        ("# heading", "Heading"),
        ("<@200000000000000001> hello", "Hello"),
        ("@everyone dance", "Everyone dance"),
        ("https://evil.example/x calm", "Calm"),
        ("\u202egnp.exe rain", "Gnp.exe rain"),
        ("a\x00b\ud800c", "A b c"),
        ("..., !! , second clause", "Second clause"),
        ("☔", "☔"),
        ("\U0001faff", "\U0001faff"),
        ("👨\u200d👩\u200d👧" * 20, "👨\u200d👩\u200d👧" * 7),
        ("👍🏽" * 40, "👍🏽" * 15),
        ("\u0301" * 200, "Untitled track"),
        ("", "Untitled track"),
        ("...", "Untitled track"),
    ],
)
def test_title_is_the_first_clause_of_the_prompt(prompt: str, called: str) -> None:
    assert title(prompt) == called


@pytest.mark.parametrize(
    ("prompt", "called"),
    [
        # Where a clause ends.
        ("slow piano but, softly, with rain", "Slow piano"),
        ("slow piano with (warm) tape", "Slow piano"),
        ("slow piano and\na cello", "Slow piano"),
        ("slow piano, strings", "Slow piano"),
        ("rain &, tape", "Rain"),
        ("rain with/without, tape", "Rain"),
        ("Klavier mit, äh, Regen", "Klavier"),
        ("lluvia y, guitarra", "Lluvia"),
        ("pluie et, piano", "Pluie"),
        ("дождь и, пианино", "Дождь"),
        ("very, very slow piano", "Very slow piano"),
        ("and, but, or", "And"),
        # Words of their own there, and in the middle of a clause none.
        ("Apollo 13, space", "Apollo 13"),
        ("let it be, slow", "Let it be"),
        ("waltz in A, slow", "Waltz in A"),
        ("the world outside, slow", "The world outside"),
        ("what are you waiting for? upbeat", "What are you waiting for"),
        ("a late and melancholic lo-fi beat with 70 bpm", "A late and melancholic lo-fi beat"),
        ("a late and melancholic lo-fi beat at 70-80 bpm", "A late and melancholic lo-fi beat"),
        ("the old and lonely ghost story that I'd tell you", "The old and lonely ghost story"),
        ("the old and lonely ghost under grandma's roof", "The old and lonely ghost"),
        ("dream pop for a long evening that is very slightly sad", "Dream pop for a long evening"),
        ("the sound of rain in a forest over- and under ice", "The sound of rain in a forest"),
        # Whatever the language.
        ("ein ruhiges Lied über die Nacht in der Stadt", "Ein ruhiges Lied über die Nacht"),
        ("ein ruhiges Lied über Wälder und die Vor- und Rückseite", "Ein ruhiges Lied über Wälder"),
        ("une chanson douce pour les enfants qui ne dorment", "Une chanson douce pour les enfants"),
        ("la lente promenade de la lumière sur l' été", "La lente promenade de la lumière"),
        ("una canción triste sobre la lluvia en la ciudad", "Una canción triste sobre la lluvia"),
        ("ein ruhiges Lied über Wälder fu\u0308r Orchester", "Ein ruhiges Lied über Wälder"),
        # The same letters are another word elsewhere.
        ("we are too young to die, rock", "We are too young to die"),
        ("ein Lied über die, äh, Nacht", "Ein Lied"),
        ("the original sin, gospel", "The original sin"),
        ("el piano de la casa sin, lento", "El piano de la casa"),
        # Nothing was cut.
        ("with or without you", "With or without you"),
        ("With or without you.", "With or without you"),
        ("with or without you, slow rock", "With or without you"),
        ("Klavier mit", "Klavier mit"),
        ("the and", "The and"),
    ],
)  # fmt: skip
def test_title_ends_on_a_word_with_a_meaning_when_it_was_cut(prompt: str, called: str) -> None:
    assert title(prompt) == called


@pytest.mark.parametrize(
    ("prompt", "called"),
    [
        ('play "slow rain"', 'Play "slow rain"'),
        ('"slow rain"', "Slow rain"),
        ('"rain" and "snow"', '"rain" and "snow"'),
        ('a song called "the long road home to nowhere"', "A song called the long road home"),
        (
            "a song called \u201ethe long road home to nowhere\u201c",
            "A song called the long road home",
        ),
        ("rain [and", "Rain and"),
        ("slow rain {and snow}", "Slow rain"),
        ("slow rain (and snow", "Slow rain"),
    ],
)
def test_title_has_no_loose_quotes_and_brackets(prompt: str, called: str) -> None:
    assert title(prompt) == called


LEADING = ["but", "with", "and", "the", "very", "slightly", "mit", "und", "für", "avec", "con", "y"]
MEANT = ["rain", "piano", "Nacht", "lluvia", "chanson", "lo-fi", "bells", "Klavier", "1980s", "бит"]


@given(
    st.lists(st.sampled_from([*LEADING, *MEANT, "70", "is", "that's"]), min_size=1, max_size=30),
    st.sampled_from([", ", "\n", " - ", "; ", " ("]),
)
def test_title_never_ends_on_a_word_that_leads_on_when_a_prompt_goes_on(
    spoken: list[str], sign: str
) -> None:
    shown = title(" ".join(spoken) + sign + "slow rain")
    assert shown.split()[-1].lower() not in LEADING
    assert " ".join([*spoken, "slow rain"]).lower().find(shown.lower()) >= 0
    assert len(shown) <= 40


@given(st.lists(st.sampled_from([*LEADING, *MEANT]), min_size=1, max_size=5))
def test_title_is_the_whole_prompt_when_there_is_room(spoken: list[str]) -> None:
    prompt = " ".join(spoken)
    assert title(prompt).lower() == prompt.lower() or len(prompt) > 40


def test_title_is_the_members_own_when_there_is_one() -> None:
    own = "sunday mornings, at ten, with coffee and a newspaper"
    assert words.title_of(a_job(title=own)) == own
    assert words.title_of(a_job(title="a\x00 b\n" + "x" * 500)) == "a b " + "x" * 56
    assert words.title_of(a_job(title="\u200b")) == "Lo-fi rain"


def test_title_is_found_at_once_when_a_prompt_is_one_long_word() -> None:
    began_s = time.process_time()
    assert title("x" * 4000) == "X" + "x" * 59
    assert time.process_time() - began_s < 0.5


@given(ANY_TEXT, ANY_TEXT)
def test_title_is_one_plain_short_line(prompt: str, own: str) -> None:
    shown = words.title_of(a_job(request=a_request(prompt=prompt), title=own))
    assert not is_blank(shown)
    assert shown == " ".join(shown.split())
    assert len(shown) <= 60
    assert not any(unicodedata.category(char) in {"Cc", "Cs"} for char in shown)
    shown.encode()


# --- file names ---------------------------------------------------------------------------------


def name(prompt: str, **changes: Any) -> str:
    job = a_job(id="0123456789abcdef", request=a_request(prompt=prompt), **changes)
    return file_name(job, ".wav")


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("Lo-fi rain, warm tape!", "lo-fi-rain.wav"),
        ("Été à Zürich", "ete-a-zurich.wav"),
        ("Łódź, straße", "lodz.wav"),
        ("雨", "track-012345.wav"),
        ("Дождь ночью", "track-012345.wav"),
        ("雨 and tape", "and-tape-012345.wav"),
        ("☔", "track-012345.wav"),
        ("con", "track-con.wav"),
        ("COM1", "track-com1.wav"),
        ("../../etc/passwd", "etc-passwd.wav"),
        ("x" * 500, "x" * 60 + ".wav"),
        ("", "track-012345.wav"),
    ],
)
def test_file_is_named_after_its_title(prompt: str, named: str) -> None:
    assert name(prompt) == named


@pytest.mark.parametrize(
    ("prompt", "named"),
    [
        ("lo-fi rain", "lo-fi-rain-take-{}.wav"),
        ("雨", "track-012345-take-{}.wav"),
        ("雨 and tape", "and-tape-012345-take-{}.wav"),
        ("con", "track-con-take-{}.wav"),
        ("x" * 500, "x" * 53 + "-take-{}.wav"),
    ],
)
@pytest.mark.parametrize("take", [1, 2, 4])
def test_files_of_variations_are_numbered(prompt: str, take: int, named: str) -> None:
    assert name(prompt, batch_id="b", take=take) == named.format(take)


def test_file_of_a_variation_is_numbered_when_its_member_named_it() -> None:
    assert name("rain", batch_id="b", take=2, title="Sunday in May") == "sunday-in-may-take-2.wav"


@given(ANY_TEXT, st.none() | st.text("xß雨 -", max_size=60), st.none() | st.integers(1, 4))
def test_file_name_is_one_every_system_takes(
    prompt: str, own: str | None, take: int | None
) -> None:
    batch_id, ending = (None, "") if take is None else ("b", f"-take-{take}")
    named = name(prompt, title=own, batch_id=batch_id, take=take or 1)
    assert re.fullmatch(rf"[a-z0-9]([a-z0-9-]*[a-z0-9])?{ending}\.wav", named)
    assert not re.fullmatch(r"(con|prn|aux|nul|com\d|lpt\d)\.wav", named)
    assert len(named) <= 60 + len(".wav")
