"""All that Discord knows: its state, and the services that act on it, put together."""

from __future__ import annotations

from sandbox.clock import Clock
from sandbox.discord.commands import Commands
from sandbox.discord.installs import Installs
from sandbox.discord.interactions import Interactions
from sandbox.discord.messages import Messages
from sandbox.discord.model import Application
from sandbox.discord.notifications import Notifications
from sandbox.discord.places import Places
from sandbox.discord.reactions import Reactions
from sandbox.discord.state import State
from sandbox.discord.thread_archive import ThreadArchive
from sandbox.discord.thread_members import ThreadMembers
from sandbox.discord.threads import Threads


class World:
    """The services of one state. Each takes the others that it needs; none knows the world."""

    def __init__(self, application: Application, clock: Clock | None = None) -> None:
        self.state = state = State(application, clock)
        self.places = Places(state)
        self.installs = Installs(state)
        self.commands = Commands(state, self.installs)
        self.notifications = Notifications(state)
        self.reactions = Reactions(state)
        self.thread_members = ThreadMembers(state)
        self.thread_archive = ThreadArchive(state, self.places)
        self.messages = Messages(
            state, self.notifications, self.thread_members, self.thread_archive
        )
        self.threads = Threads(state, self.messages)
        self.interactions = Interactions(state, self.installs, self.commands)
