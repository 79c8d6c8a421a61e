"""A command imports what it needs and no more, and the program says which it is."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from db.version import VERSION
from tests.paths import ROOT

#: Libraries that no command that only reads the store can need.
HEAVY = ("scrapy", "twisted", "starlette", "uvicorn", "apscheduler", "apprise", "jinja2", "requests", "sqlite_utils")


def imported_by(*command: str, home: Path) -> set[str]:
    """Every top-level module that a command loads in a process of its own."""
    code = (
        "import sys, scheduler\n"
        f"sys.argv = ['ice-agreements', '--db', {str(home)!r}, *{command!r}]\n"
        "try:\n    scheduler.main()\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "print('\\n'.join(sys.modules), file=sys.stderr)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    return {name.partition(".")[0] for name in done.stderr.splitlines()}


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with every migration."""
    from db.database import Store

    place = tmp_path_factory.mktemp("home")
    Store.open(place).close()
    return place


@pytest.mark.parametrize("command", ["status", "changes", "publications", "sending"])
def test_a_command_that_reads_imports_no_heavy_library(command: str, home: Path) -> None:
    assert imported_by(command, home=home) & set(HEAVY) == set()


def test_the_check_sees_a_heavy_library(home: Path) -> None:
    """What sends messages asks webhooks, too."""
    assert "requests" in imported_by("alerts", "send", home=home)


def test_the_version_is_printed_and_nothing_else() -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scheduler.py", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"ice-agreements {VERSION}\n"
    assert done.stderr == ""


def test_every_release_has_its_section_in_the_changelog_with_its_date() -> None:
    text = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    headings = re.findall(r"^## (.+)$", text, re.MULTILINE)
    assert headings[0] == "[Unreleased]"
    assert all(re.fullmatch(r"\[\d+\.\d+\.\d+\] - \d{4}-\d{2}-\d{2}", heading) for heading in headings[1:])
    released = [heading[1:].partition("]")[0] for heading in headings[1:]]
    assert VERSION.endswith(".dev0") or released[0] == VERSION


def test_the_commands_come_in_one_order_and_only_those_asked_for_are_loaded() -> None:
    code = (
        "import sys, typer.main, scheduler\n"
        "group = typer.main.get_command(scheduler.app)\n"
        "assert 'monitor.cli.review_commands' not in sys.modules\n"
        "assert group.get_command(None, 'no-such-command') is None\n"
        "print(*group.list_commands(None))\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    names = done.stdout.split()
    assert names[:4] == ["run", "import", "rebuild", "schedule"]
    assert len(names) == len(set(names)) > 20
