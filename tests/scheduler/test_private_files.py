"""Whatever the umask, what the program makes can be read by its owner alone; what it publishes, by everybody."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from tests.paths import ROOT
from tests.standin.lists import participating


def run(home: Path, umask: int, *words: str) -> None:
    done = subprocess.run(
        [sys.executable, ROOT / "scheduler.py", *words], cwd=ROOT, umask=umask, check=False, capture_output=True,
        text=True, env={**os.environ, "ICE_AGREEMENTS_HOME": str(home)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr


def modes(root: Path) -> dict[str, int]:
    return {str(path.relative_to(root)): stat.S_IMODE(path.stat().st_mode) for path in (root, *root.rglob("*"))}


@pytest.mark.parametrize("umask", [0o000, 0o022])
def test_database_archive_keys_and_backups_are_their_owners_alone(tmp_path: Path, umask: int) -> None:
    home, backups, site = tmp_path / "home", tmp_path / "backups", tmp_path / "www" / "site"
    source = tmp_path / "participatingAgencies01052026am.xlsx"
    source.write_bytes(participating("Pasco County Sheriff's Office"))
    run(home, umask, "import", str(source))
    run(home, umask, "backup", str(backups))
    run(home, umask, "export", str(site))
    for root in (home, backups):
        found = modes(root)
        assert len(found) > 2
        assert {path: oct(mode) for path, mode in found.items() if mode & 0o077} == {}
    published = modes(tmp_path / "www")
    assert len(published) > 10
    assert {oct(mode) for mode in published.values()} == {"0o755", "0o644"}
