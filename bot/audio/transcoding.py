"""Making a file smaller, or of another format: without loss where that fits, else with little."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import av
from av.audio.stream import AudioStream
from av.container import OutputContainer

from bot.audio.container import Recording, opened
from bot.audio.decoding import Extent, measure
from bot.audio.formats import EXTENSIONS, AudioFormat
from bot.audio.resampling import Resampler
from bot.audio.sound import Fitted
from bot.errors import WorkshopTrouble

MP3_KBIT_S = (320, 256, 192, 160, 128, 96)
OPUS_KBIT_S = (256, 192, 160, 128, 96)
PLENTY_KBIT_S = 192
OVERHEAD_BYTES = 32 << 10  # tags and headers
OVERHEAD_SHARE = 0.02  # frames' and pages' headers, and bitrates that are kept on average only
DIFFERENCE_S = 0.2  # encoders begin and end with a frame's worth of silence

LOSSY = {
    "mp3", "mp2", "mp1", "aac", "opus", "vorbis", "speex", "ac3", "eac3", "amr_nb", "amr_wb",
}  # fmt: skip
MP3_RATES_HZ = (48_000, 44_100, 32_000)
OPUS_RATE_HZ = 48_000

_CONTAINERS = {AudioFormat.FLAC: "flac", AudioFormat.MP3: "mp3", AudioFormat.OPUS: "ogg"}
_CODECS = {AudioFormat.FLAC: "flac", AudioFormat.MP3: "libmp3lame", AudioFormat.OPUS: "libopus"}


@dataclass(frozen=True)
class Step:
    """One way to write a file; without a bitrate, without loss."""

    format: AudioFormat
    bitrate_kbit_s: int | None = None

    def expected_bytes(self, duration_s: float) -> float:
        """About how large it gets; 0 where only trying tells."""
        if self.bitrate_kbit_s is None:
            return 0
        sound_bytes = self.bitrate_kbit_s * 1000 / 8 * duration_s
        return sound_bytes * (1 + OVERHEAD_SHARE) + OVERHEAD_BYTES


def steps(preferred: AudioFormat, *, lossy: bool) -> Iterator[Step]:
    """What to try, best first: the preferred format, then what keeps most of the sound.

    At high bitrates MP3 has nothing audible to lose, and plays everywhere; below, Opus is better.
    FLAC can't give back what a lossy format took, so it is only written where it is asked for.
    """
    if preferred is AudioFormat.MP3:
        yield from (Step(AudioFormat.MP3, kbit_s) for kbit_s in MP3_KBIT_S)
    if preferred is AudioFormat.OPUS:
        yield from (Step(AudioFormat.OPUS, kbit_s) for kbit_s in OPUS_KBIT_S)
    if preferred is AudioFormat.FLAC or not lossy:
        yield Step(AudioFormat.FLAC)
    yield from (Step(AudioFormat.MP3, kbit_s) for kbit_s in MP3_KBIT_S if kbit_s >= PLENTY_KBIT_S)
    yield from (Step(AudioFormat.OPUS, kbit_s) for kbit_s in OPUS_KBIT_S if kbit_s < PLENTY_KBIT_S)


def fit(
    path: Path,
    target: Path,
    *,
    limit_bytes: int,
    preferred: AudioFormat,
    metadata: dict[str, str],
    whole: bool = False,
) -> Fitted | None:
    """The file, or a converted copy at `target` plus extension, or None where nothing fits.

    What Discord's players don't know is converted, also where nothing else is preferred. `whole` as
    in `opened`.
    Raises `AudioUnusable`, `AudioUnavailable`, `WorkshopTrouble` or `OSError`.
    """
    with opened(path, whole=whole) as recording:
        original = preferred is AudioFormat.ORIGINAL and recording.kind.plays
        wanted = original or preferred is recording.format
        lossy = recording.codec in LOSSY
    if wanted and path.stat().st_size <= limit_bytes:
        return Fitted(path=path, format=AudioFormat.ORIGINAL)
    extent = measure(path, whole=whole)
    for step in steps(preferred, lossy=lossy):
        if step.expected_bytes(extent.duration_s) > limit_bytes:
            continue
        converted = target.with_suffix(EXTENSIONS[step.format])
        convert(path, converted, step, metadata, extent)
        if converted.stat().st_size <= limit_bytes:
            _verify(converted, extent.duration_s)
            return Fitted(path=converted, format=step.format, bitrate_kbit_s=step.bitrate_kbit_s)
        converted.unlink()
    return None


def convert(path: Path, target: Path, step: Step, metadata: dict[str, str], extent: Extent) -> None:
    """Write it in another form, mono or stereo; what is there under `target` is replaced.

    `extent` is what was measured of it: a header may know less.
    """
    # Version 3 of ID3 is what every system shows; version 1 would cut the title to 30 characters.
    options = {"id3v2_version": "3", "write_id3v1": "0"} if step.format is AudioFormat.MP3 else {}
    with (
        opened(path, whole=True) as recording,  # measured by now, and as whole as it gets
        av.open(f"file:{target}", "w", format=_CONTAINERS[step.format], options=options) as output,
    ):
        output.metadata.update(metadata)
        stream = _stream(output, recording, step, extent)
        resampler = Resampler(stream.format.name, stream.layout, stream.rate)
        for frame in recording.frames():
            for resampled in resampler.resample(frame):
                output.mux(stream.encode(resampled))
        for resampled in resampler.flush():
            output.mux(stream.encode(resampled))
        output.mux(stream.encode(None))


def _stream(
    output: OutputContainer, recording: Recording, step: Step, extent: Extent
) -> AudioStream:
    rate_hz = _rate_hz(extent.rate_hz, step.format)
    stream = output.add_stream(_CODECS[step.format], rate=rate_hz, options=_options(step))
    assert isinstance(stream, AudioStream)  # noqa: S101 - all three are codecs of sound
    stream.layout = "mono" if extent.channels == 1 else "stereo"
    if step.bitrate_kbit_s is not None:
        stream.bit_rate = step.bitrate_kbit_s * 1000
    elif recording.deep and recording.codec not in LOSSY:
        stream.format = "s32"  # of which FLAC keeps 24 bits
    return stream


def _options(step: Step) -> dict[str, str]:
    if step.format is AudioFormat.OPUS:
        return {"vbr": "constrained"}  # free, it goes a fifth beyond the bitrate
    if step.format is AudioFormat.MP3 and (step.bitrate_kbit_s or 0) >= PLENTY_KBIT_S:
        return {"compression_level": "7"}  # where bits are plenty, the fast search will do
    return {}


def _rate_hz(rate_hz: int, wanted: AudioFormat) -> int:
    if wanted is AudioFormat.OPUS:
        return OPUS_RATE_HZ
    if wanted is AudioFormat.FLAC or rate_hz in MP3_RATES_HZ:
        return rate_hz
    return 44_100 if rate_hz % 11_025 == 0 else 48_000


def _verify(converted: Path, duration_s: float) -> None:
    if abs(measure(converted).duration_s - duration_s) > DIFFERENCE_S:
        raise WorkshopTrouble(f"the converted file is not {duration_s:.1f} s long")
