"""The machine that the bot runs on: its files and folders, its limits, its way out."""
