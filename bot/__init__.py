"""Compose Bot: turns a sentence into a track, and answers in the channel with the audio."""
