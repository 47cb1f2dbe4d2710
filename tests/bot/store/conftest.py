"""The store is tested on both databases."""

from pathlib import Path

import pytest


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty database; one run of the store's tests for each kind."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'compose.db'}"
    url: str = request.getfixturevalue("postgres_url")
    return url
