"""Files that are audio."""

import io
import wave


def wav(samples: int, *, rate_hz: int = 8_000) -> bytes:
    """Silence, mono, of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((1, 2, rate_hz, 0, "NONE", "not compressed"))
        out.writeframes(bytes(2 * samples))
    return file.getvalue()


WAV = wav(1024)
