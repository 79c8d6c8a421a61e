"""Where a setting's value comes from, and what is refused, in which words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from pydantic import ValidationError

from db.settings import Settings
from db.settings_sources import EffectiveSetting, SettingsError, list_settings, load_settings


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in [name for name in os.environ if name.upper().startswith("ICE_AGREEMENTS_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The settings file, named in the environment and not written yet."""
    path = tmp_path / "settings.toml"
    monkeypatch.setenv("ICE_AGREEMENTS_CONFIG", str(path))
    return path


def refusal() -> list[str]:
    with pytest.raises(SettingsError) as refused:
        load_settings()
    return str(refused.value).splitlines()


def test_the_caller_comes_before_the_environment_before_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, file: Path
) -> None:
    file.write_text("max_tries = 7\ncrawl_delay_seconds = 2.5\nbackoff_seconds = 1\n", encoding="utf-8")
    monkeypatch.setenv("ICE_AGREEMENTS_CRAWL_DELAY_SECONDS", "3.5")
    monkeypatch.setenv("ICE_AGREEMENTS_BACKOFF_SECONDS", "4")
    settings = load_settings(backoff_seconds=5)
    assert (settings.backoff_seconds, settings.crawl_delay_seconds, settings.max_tries) == (5, 3.5, 7)
    assert settings.source_url == "https://www.ice.gov/identify-and-arrest/287g"
    shown = {one.name: (one.value, one.source) for one in list_settings(backoff_seconds=5)}
    assert shown["backoff_seconds"] == ("5.0", "command line")
    assert shown["crawl_delay_seconds"] == ("3.5", "environment")
    assert shown["max_tries"] == ("7", f"{file}, line 1")
    assert shown["smtp_port"] == ("587", "default")


def test_a_secret_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICE_AGREEMENTS_SMTP_PASSWORD", "T0KEN")
    shown = list_settings()
    assert EffectiveSetting("smtp_password", "(set)", "environment") in shown
    assert EffectiveSetting("secret_keys", "", "default") in shown
    assert "T0KEN" not in repr(shown)


def test_the_data_directory_is_named_by_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert load_settings().home == Path("data")
    monkeypatch.setenv("ICE_AGREEMENTS_HOME", str(tmp_path))
    assert load_settings().home == tmp_path


@pytest.mark.parametrize(
    ("variable", "line"),
    [
        (
            "ICE_AGREEMENTS_PNIG_URL",
            "ICE_AGREEMENTS_PNIG_URL is not a setting (environment); did you mean ICE_AGREEMENTS_PING_URL?",
        ),
        (
            "ice_agreements_home",
            "ice_agreements_home is not a setting (environment); did you mean ICE_AGREEMENTS_HOME?",
        ),
        (
            "ICE_AGREEMENTS_QZX",
            "ICE_AGREEMENTS_QZX is not a setting (environment); docs/settings.md lists the settings",
        ),
    ],
)
def test_an_unknown_variable_is_refused_with_the_nearest_known_name(
    monkeypatch: pytest.MonkeyPatch, variable: str, line: str
) -> None:
    monkeypatch.setenv(variable, "T0KEN")
    assert refusal() == [line]


def test_an_unknown_name_in_the_file_is_refused_with_its_line(file: Path) -> None:
    file.write_text('home = "x"\n\ncrawl_delay_second = 2\n', encoding="utf-8")
    assert refusal() == [f"crawl_delay_second is not a setting ({file}, line 3); did you mean crawl_delay_seconds?"]


def test_capitals_in_the_file_and_tables_are_unknown_names(file: Path) -> None:
    file.write_text('HOME = "x"\n[smtp]\nhost = "y"\n', encoding="utf-8")
    first, second = refusal()
    assert first.startswith(f"HOME is not a setting ({file}, line 1)")
    assert second.startswith(f"smtp is not a setting ({file}, line 2)")


def test_every_mistake_has_a_line_with_what_was_typed_where(monkeypatch: pytest.MonkeyPatch, file: Path) -> None:
    file.write_text("max_tries = 0\n", encoding="utf-8")
    monkeypatch.setenv("ICE_AGREEMENTS_SMTP_PORT", "many")
    monkeypatch.setenv("ICE_AGREEMENTS_NOTICE_URL", "ftp://T0KEN")
    monkeypatch.setenv("ICE_AGREEMENTS_TIME_ZONE", "Eastern")
    assert refusal() == [
        "ICE_AGREEMENTS_TIME_ZONE = 'Eastern' (environment): it is not a time zone of this machine;"
        " write it as America/New_York",
        "ICE_AGREEMENTS_NOTICE_URL (environment): it must begin with https:// or http://",
        f"max_tries = 0 ({file}, line 1): input should be greater than or equal to 1",
        "ICE_AGREEMENTS_SMTP_PORT = 'many' (environment): input should be a valid integer,"
        " unable to parse string as an integer",
    ]


def test_a_file_that_is_not_there_or_is_no_toml_is_one_line(file: Path) -> None:
    assert refusal() == [f"ICE_AGREEMENTS_CONFIG names {file}, which cannot be read: No such file or directory"]
    file.write_text("home = data\n", encoding="utf-8")
    (line,) = refusal()
    assert line == f"{file} is not a TOML file: Invalid value (at line 1, column 8)"
    file.write_bytes(b"home = '\xff'\n")
    (line,) = refusal()
    assert line.startswith(f"{file} is not a TOML file: ")


@pytest.mark.parametrize(
    "wrong",
    [{"source_url": "file:///etc/passwd"}, {"max_tries": 0}, {"crawl_delay_seconds": -1}, {"max_list_bytes": 0}],
)
def test_a_value_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
