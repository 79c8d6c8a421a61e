"""Where `make clients` put the programs, in environments of their own: their needs are not ours."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

CLIENTS = ROOT / "build" / "clients"
PYTHON = CLIENTS / "bin" / "python"
NODE_MODULES = CLIENTS / "node_modules"


def needs(path: Path) -> pytest.MarkDecorator:
    return pytest.mark.skipif(not path.exists(), reason=f"{path.name} is not there: `make clients` installs it")


def run(*command: str | Path, cwd: Path, **env: str) -> str:
    """What the program prints; its complaints when it fails."""
    done = subprocess.run(
        [str(part) for part in command], cwd=cwd, env={"PATH": "/usr/bin:/bin", "HOME": str(cwd), **env},
        capture_output=True, text=True, check=False, timeout=300,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
