"""What commands print: JSON with the keys promised, CSV, and tables that no cell can break out of."""

from __future__ import annotations

import csv
import io
from dataclasses import replace
from pathlib import Path

from tests.histories import agencies
from tests.monitor.cli.run_command import BAKER, BAY, LAKE, MONDAY, PENDING, TUESDAY, Command, run_apart

CHANGE_KEYS = {
    "id", "kind", "status", "needs_review", "state", "agency", "agency_id", "agreement_id", "county", "support_type",
    "signed_on", "fields", "before", "after", "rule", "candidates", "last_listed_in", "first_missing_from",
    "first_listed_in", "listed_on", "known_at", "told",
}  # fmt: skip

SOURCE_KEYS = {"file", "list", "sha256", "url", "published_on", "workbook_modified_at", "row"}

ROW_KEYS = {"agency", "state", "county", "type", "support_type", "signed_on", "moa", "addendum"}

PUBLICATION_KEYS = {
    "file", "list", "linked_as", "sha256", "url", "rows", "published_on", "workbook_modified_at", "first_seen_at",
    "status", "reasons",
}  # fmt: skip

TOTALS_KEYS = {"as_of", "publication", "agreements", "agencies", "states", "territories", "support_types", "sentence"}


def test_json_of_every_reading_command_is_an_array_with_the_keys_promised(filled: Command) -> None:
    changes = filled("changes", "--format", "json").rows
    assert sorted(c["kind"] for c in changes) == ["signing", "termination"]
    for change in changes:
        assert change.keys() >= CHANGE_KEYS
        for name in ("before", "after"):
            assert change[name] is None or change[name].keys() >= ROW_KEYS
        for name in ("last_listed_in", "first_missing_from", "first_listed_in"):
            assert change[name] is None or change[name].keys() == SOURCE_KEYS
    assert {p["file"] for p in filled("publications", "--format", "json").rows} == {
        MONDAY.file, TUESDAY.file, PENDING.file,
    }  # fmt: skip
    assert all(p.keys() >= PUBLICATION_KEYS for p in filled("publications", "--format", "json").rows)
    (counted,) = filled("totals", "--as-of", "2025-06-02", "--format", "json").rows
    assert counted.keys() >= TOTALS_KEYS
    assert counted["support_types"]["TFM"] == {"agreements": 2, "agencies": 2, "states": 1, "territories": 0}
    assert counted["sentence"] == (
        "As of June 2, 2025, ICE listed 2 agreements with 2 agencies covering 1 state: JEM 0 in 0 states,"
        " WSO 0 in 0 states, TFM 2 in 1 state."
    )
    listed = filled("agreements", "--as-of", "2025-06-02", "--format", "json").rows
    assert [r["agency"] for r in listed] == [BAKER.agency, BAY.agency]
    assert len(filled("status", "--format", "json").rows) == 1
    waiting = filled("review", "list", "--format", "json").rows
    assert [row["kind"] for row in waiting] == ["signing"], "dated twelve weeks before the list that first shows it"


def test_a_change_names_the_rows_on_either_side(filled: Command) -> None:
    (ending,) = filled("changes", "--kind", "termination", "--format", "json").rows
    assert (ending["state"], ending["agency"], ending["support_type"], ending["signed_on"]) == (
        "FL", BAY.agency, "TFM", "2025-03-03",
    )  # fmt: skip
    assert (ending["status"], ending["listed_on"], ending["county"], ending["told"]) == (
        "provisional", "2025-06-03", "Bay County", False,
    )  # fmt: skip
    assert (ending["last_listed_in"]["file"], ending["last_listed_in"]["row"]) == (MONDAY.file, 3)
    assert ending["first_missing_from"]["file"] == TUESDAY.file
    assert ending["first_listed_in"] is None
    assert ending["after"] is None
    assert ending["before"]["normalised"] == {"state": "FL", "support_type": "TFM"}
    (signing,) = filled("changes", "--kind", "signing", "--format", "json").rows
    assert (signing["first_listed_in"]["file"], signing["first_listed_in"]["row"]) == (TUESDAY.file, 3)


def test_csv_has_a_header_and_a_line_for_each(filled: Command) -> None:
    lines = list(csv.DictReader(io.StringIO(filled("changes", "--format", "csv").out)))
    assert [(line["kind"], line["agency"]) for line in lines] == [("termination", BAY.agency), ("signing", LAKE.agency)]


def test_a_cell_is_no_formula_to_a_spreadsheet_and_no_command_to_a_terminal(command: Command, tmp_path: Path) -> None:
    names = ("=HYPERLINK(1)", "+1", "-3", "@SUM(1)", " =1+1", "\t=2", "Bad\u202ename\u2066", "Bell\x85\x9b31mCounty")
    hostile = replace(TUESDAY, rows=(BAKER, *agencies(*names)))
    command("import", MONDAY.write(tmp_path), hostile.write(tmp_path))
    for form in ("csv", "table", "json"):
        for words in ("changes", "agreements", "publications"):
            shown = command(words, "--format", form).out
            assert not [c for c in shown if not c.isprintable() and c != "\n"], (words, form)
            if form == "csv":
                cells = [cell for line in csv.reader(io.StringIO(shown)) for cell in line]
                assert not [c for c in cells if c.lstrip().startswith(("=", "+", "-", "@"))], words
    printed = {c["after"]["agency"] for c in command("changes", "--kind", "signing", "--format", "json").rows}
    seen = {"Badname" if name.startswith("Bad") else name for name in names}
    assert printed == seen  # to a program, what a person sees in the list
    (change_id,) = [c["id"] for c in command("changes", "--format", "json").rows if "Bell" in str(c["after"])]
    assert not [c for c in command("explain", change_id).out if not c.isprintable() and c != "\n"]


def test_status_is_in_words(filled: Command) -> None:
    said = filled("status").out
    assert "\nnewest list: participatingAgencies" in said
    assert "rows 2" not in said
    assert "\nverified at: never\n" in said
    assert " GB\n" in said
    assert "open reviews" not in said


def test_a_process_of_its_own_prints_json_only_and_ends_as_promised(tmp_path: Path) -> None:
    home = tmp_path / "data"
    failed = run_apart("changes", "--format", "json", home=home)
    assert (failed.code, failed.out, failed.err.count("\n")) == (1, "", 1)
    assert run_apart("changes", "--kind", "x", home=home).code == 2
    imported = run_apart("import", MONDAY.write(tmp_path), TUESDAY.write(tmp_path), home=home)
    assert (imported.code, imported.err) == (0, "")
    done = run_apart("-v", "changes", "--format", "json", home=home)
    assert (done.code, len(done.rows)) == (0, 2)
