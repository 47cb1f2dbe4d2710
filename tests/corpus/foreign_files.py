"""Audio that packages ship for their own tests, as far as it is on this machine.

CPython's lies in its library, SciPy's where that is installed. Mutagen's is in its source package
alone: `make corpus` fetches it into `artifacts/corpus`.
"""

import sysconfig
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
FETCHED = ROOT / "artifacts" / "corpus"
ENDS = {
    ".3g2", ".3gp", ".aac", ".ac3", ".aif", ".aifc", ".aiff", ".amr", ".ape", ".au", ".caf",
    ".eac3", ".flac", ".m4a", ".m4b", ".mka", ".mp2", ".mp3", ".mp4", ".oga", ".ogg", ".oggflac",
    ".opus", ".snd", ".spx", ".tta", ".w64", ".wav", ".webm", ".wma", ".wv",
}  # fmt: skip


def foreign_files() -> Iterator[tuple[str, Path]]:
    """Each with a name that is the same on all machines."""
    folders = [
        FETCHED,
        Path(sysconfig.get_paths()["stdlib"]) / "test",
        Path(sysconfig.get_paths()["purelib"]) / "scipy" / "io" / "tests",
    ]
    for folder in folders:
        for path in sorted(folder.rglob("*")):
            if path.suffix.lower() in ENDS and path.is_file():
                yield str(path.relative_to(folder)), path
