"""How commands end: 0 done, 1 failed, 2 wrong usage, 3 something waits for a person."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from tests.histories import Posting, many
from tests.monitor.cli.run_command import BAKER, BAY, LAKE, MONDAY, Command


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
    (tmp_path / "empty" / "agreement.pdf").touch()
    assert f"moas {tmp_path / 'empty'} --import" in line("import", tmp_path / "empty")
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


def test_a_setting_that_makes_no_sense_is_named_in_one_line(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("ICE_AGREEMENTS_MAX_TRIES", "none")
    ended = command("import", MONDAY.write(tmp_path))
    assert (ended.code, ended.out, ended.err.count("\n")) == (1, "", 1)
    assert "ICE_AGREEMENTS_MAX_TRIES" in ended.err


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
