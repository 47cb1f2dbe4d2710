"""The settings, from the environment and `.env`, checked before anything else happens."""

import re
from typing import Annotated, Any, Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import (
    AfterValidator,
    Field,
    SecretStr,
    ValidationError,
    field_validator,
    model_validator,
)
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.errors import SettingsError
from bot.jobs import AudioFormat


def _http_base(value: str) -> str:
    """An http(s) address without the trailing slash."""
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
    parts = urlsplit(value)
    if parts.scheme in {"postgres", "postgresql"} and parts.hostname and _has_fit_port(parts):
        return value
    raise ValueError("is neither sqlite:///file nor postgresql://user:password@host/name")


def _secret(value: SecretStr) -> SecretStr:
    """Header values must be visible ASCII; pasted line breaks are the usual mistake."""
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
    allowed_guild_ids: Annotated[frozenset[Snowflake], NoDecode] = frozenset()
    allow_user_installs: bool = False
    command_guild_id: Snowflake | None = None
    max_jobs_per_member_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 20
    max_jobs_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    max_concurrent_generations: Annotated[int, Field(ge=1)] = 10
    polls_per_second: Annotated[float, Field(ge=0.01, allow_inf_nan=False)] = 5.0
    generation_timeout_s: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = 600.0
    audio_format: AudioFormat = AudioFormat.ORIGINAL
    port: Annotated[int | None, Field(ge=1, le=65_535)] = None
    # Where PORT listens; without it `hosting` decides.
    host: Annotated[str, AfterValidator(_host)] | None = None
    held_days: Annotated[float, Field(gt=0, le=365, allow_inf_nan=False)] = 7.0
    shard_count: Annotated[int | None, Field(ge=1)] = None
    shard_ids: Annotated[tuple[Annotated[int, Field(ge=0)], ...], NoDecode] = ()
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL"] = "INFO"
    log_format: Literal["text", "json"] = "text"

    @field_validator("allowed_guild_ids", "shard_ids", mode="before")
    @classmethod
    def _split_ids(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [part.strip() for part in value.split(",") if part.strip()]
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
        return value.strip().upper() if isinstance(value, str) else value

    @field_validator("log_format", mode="before")
    @classmethod
    def _strip(cls, value: Any) -> Any:
        return value.strip() if isinstance(value, str) else value

    @field_validator("audio_format", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.strip().lower() if isinstance(value, str) else value

    def secrets(self) -> list[str]:
        """What must not be shown anywhere."""
        password = urlsplit(self.database_url).password
        tokens = [self.discord_token.get_secret_value(), self.aimlapi_key.get_secret_value()]
        return [*tokens, password, unquote(password)] if password else tokens

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
    "ALLOWED_GUILD_IDS": "81384788765712384,613425648685547541",
    "ALLOW_USER_INSTALLS": "true",
    "COMMAND_GUILD_ID": "81384788765712384",
    "MAX_JOBS_PER_MEMBER_PER_DAY": "20",
    "MAX_JOBS_PER_DAY": "0",
    "MAX_CONCURRENT_GENERATIONS": "10",
    "POLLS_PER_SECOND": "5",
    "GENERATION_TIMEOUT_S": "600",
    "HELD_DAYS": "7",
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
