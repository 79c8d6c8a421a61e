"""Documents with bytes changed at random: read, or refused by name; nothing else ever comes out."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from db.models import Snapshot
from scrapers.document_errors import DocumentError
from scrapers.readers.document import read_document
from scrapers.readers.printed_text import strip_invisible
from scrapers.readers.workbook_package import part_key, unpack_parts
from tests.workbooks import PARTICIPATING, Error, Sheet, make_parts, zip_parts

ROW = ("TEXAS", "Some Office", "County", Error("#N/A"), "Task Force Model", date(2025, 3, 4), "link", "")
PARTS = make_parts(Sheet([PARTICIPATING, ROW, ROW], {"G2": "https://www.ice.gov/a.pdf", "H2:H3": "x"}), shared=True)
WORKBOOK = zip_parts(PARTS)
HEAD = "<th>STATE<th>LAW ENFORCEMENT AGENCY<th>SUPPORT TYPE<th>SIGNED<th>MOA"
PAGE = (
    f"<!DOCTYPE html><html><head><meta charset='utf-8'></head><body><table><tr>{HEAD}</tr>"
    "<tr><td rowspan=2>TEXAS<td>A’s Office<td>WSO<td>3/4/2025<td><a href='/a.pdf'>link</a></tr>"
    "<tr><td>B Office<td colspan=2>TFM<td>3/42025<td></tr></table></body></html>"
).encode()
TOKENS = [
    b"<",
    b">",
    b'"',
    b"'",
    b"&",
    b"&#0;",
    b"\0",
    b"\xff",
    b"</c>",
    b"<row>",
    b"<v>",
    b"9999999",
    b"-1",
    b"e",
    b"XFD",
]


def mutate(data: bytes, dice: random.Random) -> bytes:
    """The bytes with one to four changes: flipped, cut, doubled, or a token put in."""
    for _ in range(dice.randint(1, 4)):
        if not data:
            return data
        at = dice.randrange(len(data))
        kind = dice.randrange(5)
        if kind == 0:
            data = data[:at] + bytes([dice.randrange(256)]) + data[at + 1 :]
        elif kind == 1:
            data = data[:at] + data[at + dice.randint(1, 40) :]
        elif kind == 2:
            data = data[:at] + data[at : at + dice.randint(1, 200)] + data[at:]
        elif kind == 3:
            data = data[:at] + dice.choice(TOKENS) + data[at:]
        else:
            data = (
                data[:at]
                if dice.random() < 0.2
                else data[:at] + bytes([data[at] ^ (1 << dice.randrange(8))]) + data[at + 1 :]
            )
    return data


def mutate_part(dice: random.Random) -> bytes:
    """A sound zip with one changed part: the change reaches the XML readers, as no CRC is wrong."""
    name = dice.choice(list(PARTS))
    return zip_parts({**PARTS, name: mutate(PARTS[name], dice)})


KINDS: dict[str, Callable[[random.Random], bytes]] = {
    "file": lambda dice: mutate(WORKBOOK, dice),
    "part": mutate_part,
    "page": lambda dice: mutate(PAGE, dice),
}


def read_variants(count: int, seed: int) -> Counter[str]:
    found: Counter[str] = Counter()
    for number in range(count):
        dice = random.Random(seed * 1_000_003 + number)
        for kind, make in KINDS.items():
            try:
                outcome = type(read_document(make(dice))).__name__
                assert outcome == Snapshot.__name__
            except DocumentError as error:
                outcome = error.code
            found[f"{kind} {outcome}"] += 1
    return found


def test_2100_variants_are_read_or_refused_by_name() -> None:
    """Three kinds of change, 700 of each; all outcomes are snapshots or named errors."""
    found = read_variants(700, seed=1)
    assert sum(found.values()) == 2_100
    assert found["part Snapshot"] > 70  # the changes are small enough to get through to the list
    assert found["part damaged_workbook"] > 70


@pytest.mark.long
def test_20000_variants_are_read_or_refused_by_name() -> None:
    """The same, at length."""
    found = read_variants(7_000, seed=2)
    print(sorted(found.items()))
    assert sum(found.values()) == 21_000


@settings(max_examples=200, deadline=None)
@given(
    st.binary(max_size=400),
    st.sampled_from([b"", b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"<html>", b"<table>"]),
)
def test_any_bytes_are_refused_by_name(data: bytes, start: bytes) -> None:
    """No short string of bytes is a list."""
    with pytest.raises(DocumentError):
        read_document(start + data)


@settings(max_examples=100, deadline=None)
@given(st.lists(st.text(max_size=30), min_size=8, max_size=8))
def test_any_text_in_a_row_is_printed_and_never_an_error(cells: list[str]) -> None:
    """Whatever XML can hold in a cell comes back as it is."""
    clean = [
        "".join(c for c in cell if c in "\t" or 0x20 <= ord(c) < 0xD800 or 0xE000 <= ord(c) < 0xFFFE) for cell in cells
    ]
    clean = [strip_invisible(cell.replace("_x", "_ x")) for cell in clean]  # Excel's escape for control characters
    clean[0], clean[1], clean[4] = "TEXAS", f"Office {clean[1]}", "Task Force Model"
    clean[5] = "9/22/2025"
    data = zip_parts(make_parts(Sheet([PARTICIPATING, clean])))
    row = read_document(data).listings[0]
    assert [
        row.state, row.agency, row.type, row.county, row.support_type, row.signed, row.moa, row.addendum
    ] == clean  # fmt: skip


def test_what_is_unpacked_is_what_was_packed() -> None:
    """The parts come back byte for byte."""
    assert unpack_parts(WORKBOOK) == {part_key(name): part for name, part in PARTS.items()}
