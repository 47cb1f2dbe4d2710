"""Files that play whole and say a wrong length of themselves."""

import struct
from functools import partial

import pytest

from bot.audio.decoding import listen
from bot.audio.formats import AudioFormat
from bot.audio.length import length_s
from bot.audio.transcoding import fit
from bot.errors import AudioUnavailable
from tests.bot.audio.conftest import Keep
from tests.bot.audio.takes import encoded, noise, wav

LENGTH_S = 3.0
TAKE = noise(LENGTH_S)
OGG = encoded("ogg", TAKE)
PLACEHOLDERS = [0, 0xFFFFFFFF, 0x7FFFFFFF, 0x80000024, 2_000_000_036, 0x7FFFF024, 0xFFFFFFF7]


def patched(content: bytes, at: int, number: int, layout: str = "<I") -> bytes:
    changed = bytearray(content)
    struct.pack_into(layout, changed, at, number)
    return bytes(changed)


def ogg_pages(content: bytes) -> list[bytes]:
    return [b"OggS" + page for page in content.split(b"OggS")[1:]]


def with_crc(page: bytes) -> bytes:
    """RFC 3533: polynomial 0x04c11db7, with zeros in the place of the sum."""
    page = patched(page, 22, 0)
    crc = 0
    for byte in page:
        crc ^= byte << 24
        for _ in range(8):
            crc = (crc << 1 ^ (0x04C11DB7 if crc & 0x80000000 else 0)) & 0xFFFFFFFF
    return patched(page, 22, crc)


def without_last_page() -> bytes:
    return b"".join(ogg_pages(OGG)[:-1])


def with_huge_pre_skip() -> bytes:
    first, *others = ogg_pages(OGG)
    return with_crc(patched(first, first.index(b"OpusHead") + 10, 65535, "<H")) + b"".join(others)


def longer_mp3() -> bytes:
    content = encoded("mp3", TAKE)
    return patched(content, content.index(b"Info") + 8, 10_000, ">I")


def longer_flac() -> bytes:
    content = encoded("flac", TAKE)
    [packed] = struct.unpack_from(">Q", content, 18)
    return patched(content, 18, packed >> 36 << 36 | 10_000_000, ">Q")


def longer_m4a() -> bytes:
    content = encoded("ipod", TAKE)
    return patched(content, content.index(b"mdhd") + 16, 10_000_000, ">I")


def rf64() -> bytes:
    content = wav(TAKE)
    sizes = struct.pack("<QQQI", 50_000_000, 50_000_000, 0, 0)
    return (
        b"RF64" + b"\xff" * 4 + b"WAVEds64" + struct.pack("<I", len(sizes)) + sizes + content[12:]
    )


ODD = {
    "WAV that counts too much": patched(wav(TAKE), 4, 5_000_000),
    "RF64": rf64(),
    "MP3": longer_mp3(),
    "FLAC": longer_flac(),
    "Opus without its last page": without_last_page(),
}


@pytest.mark.parametrize(
    "content", [pytest.param(content, id=name) for name, content in ODD.items()]
)
def test_length_that_is_not_there_is_a_doubt_unless_the_file_is_whole(
    keep: Keep, content: bytes
) -> None:
    path = keep(content)
    with pytest.raises(AudioUnavailable):
        listen(path)
    assert listen(path, whole=True).duration_s == pytest.approx(LENGTH_S, abs=1.4)


def test_opus_that_leaves_much_out_at_its_beginning_is_no_doubt(keep: Keep) -> None:
    path = keep(with_huge_pre_skip())
    heard_s = listen(path).duration_s
    assert heard_s == pytest.approx(LENGTH_S - 65535 / 48_000, abs=0.05)
    assert length_s(path, path.stat().st_size) == pytest.approx(heard_s, abs=0.05)


@pytest.mark.parametrize("riff_bytes", PLACEHOLDERS)
def test_wav_is_no_doubt_when_its_writer_did_not_know_the_length(
    keep: Keep, riff_bytes: int
) -> None:
    data_bytes = max(riff_bytes - 36, 0)
    content = patched(patched(wav(TAKE), 4, riff_bytes), 40, data_bytes)
    assert listen(keep(content)).duration_s == pytest.approx(LENGTH_S)


@pytest.mark.parametrize("size_bytes", [0, 1, 8])
def test_wav_is_no_doubt_when_it_counts_its_first_bytes_or_a_padding_one(
    keep: Keep, size_bytes: int
) -> None:
    content = wav(TAKE)
    counted = patched(content, 4, len(content) - 8 + size_bytes)
    assert listen(keep(counted)).duration_s == pytest.approx(LENGTH_S)


@pytest.mark.parametrize("content", [ODD["WAV that counts too much"], ODD["FLAC"]])
def test_whole_file_of_a_wrong_length_can_be_converted(keep: Keep, content: bytes) -> None:
    path = keep(content)
    target = path.with_name("converted")
    convert = partial(
        fit, path, target, limit_bytes=1 << 20, preferred=AudioFormat.MP3, metadata={}
    )
    with pytest.raises(AudioUnavailable):
        convert()
    fitted = convert(whole=True)
    assert fitted is not None
    assert listen(fitted.path).duration_s == pytest.approx(LENGTH_S, abs=0.1)


@pytest.mark.parametrize("whole", [True, False])
def test_m4a_that_counts_too_much_plays(keep: Keep, *, whole: bool) -> None:
    assert listen(keep(longer_m4a()), whole=whole).duration_s == pytest.approx(LENGTH_S, abs=0.1)
