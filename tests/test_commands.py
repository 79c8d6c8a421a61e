"""The command line keeps its contract: names, JSON keys, exit codes, and what goes to which stream."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

import scheduler
from db.database import Store
from tests.histories import Posting, agencies, many
from tests.paths import ROOT

BAKER, BAY, LAKE = agencies(
    "Baker County Sheriff's Office", "Bay County Sheriff's Office", "Lake County Sheriff's Office"
)
MONDAY = Posting((BAKER, BAY), "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx")
TUESDAY = Posting((BAKER, LAKE), "2025-06-03T14:00:00Z", "participatingAgencies06032025am.xlsx")
PENDING = Posting((LAKE,), "2025-06-02T14:00:00Z", "pendingAgencies06022025am.xlsx", "pending")

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


@dataclass
class Ended:
    """How a command ended."""

    code: int
    out: str
    err: str

    @property
    def rows(self) -> list[dict[str, Any]]:
        """Stdout as the JSON array that it must be."""
        found = json.loads(self.out)
        assert isinstance(found, list)
        return found


Command = Callable[..., Ended]


@pytest.fixture
def command(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Command:
    """The program run in this process, with its data in a directory of the test's own."""
    monkeypatch.setenv("ICE_AGREEMENTS_HOME", str(tmp_path / "data"))
    monkeypatch.chdir(tmp_path)

    def run(*arguments: object) -> Ended:
        monkeypatch.setattr(sys, "argv", ["ice-agreements", *map(str, arguments)])
        code = 0
        capsys.readouterr()
        try:
            scheduler.main()
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1
        shown = capsys.readouterr()
        return Ended(code, shown.out, shown.err)

    return run


@pytest.fixture
def filled(command: Command, tmp_path: Path) -> Command:
    """Two participating lists and a pending one are in."""
    folder = tmp_path / "lists"
    folder.mkdir()
    for posting in (MONDAY, TUESDAY, PENDING):
        posting.write(folder)
    assert command("import", folder).code == 0
    return command


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


def test_nothing_new_ends_in_0_and_a_held_list_in_3_until_one_makes_up_for_it(filled: Command, tmp_path: Path) -> None:
    assert filled("import", tmp_path / "lists").code == 0
    grown = Posting((BAKER, LAKE, *many(30)), "2025-06-04T14:00:00Z", "participatingAgencies06042025am.xlsx")
    fallen = Posting((BAKER, LAKE), "2025-06-05T14:00:00Z", "participatingAgencies06052025am.xlsx")
    filled("import", grown.write(tmp_path))
    held = filled("import", fallen.write(tmp_path))
    # the very rows of an older list: no doubt, and nothing for a person
    assert held.code == 0
    fallen = replace(fallen, rows=(BAKER, LAKE, BAY), modified="2025-06-06T14:00:00Z", file="list.xlsx")
    held = filled("import", fallen.write(tmp_path))
    assert (held.code, held.err) == (3, "list.xlsx is held for a person; `ice-agreements review list` says why\n")
    assert filled("rebuild").code == 3
    again = replace(grown, modified="2025-06-09T14:00:00Z", file="participatingAgencies06092025am.xlsx")
    assert "list.xlsx" in filled("review", "list").out
    assert filled("import", again.write(tmp_path)).code == 0
    assert "list.xlsx" not in filled("review", "list").out, "a later list made up for it"


def test_a_ruling_counts_at_once_and_needs_a_name(filled: Command) -> None:
    (ending,) = filled("changes", "--kind", "termination", "--format", "json").rows
    assert filled("review", "dismiss", ending["id"]).code == 2  # nobody decides
    done = filled("review", "dismiss", ending["id"], "--reviewer", "Ann", "--reason", "a slip")
    assert (done.code, done.out) == (0, f"{ending['id']} (no longer listed by ICE) is now retracted\n")
    (ending,) = filled("changes", "--kind", "termination", "--format", "json").rows
    assert (ending["status"], ending["reason"]) == ("retracted", "dismissed by Ann: a slip")
    assert re.search(r"^Ruling: dismiss, by Ann at \S+: a slip$", filled("explain", ending["id"]).out, re.MULTILINE)
    again = filled("review", "dismiss", ending["id"], "--reviewer", "Ann", "--reason", "still a slip")
    assert again.out == f"{ending['id']} (no longer listed by ICE) is still retracted\n"
    undone = filled("review", "undo", ending["id"], "--reviewer", "Ann")
    assert undone.out == f"the ruling “dismiss” on {ending['id']} is undone\n"
    missing = filled("review", "confirm", "0123456789ab", "--reviewer", "Ann")
    assert (missing.code, missing.out) == (1, "")
    assert missing.err == "error: no change 0123456789ab; `ice-agreements changes` lists their ids\n"


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


def test_status_is_in_words(filled: Command) -> None:
    said = filled("status").out
    assert "\nnewest list: participatingAgencies" in said
    assert "rows 2" not in said
    assert "\nverified at: never\n" in said
    assert " GB\n" in said
    assert "open reviews" not in said


def test_rulings_go_out_and_come_in_as_csv(filled: Command, tmp_path: Path) -> None:
    (ending,) = filled("changes", "--kind", "termination", "--format", "json").rows
    filled("review", "dismiss", ending["id"], "--reviewer", "Ann", "--reason", 'a "slip", they say')
    out = filled("review", "export").out
    (tmp_path / "rulings.csv").write_text(out, encoding="utf-8")
    assert (
        filled("review", "import", tmp_path / "rulings.csv", "--reviewer", "Zoe").out
        == "0 rulings imported, 1 known already\n"
    )
    other = tmp_path / "other"
    filled("--db", other, "import", tmp_path / "lists")
    come_in = ("--db", other, "review", "import", tmp_path / "rulings.csv", "--reviewer", "Zoe")
    previewed = filled(*come_in, "--preview").out.splitlines()
    assert previewed[0].startswith("retracted: ")
    assert previewed[1:] == ["1 rulings would be imported, 0 known already"]
    assert filled(*come_in).out == "1 rulings imported, 0 known already\n"
    (there,) = filled("--db", other, "changes", "--kind", "termination", "--format", "json").rows
    assert (there["id"], there["status"]) == (ending["id"], "retracted")


@pytest.mark.parametrize(
    "arguments",
    [
        ["changes", "--kind", "divorce"], ["changes", "--since", "yesterday"], ["changes", "--format", "xml"],
        ["changes", "--support-type", "tfm"], ["changes", "--status", "maybe"], ["agreements", "--list", "both"],
        ["agreements", "--as-of", "2025-02-30"], ["agreements", "--known-at", "noon"], ["import"], ["no-such-command"],
        ["totals", "--no-such-option"], ["explain"],
    ],
)  # fmt: skip
def test_wrong_usage_ends_in_2_and_prints_nothing_on_stdout(filled: Command, arguments: list[str]) -> None:
    ended = filled(*arguments)
    assert (ended.code, ended.out) == (2, "")
    assert "Usage:" in ended.err


def test_work_that_fails_ends_in_1_with_one_line(command: Command, tmp_path: Path) -> None:
    def line(*arguments: object) -> str:
        ended = command(*arguments)
        assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1), ended
        return ended.err

    for words in ("changes", "agreements", "totals", "publications", "status", "doctor"):
        assert "run `ice-agreements run` or `import` first" in line(words)
    assert "there is no such file or folder" in line("import", tmp_path / "nothing.xlsx")
    (tmp_path / "empty").mkdir()
    assert "the folder holds no list" in line("import", tmp_path / "empty")
    assert "the manifest cannot be read" in line("import", "--manifest", tmp_path / "no.csv")
    (tmp_path / "no.csv").write_text("name\nx\n")
    assert "has no column `file`" in line("import", "--manifest", tmp_path / "no.csv")
    (tmp_path / "gone.csv").write_text("file,uploaded_as\nx.xlsx,participating\n")
    assert "names a file that is not there" in line("import", "--manifest", tmp_path / "gone.csv")
    command("import", MONDAY.write(tmp_path))
    assert "no participating list is known for 2025-06-01; the oldest is of 2025-06-02" in line(
        "agreements", "--as-of", "2025-06-01"
    )
    assert "no change abc" in line("explain", "abc")


def test_the_data_may_be_named_before_or_after_the_command_as_a_directory_or_the_file_in_it(
    filled: Command, tmp_path: Path
) -> None:
    expected = filled("changes", "--format", "json").out
    home = tmp_path / "data"
    os.environ["ICE_AGREEMENTS_HOME"] = str(tmp_path / "elsewhere")  # the fixture's monkeypatch puts it back
    assert filled("changes").code == 1
    assert filled("--db", home, "changes", "--format", "json").out == expected
    assert filled("changes", "--db", home, "--format", "json").out == expected
    assert filled("changes", "--db", home / "ice-agreements.sqlite", "--format", "json").out == expected
    assert filled("--db", tmp_path / "elsewhere", "changes", "--db", home, "--format", "json").out == expected
    assert filled("changes").code == 1  # what one command was told, the next one was not
    assert not (tmp_path / "elsewhere").exists()  # a command that reads makes nothing


def test_a_manifest_says_which_link_and_when(command: Command, tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    replace(MONDAY, modified="2026-12-01T00:00:00Z", file="a.xlsx").write(folder)
    replace(PENDING, file="b.xlsx").write(folder)
    (folder / "manifest.csv").write_text(
        "file,uploaded_as,sha256,archive_capture_utc\na.xlsx,participating,x,20250602180000\nb.xlsx,participating,x,\n",
        encoding="utf-8",
    )
    command("import", "--manifest", folder / "manifest.csv")
    found = {p["file"]: p for p in command("publications", "--format", "json").rows}
    assert (found["a.xlsx"]["published_on"], found["a.xlsx"]["first_seen_at"]) == ("2025-06-02", "2025-06-02T18:00:00Z")
    assert (found["b.xlsx"]["status"], found["b.xlsx"]["list"], found["b.xlsx"]["linked_as"]) == (
        "held", "pending", "participating",
    )  # fmt: skip


def run_apart(*arguments: object, home: Path) -> Ended:
    """The program in a process of its own."""
    done = subprocess.run(
        [sys.executable, str(ROOT / "scheduler.py"), *map(str, arguments)], capture_output=True, text=True, check=False,
        env={**os.environ, "ICE_AGREEMENTS_HOME": str(home), "PYTHONPATH": str(ROOT)}, cwd=home.parent,
    )  # fmt: skip
    return Ended(done.returncode, done.stdout, done.stderr)


def test_a_process_of_its_own_prints_json_only_and_ends_as_promised(tmp_path: Path) -> None:
    home = tmp_path / "data"
    failed = run_apart("changes", "--format", "json", home=home)
    assert (failed.code, failed.out, failed.err.count("\n")) == (1, "", 1)
    assert run_apart("changes", "--kind", "x", home=home).code == 2
    imported = run_apart("import", MONDAY.write(tmp_path), TUESDAY.write(tmp_path), home=home)
    assert (imported.code, imported.err) == (0, "")
    done = run_apart("-v", "changes", "--format", "json", home=home)
    assert (done.code, len(done.rows)) == (0, 2)


def test_a_setting_that_makes_no_sense_is_named_in_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ICE_AGREEMENTS_MAX_TRIES", "none")
    ended = command("import", MONDAY.write(tmp_path))
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "ICE_AGREEMENTS_MAX_TRIES" in ended.err


def test_rows_of_one_agency_are_asked_for(filled: Command) -> None:
    rows = filled("agreements", "--as-of", "2025-06-02", "--agency", BAY.agency, "--format", "json").rows
    assert [r["rows"] for r in rows] == [[3]]
    assert filled("agreements", "--state", "GA", "--format", "json").rows == []
    assert filled("agreements", "--list", "pending", "--format", "json").rows[0]["agency"] == LAKE.agency


def test_an_import_of_nothing_that_can_be_read_has_failed(command: Command, tmp_path: Path) -> None:
    """Two files of garbage: both are kept and named. With a list among them the work is done."""
    folder = tmp_path / "garbage"
    folder.mkdir()
    (folder / "a.xlsx").write_bytes(b"PK\x03\x04 cut off")
    (folder / "b.html").write_text("<p>no table</p>")
    ended = command("import", folder)
    assert (ended.code, ended.err.count("\n")) == (1, 2)
    assert ended.out.startswith("2 lists read, 2 new, 2 unreadable\n")
    MONDAY.write(folder)
    assert command("import", folder).code == 0
