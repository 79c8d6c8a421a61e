"""The 51 real agreement documents, each read by eye first: `moas_by_eye.csv` says what stands in which.

The table was written from the text layers, page by page: the support type that the title or the body gives, whether the
pages have text, the page and the first and last words of the passage on the ending, and the agency as printed, slips of
the recognizer included. Empty means that the text does not say.
"""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from db.moa_models import MoaReading
from scrapers.readers.moa_document import read_document
from scrapers.readers.moa_text import PdfReader
from tests.paths import DOCUMENTS

pytestmark = pytest.mark.skipif(not DOCUMENTS.is_dir(), reason=f"the real documents are not at {DOCUMENTS}")
Row = dict[str, str]


@pytest.fixture(scope="module")
def by_eye() -> dict[str, Row]:
    with Path(__file__).with_name("moas_by_eye.csv").open(encoding="utf-8", newline="") as lines:
        return {row["file"]: row for row in csv.DictReader(lines)}


@pytest.fixture(scope="module")
def readings(by_eye: dict[str, Row]) -> dict[str, MoaReading]:
    with PdfReader(max_bytes=30_000_000) as reader:
        return {file: read_document(file, reader.read(DOCUMENTS / file)) for file in by_eye}


def test_the_table_has_every_document(by_eye: dict[str, Row]) -> None:
    assert sorted(by_eye) == sorted(path.name for path in DOCUMENTS.glob("*.pdf"))
    assert len(by_eye) == 51


def test_every_document_is_read_with_all_its_pages(readings: dict[str, MoaReading]) -> None:
    with (DOCUMENTS / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        pages = {row["file"]: int(row["pages"]) for row in csv.DictReader(lines)}
    assert {file: (r.outcome, r.page_count) for file, r in readings.items()} == {
        file: ("kept", count) for file, count in pages.items()
    }


def test_support_types_are_those_of_the_text(by_eye: dict[str, Row], readings: dict[str, MoaReading]) -> None:
    assert {f: r.support_type or "" for f, r in readings.items()} == {f: by_eye[f]["support_type"] for f in by_eye}


def test_support_types_are_those_that_the_names_promise(readings: dict[str, MoaReading]) -> None:
    """No document's text differs from its name; those without a text of theirs give no support type at all."""
    with (DOCUMENTS / "manifest.csv").open(encoding="utf-8", newline="") as lines:
        named = {row["file"]: row["support_type_by_name"] for row in csv.DictReader(lines)}
    read = {file: r.support_type for file, r in readings.items() if r.support_type}
    assert read == {file: named[file] for file in read}
    assert len(read) == 44


def test_pages_without_text_are_marked(by_eye: dict[str, Row], readings: dict[str, MoaReading]) -> None:
    marked = {
        f: "scan" if "scan" in r.signals else "partly" if "partly_scanned" in r.signals else "text"
        for f, r in readings.items()
    }
    assert marked == {f: by_eye[f]["text"] for f in by_eye}


def test_endings_are_quoted_with_their_page(by_eye: dict[str, Row], readings: dict[str, MoaReading]) -> None:
    for file, row in by_eye.items():
        ending = readings[file].ending
        if not row["ending_page"]:
            assert ending is None, file
            continue
        assert ending is not None, file
        assert ending.page == int(row["ending_page"]), file
        assert ending.text.startswith(row["ending_begins"]), (file, ending.text)
        assert ending.text.endswith(row["ending_ends"]), (file, ending.text)


def test_durations_are_the_sentence_that_the_ending_begins_with(readings: dict[str, MoaReading]) -> None:
    """The sentence on the duration comes first in all wordings; where only ICE's notice is legible it is absent."""
    for file, reading in readings.items():
        if reading.duration is None:
            assert reading.ending in (None, reading.notice), file
        else:
            assert reading.ending is not None
            assert reading.ending.text.startswith(reading.duration.text), file
            assert reading.ending.page == reading.duration.page, file


def test_a_quotation_stands_on_the_page_that_it_names(readings: dict[str, MoaReading]) -> None:
    """The first words of each quotation are searched in the pages' text, spaces and line ends aside."""
    for file, reading in readings.items():
        for passage in (reading.duration, reading.ending, reading.notice):
            if passage:
                page = next(p.text for p in reading.pages if p.page == passage.page)
                assert "".join(passage.text[:60].split()) in "".join(page.split()), (file, passage)


def test_agencies_are_named_as_printed(by_eye: dict[str, Row], readings: dict[str, MoaReading]) -> None:
    assert {f: r.agency or "" for f, r in readings.items()} == {f: by_eye[f]["agency"] for f in by_eye}


@pytest.mark.parametrize(
    ("file", "dates"),
    [
        # typed on both sides
        ("TexasOfficeAttorneyGeneral_TFM_MOA_01.30.25.pdf", ["2025-01-30", "2025-01-31"]),
        # a stamp, its letters apart
        ("287gWSO_BayCoFl2019-10-15.pdf", ["2019-10-15"]),
        # the time of a digital signature
        ("287gJEM_PolkCoGa2020-07-02.pdf", ["2020-07-02"]),
        # typed into a form's field
        ("pascoCoSheriff_TFM_MOA_02272025.pdf", ["2025-02-19", "2025-02-27"]),
        # a stamp on a page that has no other text
        ("HughesCountySOSD_WSO_MOA_030725.pdf", ["2025-03-07"]),
        # by hand on both sides
        ("287gJEM_MatagordaCoTX_03-13-2020.pdf", []),
    ],
)
def test_dates_that_stand_as_text_are_read(readings: dict[str, MoaReading], file: str, dates: list[str]) -> None:
    assert sorted(line.on for line in readings[file].dates if line.kind == "signed") == dates


def test_revision_marks_give_the_wordings_edition(readings: dict[str, MoaReading]) -> None:
    marks = {f: [line.on for line in r.dates if line.kind == "revised"] for f, r in readings.items()}
    assert marks["lakeCountySherrifsOffice_TF_MOA_03122025.pdf"] == ["2025-02-12"]
    assert marks["FloridaDFS_TFM_MOA_032025.pdf"] == ["2025-03-07"]
    assert marks["EllisCoTX_JEM_MOA_04.16.2025.pdf"] == ["2025-02-15"]
    assert marks["287gJEM_WhartonCoTX_06-09-2020.pdf"] == []
