"""Whom the bot serves."""

from bot.domain.audience import Audience


def test_servers_are_served_when_they_are_allowed_or_all_are() -> None:
    assert Audience().serves(1)
    chosen = Audience(guild_ids=frozenset({1}))
    assert chosen.serves(1)
    assert not chosen.serves(2)
