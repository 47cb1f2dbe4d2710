"""Sounds for tests: made of numbers, and written in any format."""

import io
import wave
from typing import Any

import av
import numpy as np
from av.audio.stream import AudioStream
from numpy.typing import NDArray

RATE_HZ = 48_000
CODECS = {"mp3": "libmp3lame", "flac": "flac", "ogg": "libopus", "ipod": "aac", "adts": "aac"}

Signal = NDArray[np.floating[Any]]  # (channels, samples), full scale is 1


def tone(length_s: float = 2.0, *, level: float = 0.5, channels: int = 2) -> Signal:
    """A steady sine of 440 Hz."""
    t = np.arange(round(length_s * RATE_HZ)) / RATE_HZ
    return np.tile(level * np.sin(2 * np.pi * 440 * t), (channels, 1))


def noise(length_s: float = 2.0, *, level: float = 0.1, seed: int = 1) -> Signal:
    """White noise, the same for the same seed."""
    return level * np.random.default_rng(seed).standard_normal((1, round(length_s * RATE_HZ)))


def pulses(bpm: float, length_s: float, *, rate_hz: int = RATE_HZ) -> Signal:
    """A short hiss on each beat."""
    signal = np.zeros((1, round(length_s * rate_hz)))
    hiss = np.random.default_rng(1).standard_normal(rate_hz // 20)
    hiss *= np.exp(-np.arange(len(hiss)) / (rate_hz / 150))
    for beat in range(int(length_s * bpm / 60)):
        rest = signal[0, round(beat * 60 / bpm * rate_hz) :]
        rest[: len(hiss)] += 0.3 * hiss[: len(rest)]
    return signal


def shaped(*levels_db: float, part_s: float = 4.0) -> Signal:
    """Noise that goes through these levels, each held for a part of the time."""
    parts = [noise(part_s, level=10 ** (level / 20)) for level in levels_db]
    return np.concatenate(parts, axis=1)


def faded(signal: Signal, *, since_s: float) -> Signal:
    """The same, dying away from a moment on."""
    t = np.arange(signal.shape[1]) / RATE_HZ
    end_s = t[-1]
    return np.asarray(signal * np.clip((end_s - t) / (end_s - since_s), 0, 1) ** 2)


def wav(signal: Signal, *, rate_hz: int = RATE_HZ) -> bytes:
    """A WAV file of 16 bits."""
    file = io.BytesIO()
    with wave.open(file, "wb") as out:
        out.setparams((len(signal), 2, rate_hz, 0, "NONE", "not compressed"))
        out.writeframes((signal.T * 32767).clip(-32768, 32767).astype("<i2").tobytes())
    return file.getvalue()


def encoded(container: str, signal: Signal, *, rate_hz: int = RATE_HZ) -> bytes:
    """The same in another container: mp3, flac, ogg (Opus), ipod (M4A), adts (AAC) or wav."""
    if container == "wav":
        return wav(signal, rate_hz=rate_hz)
    return packed(container, CODECS[container], signal, rate_hz=rate_hz)


def packed(
    container: str, codec: str, signal: Signal, *, rate_hz: int = RATE_HZ, **options: str
) -> bytes:
    """The same in any container and codec that FFmpeg writes, by its names and options."""
    file = io.BytesIO()
    with av.open(file, "w", format=container, options=options) as out:
        stream = out.add_stream(codec, rate=rate_hz)
        assert isinstance(stream, AudioStream)
        stream.layout = "mono" if len(signal) == 1 else "stereo"
        samples = (signal.T * 32767).clip(-32768, 32767).astype(np.int16).reshape(1, -1)
        frame = av.AudioFrame.from_ndarray(samples, "s16", stream.layout)
        frame.sample_rate = rate_hz
        for packet in [*stream.encode(frame), *stream.encode(None)]:
            out.mux(packet)
    return file.getvalue()


def video() -> bytes:
    """An MP4 of a few moving pictures, with sound."""
    file = io.BytesIO()
    with av.open(file, "w", format="mp4") as out:
        pictures, sound = out.add_stream("mpeg4", rate=25), out.add_stream("aac", rate=RATE_HZ)
        pictures.width, pictures.height, pictures.pix_fmt = 64, 64, "yuv420p"
        for shade in range(10):
            frame = av.VideoFrame.from_ndarray(np.full((64, 64, 3), shade, np.uint8), "rgb24")
            out.mux(pictures.encode(frame))
        out.mux(pictures.encode(None))
        silence = av.AudioFrame.from_ndarray(np.zeros((2, 20_000), np.float32), "fltp", "stereo")
        silence.sample_rate = RATE_HZ
        out.mux(sound.encode(silence))
        out.mux(sound.encode(None))
    return file.getvalue()
