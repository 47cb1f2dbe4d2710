"""The settings, from the environment and `.env`, checked before anything else happens."""

from typing import Annotated, Any, Literal, Self
from urllib.parse import quote, unquote, urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator, model_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from bot.domain.budgets import Budgets
from bot.domain.models import MODELS
from bot.domain.money import credits_of
from bot.domain.offer import Offer
from bot.domain.requests import AudioFormat
from bot.errors import SettingsError
from bot.machine.proxy import Proxy
from bot.settings.given import ENCODING, ENV_FILE, Given, secrets_in_files
from bot.settings.oddities import oddities_in
from bot.settings.problems import problem
from bot.settings.values import (
    DatabaseUrl,
    DiscordToken,
    Host,
    HttpBase,
    ModelId,
    ProviderBase,
    ProviderKey,
    ProxyUrl,
    Snowflake,
    WebhookUrl,
    bare,
)


class Settings(BaseSettings):
    """Every setting of the bot. `.env.example` explains each; the environment wins over `.env`."""

    model_config = SettingsConfigDict(
        env_file=ENV_FILE,
        env_file_encoding=ENCODING,
        env_ignore_empty=True,
        extra="ignore",
        frozen=True,
        hide_input_in_errors=True,
        str_strip_whitespace=True,
    )

    discord_token: DiscordToken
    discord_api_url: HttpBase = "https://discord.com/api/v10"
    aimlapi_key: ProviderKey
    aimlapi_url: ProviderBase = "https://api.aimlapi.com"
    database_url: DatabaseUrl = Field(default="sqlite:///data/compose.db", repr=False)
    proxy_url: ProxyUrl | None = None
    alert_webhook_url: WebhookUrl | None = None
    allowed_guild_ids: Annotated[frozenset[Snowflake], NoDecode] = frozenset()
    allow_user_installs: bool = False
    # The first one that needs no audio is the default. Empty: all.
    allowed_models: Annotated[tuple[ModelId, ...], NoDecode] = ()
    command_guild_id: Snowflake | None = None
    max_jobs_per_member_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 20
    max_jobs_per_day: Annotated[int, Field(ge=0, le=1_000_000)] = 0
    budget_usd_per_day: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = 5.0
    budget_usd_per_month: Annotated[float, Field(ge=0, le=1_000_000, allow_inf_nan=False)] = 0.0
    queue_hours: Annotated[float, Field(gt=0, le=8760, allow_inf_nan=False)] = 24.0
    max_concurrent_generations: Annotated[int, Field(ge=1, le=100_000)] = 10
    polls_per_second: Annotated[float, Field(ge=0.01, allow_inf_nan=False)] = 5.0
    generation_timeout_s: Annotated[float, Field(ge=1, le=86_400, allow_inf_nan=False)] = 600.0
    audio_format: AudioFormat = AudioFormat.ORIGINAL
    port: Annotated[int | None, Field(ge=1, le=65_535)] = None
    # Where PORT listens; without it `hosting` decides.
    host: Host | None = None
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
        cleaned = {k: bare(v) if isinstance(v, str) else v for k, v in values.items()}
        return {name: value for name, value in cleaned.items() if value != ""}

    @field_validator("allowed_guild_ids", "allowed_models", "shard_ids", mode="before")
    @classmethod
    def _split(cls, value: Any) -> Any:
        if isinstance(value, str):
            return [bare(part) for part in value.split(",") if bare(part)]
        return value

    @field_validator("allowed_models")
    @classmethod
    def _composes(cls, ids: tuple[str, ...]) -> tuple[str, ...]:
        if ids and all(MODELS[model_id].reference for model_id in ids):
            raise ValueError("has only models that need audio: add one that needs just a prompt")
        return tuple(dict.fromkeys(ids))

    @field_validator("shard_ids")
    @classmethod
    def _shards_fit(cls, ids: tuple[int, ...], info: ValidationInfo) -> tuple[int, ...]:
        if "shard_count" in info.data and max(ids, default=-1) >= (info.data["shard_count"] or 0):
            raise ValueError("needs a SHARD_COUNT that is larger than each of its numbers")
        return ids

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, value: Any) -> Any:
        return value.upper() if isinstance(value, str) else value

    @field_validator("audio_format", mode="before")
    @classmethod
    def _lower(cls, value: Any) -> Any:
        return value.lower() if isinstance(value, str) else value

    def offer(self) -> Offer:
        """The models that members can use."""
        return Offer.of(self.allowed_models)

    def budgets(self) -> Budgets:
        """What may be spent, in credits."""
        return Budgets(
            per_day=credits_of(self.budget_usd_per_day),
            per_month=credits_of(self.budget_usd_per_month),
        )

    def proxy(self) -> Proxy | None:
        """What Discord and the provider are asked through."""
        return Proxy.at(self.proxy_url.get_secret_value()) if self.proxy_url else None

    def secrets(self) -> list[str]:
        """What must not be shown anywhere, passwords in each spelling that an address may have."""
        proxy = self.proxy_url.get_secret_value() if self.proxy_url else ""
        webhook = self.alert_webhook_url.get_secret_value() if self.alert_webhook_url else ""
        found = [
            self.discord_token.get_secret_value(),
            self.aimlapi_key.get_secret_value(),
            *([webhook, webhook.rstrip("/").rpartition("/")[2]] if webhook else ()),
        ]
        for address in (self.database_url, proxy):
            if password := urlsplit(address).password:
                plain = unquote(password)
                found += [password, plain, quote(plain, safe=""), quote(plain, safe=" +")]
        return list(dict.fromkeys(found))

    @classmethod
    def load(cls) -> Self:
        """Read and check everything; `SettingsError` names each variable that is wrong."""
        given = Given.read()
        secrets, wrong_files = secrets_in_files(given)
        in_files: dict[str, Any] = {name.lower(): text for name, text in secrets.items()}
        wrong = list(wrong_files.values())
        try:
            settings = cls(**in_files)
        except ValidationError as error:
            found = [(str(item["loc"][0]), item) for item in error.errors()]
            wrong += [
                problem(
                    field.upper(), cls.model_fields[field], item, in_file=field.upper() in secrets
                )
                for field, item in found
                if field.upper() not in wrong_files
            ]
        if wrong:
            raise SettingsError([*dict.fromkeys(wrong), *cls.oddities(given)])
        return settings

    @classmethod
    def oddities(cls, given: Given | None = None) -> list[str]:
        """What the host should look at though all can start; a line each, and no values."""
        return oddities_in(given or Given.read(), [name.upper() for name in cls.model_fields])
