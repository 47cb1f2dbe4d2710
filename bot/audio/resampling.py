"""Frames of one shape from a file that may change its rate or its channels on the way.

Streams that were put together do: an announcement in mono before a song in stereo, say.
"""

from collections.abc import Iterable, Iterator

from av.audio.format import AudioFormat as SampleFormat
from av.audio.frame import AudioFrame
from av.audio.layout import AudioLayout
from av.audio.resampler import AudioResampler

# What NumPy is given instead of what PyAV can't hand over.
_HANDED_OVER = {"s64": "s32", "s64p": "s32p"}

Shape = tuple[str, str, int]  # FFmpeg's names of sample format and layout, and the rate in Hz


class Resampler:
    """Makes each frame one of the given shape; what has it already passes untouched."""

    def __init__(
        self, sample_format: str | SampleFormat, layout: str | AudioLayout, rate_hz: int
    ) -> None:
        self._sample_format = SampleFormat(sample_format)
        self._layout = AudioLayout(layout)
        self._rate_hz = rate_hz
        self._source: Shape = (self._sample_format.name, self._layout.name, rate_hz)
        self._target = self._source
        self._inner: AudioResampler | None = None

    def resample(self, frame: AudioFrame) -> Iterator[AudioFrame]:
        """The same sound; a little of it may come with the next frame, or at the end."""
        source = _shape(frame)
        if source != self._source:
            yield from self.flush()
            self._source = source
            if source != self._target:
                self._inner = AudioResampler(self._sample_format, self._layout, self._rate_hz)
        frame.pts = None  # the file's own times may jump; what counts is the samples
        yield from [frame] if self._inner is None else self._inner.resample(frame)

    def flush(self) -> Iterator[AudioFrame]:
        """What is still to come."""
        if self._inner is not None:
            yield from self._inner.resample(None)
        self._inner, self._source = None, self._target


def uniform(frames: Iterable[AudioFrame]) -> Iterator[AudioFrame]:
    """All in the shape of the first one, or in the nearest one that NumPy can take."""
    resampler: Resampler | None = None
    for frame in frames:
        if resampler is None:
            sample_format = _HANDED_OVER.get(frame.format.name, frame.format.name)
            resampler = Resampler(sample_format, frame.layout, frame.sample_rate)
        yield from resampler.resample(frame)
    if resampler is not None:
        yield from resampler.flush()


def _shape(frame: AudioFrame) -> Shape:
    return frame.format.name, frame.layout.name, frame.sample_rate
