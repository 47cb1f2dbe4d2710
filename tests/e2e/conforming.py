"""What went over the wire, held against what the services publish."""

from sandbox.stack import Sandbox
from tests.contract import published


def assert_conforming(sandboxes: list[Sandbox]) -> None:
    """All that the bot asked and was answered is as the published specifications have it.

    What a scenario answered in place of a stand-in is not looked at. Where the specifications are
    missing, nothing is: `tests/contract` says so.
    """
    if not published.is_here():
        return
    for sandbox in sandboxes:
        violations = [
            *published.discord().violations(sandbox.discord.traffic.exchanges),
            *published.provider().violations(sandbox.provider.traffic.exchanges),
        ]
        assert not violations, "\n".join(violations)
