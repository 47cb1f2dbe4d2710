"""Compose Bot: turns a sentence into a track, and answers in the channel with the audio."""

__version__ = "0.1.0"
