"""Damaged, disguised and hostile files: each ends in an error with a name, within bounds.

The bounds are 5 seconds of processor time and 500 MB.
"""

from __future__ import annotations

import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import openpyxl
import pytest

from tests.paths import ROOT
from tests.workbooks import PARTICIPATING, PENDING, Raw, Sheet, make_parts, make_workbook, zip_parts

ROW = ("TEXAS", "Some Office", "County", "Some County", "Task Force Model")
SHEET = "xl/worksheets/sheet1.xml"
SECONDS = 5
MEGABYTES = 500
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"


def changed(old: bytes, new: bytes, part: str = SHEET, *, shared: bool = False) -> bytes:
    """A sound workbook with one thing in one part put otherwise."""
    parts = make_parts(Sheet([PENDING, ROW]), shared=shared)
    assert old in parts[part]
    return zip_parts({**parts, part: parts[part].replace(old, new, 1)})


def with_cell(ref: str, *, row: str = "9") -> bytes:
    cell = f'<row r="{row}"><c r="{ref}" t="inlineStr"><is><t>x</t></is></c></row></sheetData>'
    return changed(b"</sheetData>", cell.encode())


def flipped(data: bytes, at: int) -> bytes:
    return data[:at] + bytes([data[at] ^ 0x55]) + data[at + 1 :]


def false_size() -> bytes:
    """A zip whose directory says 100 bytes for a part of 40 MB."""
    data = zip_parts({**make_parts(Sheet([PENDING, ROW])), "xl/media/a.bin": b"\0" * 40_000_000})
    return data.replace((40_000_000).to_bytes(4, "little"), (100).to_bytes(4, "little"))


def encrypted_entries() -> bytes:
    data = bytearray(make_workbook([PENDING, ROW]))
    at = data.rindex(b"PK\x01\x02")
    data[at + 8] |= 1
    return bytes(data)


def many_parts() -> bytes:
    return zip_parts({**make_parts(Sheet([PENDING])), **{f"x/{i}.bin": b"" for i in range(5_000)}})


def same_name_twice() -> bytes:
    buffer = io.BytesIO(make_workbook([PENDING, ROW]))
    with zipfile.ZipFile(buffer, "a") as package, pytest.warns(UserWarning, match="Duplicate name"):
        package.writestr(SHEET, make_parts(Sheet([PENDING]))[SHEET])
    return buffer.getvalue()


def shared_bomb(path: str = "xl/sharedStrings.xml") -> bytes:
    """One text of 30,000 characters shown in 400,000 cells would be 12 GB."""
    cells = "".join(
        f'<row r="{r}">{"".join(f"""<c r="{c}{r}" t="s"><v>0</v></c>""" for c in "ABCDEFGH")}</row>'
        for r in range(3, 50_003)
    )
    parts = make_parts(Sheet([PENDING, ROW]), shared=True)
    parts[SHEET] = parts[SHEET].replace(b"</sheetData>", cells.encode() + b"</sheetData>")
    parts[path] = parts.pop("xl/sharedStrings.xml").replace(b"STATE", b"S" * 30_000, 1)
    return zip_parts(parts)


def rows_without_number(count: int) -> bytes:
    rows = b"<row><c t='inlineStr'><is><t>x</t></is></c></row>" * count
    return changed(b"</sheetData>", rows + b"</sheetData>")


def deep(depth: int) -> bytes:
    return changed(b"</sheetData>", b"<row>" * depth + b"</row>" * depth + b"</sheetData>")


def entity() -> bytes:
    doctype = b'<!DOCTYPE x [<!ENTITY a "b"><!ENTITY c SYSTEM "file:///etc/passwd">]><worksheet'
    return changed(b"<worksheet", doctype)


def wide() -> bytes:
    return make_workbook([(*PENDING, *[None] * 16_379, "far"), ROW])


def full_list(rows: int) -> bytes:
    return make_workbook([PARTICIPATING, *[(*ROW, "6/9/2020", "link", "")] * rows], shared=True)


HOSTILE: dict[str, tuple[str, Callable[[], bytes]]] = {
    "empty": ("not_a_workbook", lambda: b""),
    "text": ("not_a_workbook", lambda: b"STATE,LAW ENFORCEMENT AGENCY\n"),
    "pdf": ("not_a_workbook", lambda: b"%PDF-1.7\n" + b"\0" * 1000),
    "zeros": ("not_a_workbook", lambda: b"\0" * 10_000_000),
    "html": ("not_a_list", lambda: b"<html><body>Access Denied</body></html>"),
    "html-deep": ("not_a_list", lambda: b"<html>" + b"<div>" * 1_000_000),
    "html-tables": ("not_a_list", lambda: b"<html>" + b"<table><tr><td>" * 300_000),
    "html-attributes": ("not_a_list", lambda: b"<html><table><tr><td " + b"a=1 " * 1_000_000 + b">x</table>"),
    "huge": ("too_large", lambda: b"PK\3\4" + b"\0" * 20_000_000),
    "password": ("encrypted_workbook", lambda: OLE + b"\0" * 600 + "EncryptedPackage".encode("utf-16-le")),
    "old": ("old_excel", lambda: OLE + b"\0" * 600 + "Workbook".encode("utf-16-le")),
    "docx": ("not_a_workbook", lambda: zip_parts({"word/document.xml": b"<w/>"})),
    "empty-zip": ("not_a_workbook", lambda: zip_parts({})),
    "magic-only": ("damaged_workbook", lambda: b"PK\3\4"),
    "cut-half": ("damaged_workbook", lambda: (d := make_workbook([PENDING, ROW]))[: len(d) // 2]),
    "cut-last": ("damaged_workbook", lambda: make_workbook([PENDING, ROW])[:-1]),
    "flipped": ("damaged_workbook", lambda: flipped(d := make_workbook([PENDING, ROW]), d.index(SHEET.encode()) + 60)),
    "encrypted-entry": ("damaged_workbook", encrypted_entries),
    "false-size": ("damaged_workbook", false_size),
    "same-name": ("damaged_workbook", same_name_twice),
    "many-parts": ("too_large", many_parts),
    "bomb": ("too_large", lambda: changed(b"</sheetData>", b"</sheetData>" + b" " * 200_000_000)),
    "bomb-elsewhere": ("too_large", lambda: zip_parts({**make_parts(Sheet([PENDING])), "a.bin": b"\0" * 100_000_000})),
    "bomb-many": (
        "too_large",
        lambda: zip_parts({**make_parts(Sheet([PENDING])), **{f"{i}.bin": b"\0" * 20_000_000 for i in range(9)}}),
    ),
    "no-sheet": ("damaged_workbook", lambda: zip_parts({**make_parts(Sheet([PENDING])), SHEET: b""})),
    "broken-xml": ("damaged_workbook", lambda: changed(b"</sheetData>", b"</sheet")),
    "utf16": (
        "damaged_workbook",
        lambda: zip_parts({**make_parts(Sheet([PENDING])), SHEET: "<a/>".encode("utf-16")}),
    ),
    "not-utf8": (
        "damaged_workbook",
        lambda: changed(b"worksheets/", b"worksheets\xff/", "xl/_rels/workbook.xml.rels"),
    ),
    "doctype": ("unsafe_xml", entity),
    "doctype-in-texts": (
        "unsafe_xml",
        lambda: changed(b"<sst", b"<!DOCTYPE sst><sst", "xl/sharedStrings.xml", shared=True),
    ),
    "deep": ("damaged_workbook", lambda: deep(100_000)),
    "far-cell": ("too_large", lambda: with_cell("XFD1048576", row="1048576")),
    "far-column": ("too_large", lambda: with_cell("XFD9")),
    "far-row": ("too_large", lambda: with_cell("A1048576", row="1048576")),
    "beyond-excel": ("too_large", lambda: with_cell("ZZZ9999999")),
    "far-by-quotes": ("too_large", lambda: changed(b"</sheetData>", with_far_quotes())),
    "wide": ("too_large", wide),
    "unnumbered-rows": ("too_large", lambda: rows_without_number(200_000)),
    "dimension": ("read", lambda: changed(b"<sheetData>", b'<dimension ref="A1:XFD1048576"/><sheetData>')),
    "long-cell": ("too_large", lambda: make_workbook([PENDING, (*ROW[:3], "x" * 10_000_000, ROW[4])])),
    "long-shared": ("too_large", lambda: make_workbook([PENDING, (*ROW[:3], "x" * 10_000_000)], shared=True)),
    "shared-bomb": ("too_large", shared_bomb),
    "shared-bomb-in-disguise": ("too_large", lambda: shared_bomb("xl/SHAREDSTRINGS.xml")),
    "same-name-but-case": (
        "damaged_workbook",
        lambda: zip_parts({**make_parts(Sheet([PENDING])), SHEET.upper(): make_parts(Sheet([PENDING, ROW]))[SHEET]}),
    ),
    "shared-index": ("damaged_workbook", lambda: changed(b"<v>0</v>", b"<v>99999999</v>", shared=True)),
    "link-range": ("read", lambda: make_workbook([PARTICIPATING, ROW], {"A1:XFD1048576": "https://www.ice.gov/"})),
    "link-nowhere": ("damaged_workbook", lambda: make_workbook([PARTICIPATING, ROW], {"??": "https://www.ice.gov/"})),
    "serial": (
        "read",
        lambda: make_workbook([PENDING, (*ROW[:3], Raw('<c r="{ref}" s="1"><v>1e300</v></c>'), ROW[4])]),
    ),
    "most-rows": ("read", lambda: full_list(59_000)),
    "too-many-rows": ("too_large", lambda: full_list(60_001)),
}


def with_far_quotes() -> bytes:
    return b"<row r='9'><c\tr = 'XFD9' t='inlineStr'><is><t>x</t></is></c></row></sheetData>"


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[str, float, int]]:
    folder = tmp_path_factory.mktemp("hostile")
    for name, (_, make) in HOSTILE.items():
        (folder / name).write_bytes(make())
    found = subprocess.run(
        [sys.executable, str(Path(__file__).with_name("read_hostile.py")), *[str(folder / name) for name in HOSTILE]],
        cwd=ROOT,
        env={"PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        check=True,
        timeout=300,
    )
    return {name: (code, took, size) for name, code, took, size in map(json.loads, found.stdout.splitlines())}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_file_ends_by_name_in_time_and_in_memory(
    name: str, outcomes: dict[str, tuple[str, float, int]]
) -> None:
    """No file of the set crashes, hangs or fills the memory, and each is called what it is."""
    code, seconds, megabytes = outcomes[name]
    assert code == HOSTILE[name][0]
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


def test_the_writer_of_these_files_writes_what_openpyxl_reads() -> None:
    """The workbooks of this suite are workbooks, to another library too."""
    sheet = openpyxl.load_workbook(io.BytesIO(make_workbook([PENDING, ROW], shared=True))).active
    assert sheet is not None
    assert [tuple(row) for row in sheet.iter_rows(values_only=True)] == [PENDING, ROW]
