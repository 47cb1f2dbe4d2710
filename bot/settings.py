"""The settings, from the environment and `.env`, checked before anything else happens."""

import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import SplitResult, quote, unquote, urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.requests import AudioFormat
from bot.errors import SettingsError
from bot.machine.proxy import Proxy

_PAIRS = {'"': '"', "'": "'", "`": "`", "“": "”", "\u2018": "\u2019"}
# What editors leave at the ends of lines and files, besides white space.
_INVISIBLE = "\ufeff\u200b\u2060"
# A character of a user's name or password: as it is, or percent-encoded. What divides an address
# into its parts stands in neither; else a part of the password would be taken for the host.
_USER = r"(?:[^@:/?#\[\]%\s]|%[0-9A-Fa-f]{2})*"
_PASSWORD = r"(?:[^@/?#\[\]%\s]|%[0-9A-Fa-f]{2})*"  # noqa: S105
_HOST = r"(?:\[[0-9A-Fa-f:.]+\]|[^@:/?#\[\]%\s]+)(?::[0-9]{1,5})?"
_SERVER = re.compile(
    rf"postgres(?:ql)?://(?:{_USER}(?::{_PASSWORD})?@)?{_HOST}(?:/[^@/?#\s]*)?(?:\?[^@#\s]*)?"
)
_PROXY = re.compile(rf"http://(?:{_USER}(?::{_PASSWORD})?@)?{_HOST}/?")
ENCODE = (
    "In a user name or password, write these percent-encoded: @ %40, / %2F, ? %3F, # %23, [ %5B, "
    "] %5D, % %25, space %20"
)


def _bare(value: str) -> str:
    """Without white space and one pair of quotation marks around it.

    A shell takes them off, and so does what reads `.env`; containers' `--env-file`, service
    managers and hosters' forms hand them over.
    """
    value = value.strip().strip(_INVISIBLE).strip()
    inner = value[1:-1]
    if len(value) > 1 and _PAIRS.get(value[0]) == value[-1]:
        return value if {value[0], value[-1]} & set(inner) else inner.strip()
    return value


def _http_base(value: str) -> str:
    """An http(s) address without the trailing slash."""
    if re.search(r"[@?#\s]", value):
        raise ValueError(
            "is no plain http(s) address: only scheme, host, port and path belong there"
        )
    parts = urlsplit(value)
    if parts.scheme not in {"http", "https"} or not parts.hostname or not _has_fit_port(parts):
        raise ValueError("is not an http(s) address")
    return value.rstrip("/")


def _has_fit_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _database_url(value: str) -> str:
    if value.startswith("sqlite:///") and value != "sqlite:///":
        return value
    if not value.startswith(("postgres://", "postgresql://")):
        raise ValueError("is neither sqlite:///file nor postgresql://user:password@host/name")
    if not _SERVER.fullmatch(value) or not _has_fit_port(urlsplit(value)):
        raise ValueError(f"is not of the form postgresql://user:password@host:port/name. {ENCODE}")
    return value


def _proxy_url(value: SecretStr) -> SecretStr:
    address = value.get_secret_value()
    if not _PROXY.fullmatch(address) or not _has_fit_port(urlsplit(address)):
        raise ValueError(f"is not of the form http://user:password@host:port. {ENCODE}")
    if ":" in unquote(urlsplit(address).username or ""):
        raise ValueError("has a colon in its user name, which no proxy could be told")
    return value


def _secret(value: SecretStr) -> SecretStr:
    """Header values must be visible ASCII; pasted line breaks are the usual mistake."""
    if re.search("[\"'`]", value.get_secret_value()):
        raise ValueError("has a quotation mark in it: write it without any")
    if not re.fullmatch(r"[\x21-\x7e]+", value.get_secret_value()):
        raise ValueError("has spaces or other characters that no token has")
    return value


def _host(value: str) -> str:
    """A name or an address to listen on; whether it is this machine's shows when it is tried."""
    if not re.fullmatch(r"[A-Za-z0-9.:_%-]+", value):
        raise ValueError("is neither an address nor a host name")
    return value


HttpBase = Annotated[str, AfterValidator(_http_base)]
Secret = Annotated[SecretStr, AfterValidator(_secret)]
Snowflake = Annotated[int, Field(ge=1, lt=2**63)]


class Settings(BaseSettings):
    """Every setting of the bot. `.env.example` explains each; the environment wins over `.env`."""

    model_config = SettingsConfigDict(
        env_file=".env",
        env_file_encoding="utf-8-sig",  # Windows' editor puts a mark in front
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    discord_token: Secret
    discord_api_url: HttpBase = "https://discord.com/api/v10"
    aimlapi_key: Secret
    aimlapi_url: HttpBase = "https://api.aimlapi.com"
    database_url: Annotated[str, AfterValidator(_database_url)] = Field(
        default="sqlite:///data/compose.db", repr=False
    )
    proxy_url: Annotated[SecretStr, AfterValidator(_proxy_url)] | None = None
    allowed_guild_ids: Annotated[frozenset[Snowflake], NoDecode] = frozenset()
    allow_user_installs: bool = False
    command_guild_id: Snowflake | None = None
    max_jobs_per_member_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 20
    max_jobs_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    max_concurrent_generations: Annotated[int, Field(ge=1, le=100_000)] = 10
    polls_per_second: Annotated[float, Field(ge=0.01, allow_inf_nan=False)] = 5.0
    generation_timeout_s: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = 600.0
    audio_format: AudioFormat = AudioFormat.ORIGINAL
    port: Annotated[int | None, Field(ge=1, le=65_535)] = None
    # Where PORT listens; without it `hosting` decides.
    host: Annotated[str, AfterValidator(_host)] | None = None
    held_days: Annotated[float, Field(gt=0, le=365, allow_inf_nan=False)] = 7.0
    kept_audio_mb: Annotated[int, Field(ge=1, le=100_000_000)] = 2000
    kept_audio_mb_per_member: Annotated[int, Field(ge=1, le=100_000_000)] = 200
    shard_count: Annotated[int | None, Field(ge=1)] = None
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], NoDecode] = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @model_validator(mode="before")
    @classmethod
    def _as_meant(cls, values: dict[str, Any]) -> dict[str, Any]:
        """All values without what only surrounds them; what is empty then counts as not set."""
        bare = {k: _bare(v) if isinstance(v, str) else v for k, v in values.items()}
        return {name: value for name, value in bare.items() if value != ""}

    @field_validator("allowed_guild_ids", "shard_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [_bare(part) for part in value.split(",") if _bare(part)]
        return value

    @model_validator(mode="after")
    def _shards_fit(self) -> Self:
        if self.shard_ids and max(self.shard_ids) >= (self.shard_count or 0):
            raise SettingsError(
                ["SHARD_IDS needs a SHARD_COUNT larger than each of them (for example: 4)"]
            )
        return self

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("audio_format", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    def proxy(self) -> Proxy | None:
        """What Discord and the provider are asked through."""
        return Proxy.at(self.proxy_url.get_secret_value()) if self.proxy_url else None

    def secrets(self) -> list[str]:
        """What must not be shown anywhere, passwords in each spelling that an address may have."""
        proxy = self.proxy_url.get_secret_value() if self.proxy_url else ""
        found = [self.discord_token.get_secret_value(), self.aimlapi_key.get_secret_value()]
        for address in (self.database_url, proxy):
            if password := urlsplit(address).password:
                plain = unquote(password)
                found += [password, plain, quote(plain, safe=""), quote(plain, safe=" +")]
        return list(dict.fromkeys(found))

    @classmethod
    def load(cls) -> Self:
        """Read and check everything; `SettingsError` names each variable that is wrong."""
        try:
            return cls()
        except UnicodeDecodeError:
            raise SettingsError([".env is not UTF-8 text; save it again as such"]) from None
        except ValidationError as error:
            problems = [_problem(str(item["loc"][0]), item) for item in error.errors()]
            raise SettingsError(list(dict.fromkeys(problems))) from None


EXAMPLES = {
    "DISCORD_TOKEN": "the token from the Bot page of your application in the developer portal",
    "DISCORD_API_URL": "https://discord.com/api/v10",
    "AIMLAPI_KEY": "the key from your provider account's key page",
    "AIMLAPI_URL": "https://api.aimlapi.com",
    "DATABASE_URL": "sqlite:///data/compose.db",
    "PROXY_URL": "http://proxy.example:3128",
    "ALLOWED_GUILD_IDS": "81384788765712384,613425648685547541",
    "ALLOW_USER_INSTALLS": "true",
    "COMMAND_GUILD_ID": "81384788765712384",
    "MAX_JOBS_PER_MEMBER_PER_DAY": "20",
    "MAX_JOBS_PER_DAY": "0",
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


def _problem(field: str, error: Any) -> str:
    """One line on one setting, without its value: it may be a secret in the wrong place."""
    name = field.upper()
    if error["type"] == "missing":
        what = "is missing"
    else:
        what = error["msg"].removeprefix("Value error, ")
        what = what if what.startswith(("is ", "has ")) else f"is wrong: {what}"
    return f"{name} {what} (for example: {EXAMPLES[name]})"
