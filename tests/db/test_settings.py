"""Where a setting's value comes from, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import ValidationError

from db.settings import Settings


@pytest.fixture(autouse=True)
def no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in Settings.model_fields:
        monkeypatch.delenv(f"ICE_AGREEMENTS_{name.upper()}", raising=False)
    monkeypatch.delenv("ICE_AGREEMENTS_CONFIG", raising=False)


def test_the_caller_comes_before_the_environment_before_the_file_before_the_default(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    file.write_text("max_tries = 7\ncrawl_delay_seconds = 2.5\nbackoff_seconds = 1\n", encoding="utf-8")
    monkeypatch.setenv("ICE_AGREEMENTS_CONFIG", str(file))
    monkeypatch.setenv("ICE_AGREEMENTS_CRAWL_DELAY_SECONDS", "3.5")
    monkeypatch.setenv("ICE_AGREEMENTS_BACKOFF_SECONDS", "4")
    settings = Settings(backoff_seconds=5)
    assert (settings.backoff_seconds, settings.crawl_delay_seconds, settings.max_tries) == (5, 3.5, 7)
    assert settings.source_url == "https://www.ice.gov/identify-and-arrest/287g"


def test_the_data_directory_is_named_by_home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    assert Settings().home == Path("data")
    monkeypatch.setenv("ICE_AGREEMENTS_HOME", str(tmp_path))
    assert Settings().home == tmp_path


def test_a_file_that_is_not_there_or_names_no_setting_is_refused(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    file = tmp_path / "settings.toml"
    monkeypatch.setenv("ICE_AGREEMENTS_CONFIG", str(file))
    with pytest.raises(FileNotFoundError, match=r"settings\.toml"):
        Settings()
    file.write_text("crawl_delay = 2\n", encoding="utf-8")
    with pytest.raises(ValidationError, match="crawl_delay"):
        Settings()


@pytest.mark.parametrize(
    "wrong",
    [{"source_url": "file:///etc/passwd"}, {"max_tries": 0}, {"crawl_delay_seconds": -1}, {"max_list_bytes": 0}],
)
def test_a_value_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Settings.model_validate(wrong)


def test_every_setting_says_what_it_is() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []
