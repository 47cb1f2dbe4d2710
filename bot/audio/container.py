"""Opening a hostile file and decoding it in a stream, with as little of FFmpeg as will do.

Only the containers and codecs that music comes in are let near the bytes: playlists that name other
files or addresses, and decoders of video, are out of reach. Raises `AudioUnusable` for what can't
be played and `AudioUnavailable` for what was cut off on its way.
"""

import contextlib
import itertools
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import av
import av.error
from av.audio.frame import AudioFrame
from av.audio.stream import AudioStream
from av.container import InputContainer
from av.packet import Packet

from bot.audio import announced
from bot.audio.formats import AudioFormat
from bot.audio.kinds import kind_of
from bot.errors import AudioUnavailable, AudioUnusable

CONTAINERS = "wav,w64,flac,mp3,ogg,mov,aac,aiff,au,caf,matroska,wv,tta,ape,amr,ac3,eac3"
CODECS = (
    "pcm_u8,pcm_s8,pcm_s16le,pcm_s16be,pcm_s24le,pcm_s24be,pcm_s32le,pcm_s32be,pcm_s64le,"
    "pcm_f32le,pcm_f32be,pcm_f64le,pcm_f64be,pcm_alaw,pcm_mulaw,"
    "adpcm_ms,adpcm_ima_wav,adpcm_ima_qt,adpcm_yamaha,"
    "flac,alac,wavpack,tta,ape,"
    "mp3,mp3float,mp2,mp2float,mp1,mp1float,aac,opus,libopus,vorbis,speex,"
    "ac3,eac3,amrnb,amrwb"
)
MATROSKA = "matroska,webm"
HEAD_BYTES = 64
RATES_HZ = range(1_000, 400_001)
CHANNELS_LIMIT = 8
LENGTH_LIMIT_S = 30 * 60
# Files cut out of a stream have a broken packet at either end.
BAD_PACKETS = 2
BAD_PACKETS_SHARE = 0.005
MISSING_S = 0.5
MISSING_SHARE = 0.02

_OPTIONS = {
    "format_whitelist": CONTAINERS,
    "codec_whitelist": CODECS,
    "protocol_whitelist": "file",
    "err_detect": "crccheck",
    # FFmpeg would search a WAV's samples for other formats, and take as long as for all the rest.
    "max_probe_packets": "1",
}
_FORMATS = {
    ("flac", "flac"): AudioFormat.FLAC,
    ("mp3", "mp3"): AudioFormat.MP3,
    ("ogg", "opus"): AudioFormat.OPUS,
}


class Recording:
    """An opened file. `frames` may be asked for once; afterwards `duration_s` is known.

    `rate_hz` and `channels` are the header's until the first frame came, and then that frame's;
    `most_channels` is what any frame so far had. `deep` samples have more than 16 bits. `container`
    is FFmpeg's name for it, and so is `codec`.
    """

    def __init__(self, path: Path, container: InputContainer, *, whole: bool) -> None:
        self._path = path
        self._whole = whole
        self._container = container
        self._stream = _only_music(container)
        self.rate_hz = self._stream.sample_rate
        self.channels = self._stream.codec_context.channels
        _check_shape(self.rate_hz, self.channels)
        self.most_channels = 0
        self.container = container.format.name
        self.codec: str = self._stream.codec_context.codec.canonical_name
        self.format = _FORMATS.get((container.format.name, self.codec))
        self.kind = kind_of(self.container, self.codec, _head(path))
        self.deep = self._stream.format.bytes > 2
        self._samples: Counter[int] = Counter()  # by their rate
        self._packets = 0
        self._bad_packets = 0

    @property
    def duration_s(self) -> float:
        """What was decoded so far."""
        return sum(samples / rate_hz for rate_hz, samples in self._samples.items())

    def frames(self) -> Iterator[AudioFrame]:
        """The whole sound, frame by frame; raises at its end unless it was whole.

        Frames may change their rate and their channels on the way.
        """
        for packet in self._read():
            for frame in self._decode(packet):
                self._note_shape(frame)
                self._samples[frame.sample_rate] += frame.samples
                if self.duration_s > LENGTH_LIMIT_S:
                    raise AudioUnusable(f"longer than {LENGTH_LIMIT_S / 60:.0f} minutes")
                yield frame
        self._check()

    def _read(self) -> Iterator["Packet[AudioStream]"]:
        try:
            yield from self._container.demux(self._stream)
        except av.error.FFmpegError:
            self._bad_packets += 1  # nothing can be read after it

    def _decode(self, packet: "Packet[AudioStream]") -> list[AudioFrame]:
        self._packets += 1
        try:
            return self._stream.decode(packet)
        except av.error.EOFError:
            return []
        except av.error.FFmpegError:
            self._bad_packets += 1
            return []

    def _note_shape(self, frame: AudioFrame) -> None:
        """Headers may be wrong: those of AAC know nothing of what its extensions add."""
        channels = len(frame.layout.channels)
        _check_shape(frame.sample_rate, channels)
        if not self.most_channels:
            self.rate_hz, self.channels = frame.sample_rate, channels
        self.most_channels = max(self.most_channels, channels)

    def _check(self) -> None:
        if not self._samples.total():
            raise AudioUnusable("there is no sound in it")
        if not self._whole:
            self._check_end()
        if self._bad_packets > max(BAD_PACKETS, BAD_PACKETS_SHARE * self._packets):
            raise AudioUnusable(f"{self._bad_packets} of {self._packets} packets are broken")

    def _check_end(self) -> None:
        announced_s = self.announced_s
        missing_s = announced_s - self.duration_s if announced_s else 0
        if missing_s > max(MISSING_S, MISSING_SHARE * self.duration_s):
            raise AudioUnavailable(
                f"{self.duration_s:.1f} s long, where {announced_s:.1f} s are announced"
            )
        if self.container == "ogg" and not announced.ogg_is_ended(self._path):
            raise AudioUnavailable("the audio file ends early")

    @property
    def announced_s(self) -> float | None:
        """How long the container says it is, unless that is only FFmpeg's estimate."""
        estimated = self.container == "aac" or (
            self.container == "mp3" and not announced.mp3_counts_its_frames(self._path)
        )
        if estimated:
            return None
        if self.container == MATROSKA:  # it tells for all streams together
            whole = self._container.duration
            return None if whole is None else whole / av.time_base
        duration, base = self._stream.duration, self._stream.time_base
        return (
            None if duration is None or base is None else float(duration * base) - self._skipped_s
        )

    @property
    def _skipped_s(self) -> float:
        """What decoders of Opus leave out at the beginning, but pages count; RFC 7845, 4.2."""
        head = self._stream.codec_context.extradata or b""
        if self.container != "ogg" or not head.startswith(b"OpusHead"):
            return 0.0
        return int.from_bytes(head[10:12], "little") / 48_000

    def packed_s(self) -> float | None:
        """How long all packets are, one after the other, in a file that is there as a whole.

        That counts also what a header does not know of: the later links of an Ogg that was put
        together, or the fragments of an MP4. `None` where packets don't tell, or reading stopped
        short. Reads the packets instead of `frames`.
        """
        base = self._stream.time_base
        packets = [packet for packet in self._read() if packet.size]
        told = all(packet.duration for packet in packets)
        if base is None or not told or self._bad_packets:
            return None
        return float(sum(packet.duration or 0 for packet in packets) * base)

    def extrapolated_s(self, known_bytes: int) -> float | None:
        """How long it is if all of it is as dense as its first bytes, of which so many are there.

        Only for containers that are nothing but frames. Reads the packets instead of `frames`.
        """
        base = self._stream.time_base
        if self.container not in {"mp3", "aac"} or base is None:
            return None
        known = list(itertools.takewhile(lambda one: _end(one) <= known_bytes, self._read()))
        ticks = sum(packet.duration or 0 for packet in known)
        if not ticks or known[0].pos is None:
            return None
        begin = known[0].pos
        whole = self._path.stat().st_size - begin
        return float(ticks * base) * whole / (_end(known[-1]) - begin)


@contextlib.contextmanager
def opened(path: Path, *, whole: bool = False) -> Iterator[Recording]:
    """The recording in a file; raises `AudioUnusable`, `AudioUnavailable` or `OSError`.

    Of a file that is known to be `whole`, what it says of its own length is not held against it:
    many writers leave a wrong one there.
    """
    path.stat()  # a file that is not there is nobody's broken file
    try:
        container = av.open(f"file:{path}", "r", options=_OPTIONS, metadata_errors="replace")
    except av.error.FFmpegError as error:
        raise AudioUnusable(f"it can't be opened: {error.strerror}") from None
    with container:
        if not whole and container.format.name == "wav" and announced.riff_is_short(path):
            raise AudioUnavailable("the audio file ends early")
        yield Recording(path, container, whole=whole)


def _head(path: Path) -> bytes:
    with path.open("rb") as file:
        head = file.read(HEAD_BYTES)
    if head.startswith(b"RIFX"):
        raise AudioUnusable("FFmpeg takes its samples the wrong way round, and plays noise")
    return head


def _check_shape(rate_hz: int, channels: int) -> None:
    if rate_hz not in RATES_HZ or not 1 <= channels <= CHANNELS_LIMIT:
        raise AudioUnusable(f"{channels} channels at {rate_hz} Hz")


def _end(packet: "Packet[AudioStream]") -> int:
    """Where it ends in the file. The very last one, which only flushes, has no place in it."""
    return sys.maxsize if packet.pos is None else packet.pos + packet.size


def _only_music(container: InputContainer) -> AudioStream:
    """The one stream of sound; pictures of a cover may be beside it, moving ones may not."""
    for video in container.streams.video:
        if not video.disposition & video.disposition.attached_pic:
            raise AudioUnusable("it is a video")
    if not container.streams.audio:
        raise AudioUnusable("there is no sound in it")
    stream = container.streams.audio[0]
    # Without a decoder there is no context, whatever the types say.
    codec = getattr(stream.codec_context, "codec", None)
    if codec is None or codec.name not in CODECS.split(","):
        raise AudioUnusable("its codec is none that music comes in")
    stream.codec_context.thread_count = 1
    return stream
