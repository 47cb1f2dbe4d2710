"""`NAME_FILE`: secrets that are in files of their own."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import Settings
from bot.settings.given import MAY_BE_IN_FILES
from bot.settings.problems import EXAMPLES

VALUES = {
    "DISCORD_TOKEN": "a-token",
    "AIMLAPI_KEY": "a-key",
    "DATABASE_URL": "postgresql://u:hunter2@h/d",
    "ALERT_WEBHOOK_URL": "https://hooks.example/hunter2",
}


def put(monkeypatch: pytest.MonkeyPatch, name: str, content: bytes | None) -> None:
    """All settings as usual but for one, which is in a file; `None` for a file that isn't there."""
    for other in set(VALUES) - {name}:
        monkeypatch.setenv(other, VALUES[other])
    if content is not None:
        Path("secret").write_bytes(content)
    monkeypatch.setenv(f"{name}_FILE", "secret")


def problem() -> str:
    with pytest.raises(SettingsError) as caught:
        Settings.load()
    [line] = caught.value.problems
    return line


def test_all_that_may_be_in_files_is_tested() -> None:
    assert set(VALUES) == set(MAY_BE_IN_FILES)


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize("form", ["{}", "{}\n", "{}\r\n", "\ufeff{}\n"])
def test_secret_is_read_from_its_file(
    monkeypatch: pytest.MonkeyPatch, name: str, form: str
) -> None:
    put(monkeypatch, name, form.format(VALUES[name]).encode())
    in_file = Settings.load()
    assert Settings.oddities() == []
    monkeypatch.delenv(f"{name}_FILE")
    monkeypatch.setenv(name, VALUES[name])
    assert in_file == Settings.load()


def test_path_is_taken_from_the_file_of_settings(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("a-token\n")
    Path(".env").write_text(f"HERE={tmp_path}\nDISCORD_TOKEN_FILE=${{HERE}}/secret\nAIMLAPI_KEY=k")
    assert Settings.load().discord_token.get_secret_value() == "a-token"


@pytest.mark.parametrize("name", VALUES)
@pytest.mark.parametrize(
    ("content", "said"),
    [
        (None, "names a file that can't be read: No such file or directory"),
        (b"", "names a file with nothing in it"),
        (b" \n", "names a file with nothing in it"),
        (b"\xff\xfehunter2", "names a file that is not UTF-8 text"),
    ],
)
def test_file_without_a_secret_is_said(
    monkeypatch: pytest.MonkeyPatch, name: str, content: bytes | None, said: str
) -> None:
    put(monkeypatch, name, content)
    assert problem() == f"{name}_FILE {said} (for example: /run/secrets/{name.lower()})"


@pytest.mark.parametrize("name", VALUES)
def test_secret_that_is_given_twice_is_said(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(monkeypatch, name, b"hunter2")
    Path(".env").write_text(f"{name}={VALUES[name]}\n")
    assert problem().startswith(f"{name}_FILE is set, and so is the variable without _FILE")


@pytest.mark.parametrize("name", VALUES)
def test_wrong_content_is_said_and_not_shown(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    put(monkeypatch, name, b"hunter2 hunter2\nhunter2")
    line = problem()
    assert line.startswith(f"{name} (from {name}_FILE) ")
    assert line.endswith(f"(for example: {EXAMPLES[name]})")
    assert "hunter2" not in line


def test_folder_in_a_files_place_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    Path("secret").mkdir()
    put(monkeypatch, "AIMLAPI_KEY", None)
    assert problem().startswith("AIMLAPI_KEY_FILE names a file that can't be read: Is a directory")


def test_secrets_of_files_are_hidden_from_the_log(monkeypatch: pytest.MonkeyPatch) -> None:
    put(monkeypatch, "ALERT_WEBHOOK_URL", VALUES["ALERT_WEBHOOK_URL"].encode())
    settings = Settings.load()
    assert {"https://hooks.example/hunter2", "hunter2"} <= set(settings.secrets())
    assert "hunter2" not in repr(settings)
