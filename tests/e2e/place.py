"""A channel and a member for one case, and what others can do to them in the meantime."""

from datetime import timedelta

from sandbox.discord.forms import Form
from sandbox.discord.model import Channel, Guild, Member, Overwrite, User
from sandbox.discord.permissions import Permissions
from sandbox.discord.seed import add_channel, add_guild
from sandbox.driver import Call, MessageView
from sandbox.scenario import Rule
from tests.e2e.stage import Stage

API = "/api/v10"
TOKEN_LIFE = timedelta(minutes=15)


class Place:
    """A case's channel and member, and what can happen to them after the card."""

    def __init__(self, stage: Stage, name: str) -> None:
        self.stage = stage
        self.world = stage.world
        self.guild: Guild = next(iter(stage.world.state.guilds.values()))
        slug = name.replace(" ", "-").lower()
        self.channel = add_channel(stage.world, self.guild, slug)
        user = User(stage.world.state.snowflakes.next(), slug, name)
        stage.world.state.add_user(user)
        self.guild.members[user.id] = Member(user, stage.world.state.clock.now())
        self.member = stage.member(name)

    async def compose(self) -> tuple[Call, MessageView]:
        """The card is there, the track is not."""
        call = await self.member.slash("compose", channel=self.channel, prompt="lo-fi rain")
        return call, await call.answered()

    def own_guild(self) -> None:
        """Compose in a server of one's own, and be in no other with the bot."""
        del self.guild.members[self.member.user_id]
        self.guild = add_guild(self.world, "Basement", owner=self.member.user)
        self.channel = add_channel(self.world, self.guild, "cellar")

    def thread(self) -> None:
        """Compose in a thread of the channel."""
        form = Form({"name": "side room", "type": 11})
        self.channel = self.world.threads.start(self.member.user, self.channel, form)

    def deny(self, *permissions: Permissions) -> None:
        """The bot loses permissions in the channel."""
        denied = Permissions(sum(permissions))
        self.world.places.set_overwrite(
            self.channel, Overwrite(self.world.state.bot.id, True, deny=denied)
        )

    def expire(self, call: Call) -> None:
        """The interaction is as old as its token can get."""
        call.interaction.created_at -= TOKEN_LIFE

    def close_direct_messages(self) -> None:
        self.world.state.set_dms(self.member.user, accepted=False)

    def remove_bot(self) -> None:
        """Whoever runs the server does."""
        self.world.places.remove_member(self.guild, self.world.state.bot.id)

    def delete_card(self, card: MessageView) -> None:
        """A moderator does."""
        self.world.messages.delete(self.channel.messages[int(card.id)])

    def posts(self, *, times: int = 1, after: int = 0) -> Rule:
        """New messages in the channel."""
        path = f"{API}/channels/{self.channel.id}/messages"
        return self.stage.discord.scenario.on("POST", path, times=times, after=after)

    def audio(self, channel: Channel | None = None) -> list[MessageView]:
        """All tracks that the bot has posted to the channel, whoever still sees them."""
        where = channel or self.channel
        shown = [self.member._view(message) for message in where.messages.values()]
        return [message for message in shown if message.attachments]

    def direct_messages(self) -> Channel:
        return self.world.places.open_dm(self.world.state.bot, self.member.user)
