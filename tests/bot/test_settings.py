"""Settings: one line for each that is wrong, and never a value."""

from pathlib import Path
from urllib.parse import unquote

import pytest

from bot.domain.models import MODELS
from bot.domain.requests import AudioFormat
from bot.errors import SettingsError
from bot.settings import Settings
from bot.settings.problems import EXAMPLES
from bot.store.database.engine import engine_url

REQUIRED = {"DISCORD_TOKEN": "discord-secret", "AIMLAPI_KEY": "provider-secret"}


@pytest.fixture(autouse=True)
def _empty_surroundings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither the machine's environment nor a `.env` of its owner."""
    for name in Settings.model_fields:
        for spelling in (name, name.upper()):
            monkeypatch.delenv(spelling, raising=False)
    monkeypatch.chdir(tmp_path)


def load(monkeypatch: pytest.MonkeyPatch, **values: str) -> Settings:
    for name, value in (REQUIRED | values).items():
        monkeypatch.setenv(name, value)
    return Settings.load()


def problem(monkeypatch: pytest.MonkeyPatch, **values: str) -> str:
    """The one line that the host reads."""
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, **values)
    [line] = caught.value.problems
    assert "\n" not in line
    return line


def test_defaults_are_those_of_the_contract(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch)
    assert settings.discord_api_url == "https://discord.com/api/v10"
    assert settings.aimlapi_url == "https://api.aimlapi.com"
    assert settings.database_url == "sqlite:///data/compose.db"
    assert settings.allowed_guild_ids == frozenset()
    assert settings.allow_user_installs is False
    assert (settings.max_jobs_per_member_per_day, settings.max_jobs_per_day) == (20, 0)
    assert (settings.max_concurrent_generations, settings.polls_per_second) == (10, 5)
    assert settings.generation_timeout_s == 600
    assert (settings.log_level, settings.log_format) == ("INFO", "text")


def test_every_missing_setting_is_named_when_nothing_is_set() -> None:
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    names = [line.split()[0] for line in caught.value.problems]
    assert names == ["DISCORD_TOKEN", "AIMLAPI_KEY"]
    assert all("is missing" in line for line in caught.value.problems)


def test_every_setting_has_an_example() -> None:
    assert set(EXAMPLES) == {name.upper() for name in Settings.model_fields}


def test_examples_are_valid_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, **EXAMPLES).command_guild_id == 81384788765712384
    assert Settings.oddities() == []


WRONG = {
    "DISCORD_TOKEN": ["two words", "tokén", "a\nb"],
    "AIMLAPI_KEY": ["key\twith tab"],
    "DISCORD_API_URL": [
        "discord.com",
        "ftp://x",
        "https://",
        "http://[::1",
        "http://x:99999",
        "http://x:y",
    ],
    "AIMLAPI_URL": ["file:///etc/passwd", "https://:443", "http://x:0"],
    "DATABASE_URL": [
        "sqlite:///",
        "sqlite://x.db",
        "mysql://x/y",
        "postgresql:///x",
        "postgresql://u:p@x:port/y",
        "postgresql://u:p@[x/y",
        "postgresql://u:p@x/y?host=a#b",
    ],
    "PROXY_URL": [
        "proxy.example:3128",
        "https://proxy.example",
        "socks5://proxy.example",
        "http://",
        "http://x:0",
        "http://x:70000",
        "http://x/path",
        "http://u:p@ss@x:1",
    ],
    "KEPT_AUDIO_MB": ["0", "-1", "2 GB", "nan"],
    "KEPT_AUDIO_MB_PER_MEMBER": ["0", "1.5"],
    "ALLOWED_GUILD_IDS": ["my server", "1;2", "0", "-5", "1.5", str(2**63)],
    "ALLOW_USER_INSTALLS": ["maybe", "2", "true, false"],
    "ALLOWED_MODELS": ["suno", "google/lyria2 stable-audio", "Stable Audio", "all"],
    "COMMAND_GUILD_ID": ["x", "0", str(2**64)],
    "MAX_JOBS_PER_MEMBER_PER_DAY": ["-1", "many", "1e3", "99999999999999999999"],
    "MAX_JOBS_PER_DAY": ["-1", "0.5"],
    "MAX_CONCURRENT_GENERATIONS": ["0", "-1", "99999999999999999999"],
    "POLLS_PER_SECOND": ["0", "-1", "nan", "inf", "1e-300"],
    "GENERATION_TIMEOUT_S": ["0", "nan", "inf", "1e300", "600s"],
    "LOG_LEVEL": ["LOUD", "10"],
    "AUDIO_FORMAT": ["wav", "mp3 320"],
    "LOG_FORMAT": ["xml", "JSON"],
}


@pytest.mark.parametrize(
    ("name", "value"), [(name, value) for name, values in WRONG.items() for value in values]
)
def test_wrong_value_is_refused_in_one_line_with_an_example(
    monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    line = problem(monkeypatch, **{name: value})
    assert line.startswith(f"{name} ")
    assert f"(for example: {EXAMPLES[name]})" in line


@pytest.mark.parametrize("name", EXAMPLES)
def test_secret_is_not_shown_when_it_was_put_into_the_wrong_variable(
    monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    assert "hunter2" not in problem(monkeypatch, **{name: "my hunter2"})


def test_every_wrong_setting_is_named_when_several_are(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError) as caught:
        load(monkeypatch, LOG_LEVEL="LOUD", POLLS_PER_SECOND="0", DISCORD_TOKEN="")
    names = {line.split()[0] for line in caught.value.problems}
    assert names == {"LOG_LEVEL", "POLLS_PER_SECOND", "DISCORD_TOKEN"}


@pytest.mark.parametrize(
    ("text", "ids"),
    [("", set()), ("5", {5}), (" 5, 6 ,,5 ", {5, 6}), (f"{2**63 - 1}", {2**63 - 1})],
)
def test_guild_ids_are_split_at_commas(
    monkeypatch: pytest.MonkeyPatch, text: str, ids: set[int]
) -> None:
    assert load(monkeypatch, ALLOWED_GUILD_IDS=text).allowed_guild_ids == ids


@pytest.mark.parametrize(
    ("text", "ids"),
    [
        ("", ()),
        ("stable-audio", ("stable-audio",)),
        (" stable-audio, 'Google/Lyria2' ,,stable-audio,", ("stable-audio", "google/lyria2")),
        ("minimax/music-cover,stable-audio", ("minimax/music-cover", "stable-audio")),
    ],
)
def test_models_are_split_at_commas_and_keep_their_order(
    monkeypatch: pytest.MonkeyPatch, text: str, ids: tuple[str, ...]
) -> None:
    settings = load(monkeypatch, ALLOWED_MODELS=text)
    assert settings.allowed_models == ids
    assert [model.id for model in settings.offer().models] == list(ids or MODELS)


def test_trailing_slash_is_ignored_in_addresses(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(
        monkeypatch, DISCORD_API_URL="http://127.0.0.1:1/api/v10/", AIMLAPI_URL="http://x//"
    )
    assert settings.discord_api_url == "http://127.0.0.1:1/api/v10"
    assert settings.aimlapi_url == "http://x"


@pytest.mark.parametrize(
    "url",
    [
        "sqlite:////var/lib/compose.db",
        "postgres://u:p@h/d",
        "postgresql://u:p@h:5432/d?sslmode=require",
        "postgresql://u:p@[::1]:5432/d",
    ],
)
def test_database_address_is_taken_as_hosters_hand_it_out(
    monkeypatch: pytest.MonkeyPatch, url: str
) -> None:
    assert load(monkeypatch, DATABASE_URL=url).database_url == url


HIDDEN = "hunter2"
# Each means something in an address, or nothing that may stand there; some parsers take what comes
# after it for the host, and show it.
UNENCODED = [*"@#/?[]% ", "\t", "%4", "%zz", "@:", "/@", "://", "#?", "é@", "1/", "1?", "1#"]
ADDRESSES = {
    "DATABASE_URL": [
        "postgresql://me:{}@db.example/compose",
        "postgres://{}:pw@db.example/compose",
    ],
    "PROXY_URL": ["http://me:{}@proxy.example:3128", "http://{}:pw@proxy.example"],
}


@pytest.mark.parametrize("char", UNENCODED)
@pytest.mark.parametrize(
    ("name", "address"), [(name, one) for name, all_ in ADDRESSES.items() for one in all_]
)
def test_password_is_not_shown_but_the_way_to_write_it_when_it_divides_its_address(
    monkeypatch: pytest.MonkeyPatch, name: str, address: str, char: str
) -> None:
    for password in (f"{HIDDEN}{char}{HIDDEN}", f"{char}{HIDDEN}", f"{HIDDEN}{char}"):
        if password.strip() == HIDDEN and "{}:" not in address:
            continue
        line = problem(monkeypatch, **{name: address.format(password)})
        assert line.startswith(f"{name} is not of the form")
        assert "percent-encoded: @ %40, / %2F" in line
        assert HIDDEN not in line


@pytest.mark.parametrize(
    "password", ["p:w", "p%40w", "p%2Fw%25", "p+w", "pässwörd", '"p', "p&w=~^|"]
)
def test_password_that_divides_nothing_is_taken(
    monkeypatch: pytest.MonkeyPatch, password: str
) -> None:
    url = f"postgresql://me:{password}@db.example/compose"
    settings = load(monkeypatch, DATABASE_URL=url)
    assert settings.database_url == url
    assert unquote(password) == engine_url(url).password
    assert unquote(password) in settings.secrets()


@pytest.mark.parametrize("name", ["DISCORD_API_URL", "AIMLAPI_URL"])
@pytest.mark.parametrize("rest", ["me:hunter2@x", "me:1/hunter2@x", "x?key=hunter2", "x#hunter2"])
def test_secret_is_not_taken_in_a_base_address(
    monkeypatch: pytest.MonkeyPatch, name: str, rest: str
) -> None:
    assert HIDDEN not in problem(monkeypatch, **{name: f"https://{rest}"})


SURROUNDINGS = [
    '"{}"',
    "'{}'",
    "  {}\t",
    '"{}"\r',
    '" {} "',
    "\ufeff{}",
    "“{}”",
    "`{}`",
    '\ufeff"{}" ',
]


@pytest.mark.parametrize("around", SURROUNDINGS)
def test_quotes_around_a_value_are_taken_off_whatever_the_setting(
    monkeypatch: pytest.MonkeyPatch, around: str
) -> None:
    bare = EXAMPLES | {"DISCORD_TOKEN": "abc.d-e_f", "AIMLAPI_KEY": "0123"}
    expected = load(monkeypatch, **bare)
    assert expected.discord_token.get_secret_value() == "abc.d-e_f"
    assert load(monkeypatch, **{name: around.format(bare[name]) for name in bare}) == expected


@pytest.mark.parametrize("token", ['"abc', "abc'", "'abc\"", '""abc""', "`abc"])
def test_quote_that_is_left_in_a_secret_is_said(
    monkeypatch: pytest.MonkeyPatch, token: str
) -> None:
    line = problem(monkeypatch, DISCORD_TOKEN=token)
    assert "quotation mark" in line
    assert "abc" not in line


def test_quotes_with_nothing_in_them_are_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, PORT='""', ALLOWED_GUILD_IDS="''", LOG_LEVEL='" "')
    assert settings.port is None
    assert settings.allowed_guild_ids == frozenset()
    assert settings.log_level == "INFO"
    assert "is missing" in problem(monkeypatch, AIMLAPI_KEY='""')


def test_ids_are_taken_when_each_is_quoted(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, ALLOWED_GUILD_IDS='"5", "6"').allowed_guild_ids == {5, 6}


def test_white_space_around_values_is_ignored(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, LOG_LEVEL=" debug ", DISCORD_TOKEN=" discord-secret\n")
    assert settings.log_level == "DEBUG"
    assert settings.discord_token.get_secret_value() == "discord-secret"


def test_no_secret_is_shown_when_settings_are_printed(monkeypatch: pytest.MonkeyPatch) -> None:
    settings = load(monkeypatch, DATABASE_URL="postgresql://u:pass%40word@h/d")
    shown = f"{settings!r} {settings}"
    assert not any(secret in shown for secret in settings.secrets())
    assert set(settings.secrets()) >= {"discord-secret", "provider-secret", "pass@word"}


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_file_is_read_when_an_editor_put_a_mark_in_front(encoding: str) -> None:
    text = "DISCORD_TOKEN=a\nAIMLAPI_KEY='b'\n# Größe\nLOG_FORMAT=json\n"
    Path(".env").write_text(text, encoding=encoding)
    settings = Settings.load()
    assert settings.discord_token.get_secret_value() == "a"
    assert settings.log_format == "json"


def test_audio_format_is_taken_in_any_case(monkeypatch: pytest.MonkeyPatch) -> None:
    assert load(monkeypatch, AUDIO_FORMAT=" MP3 ").audio_format is AudioFormat.MP3


def test_environment_wins_over_the_file(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("LOG_FORMAT=json\nLOG_LEVEL=DEBUG\n")
    settings = load(monkeypatch, LOG_FORMAT="text")
    assert (settings.log_format, settings.log_level) == ("text", "DEBUG")


def test_file_in_another_encoding_is_a_settings_error() -> None:
    Path(".env").write_bytes("# Größe\nDISCORD_TOKEN=a\n".encode("latin-1"))
    with pytest.raises(SettingsError, match=r"\.env is not UTF-8"):
        Settings.load()


def test_other_variables_are_nobodys_business(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text("SOMETHING_ELSE=1\n")
    assert load(monkeypatch, PAGER="less").log_level == "INFO"
