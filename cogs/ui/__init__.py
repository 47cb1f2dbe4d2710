"""What the cogs share: dialogs, persistent buttons, refusals, first answers."""
