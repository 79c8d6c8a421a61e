"""A `.venv` that was moved or whose Python is gone is noticed and made again; a good one is left alone."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.paths import ROOT

pytestmark = pytest.mark.skipif(not shutil.which("make"), reason="no make here")


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """A directory with the Makefile and an environment that looks good."""
    shutil.copy(ROOT / "Makefile", tmp_path)
    (tmp_path / ".venv" / "bin").mkdir(parents=True)
    python = tmp_path / ".venv" / "bin" / "python"
    python.write_text("#!/bin/sh\nexit 0\n")
    python.chmod(0o755)
    (tmp_path / ".venv" / ".python").write_text(f"{tmp_path}\n")
    return tmp_path


def said(place: Path) -> str:
    return subprocess.run(["make", "help"], cwd=place, capture_output=True, text=True, check=True).stdout


def test_a_good_environment_is_left_alone(place: Path) -> None:
    assert "made again" not in said(place)
    assert (place / ".venv" / ".python").is_file()


def test_one_that_was_moved_is_removed(place: Path) -> None:
    (place / ".venv" / ".python").write_text("/somewhere/else\n")
    assert ".venv was moved or its Python is gone: it is made again" in said(place)
    assert not (place / ".venv").exists()


def test_one_whose_python_is_gone_is_removed(place: Path) -> None:
    (place / ".venv" / "bin" / "python").unlink()
    assert "made again" in said(place)
    assert not (place / ".venv").exists()
