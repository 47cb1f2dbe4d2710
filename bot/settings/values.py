"""What the texts of settings have to look like. Each error ends a sentence for the host."""

import re
from typing import Annotated
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import AfterValidator, Field, SecretStr

from bot.domain.models import MODELS

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
_WEBHOOK = re.compile(r"https?://(?:\w+\.)?discord(?:app)?\.com/api(?:/v\d+)?/webhooks/", re.I)
_BOT_TOKEN = re.compile(r"[MNO][\w-]{22,29}\.[\w-]{6}\.[\w-]{27,}")
ENCODE = (
    "In a user name or password, write these percent-encoded: @ %40, / %2F, ? %3F, # %23, [ %5B, "
    "] %5D, % %25, space %20"
)


def bare(value: str) -> str:
    """Without white space and one pair of quotation marks around it.

    A shell takes them off, and so does what reads `.env`; containers' `--env-file`, service
    managers and hosters' forms hand them over.
    """
    value = value.strip().strip(_INVISIBLE).strip()
    inner = value[1:-1]
    if len(value) > 1 and _PAIRS.get(value[0]) == value[-1]:
        return value if {value[0], value[-1]} & set(inner) else inner.strip()
    return value


def _has_fit_port(parts: SplitResult) -> bool:
    try:
        return parts.port != 0
    except ValueError:
        return False


def _is_web_address(value: str) -> bool:
    try:
        parts = urlsplit(value)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.hostname) and _has_fit_port(parts)


def _http_base(value: str) -> str:
    """An http(s) address without the trailing slash."""
    if "://" not in value:
        raise ValueError("has no https:// in front")
    if _WEBHOOK.match(value):
        raise ValueError("is the address of a webhook; that belongs in ALERT_WEBHOOK_URL")
    if re.search(r"[@?#\s]", value):
        raise ValueError(
            "is no plain http(s) address: only scheme, host, port and path belong there"
        )
    if not _is_web_address(value):
        raise ValueError("is not an http(s) address")
    return value.rstrip("/")


def _provider_base(value: str) -> str:
    if re.search(r"/v[12]/*$", value):
        raise ValueError("has a version at its end, which the bot adds by itself: leave it out")
    return _http_base(value)


def _database_url(value: str) -> str:
    if value.startswith("sqlite:///") and value != "sqlite:///":
        return value
    if value.startswith("sqlite:"):
        raise ValueError(
            "names no file: three slashes and a path that begins in the working directory, or four "
            "and a path from the root"
        )
    if re.match(r"postgres(ql)?\+\w+://", value):
        raise ValueError("names a driver: leave out the plus sign and the word after it")
    if "YOUR-PASSWORD" in value.upper():
        raise ValueError("has a placeholder where your password belongs")
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


def _webhook_url(value: SecretStr) -> SecretStr:
    address = value.get_secret_value()
    if re.search(r"\s", address) or not _is_web_address(address):
        raise ValueError("is not a web address that begins with https://")
    return value


def _secret(value: SecretStr) -> SecretStr:
    """Header values must be visible ASCII; pasted line breaks are the usual mistake."""
    text = value.get_secret_value()
    if re.search("[\"'`]", text):
        raise ValueError("has a quotation mark in it: write it without any")
    if re.match(r"(bot|bearer)\s", text, re.I):
        raise ValueError("has a word in front: leave out Bot or Bearer")
    if re.search(r"\s#", text):
        raise ValueError("has a comment after it: put that on a line of its own")
    if not re.fullmatch(r"[\x21-\x7e]+", text):
        raise ValueError("has spaces or other characters that no token has")
    if re.match(r"\w+://", text):
        raise ValueError("is an address, not a token")
    if text[0] + text[-1] in {"<>", "{}", "[]"}:
        raise ValueError("is still a placeholder")
    return value


def _discord_token(value: SecretStr) -> SecretStr:
    if re.fullmatch(r"\d{15,20}", value.get_secret_value()):
        raise ValueError("is an id, perhaps the application's; a token is longer")
    return value


def _provider_key(value: SecretStr) -> SecretStr:
    if _BOT_TOKEN.fullmatch(value.get_secret_value()):
        raise ValueError("is a bot token of Discord's; that belongs in DISCORD_TOKEN")
    return value


def _host(value: str) -> str:
    """A name or an address to listen on; whether it is this machine's shows when it is tried."""
    if "://" in value or not re.fullmatch(r"[A-Za-z0-9.:_%-]+", value):
        raise ValueError("is neither an address nor a host name")
    return value


def _model_id(value: str) -> str:
    model_id = value.lower()
    if model_id not in MODELS:
        raise ValueError(f"has an id that is none of these: {', '.join(MODELS)}")
    return model_id


HttpBase = Annotated[str, AfterValidator(_http_base)]
ProviderBase = Annotated[str, AfterValidator(_provider_base)]
DiscordToken = Annotated[SecretStr, AfterValidator(_secret), AfterValidator(_discord_token)]
ProviderKey = Annotated[SecretStr, AfterValidator(_secret), AfterValidator(_provider_key)]
DatabaseUrl = Annotated[str, AfterValidator(_database_url)]
ProxyUrl = Annotated[SecretStr, AfterValidator(_proxy_url)]
WebhookUrl = Annotated[SecretStr, AfterValidator(_webhook_url)]
Host = Annotated[str, AfterValidator(_host)]
ModelId = Annotated[str, AfterValidator(_model_id)]
Snowflake = Annotated[int, Field(ge=1, lt=2**63)]
