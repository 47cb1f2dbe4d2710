"""The tour: everything the bot does, scene by scene in the chat page, with a picture of each."""
