"""Where the data is, what a manifest says of a list, and rulings made, exported and imported."""

from __future__ import annotations

import os
import re
from dataclasses import replace
from pathlib import Path

from tests.monitor.cli.run_command import MONDAY, PENDING, Command


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
