"""The built wheel does the work in a fresh environment, from a directory that is not the project's."""

from __future__ import annotations

import os
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from tests.paths import ROOT

OURS = ("scrapers", "monitor", "db", "scheduler")
NO_NETWORK = (
    "Failed to establish a new connection",
    "NameResolutionError",
    "ConnectionError",
    "Temporary failure in name",
)

pytestmark = pytest.mark.long


def run(*command: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    """The command's outcome, run as a stranger would: nothing of this project on its path."""
    env = {key: value for key, value in os.environ.items() if key not in ("PYTHONPATH", "ICE_AGREEMENTS_HOME")}
    return subprocess.run(list(map(str, command)), cwd=cwd, env=env, capture_output=True, text=True, check=False)


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("dist")
    done = run(sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", out, ROOT, cwd=out)
    assert done.returncode == 0, done.stdout + done.stderr
    (made,) = out.glob("*.whl")
    return made


@pytest.fixture(scope="module")
def installed(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bin directory of an environment that has the locked libraries and the wheel, and nothing else."""
    home = tmp_path_factory.mktemp("elsewhere")
    run(sys.executable, "-m", "venv", "--without-pip", home / "venv", cwd=home)
    python = home / "venv" / "bin" / "python"
    pip = (sys.executable, "-m", "pip", "--python", python, "--disable-pip-version-check", "--no-input", "install",
           "--quiet", "--no-compile")  # fmt: skip
    done = run(*pip, "--require-hashes", "--requirement", ROOT / "requirements.lock", cwd=home)
    if done.returncode and any(sign in done.stderr for sign in NO_NETWORK):
        if os.environ.get("CI"):
            pytest.fail("no network: the locked libraries could not be had, and CI must not skip this")
        pytest.skip("no network: the locked libraries could not be had")
    assert done.returncode == 0, done.stderr
    done = run(*pip, "--no-deps", wheel, cwd=home)
    assert done.returncode == 0, done.stderr
    return python.parent


def test_the_wheel_holds_the_project_and_its_data_and_no_more(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        names = set(archive.namelist())
    tops = {name.partition("/")[0] for name in names}
    assert {top for top in tops if not top.endswith(".dist-info")} == {"scrapers", "monitor", "db", "scheduler.py"}
    in_tree = {
        path.relative_to(ROOT).as_posix()
        for package in ("scrapers", "monitor", "db")
        for path in (ROOT / package).rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }
    assert in_tree - names == set()
    assert {"monitor/places/counties.csv", "monitor/places/place_names.tsv"} <= names


def test_the_wheel_says_it_is_private(wheel: Path) -> None:
    with zipfile.ZipFile(wheel) as archive:
        (metadata,) = (name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        assert "Classifier: Private :: Do Not Upload" in archive.read(metadata).decode()


def test_the_command_says_what_it_can_do(installed: Path, tmp_path: Path) -> None:
    done = run(installed / "ice-agreements", "--help", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    for command in ("run", "import", "changes", "agreements", "totals", "publications", "serve", "schedule", "doctor"):
        assert command in done.stdout
    assert list(tmp_path.iterdir()) == [], "asking for help made files"


def test_the_four_come_from_one_place(installed: Path, tmp_path: Path) -> None:
    """The generic names are the installed ones, also where a `db` or `scheduler` of somebody else's lies about."""
    (tmp_path / "db.py").write_text("raise RuntimeError('not this one')\n")
    code = (
        "import importlib, pathlib\n"
        f"for name in {OURS!r}:\n"
        "    place = pathlib.Path(importlib.import_module(name).__file__)\n"
        "    print(place.parent if name == 'scheduler' else place.parent.parent)\n"
    )
    done = run(installed / "python", "-P", "-c", code, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    (place,) = set(done.stdout.split("\n")) - {""}
    assert Path(place).is_relative_to(installed.parent)


def test_the_gazetteer_is_installed_with_its_data(installed: Path, tmp_path: Path) -> None:
    code = "from monitor.places.gazetteer import find_county; print(find_county('FL', 'Pasco County').county.fips)"
    done = run(installed / "python", "-P", "-c", code, cwd=tmp_path)
    assert done.stdout.strip() == "12101", done.stderr
