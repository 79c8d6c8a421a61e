"""The commands of whoever runs the service, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

import scheduler
from tests.scheduler.desk import Desk
from tests.scheduler.replay import NAMES
from tests.standin.lists import participating


@pytest.fixture
def typed(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> Desk:
    """A store with one list, and the settings that lead to it."""
    for name, value in desk.settings.model_dump(include={"home", "source_url", "crawl_delay_seconds"}).items():
        monkeypatch.setenv(f"ICE_AGREEMENTS_{name.upper()}", str(value))
    desk.site.post("participating", participating(*NAMES[:5], modified=desk.stamp()))
    desk.poll()
    return desk


def do(*words: object) -> Result:
    return CliRunner().invoke(scheduler.app, [str(word) for word in words])


def test_status_says_it_to_people_and_to_programs(typed: Desk) -> None:
    said = do("status")
    assert said.exit_code == 0
    assert "newest list: participatingAgencies01052026am.xlsx of 2026-01-05, 5 rows\n" in said.stdout
    assert "failed runs in a row: 0\n" in said.stdout
    (found,) = json.loads(do("status", "--format", "json").stdout)
    assert (found["documents"], found["failed_runs_in_a_row"], found["jobs"]) == (2, 0, {})


def test_a_backup_is_made_checked_and_restored_with_sending_paused(
    typed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = do("backup", tmp_path / "backups")
    assert made.exit_code == 0
    assert made.stdout.endswith("2 documents, 2 of them new there; checked\n")
    monkeypatch.setenv("ICE_AGREEMENTS_HOME", str(tmp_path / "drill"))
    assert do("restore", tmp_path / "backups").exit_code == 0
    assert do("doctor").stdout == "all is well: 2 documents, each matching its sha256\n"
    assert do("rebuild").stdout == "no change\n"
    assert do("sending").stdout.startswith("paused since ")
    assert do("sending", "--resume").stdout == "messages are sent\n"
    assert do("sending", "--pause", "holiday").stdout.endswith(": holiday\n")
    assert do("sending", "--pause", "x", "--resume").exit_code == 2


def test_doctor_finds_a_damaged_document_and_mends_it_from_the_backups(
    typed: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    do("backup", tmp_path / "backups")
    place = next(path for path in (typed.home / "archive").rglob("*") if path.is_file())
    place.write_bytes(b"flipped")
    found = do("doctor")
    assert found.exit_code == 1
    assert "is damaged on the disk; restore it from a backup" in found.stdout
    assert do("doctor", "--repair").exit_code == 1, "no backups are set up"
    monkeypatch.setenv("ICE_AGREEMENTS_BACKUP_DIRECTORY", str(tmp_path / "backups"))
    mended = do("doctor", "--repair")
    assert mended.exit_code == 0
    assert "was restored from" in mended.stdout
    assert do("doctor").exit_code == 0


def test_an_empty_place_has_no_backup(tmp_path: Path, typed: Desk) -> None:
    (tmp_path / "empty").mkdir()
    refused = do("restore", tmp_path / "empty", "--replace")
    assert refused.exit_code == 1
    assert "no backup in" in str(refused.exception)
