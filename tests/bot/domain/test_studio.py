"""What the studio opens with, and what counts of it."""

from typing import Any

import pytest

from bot.domain.models import ELEVEN_MUSIC, LYRIA_2, MUSIC_COVER, STABLE_AUDIO
from bot.domain.offer import Offer
from bot.domain.studio import LastUsed, Start, start_of
from bot.domain.styles import Style
from tests.factories import ALL_MODELS, a_draft

NIGHT = Style(name="Night", model=ELEVEN_MUSIC.id, seconds=60)
WORDS = Style(name="Words", words="warm tape")
GONE = Style(name="Gone", model="suno/v3", seconds=60)


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, Start(model=LYRIA_2)),
        (LastUsed(model=STABLE_AUDIO.id, seconds=20), Start(model=STABLE_AUDIO, seconds=20)),
        (LastUsed(model=ELEVEN_MUSIC.id), Start(model=ELEVEN_MUSIC, seconds=30)),
        (LastUsed(model=STABLE_AUDIO.id, seconds=300), Start(model=STABLE_AUDIO, seconds=30)),
        (LastUsed(model=LYRIA_2.id, seconds=20), Start(model=LYRIA_2)),
        (LastUsed(model="suno/v3", seconds=20), Start(model=LYRIA_2)),
        (LastUsed(model=MUSIC_COVER.id), Start(model=LYRIA_2)),
        (
            LastUsed(model=STABLE_AUDIO.id, seconds=20, style="Night"),
            Start(model=ELEVEN_MUSIC, seconds=60, style=NIGHT),
        ),
        (
            LastUsed(model=STABLE_AUDIO.id, seconds=20, style="Words"),
            Start(model=STABLE_AUDIO, seconds=20, style=WORDS),
        ),
        (LastUsed(model=STABLE_AUDIO.id, style="Gone"), Start(model=STABLE_AUDIO, seconds=30)),
        (LastUsed(model=LYRIA_2.id, style="Deleted"), Start(model=LYRIA_2)),
    ],
)
def test_studio_opens_where_the_member_left_off(last: LastUsed | None, expected: Start) -> None:
    assert start_of(last, [NIGHT, WORDS, GONE], ALL_MODELS) == expected


@pytest.mark.parametrize(
    ("last", "expected"),
    [
        (None, Start(model=STABLE_AUDIO, seconds=30)),
        (LastUsed(model=LYRIA_2.id), Start(model=STABLE_AUDIO, seconds=30)),
        (LastUsed(model=ELEVEN_MUSIC.id, seconds=60), Start(model=STABLE_AUDIO, seconds=30)),
        (LastUsed(model=LYRIA_2.id, style="Night"), Start(model=STABLE_AUDIO, seconds=30)),
        (
            LastUsed(model=LYRIA_2.id, style="Words"),
            Start(model=STABLE_AUDIO, seconds=30, style=WORDS),
        ),
    ],
)
def test_studio_opens_with_the_default_when_the_last_model_is_not_on_offer(
    last: LastUsed | None, expected: Start
) -> None:
    offer = Offer.of([STABLE_AUDIO.id, MUSIC_COVER.id])
    assert start_of(last, [NIGHT, WORDS], offer) == expected


@pytest.mark.parametrize(
    ("start", "sent", "style", "typed"),
    [
        # left as it was, without a style: it counts as it stands
        (Start(model=ELEVEN_MUSIC, seconds=30), {}, None, {}),
        # a style that sets both
        (Start(model=LYRIA_2), {}, NIGHT, {"model": "", "seconds": None}),
        (Start(model=STABLE_AUDIO, seconds=30), {}, NIGHT, {"model": "", "seconds": None}),
        # one that sets neither
        (Start(model=STABLE_AUDIO, seconds=30), {}, WORDS, {}),
        # changed by the member
        (Start(model=STABLE_AUDIO, seconds=30), {"seconds": 40}, NIGHT, {"model": ""}),
        (Start(model=LYRIA_2), {"model": STABLE_AUDIO.id}, NIGHT, {}),
        # a length that was filled in, and does not go with the model that was chosen
        (Start(model=ELEVEN_MUSIC, seconds=30), {"model": LYRIA_2.id}, None, {"seconds": None}),
        (
            Start(model=ELEVEN_MUSIC, seconds=60),
            {"model": STABLE_AUDIO.id},
            None,
            {"seconds": None},
        ),
        # a length that was typed is the member's to change
        (Start(model=LYRIA_2), {"seconds": 30}, None, {}),
    ],
)
def test_only_what_the_member_changed_wins_over_the_style(
    start: Start, sent: dict[str, Any], style: Style | None, typed: dict[str, Any]
) -> None:
    draft = a_draft(**{"prompt": "x", "model": start.model.id, "seconds": start.seconds, **sent})
    assert start.typed_in(draft, style) == draft.having(**typed)
