"""Whether there is something to hold what goes over the wire against."""

import pytest

from tests.contract import published


def test_published_specifications_are_here_and_can_be_read() -> None:
    if not published.is_here():
        pytest.skip(published.MISSING)
    for specification in (published.discord(), published.provider()):
        assert specification.violations([]) == []
