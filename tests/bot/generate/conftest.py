"""A submitter on the test's own database, and the wakeups that it gives."""

import pytest

from bot.generate.submitter import Submitter
from bot.loops.wakeups import Wakeups
from bot.provider.client import Provider
from tests.bot.generate.parts import a_submitter
from tests.factories import Stored


@pytest.fixture
def wakeups() -> Wakeups:
    return Wakeups()


@pytest.fixture
def submitter(stored: Stored, provider: Provider, wakeups: Wakeups) -> Submitter:
    return a_submitter(stored, provider, wakeups)
