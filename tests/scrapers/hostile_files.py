"""Hostile workbooks, pages and PDFs, each made from its number: true ones mutated, and ones made to hurt a reader."""

from __future__ import annotations

import io
import random
import zipfile
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path

from tests.histories import Posting, agencies
from tests.pdfs import hostile, text_pdf

_hostile_pdfs = cache(hostile)
_STARTS = (b"<", b"&", b"\0", b"\xff\xfe", b"=1+1", b"]]>", b"<!ENTITY a '", b"' or 1=1 --", b"%PDF-1.7", b"PK\3\4")
_ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa">{}]>'.format(
    "".join(f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True))
)


def names(number: int) -> list[str]:
    """Six agencies that no other list has: what many lists say in turn would be news."""
    return [f"{word} {number} County Sheriff's Office" for word in "Baker Pasco Union Taylor Lake Bay".split()]


def workbook(number: int) -> bytes:
    """A true list of six agencies."""
    return Posting(agencies(*names(number)), "2025-06-02T14:00:00Z", "participatingAgencies06022025am.xlsx").data


def page(number: int) -> bytes:
    """A true page with a table of six agencies."""
    rows = "".join(
        f"<tr><td>FLORIDA</td><td>{name}</td><td>Jail Enforcement Model</td><td>6/2/2020</td><td>link</td></tr>"
        for name in names(number)
    )
    head = "<tr><th>STATE</th><th>LAW ENFORCEMENT AGENCY</th><th>SUPPORT TYPE</th><th>SIGNED</th><th>MOA</th></tr>"
    return f"<!doctype html><html><body><h1>287(g)</h1><table>{head}{rows}</table></body></html>".encode()


def mutate(chance: random.Random, data: bytes) -> bytes:
    """The bytes with some of them changed, doubled, cut out, cut off or put elsewhere."""
    made = bytearray(data)
    for _ in range(chance.choice((1, 1, 2, 5, 40))):
        at, size = chance.randrange(len(made) + 1), chance.choice((1, 1, 2, 8, 300))
        match chance.randrange(6):
            case 0:
                made[at : at + size] = chance.randbytes(size)
            case 1:
                made[at:at] = made[at : at + size] * chance.choice((1, 3, 200))
            case 2:
                del made[at : at + size]
            case 3:
                del made[at:]
            case 4:
                made[at:at] = chance.choice(_STARTS) * chance.choice((1, 50))
            case 5:
                cut = bytes(made[at : at + size])
                del made[at : at + size]
                place = chance.randrange(len(made) + 1)
                made[place:place] = cut
    return bytes(made)


def mutate_parts(chance: random.Random, data: bytes) -> bytes:
    """The workbook packed again with one of its parts mutated, left out, doubled, renamed or blown up."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        hit = chance.choice(old.namelist())
        for name in old.namelist():
            part = old.read(name)
            if name == hit:
                match chance.randrange(7):
                    case 0:
                        continue
                    case 1:
                        part = part * chance.choice((2, 50))
                    case 2:
                        name = chance.choice((f"../{name}", f"/{name}", name.upper(), "x" * 400))
                    case 3:
                        part = _ENTITIES.encode() + part.replace(b">", b">&i;", 3)
                    case 4:
                        part += b" " * chance.choice((1_000_000, 30_000_000))
                    case _:
                        part = mutate(chance, part)
            new.writestr(name, part)
    return out.getvalue()


def widen(chance: random.Random, data: bytes) -> bytes:
    """The workbook with areas, rows, links and formulas that no list can need."""
    rows, end = chance.choice((10, 60_000, 1_048_576)), chance.choice(("ZZ", "XFD", "A"))
    areas = " ".join(f"A1:{end}{rows}" for _ in range(chance.choice((1, 50, 3_000))))
    more = chance.choice((
        f'<hyperlinks><hyperlink ref="{areas}" location="x"/></hyperlinks>',
        f'<mergeCells><mergeCell ref="{areas}"/></mergeCells>',
        f'<row r="{rows}"><c r="{end}{rows}" t="inlineStr"><is><t>x</t></is></c></row>',
        f'<c r="A1"><f t="shared" ref="A1:{end}{rows}" si="0">A1+A1</f><v>1</v></c>' * chance.choice((1, 500)),
        "<row>" * 5_000, _ENTITIES,
    ))  # fmt: skip
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            part = old.read(name)
            if "sheet1" in name and name.endswith(".xml"):
                place = chance.choice((b"</worksheet>", b"</sheetData>", b"<sheetData>"))
                part = part.replace(place, more.encode() + place if chance.random() < 0.7 else place + more.encode())
            new.writestr(name, part)
    return out.getvalue()


def grow_page(chance: random.Random, data: bytes) -> bytes:
    """The page with spans, nesting, attributes or entities that no page can need."""
    many = chance.choice((100, 10_000, 200_000))
    more = chance.choice((
        b"<table>" * many, b"<td colspan=1000000 rowspan=1000000>x" * 50, b"<td>" * many, b"<a " + b"x=1 " * many,
        _ENTITIES.encode() + b"&i;", b"<!--" * many, b"&#x10ffff;" * many, b"<tr><td>FLORIDA" * many,
        b"<svg><foreignObject>" * (many // 10), b"\xe2\x80\xae" * many,
    ))  # fmt: skip
    at = data.index(chance.choice((b"<table", b"</table", b"<tr><td>", b"</body")))
    return data[:at] + more + data[at:]


def _make_pdf(chance: random.Random) -> bytes:
    if chance.random() < 0.2:
        made = _hostile_pdfs()
        return made[chance.choice(sorted(made))][0]
    return mutate(chance, text_pdf(["MEMORANDUM OF AGREEMENT between ICE and the Baker County Sheriff's Office"] * 3))


def make_file(number: int) -> tuple[str, bytes]:
    """(name, bytes) of the hostile file with that number; a third each are workbooks, pages and PDFs."""
    chance = random.Random(number)
    if number % 3 == 0:
        change: Callable[[random.Random, bytes], bytes] = chance.choice((mutate, mutate_parts, mutate_parts, widen))
        return f"participatingAgencies{number}.xlsx", change(chance, workbook(number))
    if number % 3 == 1:
        return f"page{number}.html", chance.choice((mutate, mutate, grow_page))(chance, page(number))
    return f"moa{number}.pdf", _make_pdf(chance)


def make_files(folder: Path, numbers: Iterable[int]) -> None:
    """Write the hostile files with these numbers into the folder."""
    for number in numbers:
        name, data = make_file(number)
        (folder / name).write_bytes(data)
