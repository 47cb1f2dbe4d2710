"""What hosts get wrong, each with the line that they read, and what is no mistake at all."""

import re
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from bot.domain.models import MODELS
from bot.errors import SettingsError
from bot.settings import Settings
from bot.settings.problems import EXAMPLES

TOKEN = EXAMPLES["DISCORD_TOKEN"]
KEY = EXAMPLES["AIMLAPI_KEY"]
REQUIRED = {"DISCORD_TOKEN": TOKEN, "AIMLAPI_KEY": KEY}
REQUIRED_LINES = "".join(f"{name}={value}\n" for name, value in REQUIRED.items())
ENCODE = (
    "In a user name or password, write these percent-encoded: @ %40, / %2F, ? %3F, # %23, [ %5B, "
    "] %5D, % %25, space %20"
)
WEBHOOK = "https://discord.com/api/webhooks/1234567890/hunter2-hunter2"


def lines() -> list[str]:
    """All that the host reads, whether the bot starts or not."""
    try:
        Settings.load()
    except SettingsError as error:
        return error.problems
    return Settings.oddities()


# Values of the environment, each with what is said up to the example.
VALUES = """
DISCORD_TOKEN=
    is missing. It is in the developer portal: your application > Bot > Reset Token
AIMLAPI_KEY=''
    is missing. It is on the key page of your account at the provider
DISCORD_TOKEN="{token}
    has a quotation mark in it: write it without any
DISCORD_TOKEN=Bot {token}
    has a word in front: leave out Bot or Bearer
DISCORD_TOKEN={token} # mine
    has a comment after it: put that on a line of its own
DISCORD_TOKEN=my token
    has spaces or other characters that no token has
DISCORD_TOKEN=<your-token>
    is still a placeholder
DISCORD_TOKEN=81384788765712384
    is an id, perhaps the application's; a token is longer
DISCORD_TOKEN={webhook}
    is an address, not a token
AIMLAPI_KEY={webhook}
    is an address, not a token
AIMLAPI_KEY={token}
    is a bot token of Discord's; that belongs in DISCORD_TOKEN
AIMLAPI_URL=api.aimlapi.com
    has no https:// in front
AIMLAPI_URL=https://api.aimlapi.com/v2/
    has a version at its end, which the bot adds by itself: leave it out
DISCORD_API_URL=discord.com/api/v10
    has no https:// in front
DISCORD_API_URL={webhook}
    is the address of a webhook; that belongs in ALERT_WEBHOOK_URL
ALERT_WEBHOOK_URL=hooks.example/1
    is not a web address that begins with https://
ALERT_WEBHOOK_URL=81384788765712384
    is not a web address that begins with https://
DATABASE_URL=data/compose.db
    is neither sqlite:///file nor postgresql://user:password@host/name
DATABASE_URL=sqlite://compose.db
    names no file: three slashes and a path that begins in the working directory, or four and a
    path from the root
DATABASE_URL=postgresql+asyncpg://u:hunter2@h/d
    names a driver: leave out the plus sign and the word after it
DATABASE_URL=postgresql://u:[YOUR-PASSWORD]@h/d
    has a placeholder where your password belongs
DATABASE_URL=postgresql://u:hunter2@2@h/d
    is not of the form postgresql://user:password@host:port/name. {encode}
DATABASE_URL=postgresql://u:hunter2#@h/d
    is not of the form postgresql://user:password@host:port/name. {encode}
DATABASE_URL=postgresql://u:hunter2%@h/d
    is not of the form postgresql://user:password@host:port/name. {encode}
PROXY_URL=socks5://u:hunter2@proxy
    is not of the form http://user:password@host:port. {encode}
HOST=http://0.0.0.0
    is neither an address nor a host name
GENERATION_TIMEOUT_S=10s
    is not a number from 1 to 86400: write the number alone, in seconds
KEPT_AUDIO_MB=2GB
    is not a whole number from 1 to 100000000: write the number alone, in megabytes
HELD_DAYS=7 days
    is not a number above 0 to 365: write the number alone, in days
MAX_JOBS_PER_DAY=1,000
    is not a whole number from 0 to 1000000: write it without separators
MAX_JOBS_PER_DAY=5 # for all
    is not a whole number from 0 to 1000000: put the comment on a line of its own
BUDGET_USD_PER_DAY=$5
    is not a number from 0 to 1000000: write the number alone, in US dollars
BUDGET_USD_PER_DAY=5 USD
    is not a number from 0 to 1000000: write the number alone, in US dollars
BUDGET_USD_PER_MONTH=-1
    is not a number from 0 to 1000000
BUDGET_USD_PER_MONTH=nan
    is not a number from 0 to 1000000
QUEUE_HOURS=24h
    is not a number above 0 to 8760: write the number alone, in hours
QUEUE_HOURS=0
    is not a number above 0 to 8760
POLLS_PER_SECOND=0
    is not a number from 0.01 upwards
PORT=8080/tcp
    is not a whole number from 1 to 65535
ALLOWED_GUILD_IDS=Tape Club
    is not a list of servers' ids with commas between them
ALLOWED_MODELS=google/lyria2,suno
    has an id that is none of these: {models}
ALLOWED_MODELS=suno;google/lyria2,suno
    has an id that is none of these: {models}
ALLOWED_MODELS=minimax/music-cover
    has only models that need audio: add one that needs just a prompt
COMMAND_GUILD_ID=https://discord.gg/tape
    is not the id of a server
ALLOW_USER_INSTALLS=maybe
    is not true or false
LOG_LEVEL=verbose
    is not one of DEBUG, INFO, WARNING, ERROR, CRITICAL
AUDIO_FORMAT=wav
    is not one of original, flac, mp3, opus
SHARD_IDS=0,1
    needs a SHARD_COUNT that is larger than each of its numbers
"""
# Texts of `.env`, each with all that is said; `|` ends a line.
FILES = """
DISCORD_TOKN={token}|AIMLAPI_KEY={key}
    DISCORD_TOKEN is missing. It is in the developer portal: your application > Bot > Reset Token
    (for example: {token})|
    .env: DISCORD_TOKN in line 1 is none of the settings. Did you mean DISCORD_TOKEN?
{required}||# limits|MAX_JOB_PER_DAY=3
    .env: MAX_JOB_PER_DAY in line 5 is none of the settings. Did you mean MAX_JOBS_PER_DAY?
{required}|SOMETHING_ELSE=1
    .env: SOMETHING_ELSE in line 3 is none of the settings
{required}|PORT=1|PORT=2
    .env: PORT is there 2 times (lines 3, 4). The last one counts
AIMLAPI_KEY={key}|DISCORD_TOKEN: {token}
    DISCORD_TOKEN is missing. It is in the developer portal: your application > Bot > Reset Token
    (for example: {token})|
    .env: line 2 can't be read. Write NAME=value, with quotes in pairs
AIMLAPI_KEY={key}|DISCORD_TOKEN="{token}
    DISCORD_TOKEN is missing. It is in the developer portal: your application > Bot > Reset Token
    (for example: {token})|
    .env: line 2 can't be read. Write NAME=value, with quotes in pairs
{required}|{token}
    .env: line 3 can't be read. Write NAME=value, with quotes in pairs
{required}|c2VjcmV0c2VjcmV0c2Vj=
    .env: C2VJ… in line 3 is none of the settings
DISCORD_TOKEN=0123456789abcdefghijABCDEFGHIJ-_|AIMLAPI_KEY={key}
    DISCORD_TOKEN looks like the client secret. The token is on the Bot page of the developer
    portal, and has two dots in it
DISCORD_TOKEN={hex}|AIMLAPI_KEY={key}
    DISCORD_TOKEN looks like the application's public key. The token is on the Bot page of the
    developer portal, and has two dots in it
"""


def table(text: str) -> Iterator[tuple[str, str]]:
    """What is given, and what is said of it: the lines below that are further to the right."""
    for entry in re.split(r"\n(?! )", text.strip()):
        given, _, said = entry.partition("\n")
        yield filled(given), filled(" ".join(said.split()))


def filled(text: str) -> str:
    values = {"token": TOKEN, "key": KEY, "webhook": WEBHOOK, "encode": ENCODE, "hex": "0a" * 32}
    values["models"] = ", ".join(MODELS)
    values["required"] = f"DISCORD_TOKEN={TOKEN}|AIMLAPI_KEY={KEY}"
    return re.sub(r"\{(\w+)\}", lambda found: values[found[1]], text)


@pytest.mark.parametrize(("given", "said"), list(table(VALUES)))
def test_wrong_value_is_said_with_an_example(
    monkeypatch: pytest.MonkeyPatch, given: str, said: str
) -> None:
    name, _, value = given.partition("=")
    for one, text in (REQUIRED | {name: value}).items():
        monkeypatch.setenv(one, text)
    assert lines() == [f"{name} {said} (for example: {EXAMPLES[name]})"]


@pytest.mark.parametrize(("given", "said"), list(table(FILES)))
def test_mistake_in_the_file_is_said(given: str, said: str) -> None:
    Path(".env").write_text(given.replace("|", "\n"))
    assert lines() == said.split("| ")


OTHERS = """
DISCORD_WEBHOOK DISCORD_CLIENT_ID DISCORD_GUILD_ID WEBHOOK_URL HOSTNAME HOSTTYPE LOGNAME PWD SHLVL
DATABASE_PRIVATE_URL HEROKU_POSTGRESQL_BLUE_URL POSTGRES_URL REDIS_URL HTTPS_PROXY NO_PROXY RUST_LOG
npm_config_loglevel API_KEY OPENAI_API_KEY KUBERNETES_PORT_443_TCP
"""
MISSPELT = {
    "DISCORD_TOKN": "DISCORD_TOKEN",
    "ALOWED_GUILD_IDS": "ALLOWED_GUILD_IDS",
    "MAX_JOB_PER_DAY": "MAX_JOBS_PER_DAY",
    "AIMLAPI_TOKEN": "AIMLAPI_KEY",
    "aimlapi_api_key": "AIMLAPI_KEY",
    "AIMLAPI_KEYFILE": "AIMLAPI_KEY_FILE",
    "LOGLEVEL": "LOG_LEVEL",
    "ALERT_WEBHOOK": "ALERT_WEBHOOK_URL",
    "DATABASE-URL": "DATABASE_URL",
}


@pytest.mark.parametrize(("name", "meant"), MISSPELT.items())
def test_misspelt_variable_is_said(monkeypatch: pytest.MonkeyPatch, name: str, meant: str) -> None:
    for one, text in (REQUIRED | {name: "hunter2"}).items():
        monkeypatch.setenv(one, text)
    assert len(lines()) == 1
    assert lines()[0].startswith("environment: ")
    assert lines()[0].endswith(f"is none of the settings. Did you mean {meant}?")


@pytest.mark.parametrize("name", OTHERS.split())
def test_other_programs_variables_are_nobodys_business(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    for one, text in (REQUIRED | {name: "1"}).items():
        monkeypatch.setenv(one, text)
    assert lines() == []


HARMLESS: Mapping[str, bytes] = {
    "a mark in front": b"\xef\xbb\xbf" + REQUIRED_LINES.encode(),
    "Windows' line ends": REQUIRED_LINES.replace("\n", "\r\n").encode(),
    "quotes": "".join(f'{name} = "{value}"\n' for name, value in REQUIRED.items()).encode(),
    "export": "".join(f"export {name}={value}\n" for name, value in REQUIRED.items()).encode(),
    "small letters": REQUIRED_LINES.lower().replace(TOKEN.lower(), TOKEN).encode(),
    "comments": REQUIRED_LINES.replace("\n", "  # mine\n").encode(),
    "nothing": REQUIRED_LINES.encode() + b"PORT=\nSHARD_COUNT=''\n",
}


@pytest.mark.parametrize("text", HARMLESS.values(), ids=HARMLESS)
def test_nothing_is_said_of_what_is_understood(text: bytes) -> None:
    Path(".env").write_bytes(text)
    assert lines() == []
    settings = Settings.load()
    assert settings.discord_token.get_secret_value() == TOKEN
    assert settings.aimlapi_key.get_secret_value() == REQUIRED["AIMLAPI_KEY"]


def test_file_that_was_saved_under_another_name_is_said() -> None:
    Path(".env.txt").write_text(REQUIRED_LINES)
    assert lines()[-1] == ".env.txt is not read: rename it to .env"


def test_folder_in_the_files_place_is_said() -> None:
    Path(".env").mkdir()
    assert lines()[-1] == ".env is a folder, and no settings are read from it"


@pytest.mark.parametrize("encoding", ["utf-16", "latin-1"])
def test_file_in_another_encoding_is_said(encoding: str) -> None:
    Path(".env").write_text(f"# Größe\n{REQUIRED_LINES}", encoding=encoding)
    assert lines() == [".env is not UTF-8 text; save it again as such"]
