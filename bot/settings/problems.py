"""What is wrong with a setting, in one line for the host, with an example of what would be right.

No line has the value in it: it may be a secret in the wrong place.
"""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any, Final, get_args

from annotated_types import Ge, Le
from pydantic.fields import FieldInfo

EXAMPLES: Final = {
    "DISCORD_TOKEN": "MTIzNDU2Nzg5MDEyMzQ1Njc4.GxYzXy.this-is-no-token-but-looks-like-one",
    "DISCORD_API_URL": "https://discord.com/api/v10",
    "AIMLAPI_KEY": "0123456789abcdef0123456789abcdef",
    "AIMLAPI_URL": "https://api.aimlapi.com",
    "DATABASE_URL": "sqlite:///data/compose.db",
    "PROXY_URL": "http://proxy.example:3128",
    "ALERT_WEBHOOK_URL": "https://hooks.example/alerts/1234",
    "ALLOWED_GUILD_IDS": "81384788765712384,613425648685547541",
    "ALLOW_USER_INSTALLS": "true",
    "ALLOWED_MODELS": "google/lyria2,stable-audio",
    "COMMAND_GUILD_ID": "81384788765712384",
    "MAX_JOBS_PER_MEMBER_PER_DAY": "20",
    "MAX_JOBS_PER_DAY": "0",
    "BUDGET_USD_PER_DAY": "5",
    "BUDGET_USD_PER_MONTH": "100",
    "QUEUE_HOURS": "24",
    "MAX_CONCURRENT_GENERATIONS": "10",
    "POLLS_PER_SECOND": "5",
    "GENERATION_TIMEOUT_S": "600",
    "HELD_DAYS": "7",
    "KEPT_AUDIO_MB": "2000",
    "KEPT_AUDIO_MB_PER_MEMBER": "200",
    "SHARD_COUNT": "4",
    "SHARD_IDS": "0,1",
    "AUDIO_FORMAT": "original",
    "PORT": "8080",
    "HOST": "127.0.0.1",
    "LOG_LEVEL": "INFO",
    "LOG_FORMAT": "text",
}
WHERE: Final[Mapping[str, str]] = {
    "DISCORD_TOKEN": ". It is in the developer portal: your application > Bot > Reset Token",
    "AIMLAPI_KEY": ". It is on the key page of your account at the provider",
}
# What is to stand there, where it is neither a number nor one of a few words.
KINDS: Final[Mapping[str, str]] = {
    "ALLOWED_GUILD_IDS": "a list of servers' ids with commas between them",
    "COMMAND_GUILD_ID": "the id of a server",
    "ALLOW_USER_INSTALLS": "true or false",
    "SHARD_IDS": "a list of numbers with commas between them",
}
UNITS: Final[Mapping[str, str]] = {
    "S": "seconds",
    "HOURS": "hours",
    "DAYS": "days",
    "MB": "megabytes",
    "USD": "US dollars",
}


def problem(name: str, field: FieldInfo, error: Any, *, in_file: bool) -> str:
    """`error` is pydantic's; `in_file` says that the value came from the file of `NAME_FILE`."""
    if error["type"] == "missing":
        what = f"is missing{WHERE[name]}"
    elif error["type"] == "value_error":
        what = str(error["ctx"]["error"])
    else:
        what = f"is not {_kind(name, field)}{_hint(name, str(error['input']))}"
    source = f" (from {name}_FILE)" if in_file else ""
    return f"{name}{source} {what} (for example: {EXAMPLES[name]})"


def _kind(name: str, field: FieldInfo) -> str:
    if kind := KINDS.get(name):
        return kind
    if words := _words(field.annotation):
        return f"one of {', '.join(words)}"
    types = {field.annotation, *get_args(field.annotation)}
    return f"a {'whole ' if int in types else ''}number {_bounds(field)}"


def _words(annotation: Any) -> list[str]:
    if isinstance(annotation, type) and issubclass(annotation, StrEnum):
        return list(annotation)
    return [word for word in get_args(annotation) if isinstance(word, str)]


def _bounds(field: FieldInfo) -> str:
    least = next((f"from {one.ge}" for one in field.metadata if isinstance(one, Ge)), "above 0")
    most = next((one.le for one in field.metadata if isinstance(one, Le)), None)
    return f"{least} to {most}" if most else f"{least} upwards"


def _hint(name: str, value: str) -> str:
    """How a number was most likely meant that can't be read."""
    if re.search(r"\s#", value):
        return ": put the comment on a line of its own"
    if re.fullmatch(r"\$\s*[\d.]+|[\d.]+\s*([^\W\d]+|[$€])", value):
        unit = next((f", in {UNITS[word]}" for word in name.split("_") if word in UNITS), "")
        return f": write the number alone{unit}"
    if re.fullmatch(r"\d+(?:[,' ]\d{3})+", value):
        return ": write it without separators"
    return ""
