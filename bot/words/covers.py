"""Covers, and composing from messages."""

from bot.words.language import sentence

no_audio_here = sentence(
    "There's no audio in that message. Choose one with a track in it, or use `/cover` and attach "
    "the audio."
)
no_text_here = sentence("There's no text in that message. Choose another one, or use `/compose`.")
