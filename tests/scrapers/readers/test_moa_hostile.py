"""PDFs that mean harm or are broken: each has a named outcome, within time and memory, and nothing of it runs."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from db.database import Store
from db.moa_models import MoaReading
from db.settings import Settings
from scrapers import ingest_moas
from scrapers.readers.moa_document import read_document
from scrapers.readers.moa_text import MEMORY_BYTES, READ_SECONDS, PdfReader
from tests.paths import ROOT
from tests.pdfs import hostile, scan_pdf, text_pdf

MOST_SECONDS = 10.0
MOST_BYTES = 500_000_000
#: What a bomb may end in: stopped for its time or memory, or read after all because the library gave up first.
BOMB_OUTCOMES = {"took_too_long", "too_much_memory", "damaged", "kept"}


@pytest.fixture(scope="module")
def files() -> dict[str, tuple[bytes, str]]:
    return hostile()


@pytest.fixture(scope="module")
def readings(files: dict[str, tuple[bytes, str]], tmp_path_factory: pytest.TempPathFactory) -> dict[str, MoaReading]:
    """Every file imported into one store, the way a person would do it."""
    folder = tmp_path_factory.mktemp("hostile")
    for name, (data, _) in files.items():
        (folder / name).write_bytes(data)
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home)
    found: dict[str, MoaReading] = {}
    with Store.open(home) as store:
        ingest_moas.import_saved(store, settings, [folder], None)
        names = {sha256: file for file, sha256 in store.connection.execute("select file, sha256 from moa_sightings")}
        for reading, _ in ingest_moas.read_new(store, settings):
            found[names[reading.sha256]] = reading
    return found


def test_there_are_thirty(files: dict[str, tuple[bytes, str]]) -> None:
    assert len(files) >= 30


def test_each_has_its_outcome(files: dict[str, tuple[bytes, str]], readings: dict[str, MoaReading]) -> None:
    expected = {name: outcome for name, (_, outcome) in files.items() if outcome not in ("any", "empty")}
    assert {name: readings[name].outcome for name in expected} == expected


def test_bombs_are_stopped(files: dict[str, tuple[bytes, str]], readings: dict[str, MoaReading]) -> None:
    bombs = {name: readings[name].outcome for name, (_, outcome) in files.items() if outcome == "any"}
    assert set(bombs.values()) <= BOMB_OUTCOMES
    assert sum(outcome in ("took_too_long", "too_much_memory") for outcome in bombs.values()) >= 3


def test_the_child_and_its_parent_stay_within_their_memory(tmp_path: Path) -> None:
    """The largest of the bombs, by the kernel's count of a parent and a child of their own."""
    for name in ("words_without_end.pdf", "stream_bomb.pdf", "forms_in_forms.pdf"):
        (tmp_path / name).write_bytes(hostile()[name][0])
    code = (
        "import resource, sys, pathlib\n"
        "from scrapers.readers.moa_text import PdfReader\n"
        "with PdfReader(max_bytes=30_000_000) as reader:\n"
        "    for path in pathlib.Path(sys.argv[1]).glob('*.pdf'): reader.read(path)\n"
        "print(sum(resource.getrusage(who).ru_maxrss for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)))"
    )
    # through a shell that stays: a process begins with the peak of the one it was forked from, and pytest's is large
    command = ["sh", "-c", '"$0" "$@"; exit $?', sys.executable, "-c", code, str(tmp_path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    assert int(done.stdout) * 1024 < MOST_BYTES


def test_a_document_after_a_bomb_is_read(tmp_path: Path) -> None:
    """A lost child is replaced, and its loss names the document that caused it and no other."""
    bomb, good = tmp_path / "bomb.pdf", tmp_path / "good.pdf"
    bomb.write_bytes(hostile()["stream_bomb.pdf"][0])
    good.write_bytes(text_pdf(["MEMORANDUM OF AGREEMENT"]))
    with PdfReader(max_bytes=30_000_000) as reader:
        outcomes = [reader.read(path).outcome for path in (good, bomb, good, bomb, good)]
    assert outcomes == ["kept", "too_much_memory", "kept", "too_much_memory", "kept"]


def test_a_child_that_hangs_is_ended(tmp_path: Path) -> None:
    path = tmp_path / "slow.pdf"
    path.write_bytes(hostile()["words_without_end.pdf"][0])
    with PdfReader(max_bytes=30_000_000, seconds=0.05) as reader:
        assert reader.read(path).outcome == "took_too_long"


def test_a_file_beyond_the_limit_is_not_opened(tmp_path: Path) -> None:
    path = tmp_path / "large.pdf"
    path.write_bytes(text_pdf(["x"]))
    with PdfReader(max_bytes=100) as reader:
        assert reader.read(path).outcome == "too_large"


def test_what_could_act_is_told(readings: dict[str, MoaReading]) -> None:
    told = {name: set(r.signals) & {"javascript", "attachments", "launch"} for name, r in readings.items()}
    assert {name: signals for name, signals in told.items() if signals} == {
        "javascript.pdf": {"javascript"}, "attachment.pdf": {"attachments"}, "launches_a_shell.pdf": {"launch"},
    }  # fmt: skip


def test_a_scan_is_marked_and_a_blank_page_is_not(tmp_path: Path) -> None:
    """A page that shows an image and has no text is a scan; one that shows nothing is blank and says nothing."""
    (tmp_path / "scan.pdf").write_bytes(scan_pdf(3))
    line = "The terms of this agreement are set out below in as many words as a page of it takes to hold them all.\n"
    (tmp_path / "blank.pdf").write_bytes(text_pdf([line * 3, "", line * 3]))
    with PdfReader(max_bytes=30_000_000) as reader:
        scan, blank = (read_document(n, reader.read(tmp_path / n)) for n in ("scan.pdf", "blank.pdf"))
    assert scan.signals == ("scan",)
    assert "partly_scanned" not in blank.signals


def test_the_limits_are_below_what_is_promised() -> None:
    assert READ_SECONDS < MOST_SECONDS
    assert MEMORY_BYTES < MOST_BYTES
