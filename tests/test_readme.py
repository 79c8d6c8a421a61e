"""The README's commands run and print what it shows; JSON keys and exit codes are as docs/commands.md says."""

from __future__ import annotations

import json
import os
import re
import shlex
import socket
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import pytest

from db.settings import Settings
from tests.documents import COMMANDS, agree, fenced_blocks, first_cells, page
from tests.paths import ROOT
from tests.workbooks import PARTICIPATING, make_workbook

README = fenced_blocks((ROOT / "README.md").read_text(encoding="utf-8"))
TYPED = [(command, printed, block.mark) for block in README for command, printed in block.commands()]
OURS = [(c, p) for c, p, mark in TYPED if c.startswith("ice-agreements ") and not mark]
REAL = [(c, p) for c, p, mark in TYPED if mark == "real lists"]
#: Commands that ask the network or never end.
NOT_HERE = ("run", "serve", "schedule")


def run(
    arguments: list[str], home: Path, cwd: Path, settings: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    environment = {k: v for k, v in os.environ.items() if not k.startswith("ICE_AGREEMENTS_")}
    environment |= {
        "ICE_AGREEMENTS_HOME": str(home),
        "PYTHONPATH": str(ROOT),
        "HOME": str(cwd),
        "COLUMNS": "250",
        **(settings or {}),
    }
    command = [sys.executable, str(ROOT / "scheduler.py"), *arguments]
    return subprocess.run(command, cwd=cwd, env=environment, capture_output=True, text=True, check=False)


ROWS = (
    ("FLORIDA", "Fairview County Sheriff's Office", "County", "Pasco County", "Warrant Service Officer"),
    ("TEXAS", "Midway Police Department", "Municipality", "", "Task Force Model"),
    ("OHIO", "Oak Grove Police Department", "Municipality", "", "Task Force Model"),
)


def save_lists(folder: Path, *lists: Sequence[Sequence[str]]) -> None:
    """Lists of 1 and 15 May 2025 with these rows are in the folder."""
    for day, rows in zip(("01", "15"), lists, strict=True):
        cells = [PARTICIPATING, *((*row, "2025-03-17", "link pending", "") for row in rows)]
        data = make_workbook(cells, modified=f"2025-05-{day}T12:00:00Z")
        (folder / f"participatingAgencies05{day}2025am.xlsx").write_bytes(data)


@pytest.fixture(scope="module")
def made_up(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with `lists/`, as the README's reader has: two made-up lists; Ohio's row is gone from the second."""
    home = tmp_path_factory.mktemp("readme")
    (home / "lists").mkdir()
    save_lists(home / "lists", ROWS, ROWS[:2])
    done = run(["import", "lists"], home / "data", home)
    assert done.returncode == 0, done.stderr
    return home


def test_the_readme_has_commands_to_try() -> None:
    """The tests below cannot pass by finding nothing to run."""
    assert len(OURS) >= 5
    assert len(REAL) >= 3
    assert any(block.lines for block in README if any("make run" in line for line in block.lines))


@pytest.mark.parametrize("command", [c for c, _ in OURS] + [c for c, _ in REAL])
def test_the_readme_s_commands_run(command: str, made_up: Path) -> None:
    words = shlex.split(command.partition(" > ")[0].replace("~", str(made_up)))[1:]
    assert words[0] in {name.split()[0] for name in COMMANDS}
    if words[0] in NOT_HERE:
        pytest.skip("asks the network or does not end")
    if words[0] == "explain":
        words[1] = json.loads(run(["changes", "--format", "json"], made_up / "data", made_up).stdout)[0]["id"]
    done = run(words, made_up / "data", made_up)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr
    assert done.stdout


@pytest.mark.parametrize("target", re.findall(r"^\$ make (\w+)", (ROOT / "README.md").read_text("utf-8"), re.MULTILINE))
def test_the_readme_s_targets_are_in_the_makefile(target: str) -> None:
    assert re.search(rf"^{target}:", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)


def test_service_and_pages_run_side_by_side_where_links_lead() -> None:
    """The README starts both: their ports differ, and links in messages lead to the port that `serve` listens on."""
    (port,) = [p.default for p in COMMANDS["serve"].params if p.name == "port"]
    fields = Settings.model_fields
    assert port != fields["health_port"].default
    assert fields["public_url"].default == f"http://127.0.0.1:{port}"
    assert f"{fields['public_url'].default}/" in (ROOT / "README.md").read_text(encoding="utf-8")


def keys_of(section: str) -> list[str]:
    return first_cells(section, "key")


@pytest.mark.parametrize("name", ["changes", "agreements", "totals", "publications", "status"])
def test_every_json_key_is_documented(name: str, made_up: Path) -> None:
    done = run([name, "--format", "json"], made_up / "data", made_up)
    rows: list[dict[str, Any]] = json.loads(done.stdout)
    assert rows
    for row in rows:
        agree(keys_of(page("commands.md")[name]), row, f"docs/commands.md, {name}")


def test_exit_codes_are_as_documented(made_up: Path, tmp_path: Path) -> None:
    """0 done, 1 failed with one line, 2 wrong usage, 3 a list waits; and no other code is documented."""
    section = page("commands.md")["Exit codes"]
    assert first_cells(section) == ["0", "1", "2", "3"]
    assert run(["changes", "--kind", "renewal"], made_up / "data", made_up).returncode == 0
    failed = run(["changes"], tmp_path / "nothing", made_up)
    assert failed.returncode == 1
    assert len(failed.stderr.splitlines()) == 1
    assert run(["changes", "--kind", "ending"], made_up / "data", made_up).returncode == 2
    many = [("TEXAS", f"Town {i} Police Department", "Municipality", "", "Task Force Model") for i in range(60)]
    save_lists(tmp_path, many, many[:10])
    held = run(["import", str(tmp_path)], tmp_path / "data", tmp_path)
    assert held.returncode == 3
    assert "participatingAgencies05152025am.xlsx is held" in held.stderr


def test_a_run_that_reaches_nobody_says_so_in_one_line_and_claims_nothing(tmp_path: Path) -> None:
    """`No change` would be a claim about lists that nobody saw. The port is closed: it was just ours."""
    with socket.socket() as ours:
        ours.bind(("127.0.0.1", 0))
        port = ours.getsockname()[1]
    page_there = {"ICE_AGREEMENTS_SOURCE_URL": f"http://127.0.0.1:{port}/287g", "ICE_AGREEMENTS_MAX_TRIES": "1"}
    done = run(["run"], tmp_path, tmp_path, page_there)
    assert done.returncode == 1
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert done.stderr.startswith("unreachable: ")
    standing = run(["status"], tmp_path, tmp_path)
    assert "outcome failed" in standing.stdout
    assert "{" not in standing.stdout


def without_known(text: str) -> list[str]:
    """The lines, without the time of the import and without blanks at line ends."""
    return [re.sub(r"known here since \S+", "known here since …", line).rstrip() for line in text.splitlines()]


@pytest.mark.long
@pytest.mark.parametrize(("command", "printed"), REAL, ids=[c for c, _ in REAL])
def test_the_readme_shows_what_the_program_prints(command: str, printed: list[str], corpus_home: Path) -> None:
    """The results in the README are the program's, from ICE's own lists."""
    done = run(shlex.split(command)[1:], corpus_home, corpus_home.parent)
    assert without_known(done.stdout) == without_known("\n".join(printed))
