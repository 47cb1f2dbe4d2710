"""The connection to Discord, and the commands that are registered there."""
