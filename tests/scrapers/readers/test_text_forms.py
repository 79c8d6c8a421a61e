"""Text in odd forms says what it says plainly: invisible characters, and a page saved as one file."""

from __future__ import annotations

import base64
import email.message
import quopri
from email import policy

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from scrapers.document_errors import DocumentError, NotAListError
from scrapers.readers import signals
from scrapers.readers.document import read_document
from tests.scrapers.readers.plain_list import LINKS, MOA, PLAIN, ROWS, listings
from tests.workbooks import PARTICIPATING, Cell, Raw, make_workbook

INVISIBLE = "\x01\x1c\x1f\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\ufeff\u202a\u202c\u2066\u2069\u034f\u061c\ufe0f"


# -- invisible characters ----------------------------------------------------------------------------------------------


@settings(max_examples=120, deadline=None)
@given(st.data())
def test_invisible_characters_change_nothing(data: st.DataObject) -> None:
    """Anywhere in names, states, dates, support types, counties, headers and addresses."""

    def sprinkle(text: str) -> str:
        for _ in range(data.draw(st.integers(0, 2))):
            at = data.draw(st.integers(0, len(text)))
            text = text[:at] + data.draw(st.sampled_from(INVISIBLE)) + text[at:]
        return text

    rows: list[list[Cell]] = [[sprinkle(name) for name in PARTICIPATING]]
    plain: list[list[Cell]] = [list(PARTICIPATING)]
    for row in ROWS:
        plain.append([*row[:5], "9/22/2025", *row[6:]])
        rows.append([sprinkle(cell) if isinstance(cell, str) else cell for cell in plain[-1]])
    links = {ref: sprinkle(target) for ref, target in LINKS.items()}
    read, expected = read_document(make_workbook(rows, links)), read_document(make_workbook(plain, LINKS))
    seen = [(x.state, x.agency, x.county, x.support_type, x.signed_on, x.moa, x.moa_url) for x in read.listings]
    assert seen == [
        (x.state, x.agency, x.county, x.support_type, x.signed_on, x.moa, x.moa_url) for x in expected.listings
    ]
    assert {s.code for s in read.signals} <= {signals.INVISIBLE_CHARACTERS}


def test_letters_of_another_width_and_headers_in_full_say_the_same() -> None:
    wide = {ord(c): ord(c) + 0xFEE0 for c in map(chr, range(0x21, 0x7F))}
    header = ("STATE", "AGENCY", "TYPE", "COUNTY", "MODEL", "DATE SIGNED", "M.O.A.", "Addendum Link")
    rows = [tuple(str(cell).translate(wide) if n in (0, 4) else cell for n, cell in enumerate(row)) for row in ROWS]
    read = read_document(make_workbook([header, *rows], LINKS))
    assert [(x.state_code, x.support_code, x.moa_url) for x in read.listings] == [
        (x.state_code, x.support_code, x.moa_url) for x in PLAIN.listings
    ]


@pytest.mark.parametrize("form", ["_x200B_", "&#8203;", "&#xFEFF;", "\u200e"])
def test_an_invisible_character_in_any_notation_is_taken_out(form: str) -> None:
    cell = Raw(f'<c r="{{ref}}" t="inlineStr"><is><t>ALA{form}BAMA</t></is></c>')
    read = read_document(make_workbook([PARTICIPATING, (cell, *ROWS[0][1:])], {"G2": MOA.format(2)}))
    assert read.listings == PLAIN.listings[:1]
    assert [(s.code, s.row, s.column, s.meaning) for s in read.signals] == [
        (signals.INVISIBLE_CHARACTERS, 2, "A", "1 cells")
    ]


def test_an_invisible_character_in_an_address_is_taken_out_however_it_is_written() -> None:
    links = {
        "G2": MOA.format("2%E2%80%8B"),
        "G3": MOA.format("3").replace("doclib", "doc\u200blib"),
        "G4": MOA.format("4%ef%bb%bf"),
    }
    read = read_document(make_workbook([PARTICIPATING, *ROWS], links))
    assert [row.moa_url for row in read.listings] == [row.moa_url for row in PLAIN.listings]
    assert read.listings[0].moa_link == links["G2"]  # the link itself stays as it is in the file


# -- a page saved as one file ------------------------------------------------------------------------------------------


def page(charset: str = "utf-8", meta: bool = True) -> bytes:
    cells = [[*PARTICIPATING]] + [[str(cell or "") for cell in row] for row in ROWS]
    rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in cells)
    declared = f'<meta charset="{charset}">' if meta else ""
    return f"<!DOCTYPE html><html><head>{declared}</head><body><table>{rows}</table></body></html>".encode(charset)


def quote(body: bytes) -> str:
    return quopri.encodestring(body).decode()


def encode(body: bytes) -> str:
    return base64.encodebytes(body).decode()


def as_they_are(body: bytes) -> str:
    return body.decode("latin-1")


WAYS = {"quoted-printable": quote, "base64": encode, "8bit": as_they_are}


def saved(html: bytes, *, encoding: str, charset: str | None = None, frames: bool = False) -> bytes:
    """The page as a browser saves it in one file."""
    whole = email.message.Message(policy=policy.compat32)
    whole["From"] = "<Saved by Blink>"
    whole["Subject"] = "287(g) | ICE"
    whole["MIME-Version"] = "1.0"
    whole["Content-Type"] = 'multipart/related; type="text/html"; boundary="--x--"'
    parts = [(b"<html><body>a frame</body></html>", "8bit", None)] if frames else []
    for body, way, said in [*parts, (html, encoding, charset)]:
        part = email.message.Message(policy=policy.compat32)
        part["Content-Type"] = "text/html" + (f'; charset="{said}"' if said else "")
        part["Content-Transfer-Encoding"] = way
        part.set_payload(WAYS[way](body))
        whole.attach(part)
    return whole.as_string().encode("latin-1")


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "8bit"])
@pytest.mark.parametrize("newline", [b"\n", b"\r\n"])
def test_a_page_saved_as_one_file_is_decoded(encoding: str, newline: bytes) -> None:
    data = saved(page(), encoding=encoding).replace(b"\n", newline)
    assert [x.agency for x in listings(data)] == [row[1] for row in ROWS]
    assert {x.signed_on for x in listings(data)} == {"2025-09-22"}


def test_a_saved_page_in_another_encoding_is_read_in_it() -> None:
    data = saved(page("windows-1252"), encoding="quoted-printable", charset="windows-1252")
    assert [x.agency for x in listings(data)] == [row[1] for row in ROWS]
    data = saved(page("windows-1252", meta=False), encoding="base64", charset="windows-1252")
    assert [x.agency for x in listings(data)] == [row[1] for row in ROWS]


def test_a_frame_before_the_page_does_not_hide_the_list() -> None:
    assert len(listings(saved(page(), encoding="base64", frames=True))) == 3


def test_a_saved_page_without_a_list_is_refused_by_name() -> None:
    with pytest.raises(NotAListError):
        read_document(saved(b"<html><body>Access Denied</body></html>", encoding="base64"))


def test_a_mail_is_no_page() -> None:
    with pytest.raises(DocumentError):
        read_document(b"MIME-Version: 1.0\nContent-Type: text/plain\n\nSTATE,AGENCY\n")
