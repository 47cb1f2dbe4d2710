"""What was typed, kept: the buttons that open the dialog with it, or send it with a remedy."""

from bot import words
from bot.client import ComposeClient, Interaction, services_of
from bot.deliver import buttons
from bot.deliver.buttons import Action
from bot.domain.drafts import Draft
from bot.domain.remedies import job_id_of, remedied
from cogs.ui.first_answers import say
from cogs.ui.intake import start
from cogs.ui.persistent import PersistentItem, add_items
from cogs.ui.request_modal import open_modal


class DraftButton(PersistentItem):
    """A button whose custom_id names a stored draft, for whoever typed it."""

    async def use(self, interaction: Interaction) -> None:
        """Somebody else's draft is none of their business: it looks as if it were gone."""
        draft_id = self.match["job_id"]
        draft = await services_of(interaction).admission.draft(draft_id, interaction.user.id)
        if draft is None:
            await say(interaction, words.draft_gone())
        else:
            await self.press(interaction, draft)

    async def press(self, interaction: Interaction, draft: Draft) -> None:
        """Do what the button is for."""
        raise NotImplementedError


class EditButton(DraftButton, template=buttons.pattern(Action.EDIT)):
    """Opens the dialog with everything that was typed."""

    async def press(self, interaction: Interaction, draft: Draft) -> None:
        """Open the dialog."""
        await open_modal(interaction, draft)


class RemedyButton(DraftButton, template=buttons.pattern(Action.REMEDY)):
    """Sends what was typed with what helps against the refusal. Each makes one track at most."""

    async def press(self, interaction: Interaction, draft: Draft) -> None:
        """Start the track; what no longer helps is for the member to change."""
        key = self.match["place"]
        changed = remedied(draft, key, services_of(interaction).offer)
        if changed is None:
            await open_modal(interaction, draft)
        else:
            await start(interaction, changed, job_id=job_id_of(self.match["job_id"], key))


async def setup(client: ComposeClient) -> None:
    """Called by discord.py when the extension is loaded."""
    add_items(client, EditButton, RemedyButton)
