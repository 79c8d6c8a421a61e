"""What the tree promises: who may import whom, what locks and texts may hold, that every library is explained."""

from __future__ import annotations

import ast
import importlib.metadata
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

from tests.paths import ROOT

OURS = ("scrapers", "monitor", "db", "scheduler")
#: who -> whom of ours it may import; `scrapers` and `monitor` meet in the database only
MAY_IMPORT: dict[str, frozenset[str]] = {
    "scheduler": frozenset({"scrapers", "monitor", "db"}),
    "scrapers": frozenset({"db"}),
    "monitor": frozenset({"db"}),
    "db": frozenset(),
}
#: library -> the only one of ours that may import it
HOME = {"scrapy": "scrapers", "twisted": "scrapers", "sqlite_utils": "db"}
LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-bench.lock")
#: Of the programs in `tests/clients`, in an environment of their own.
CLIENTS_LOCK = "requirements-clients.lock"
#: What `make demo` needs beside the first; it is part of the second.
DEMO_LOCK = "requirements-demo.lock"


def imported(source: str, package: str) -> Iterator[tuple[int, str]]:
    """(line, top-level name) of every import, also those inside functions; a relative one is the package's own."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name.partition(".")[0]) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield node.lineno, package if node.level else (node.module or "").partition(".")[0]


def broken_rules(source: str, package: str) -> list[str]:
    """One line for each import that the layout does not allow to this package."""
    broken = []
    for line, name in imported(source, package):
        if name in OURS and name != package and name not in MAY_IMPORT[package]:
            broken.append(f"line {line}: {package} imports {name}")
        if name in HOME and HOME[name] != package:
            broken.append(f"line {line}: {name} belongs in {HOME[name]}, not in {package}")
        if name in ("tests", "benchmarks"):
            broken.append(f"line {line}: {package} imports {name}")
    return broken


def files_of(package: str) -> list[Path]:
    return [ROOT / "scheduler.py"] if package == "scheduler" else sorted((ROOT / package).rglob("*.py"))


@cache
def tracked_texts() -> dict[str, str]:
    """Every file that is or will be in the repository, by name, but those that are not text."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    texts = {}
    for name in listed.stdout.split("\0"):
        path = ROOT / name
        if name and path.is_file() and b"\0" not in (data := path.read_bytes()):
            texts[name] = data.decode("utf-8", "replace")
    return texts


@pytest.mark.parametrize("package", OURS)
def test_each_part_imports_only_what_lies_below_it(package: str) -> None:
    broken = [
        f"{path.relative_to(ROOT)} {rule}"
        for path in files_of(package)
        for rule in broken_rules(path.read_text(encoding="utf-8"), package)
    ]
    assert broken == []


@pytest.mark.parametrize(
    ("package", "source"),
    [
        ("db", "from monitor import diff"),
        ("monitor", "def late():\n    import scrapers.readers.document"),
        ("scrapers", "from monitor.changelog.diff import pair"),
        ("monitor", "import scrapy"),
        ("scheduler", "from scrapy.crawler import AsyncCrawlerProcess"),
        ("scrapers", "import sqlite_utils"),
        ("scrapers", "import scheduler"),
        ("db", "from tests import lists"),
    ],
)
def test_a_forbidden_import_is_seen(package: str, source: str) -> None:
    assert len(broken_rules(source, package)) == 1


def test_an_allowed_import_is_let_through() -> None:
    assert broken_rules("import json\nfrom . import diff\nfrom db.models import Listing", "monitor") == []
    assert broken_rules("import scrapers, monitor, db", "scheduler") == []


def test_no_text_names_a_registry_host_or_a_path_of_one_machine() -> None:
    """The project is installed from whatever index its user has, on any machine."""
    hosts = [
        "py" + "pi.org",
        "python" + "hosted.org",
        "registry.np" + "mjs.org",
        "deb." + "deb" + "ian.org",
        "/opt/" + "pypi",
    ]
    pattern = re.compile("|".join(map(re.escape, hosts)) + r"|(?<![\w.\-])/(?:work|root|home/\w+|Users/\w+)/\w")
    found = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in tracked_texts().items()
        for number, line in enumerate(text.splitlines(), 1)
        if pattern.search(line)
    ]
    assert found == []


@pytest.mark.parametrize("lock", [*LOCKS, CLIENTS_LOCK, DEMO_LOCK])
def test_a_lock_pins_every_package_with_hashes(lock: str) -> None:
    entries = re.split(r"\n(?=[a-z])", (ROOT / lock).read_text(encoding="utf-8").strip())
    assert len(entries) > (0 if lock == DEMO_LOCK else 20)
    for entry in entries:
        assert re.match(r"[a-z0-9.\-]+(\[[a-z,]+\])?==\S+", entry), entry[:80]
        assert "--hash=sha256:" in entry, entry[:80]
        assert "://" not in entry, entry[:80]


def names_of(requirements: list[object]) -> set[str]:
    return {re.split(r"[\[<>=!~; ]", text)[0].lower() for text in requirements if isinstance(text, str)}


def wanted() -> tuple[set[str], set[str], set[str], set[str]]:
    """The project's direct dependencies by name: for run time, for development, for measurements, for clients."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    groups = project["dependency-groups"]
    return (
        names_of(project["project"]["dependencies"] + groups["build"]),
        names_of(groups["dev"] + groups["demo"]),
        names_of(groups["bench"]),
        names_of(groups["clients"]),
    )


def pinned(lock: str) -> dict[str, str]:
    text = (ROOT / lock).read_text(encoding="utf-8")
    return dict(re.findall(r"^([a-z0-9.\-]+)(?:\[[a-z,]+\])?==([^\s;]+)", text, re.MULTILINE))


def test_the_locks_hold_what_the_project_asks_for_and_agree() -> None:
    run, dev, bench = (pinned(lock) for lock in LOCKS)
    wanted_run, wanted_dev, wanted_bench, wanted_clients = wanted()
    assert wanted_run <= run.keys(), "run `make lock`"
    assert wanted_dev <= dev.keys(), "run `make lock`"
    assert wanted_bench <= bench.keys(), "run `make lock`"
    assert wanted_clients <= pinned(CLIENTS_LOCK).keys(), "run `make lock`"
    assert {name: dev.get(name) for name in run} == run
    assert {name: bench.get(name) for name in dev} == dev
    assert pinned(DEMO_LOCK).items() <= dev.items()


def test_every_import_is_asked_for() -> None:
    """What the code imports is a direct dependency: nothing works only because another library happens to bring it."""
    run, dev, bench, _ = wanted()
    owners = importlib.metadata.packages_distributions()
    missing = set()
    for name in (name for name in tracked_texts() if name.endswith(".py")):
        shipped = name.startswith(tuple(f"{package}/" for package in OURS)) or name == "scheduler.py"
        allowed = run if shipped and not name.startswith("monitor/places/make_") else run | dev | bench
        for line, module in imported(tracked_texts()[name], "db"):
            if module in sys.stdlib_module_names or module in (*OURS, "tests", "benchmarks"):
                continue
            if not {owner.lower().replace("_", "-") for owner in owners.get(module, [module])} & allowed:
                missing.add(f"{name}:{line}: {module}")
    assert missing == set()


def test_every_dependency_is_explained() -> None:
    """docs/dependencies.md says of each what it is for; a name it does not know is a library nobody asked for."""
    text = (ROOT / "docs" / "dependencies.md").read_text(encoding="utf-8")
    explained = set(re.findall(r"^\| `([a-z0-9.\-]+)`", text, re.MULTILINE))
    asked = set().union(*wanted())
    assert explained == asked


def test_the_docs_index_leads_to_every_page() -> None:
    docs = ROOT / "docs"
    index = (docs / "README.md").read_text(encoding="utf-8")
    links = set(re.findall(r"\]\(([a-z0-9_\-/]+\.md)\)", index))
    pages = {path.relative_to(docs).as_posix() for path in docs.rglob("*.md")} - {"README.md"}
    assert pages - links == set(), "say in docs/README.md what these are for"
    assert links - pages == set(), "these links lead nowhere"
