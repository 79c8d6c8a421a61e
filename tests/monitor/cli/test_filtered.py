"""Asking for some of the log and of the lists; a name that fits nothing is told apart from nothing new."""

from __future__ import annotations

from pathlib import Path

import pytest

from db.database import Store
from tests.monitor.cli.run_command import BAY, LAKE, Command


@pytest.mark.parametrize(
    ("options", "count"),
    [
        ([], 2), (["--since", "2025-06-03"], 2), (["--since", "2025-06-04"], 0), (["--until", "2025-06-02"], 0),
        (["--state", "fl"], 2), (["--state", "GA"], 0), (["--county", "Bay"], 1), (["--county", "bay county"], 1),
        (["--county", "12005"], 1), (["--agency", "fl-lake-county-sheriffs-office"], 1), (["--support-type", "TFM"], 2),
        (["--support-type", "JEM"], 0), (["--kind", "signing"], 1), (["--status", "provisional"], 1),
        (["--needs-review"], 1), (["--settled"], 1), (["--known-at", "2001-01-01"], 0),
    ],
)  # fmt: skip
def test_changes_are_filtered(filled: Command, options: list[str], count: int) -> None:
    assert len(filled("changes", "--format", "json", *options).rows) == count


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (
            ("--county", "Nowhere"),
            "no change fits: no agency on any list kept here is in a county 'Nowhere'; check its",
        ),
        (
            ("--agency", "Nobody"),
            "no change fits: nothing on any list kept here has the name or id 'Nobody'; check its",
        ),
        (("--since", "2031-01-01"), "no change fits\n"),
    ],
)
def test_a_misspelt_name_is_not_told_as_if_nothing_happened(
    filled: Command, arguments: tuple[str, str], said: str
) -> None:
    assert filled("changes", *arguments).out.startswith(said)


def test_changes_of_an_empty_directory_say_what_to_do_first(filled: Command, tmp_path: Path) -> None:
    Store.open(tmp_path / "none").close()
    assert "run `ice-agreements run` or `import` first" in filled("--db", tmp_path / "none", "changes").out


def test_rows_of_one_agency_are_asked_for(filled: Command) -> None:
    rows = filled("agreements", "--as-of", "2025-06-02", "--agency", BAY.agency, "--format", "json").rows
    assert [r["rows"] for r in rows] == [[3]]
    assert filled("agreements", "--state", "GA", "--format", "json").rows == []
    assert filled("agreements", "--list", "pending", "--format", "json").rows[0]["agency"] == LAKE.agency
