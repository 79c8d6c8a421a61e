"""A command line with its data in a directory of the test's own, empty or with three lists."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

import scheduler
from tests.monitor.cli.run_command import MONDAY, PENDING, TUESDAY, Command, Ended


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
