"""Every remedy that is offered works, and changes nothing but what its button says."""

from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot import words
from bot.domain.drafts import NOTHING, Draft, checked, problems_of
from bot.domain.models import ELEVEN_MUSIC, LYRIA_2, MODELS, MUSIC_2_6, MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer
from bot.domain.problems import AudioGone, NotANumber
from bot.domain.remedies import Remedy, job_id_of, made_private, remedied, remedies, smaller
from bot.domain.requests import Reference, Relation
from tests import factories
from tests.factories import ALL_MODELS

PROMPT = "lo-fi rain, warm tape"
LYRICS = "walking home in the rain again"
REFERENCE = Reference(url="https://cdn.example/a.mp3", file_name="a.mp3")


def a_draft(**values: Any) -> Draft:
    return factories.a_draft(**{"prompt": PROMPT, **values})


def offered(draft: Draft, offer: Offer = ALL_MODELS) -> list[Remedy]:
    return remedies(problems_of(draft, offer), draft, offer)


@pytest.mark.parametrize(
    ("draft", "labels"),
    [
        (a_draft(), []),
        (a_draft(prompt=" "), []),
        (a_draft(model="suno"), ["Use Google Lyria 2", "Use Stable Audio"]),
        (a_draft(model="Lyria"), ["Use Google Lyria 2", "Use Stable Audio"]),
        (a_draft(model="elevn music"), ["Use Eleven Music", "Use Google Lyria 2"]),
        (a_draft(model="minimax"), ["Use MiniMax Music 2.6", "Use Google Lyria 2"]),
        (
            a_draft(model="suno", lyrics=LYRICS),
            ["Use MiniMax Music 1.5", "Use MiniMax Music 2.0"],
        ),
        (
            a_draft(lyrics=LYRICS),
            ["Send without lyrics", "Use MiniMax Music 2.6", "Use MiniMax Music 2.0"],
        ),
        (a_draft(seconds=20), ["Send without a length", "Use Eleven Music", "Use Stable Audio"]),
        (a_draft(seconds=120), ["Send without a length", "Use Eleven Music"]),
        (
            a_draft(lyrics=LYRICS, seconds=120),
            [
                "Send without lyrics and without a length",
                "Use MiniMax Music 2.6 without a length",
                "Use MiniMax Music 2.0 without a length",
            ],
        ),
        (
            a_draft(model="stable-audio", seconds=60),
            ["Shorten to 47 seconds", "Use Eleven Music"],
        ),
        (
            a_draft(model="Eleven Music", seconds=5),
            ["Lengthen to 10 seconds", "Use Stable Audio"],
        ),
        (a_draft(model="stable-audio", seed=4), ["Send without a seed", "Use Google Lyria 2"]),
        (a_draft(seed=-1), ["Send without a seed"]),
        (
            a_draft(model="stable-audio", negative_prompt="hiss"),
            ["Send without things to avoid", "Use Google Lyria 2"],
        ),
        (a_draft(variations=9), ["Make 4 versions"]),
        (
            a_draft(model="minimax/music-1.5"),
            ["Use MiniMax Music 2.6", "Use Eleven Music"],
        ),
        (
            a_draft(model="minimax/music-2.0", lyrics=LYRICS, instrumental=True),
            ["Send with vocals"],
        ),
        (
            a_draft(model="minimax/music-2.0", instrumental=True),
            ["Use MiniMax Music 2.6", "Use Eleven Music"],
        ),
        (
            a_draft(model="minimax/music-2.6", lyrics=LYRICS, instrumental=True),
            ["Send without lyrics", "Send with vocals"],
        ),
        (
            a_draft(model="minimax/music-1.5", prompt="x" * 301, lyrics=LYRICS),
            ["Use MiniMax Music 2.6", "Use MiniMax Music 2.0"],
        ),
        (
            a_draft(model="Eleven Music", prompt="x" * 2001),
            ["Use Stable Audio", "Use Google Lyria 2"],
        ),
        (
            a_draft(model="minimax/music-2.6", prompt="rain"),
            ["Use Eleven Music", "Use Stable Audio"],
        ),
        (a_draft(model="minimax/music-2.6", lyrics="la"), ["Send without lyrics"]),
        (a_draft(prompt="x" * 4001), []),
        (
            a_draft(model="minimax/music-cover"),
            ["Use MiniMax Music 2.6", "Use Eleven Music"],
        ),
        (a_draft(model="minimax/music-cover", relation=Relation.COVER), []),
        (a_draft(reference=REFERENCE), ["Use MiniMax Cover"]),
        (a_draft(reference=REFERENCE, model="suno", seed=4), ["Use MiniMax Cover without a seed"]),
        # a seed that came along from another track
        (
            a_draft(seconds=60, seed=4, relation=Relation.REMIX),
            ["Send without a length", "Use Eleven Music"],
        ),
    ],
)
def test_what_helps_is_offered(draft: Draft, labels: list[str]) -> None:
    assert [words.remedy(remedy) for remedy in offered(draft)] == labels


@pytest.mark.parametrize(
    ("draft", "allowed", "labels"),
    [
        # the default first, where no name is like the one that was meant
        (
            a_draft(model=LYRIA_2.id),
            [STABLE_AUDIO.id, ELEVEN_MUSIC.id],
            ["Use Stable Audio", "Use Eleven Music"],
        ),
        (
            a_draft(model=LYRIA_2.id, negative_prompt="hiss"),
            [STABLE_AUDIO.id],
            ["Use Stable Audio without things to avoid"],
        ),
        (
            a_draft(model="MiniMax Music 1.5", lyrics=LYRICS),
            [LYRIA_2.id, MUSIC_2_6.id],
            ["Use MiniMax Music 2.6"],
        ),
        (a_draft(lyrics=LYRICS), [LYRIA_2.id], ["Send without lyrics"]),
        (a_draft(model="suno"), [STABLE_AUDIO.id], ["Use Stable Audio"]),
        (a_draft(model=MUSIC_COVER.id, reference=REFERENCE), [LYRIA_2.id], []),
        (
            a_draft(model=LYRIA_2.id, reference=REFERENCE),
            [ELEVEN_MUSIC.id, MUSIC_COVER.id],
            ["Use MiniMax Cover"],
        ),
    ],
)
def test_only_models_on_offer_help(draft: Draft, allowed: list[str], labels: list[str]) -> None:
    found = offered(draft, Offer.of(allowed))
    assert [words.remedy(remedy) for remedy in found] == labels


def test_remedy_is_gone_when_its_model_was_withdrawn() -> None:
    draft = a_draft(model="stable-audio", seconds=60)
    (key,) = (one.key for one in offered(draft) if one.model == ELEVEN_MUSIC.name)
    assert remedied(draft, key, Offer.of([STABLE_AUDIO.id])) is None


NUMBERS = st.none() | st.integers(-5, 400) | st.sampled_from([2**53, -(10**9)])
LENGTHS = st.sampled_from([0, 1, 9, 10, 300, 301, 2000, 2001, 4000, 4001])
TEXTS = st.none() | st.builds("x".__mul__, LENGTHS)
DRAFTS = st.builds(
    a_draft,
    prompt=st.builds("x".__mul__, LENGTHS),
    model=st.sampled_from(["", "suno", "minimax", "la\ud83c", *MODELS]),
    lyrics=TEXTS,
    negative_prompt=TEXTS,
    seconds=NUMBERS,
    seed=NUMBERS,
    instrumental=st.booleans(),
    variations=st.integers(-3, 9),
    private=st.booleans(),
    reference=st.sampled_from([None, REFERENCE]),
    relation=st.sampled_from([None, *Relation]),
    retry_of=st.sampled_from([None, "1" * 16]),
)


@pytest.mark.parametrize("locale", ["en-GB", "de"])
@given(draft=DRAFTS, allowed=st.lists(st.sampled_from([*MODELS]), unique=True))
def test_offered_remedy_is_taken_and_keeps_all_else(
    locale: str, draft: Draft, allowed: list[str]
) -> None:
    offer = Offer(allowed=[LYRIA_2], withdrawn=lambda: MODELS)  # everything is withdrawn
    if not allowed or any(not MODELS[one].reference for one in allowed):
        offer = Offer.of(allowed)
    before, found = draft.values(), offered(draft, offer)
    assert len(found) <= 4
    for remedy in found:
        request = checked(remedy.draft, offer)
        assert MODELS[request.model] in offer.models
        after = remedy.draft.values()
        named = {*remedy.changes, *(["model"] if remedy.model else [])}
        if draft.relation:
            named.add("seed")  # another track's
        assert {name for name in after if after[name] != before[name]} <= named
        assert all(before[name] != after[name] == value for name, value in remedy.changes.items())
        assert after["prompt"] == before["prompt"]
        with words.speaking(locale):
            assert 0 < len(words.remedy(remedy)) <= 80


@given(draft=DRAFTS)
def test_key_finds_the_remedy_of_the_stored_draft(draft: Draft) -> None:
    stored, found = Draft.from_json(draft.to_json()), offered(draft)
    for remedy in found:
        changed = remedied(stored, remedy.key, ALL_MODELS)
        assert changed is not None
        assert changed.to_json() == remedy.draft.to_json()
    assert len({remedy.key for remedy in found}) == len(found)


def test_remedy_is_gone_when_its_key_is_of_nothing_that_is_offered() -> None:
    draft = a_draft(model="stable-audio", seconds=60)
    key = offered(draft)[0].key
    assert remedied(a_draft(model="stable-audio", seconds=61, seed=1), key, ALL_MODELS) is None
    assert remedied(draft, "a" * 16, ALL_MODELS) is None


def test_draft_that_stays_wrong_is_not_sent() -> None:
    draft = a_draft(prompt="")
    alone = made_private(draft)
    assert remedied(draft, alone.key, ALL_MODELS) is None


@pytest.mark.parametrize(
    ("options", "label"),
    [
        (("seconds",), "Send without a length"),
        (("variations",), "Make 1 version"),
        (("seconds", "seed"), "Send without a length and without a seed"),
    ],
)
@pytest.mark.parametrize("before", [{}, {"seconds": 20, "variations": 2}])
def test_number_that_could_not_be_read_is_left_out(
    before: dict[str, Any], options: tuple[str, ...], label: str
) -> None:
    draft = a_draft(model="stable-audio", **before)
    (remedy,) = remedies([NotANumber(option, "lots") for option in options], draft, ALL_MODELS)
    assert words.remedy(remedy) == label
    assert remedied(draft, remedy.key, ALL_MODELS) == remedy.draft
    assert all(remedy.draft.values()[option] == NOTHING[option] for option in options)


def test_nothing_is_offered_when_more_is_wrong_than_a_number() -> None:
    assert remedies([NotANumber("seconds", "lots")], a_draft(lyrics=LYRICS), ALL_MODELS) == []


def test_nothing_is_offered_when_only_the_member_can_help() -> None:
    assert (
        remedies([AudioGone()], a_draft(reference=REFERENCE, model="MiniMax Cover"), ALL_MODELS)
        == []
    )


@pytest.mark.parametrize(
    ("draft", "fitting", "labels"),
    [
        (a_draft(), lambda one: one.request.model == STABLE_AUDIO.name, ["Use Stable Audio"]),
        (a_draft(variations=4), lambda one: one.variations <= 2, ["Make 2 versions"]),
        (
            a_draft(model="Eleven Music", seconds=90),
            lambda one: one.request.model not in {ELEVEN_MUSIC.name, "Eleven Music"},
            ["Use Google Lyria 2 without a length", "Use Stable Audio with 47 seconds"],
        ),
        (a_draft(reference=REFERENCE, model="MiniMax Cover"), lambda _: False, []),
    ],
)
def test_what_counts_as_less_is_offered(
    draft: Draft, fitting: Callable[[Draft], bool], labels: list[str]
) -> None:
    found = smaller(draft, ALL_MODELS, fitting)
    assert [words.remedy(remedy) for remedy in found] == labels
    for remedy in found:
        assert remedied(draft, remedy.key, ALL_MODELS) == remedy.draft


def test_private_track_is_a_remedy_for_a_channel() -> None:
    draft = a_draft()
    alone = made_private(draft)
    assert words.remedy(alone) == "Send it just to me"
    assert remedied(draft, alone.key, ALL_MODELS) == draft.having(private=True)


def test_job_is_one_for_each_remedy_of_a_draft() -> None:
    ids = [job_id_of(draft, key) for draft in ("0" * 16, "1" * 16) for key in ("a", "b")]
    assert len(set(ids)) == 4
    assert all(len(job_id) == 16 for job_id in ids)
    assert ids[0] == job_id_of("0" * 16, "a")
