"""What was typed, kept: the button that opens the dialog with it."""

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from cogs.ui.first_answers import say
from cogs.ui.persistent import PersistentItem, add_items
from cogs.ui.request_modal import open_modal


class EditButton(PersistentItem, template=buttons.pattern(Action.EDIT)):
    """Opens the dialog with everything that was typed, for whoever typed it."""

    async def use(self, interaction: Interaction) -> None:
        """Somebody else's draft is none of their business: it looks as if it were gone."""
        draft_id = self.match["job_id"]
        draft = await services_of(interaction).admission.draft(draft_id, interaction.user.id)
        if draft is None:
            await say(interaction, words.draft_gone())
        else:
            await open_modal(interaction, draft)


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    add_items(client, EditButton)
