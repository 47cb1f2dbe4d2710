"""Files that are audio, as far as their first bytes say."""

WAV = b"RIFF\x24\x08\x00\x00WAVEfmt " + bytes(2076)
