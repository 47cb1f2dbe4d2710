"""What a file seems to be by its first bytes, where no decoder can be asked."""

import pytest

from bot.audio.signature import recognise
from tests.bot.audio.conftest import Keep

TAG = b"ID3\x04\0\0\0\0\0\x05" + bytes(5)


@pytest.mark.parametrize(
    ("head", "extension"),
    [
        (b"RIFF\0\0\0\0WAVEfmt ", ".wav"),
        (b"RF64\xff\xff\xff\xffWAVEds64", ".wav"),
        (b"OggS\0\x02", ".ogg"),
        (b"fLaC\0\0\0\x22", ".flac"),
        (b"\0\0\0\x20ftypM4A \0\0\0\0", ".m4a"),
        (b"\0\0\0\x20ftypM4B \0\0\0\0", ".m4a"),
        (b"ID3\x04\0\0", ".mp3"),
        (TAG + b"\xff\xfb\x90\x64", ".mp3"),
        (TAG + bytes(50), ".mp3"),
        (TAG + b"\xff\xf1\x50\x80", ".aac"),
        (TAG + b"fLaC\0\0\0\x22", ".flac"),
        (b"\xff\xfb\x90\x64", ".mp3"),
        (b"\xff\xf3\x40\xc0", ".mp3"),
        (b"\xff\xfd\x90\x64", ".mp3"),
        (b"\xff\xf1\x50\x80", ".aac"),
        (b"\xff\xf9\x50\x80", ".aac"),
    ],
)
def test_format_is_recognised_by_the_first_bytes(keep: Keep, head: bytes, extension: str) -> None:
    assert recognise(keep(head)) == extension


@pytest.mark.parametrize(
    "head",
    [
        b"",
        b"\xff",
        b"\xff\xd8\xff\xe0JFIF",
        "text".encode("utf-16"),
        b"RIFF\0\0\0\0AVI LIST",
        b"RIFF\0\0\0\0WEBPVP8 ",
        b"\0\0\0\x20ftypisom\0\0\0\0",
        b"\0\0\0\x20ftypmp42\0\0\0\0",
        b"\0\0\0\x14ftypqt  \0\0\0\0",
        bytes(417) + b"\xff\xfb\x90\x64",
        b"\x1f\x8b\x08",
        b"PK\x03\x04",
        b"<html>ftyp",
    ],
)
def test_nothing_is_said_where_the_first_bytes_leave_it_open(keep: Keep, head: bytes) -> None:
    assert recognise(keep(head)) is None
