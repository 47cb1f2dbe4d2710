"""What looks like a mistake of the host's and keeps nobody from starting."""

import difflib
import re
from collections import defaultdict
from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Final

from bot.settings.given import ENV_FILE, MAY_BE_IN_FILES, Given

# How alike two names have to be. All lines of `.env` are meant for us, the environment is shared.
ALIKE_IN_FILE: Final = 0.6
ALIKE_IN_ENVIRONMENT: Final = 0.85
OURS_ALONE: Final = "AIMLAPI"  # no other program's variables begin so
_NAME = re.compile(r"[A-Z0-9]{1,14}(_[A-Z0-9]{1,14}){0,7}")
# Whose other tokens are pasted: the OAuth2 client secret, and the application's public key.
_CLIENT_SECRET = re.compile(r"[\w-]{32}", re.ASCII)
_PUBLIC_KEY = re.compile(r"[0-9a-f]{64}")


def oddities_in(given: Given, names: Collection[str]) -> list[str]:
    """A line each, none with a value. `names` are those of all settings, in capitals."""
    known = {*names, *(f"{name}_FILE" for name in MAY_BE_IN_FILES)}
    return [
        *_about_the_file(),
        *_unreadable_lines(given),
        *_double_lines(given),
        *_unknown_lines(given, known),
        *_misspelt_variables(given, known),
        *_other_tokens(given),
    ]


def _about_the_file() -> Iterator[str]:
    if ENV_FILE.is_dir():
        yield ".env is a folder, and no settings are read from it"
    misnamed = Path(".env.txt")
    if misnamed.is_file() and not ENV_FILE.exists():
        yield ".env.txt is not read: rename it to .env"


def _unreadable_lines(given: Given) -> Iterator[str]:
    for line in given.lines:
        if not line.name:
            yield f".env: line {line.number} can't be read. Write NAME=value, with quotes in pairs"


def _double_lines(given: Given) -> Iterator[str]:
    numbers: dict[str, list[int]] = defaultdict(list)
    for line in given.lines:
        numbers[line.name].append(line.number)
    for name, found in numbers.items():
        if name and len(found) > 1:
            lines = ", ".join(map(str, found))
            yield f".env: {name} is there {len(found)} times (lines {lines}). The last one counts"


def _unknown_lines(given: Given, known: Collection[str]) -> Iterator[str]:
    for line in given.lines:
        if line.name and line.name not in known:
            meant = _meant(line.name, known, ALIKE_IN_FILE)
            ask = f". Did you mean {meant}?" if meant else ""
            yield f".env: {_shown(line.name)} in line {line.number} is none of the settings{ask}"


def _misspelt_variables(given: Given, known: Collection[str]) -> Iterator[str]:
    in_file = {line.name for line in given.lines}
    for name in sorted(given.environment.keys() - set(known) - in_file):
        if meant := _meant(name, known, ALIKE_IN_ENVIRONMENT):
            shown = _shown(name)
            yield f"environment: {shown} is none of the settings. Did you mean {meant}?"


def _meant(name: str, known: Collection[str], alike: float) -> str | None:
    """The setting that a name is most like, if it is like one at all."""
    plain = {one.replace("_", ""): one for one in known}
    wanted = name.replace("_", "").replace("-", "")
    if wanted.startswith(OURS_ALONE):
        plain = {one: whole for one, whole in plain.items() if one.startswith(OURS_ALONE)}
        alike = 0.0
    found = difflib.get_close_matches(wanted, plain, n=1, cutoff=alike)
    return plain[found[0]] if found else None


def _shown(name: str) -> str:
    """What may be a secret, pasted in a name's place, is not shown whole."""
    return name if _NAME.fullmatch(name) else f"{name[:4]}…"


def _other_tokens(given: Given) -> Iterator[str]:
    token = given.value("DISCORD_TOKEN")
    found = "client secret" if _CLIENT_SECRET.fullmatch(token) else None
    found = "application's public key" if _PUBLIC_KEY.fullmatch(token) else found
    if found:
        yield (
            f"DISCORD_TOKEN looks like the {found}. The token is on the Bot page of the developer "
            "portal, and has two dots in it"
        )
