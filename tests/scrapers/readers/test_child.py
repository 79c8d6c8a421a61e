"""A document can cost the child process that reads it, and nothing else."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from scrapers.document_errors import (
    DocumentError,
    ReaderCrashedError,
    ReaderUnavailableError,
    TooLargeError,
    TooMuchMemoryError,
    TooSlowError,
)
from scrapers.readers import child, limited
from scrapers.readers.child import Limits, run_limited
from scrapers.readers.document import read_document
from tests.paths import ROOT
from tests.scrapers.readers import child_tasks
from tests.workbooks import PARTICIPATING, PENDING, Sheet, make_parts, make_workbook, zip_parts

LIMITS = Limits(seconds=1.0, memory_bytes=200 << 20)
ROW = ("TEXAS", "Lee County Sheriff’s Office", "County", "Lee County", "Task Force Model", "9/22/2025", "link", None)


def run(task: Callable[..., Any], data: bytes = b"x", **more: int) -> Any:
    return run_limited(task, data, LIMITS, name="list.xlsx", **more)


@pytest.fixture(autouse=True)
def fresh_children() -> Iterator[None]:
    child._POOL.close()
    yield
    child._POOL.close()


def test_the_child_answers_and_is_used_again() -> None:
    first = run(child_tasks.describe, b"abc", more=5)
    assert (first["bytes"], first["name"], first["more"]) == (3, "list.xlsx", 5)
    assert first["process"] != os.getpid()
    assert run(child_tasks.describe)["process"] == first["process"]


def test_large_documents_pass_whole() -> None:
    assert run(child_tasks.describe, b"\0" * 20_000_000)["bytes"] == 20_000_000


@pytest.mark.parametrize(
    ("task", "error"),
    [
        (child_tasks.loop, TooSlowError),
        (child_tasks.hang, TooSlowError),
        (child_tasks.fill, TooMuchMemoryError),
        (child_tasks.crash, ReaderCrashedError),
        (child_tasks.fail, ReaderCrashedError),
    ],
)
def test_what_happens_in_the_child_is_an_error_with_a_name(task: Callable[..., Any], error: type[Exception]) -> None:
    """In time, and the next document is read as if nothing had been."""
    before = time.monotonic()
    with pytest.raises(error, match=r"list\.xlsx") as raised:
        run(task)
    assert isinstance(raised.value, DocumentError)
    assert time.monotonic() - before < 10
    assert run(child_tasks.describe)["bytes"] == 1


def test_an_error_of_the_document_comes_back_as_it_was_raised() -> None:
    with pytest.raises(TooLargeError) as raised:
        run(child_tasks.refuse)
    error = raised.value
    assert (error.what, error.file, error.sheet, error.row, error.value, error.do) == (
        "too many rows", "list.xlsx", "Sheet1", 7, "é", "look",
    )  # fmt: skip


def test_what_a_library_prints_is_no_answer() -> None:
    assert run(child_tasks.chatter) == "answer"


def test_the_child_can_write_no_file_and_knows_no_secret(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICE_AGREEMENTS_SMTP_PASSWORD", "secret")
    target = tmp_path / "written"
    assert run_limited(child_tasks.write, b"x" * 100, LIMITS, name=str(target)) == "OSError"
    assert not target.exists() or target.stat().st_size == 0
    assert [name for name in run(child_tasks.look_around) if name.startswith("ICE")] == []


def test_a_child_that_ended_for_being_idle_is_no_fault_of_the_next_document() -> None:
    run(child_tasks.describe)
    with pytest.raises(ReaderCrashedError, match="exit code 3"):
        run(child_tasks.leave, b"3")
    run(child_tasks.describe)
    with pytest.raises(ReaderCrashedError, match="exit code 0"):  # a fresh child ends so as well: it is the document
        run(child_tasks.leave, b"0")


def test_several_threads_have_a_child_each() -> None:
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda size: run(child_tasks.describe, b"x" * size), range(1, 25)))
    assert [answer["bytes"] for answer in answers] == list(range(1, 25))


def test_a_child_that_cannot_start_is_no_fault_of_the_document(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(child, "_START", "raise SystemExit(4)")
    with pytest.raises(ReaderUnavailableError, match="'4'"):
        run(child_tasks.describe)


def test_no_child_outlives_its_parent() -> None:
    """It ends when its input ends, also when the parent was killed."""
    code = (
        "import os, signal\n"
        "from tests.scrapers.readers.test_child import run, child_tasks\n"
        "print(run(child_tasks.describe)['process'], flush=True)\n"
        "os.kill(os.getpid(), signal.SIGKILL)\n"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False)
    orphan = Path(f"/proc/{int(done.stdout)}")
    deadline = time.monotonic() + 10
    while orphan.exists() and "Z" not in (orphan / "stat").read_text().split(")")[1].split()[:1]:
        assert time.monotonic() < deadline
        time.sleep(0.05)


# -- lists read in the child -------------------------------------------------------------------------------------------


def test_a_list_read_in_the_child_is_the_list() -> None:
    rows = [(*PARTICIPATING, "NOTES"), (*ROW, "new"), (*ROW, None), ("Last updated 10/1/2025",)]
    data = make_workbook(rows, {"G2": "https://www.ice.gov/doclib/287gMOA/x.pdf"})
    assert limited.read_document_limited(data, name="l") == read_document(data, name="l")
    empty = make_workbook([PENDING])
    assert limited.read_document_limited(empty) == read_document(empty)


def areas(count: int, ref: str = "ZZ1:ZZ60000") -> bytes:
    """A workbook of 2 kB whose one hyperlink lies on many areas."""
    parts = make_parts(Sheet([PARTICIPATING, ROW], {"G2": "https://www.ice.gov/a.pdf"}))
    path = "xl/worksheets/sheet1.xml"
    parts[path] = parts[path].replace(b'ref="G2"', f'ref="{" ".join([ref] * count)}"'.encode())
    return zip_parts(parts)


@pytest.mark.parametrize("ref", ["ZZ1:ZZ60000", "A1:A60000", "A1:XFD1048576", "XFD1048576", "H9999999:A1"])
@pytest.mark.parametrize("count", [1, 5_000, 100_000])
def test_areas_of_a_hyperlink_bound_no_loop(ref: str, count: int) -> None:
    """Read or refused by name, within a second of processor time."""
    data = areas(count, ref)
    before = time.process_time()
    with suppress(TooLargeError):
        assert len(read_document(data).listings) == 1
    assert time.process_time() - before < 1


@pytest.mark.parametrize("ref", ["A1:A60000", "A1:XFD1048576", "ZZ1:ZZ60000"])
def test_merged_ranges_bound_no_loop(ref: str) -> None:
    merged = "".join(f'<mergeCell ref="{ref}"/>' for _ in range(50_000))
    data = zip_parts(make_parts(Sheet([PARTICIPATING, *[ROW] * 50], tail=f"<mergeCells>{merged}</mergeCells>")))
    before = time.process_time()
    with suppress(TooLargeError):
        assert len(read_document(data).listings) == 50
    assert time.process_time() - before < 2
