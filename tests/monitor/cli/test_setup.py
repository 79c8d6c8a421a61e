"""`setup` asks, writes what was answered, and says what is still missing."""

from __future__ import annotations

import os
import tomllib
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import scheduler
from db.database import Store
from db.queries.users import list_users


@pytest.fixture
def file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in [name for name in os.environ if name.upper().startswith("ICE_AGREEMENTS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("ICE_AGREEMENTS_CONFIG", "")  # put back after the test: `setup` sets it
    return tmp_path / "etc" / "settings.toml"


def answer(file: Path, *answers: str) -> Result:
    return CliRunner().invoke(scheduler.app, ["setup", "--file", str(file)], input="\n".join(answers) + "\n")


def test_what_is_answered_is_written_for_the_owner_only_and_the_rest_is_named(file: Path, tmp_path: Path) -> None:
    done = answer(
        file, str(tmp_path / "data"), "https://tracker.newsroom.org", "", "https://newsroom.org/contact", "", "", "",
        "ada", "correct horse battery", "correct horse battery",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert file.stat().st_mode & 0o777 == 0o600
    assert tomllib.loads(file.read_text()) == {
        "home": str(tmp_path / "data"), "public_url": "https://tracker.newsroom.org",
        "contact_url": "https://newsroom.org/contact", "behind_tls": True,
    }  # fmt: skip
    assert "ada may log in at /review/ as administrator\n" in done.stdout
    missing = [line for line in done.stdout.splitlines() if line.startswith("- ")]
    assert [line.rpartition(": ")[2] for line in missing] == [
        "smtp_host and mail_from", "operator_address or notice_url", "ping_url", "backup_directory, backup_bucket",
    ]  # fmt: skip
    with Store.open(tmp_path / "data") as store:
        assert [(user.name, user.role) for user in list_users(store.connection)] == [("ada", "administrator")]
    again = answer(file, "", "", "", "", "", "", "")
    assert again.exit_code == 0, again.output
    assert tomllib.loads(file.read_text())["public_url"] == "https://tracker.newsroom.org"


def test_what_the_environment_sets_is_not_asked(file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a server, where the unit says where the data are."""
    monkeypatch.setenv("ICE_AGREEMENTS_HOME", str(tmp_path / "data"))
    done = answer(file, "https://tracker.newsroom.org", "", "", "", "", "", "")
    assert done.exit_code == 0, done.output
    assert "home is set by ICE_AGREEMENTS_HOME\n" in done.stdout
    assert tomllib.loads(file.read_text()) == {"public_url": "https://tracker.newsroom.org", "behind_tls": True}
    assert (tmp_path / "data" / "ice-agreements.sqlite").is_file()


def test_a_wrong_answer_is_asked_again_and_a_relay_that_is_not_there_is_told(file: Path, tmp_path: Path) -> None:
    done = answer(
        file, str(tmp_path / "data"), "tracker", "http://tracker.newsroom.org", "", "", "", "", "127.0.0.1",
        "no number", "1", "none", "", "", "alerts@newsroom.org", "", "", "", "reader@newsroom.org", "",
    )  # fmt: skip
    assert done.exit_code == 0, done.output
    assert "String should match pattern" in done.stderr
    assert "Input should be a valid integer" in done.stderr
    assert "the test message was not sent: no connection to the relay 127.0.0.1:1" in done.stderr
    written = tomllib.loads(file.read_text())
    assert (written["smtp_port"], written["smtp_security"]) == (1, "none")
