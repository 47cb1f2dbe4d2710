"""From a file to a `Sound`: decoded once, in blocks of about a second, never as a whole."""

import itertools
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from av.audio.frame import AudioFrame
from numpy.typing import NDArray

from bot.audio.container import Recording, opened
from bot.audio.resampling import readable
from bot.audio.sound import COLUMNS, FLOOR_DB, Envelope, Sound
from bot.audio.tempo import RATE_HZ as TEMPO_RATE_HZ
from bot.audio.tempo import estimate_bpm

Floats = NDArray[np.float32]  # (channels, frames), full scale is 1

CELLS_PER_S = 200  # finer than any column, so that columns can be cut when the length is known
TEMPO_FROM_S = 360
AMPLITUDE_LIMIT = 8.0  # what a broken file of floats may claim as its amplitude


@dataclass(frozen=True, kw_only=True)
class Extent:
    """How long a sound is, its first rate, and how many channels it has at most."""

    duration_s: float
    rate_hz: int
    channels: int


def listen(path: Path, *, whole: bool = False) -> Sound:
    """Decode a file; raises what `opened` raises, which also says what `whole` means."""
    with opened(path, whole=whole) as recording:
        blocks = _blocks(recording)
        first = next(blocks)  # only now the rate is sure
        meter = Meter(recording.rate_hz)
        for block in itertools.chain([first], blocks):
            meter.add(block)
        return meter.read(recording)


def measure(path: Path, *, whole: bool = False) -> Extent:
    """Decode a file only to see that it can be, to its end, and what it takes to hold all of it."""
    with opened(path, whole=whole) as recording:
        for _ in recording.frames():
            pass
        return Extent(
            duration_s=recording.duration_s,
            rate_hz=recording.rate_hz,
            channels=recording.most_channels,
        )


class Meter:
    """Takes a sound in blocks, and keeps lows, highs and energy of each cell of 5 ms."""

    def __init__(self, rate_hz: int) -> None:
        self._cell = max(rate_hz // CELLS_PER_S, 1)
        self._cells: list[Floats] = []  # (3, cells): lows, highs, mean squares
        self._rest: Floats = np.zeros((0, 0), np.float32)
        self._decimation = max(rate_hz // TEMPO_RATE_HZ, 1)
        self._slow_rate_hz = rate_hz / self._decimation
        self._slow: list[Floats] = []  # mono, for the tempo
        self._slow_left = round(TEMPO_FROM_S * self._slow_rate_hz)

    def add(self, block: Floats) -> None:
        """The next samples, of any number."""
        if len(self._rest) != len(block):  # no cell goes over from mono to stereo
            self._take(self._rest)
        elif self._rest.size:
            block = np.concatenate([self._rest, block], axis=1)
        whole = block.shape[1] - block.shape[1] % (self._cell * self._decimation)
        self._rest = block[:, whole:]
        self._take(block[:, :whole])

    def read(self, recording: Recording) -> Sound:
        """What was seen, once the recording has ended."""
        self._take(self._rest)
        cells = np.concatenate(self._cells, axis=1)
        energy = float(cells[2].mean())
        return Sound(
            duration_s=recording.duration_s,
            sample_rate_hz=recording.rate_hz,
            channels=recording.channels,
            codec=recording.codec,
            format=recording.format,
            kind=recording.kind,
            peak_db=_db(float(max(-cells[0].min(), cells[1].max()))),
            loudness_db=_db(energy**0.5),
            envelope=_envelope(cells),
            tempo_bpm=estimate_bpm(np.concatenate(self._slow), self._slow_rate_hz),
        )

    def _take(self, block: Floats) -> None:
        frames = block.shape[1]
        if not frames:
            return
        starts = np.arange(0, frames, self._cell)
        squares = np.add.reduceat(np.square(block).mean(axis=0), starts)
        lengths = np.diff(starts, append=frames)
        lows = np.minimum.reduceat(block.min(axis=0), starts)
        highs = np.maximum.reduceat(block.max(axis=0), starts)
        self._cells.append(np.stack([np.minimum(lows, 0), np.maximum(highs, 0), squares / lengths]))
        self._slow.append(self._decimate(block)[: self._slow_left])
        self._slow_left -= len(self._slow[-1])

    def _decimate(self, block: Floats) -> Floats:
        whole = block.shape[1] - block.shape[1] % self._decimation
        slow = block[:, :whole].mean(axis=0).reshape(-1, self._decimation)
        return np.asarray(slow @ np.full(self._decimation, 1 / self._decimation, np.float32))


def _blocks(recording: Recording) -> Iterator[Floats]:
    """About a second each: frames alone are so short that Python would be the slowest part."""
    waiting: list[AudioFrame] = []
    samples = 0
    for frame in readable(recording.frames()):
        if waiting and len(frame.layout.channels) != len(waiting[0].layout.channels):
            yield _join(waiting)
            waiting, samples = [], 0
        waiting.append(frame)
        samples += frame.samples
        if samples >= recording.rate_hz:
            yield _join(waiting)
            waiting, samples = [], 0
    if waiting:
        yield _join(waiting)


def _join(frames: Iterable[AudioFrame]) -> Floats:
    joined = np.concatenate([_by_channel(frame) for frame in frames], axis=1)
    with np.errstate(over="ignore", invalid="ignore"):
        # Channel by channel in memory: sums over channels are several times slower otherwise.
        floats = joined.astype(np.float32, order="C")
    if joined.dtype.kind == "f":
        return np.asarray(np.clip(np.nan_to_num(floats), -AMPLITUDE_LIMIT, AMPLITUDE_LIMIT))
    if joined.dtype == np.uint8:  # the one format whose silence is in the middle
        return np.asarray((floats - 128) / 128, np.float32)
    return np.asarray(floats / -float(np.iinfo(joined.dtype).min))


def _by_channel(frame: AudioFrame) -> NDArray[Any]:
    """A frame as (channels, samples); packed formats come as one row, sample by sample."""
    array: NDArray[Any] = frame.to_ndarray()
    return array if frame.format.is_planar else array.reshape(frame.samples, -1).T


def _envelope(cells: Floats) -> Envelope:
    count = cells.shape[1]
    starts = np.unique(np.arange(COLUMNS) * count // COLUMNS)
    lengths = np.diff(starts, append=count)
    rms = np.sqrt(np.add.reduceat(cells[2], starts) / lengths)
    return Envelope(
        lows=_short(np.minimum.reduceat(cells[0], starts)),
        highs=_short(np.maximum.reduceat(cells[1], starts)),
        rms=_short(rms),
    )


def _short(values: Floats) -> tuple[float, ...]:
    """Six digits are more than a picture shows, and keep the answer to the bot small."""
    return tuple(np.round(values.astype(float), 6).tolist())


def _db(amplitude: float) -> float:
    return round(max(20 * float(np.log10(max(amplitude, 1e-9))), FLOOR_DB), 2)
