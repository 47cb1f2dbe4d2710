"""Frames of one shape from a file that may change its rate or its channels on the way.

Streams that were put together do: an announcement in mono before a song in stereo, say.
"""

from collections.abc import Iterable, Iterator
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.resampler import AudioResampler
from numpy.typing import NDArray

# What NumPy is given instead of what PyAV can't hand over.
_HANDED_OVER = {"s64": "s32", "s64p": "s32p"}


class Resampler:
    """Makes each frame one of the given shape; what has it already passes untouched.

    The sample format has FFmpeg's name for it. Without a layout, frames keep their own.
    """

    def __init__(self, sample_format: str, layout: AudioLayout | None, rate_hz: int) -> None:
        self._sample_format = sample_format
        self._layout = layout
        self._rate_hz = rate_hz
        self._source: tuple[str, str, int] | None = None
        self._inner: AudioResampler | None = None

    def resample(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """The same sound; a little of it may come with the next frame, or at the end."""
        layout = self._layout or frame.layout
        if frame.layout.nb_channels == 1 and layout.nb_channels == 2:
            frame = _doubled(frame)
        source = (frame.format.name, frame.layout.name, frame.sample_rate)
        if source != self._source:
            yield from self.flush()
            self._source = source
            if source != (self._sample_format, layout.name, self._rate_hz):
                self._inner = AudioResampler(self._sample_format, layout, self._rate_hz)
        frame.pts = None  # the file's own times may jump; what counts is the samples
        yield from [frame] if self._inner is None else self._inner.resample(frame)

    def flush(self) -> Iterator[AudioFrame]:
        """What is still to come."""
        if self._inner is not None:
            yield from self._inner.resample(None)
        self._inner = None


def readable(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """All with the rate and the sample format of the first one, as far as NumPy can take that."""
    resampler: Resampler | None = None
    for frame in frames:
        if resampler is None:
            name = frame.format.name
            resampler = Resampler(_HANDED_OVER.get(name, name), None, frame.sample_rate)
        yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.flush()


def _doubled(frame: AudioFrame) -> AudioFrame:
    """Mono on both sides, each as loud as players make it; FFmpeg's own way takes 3 dB off."""
    mono: NDArray[Any] = frame.to_ndarray()
    both: Any = np.repeat(mono, 2, axis=0 if frame.format.is_planar else 1)
    doubled = AudioFrame.from_ndarray(both, frame.format.name, "stereo")
    doubled.sample_rate = frame.sample_rate
    return doubled
