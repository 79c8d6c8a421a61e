"""A tiny writer of XLSX files as raw XML, so that a test can express any oddity a library would refuse to write."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from xml.sax.saxutils import escape, quoteattr

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE_R = "http://schemas.openxmlformats.org/package/2006/relationships"
_TYPES = "http://schemas.openxmlformats.org/package/2006/content-types"
_HEAD = '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n'

PARTICIPATING = ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE", "SIGNED", "MOA", "ADDENDUM")
PENDING = ("STATE", "LAW ENFORCEMENT AGENCY", "TYPE", "COUNTY", "SUPPORT TYPE")


class Raw(str):
    """A cell given as its own XML; ``{ref}`` stands for its reference."""


class Error(str):
    """An Excel error cell such as #N/A."""


Cell = str | int | float | date | None  # Raw and Error are strings too


@dataclass
class Sheet:
    """One worksheet: rows of cells from A1 on, hyperlinks by reference, and XML to put in other places."""

    rows: Sequence[Sequence[Cell]]
    links: Mapping[str, str] = field(default_factory=dict)
    title: str = "Sheet1"
    tail: str = ""  # further XML after the sheet data
    attributes: str = ""


def letters(column: int) -> str:
    """Excel's letters of a 0-based column."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def sheet_xml(sheet: Sheet, shared: list[str] | None = None) -> str:
    """The sheet's part; texts go to `shared` when it is given, else they stand in their cells."""
    rows = []
    for number, row in enumerate(sheet.rows, 1):
        cells = "".join(_cell(f"{letters(i)}{number}", cell, shared) for i, cell in enumerate(row))
        rows.append(f'<row r="{number}">{cells}</row>')
    links = "".join(f'<hyperlink ref="{ref}" r:id="rId{i}"/>' for i, ref in enumerate(sheet.links, 1))
    links = f"<hyperlinks>{links}</hyperlinks>" if links else ""
    return (
        f'{_HEAD}<worksheet xmlns="{_MAIN}" xmlns:r="{_R}"{sheet.attributes}>'
        f"<sheetData>{''.join(rows)}</sheetData>{links}{sheet.tail}</worksheet>"
    )


def _cell(ref: str, cell: Cell, shared: list[str] | None) -> str:
    if cell is None:
        return ""
    if isinstance(cell, Raw):
        return cell.replace("{ref}", ref)
    if isinstance(cell, Error):
        return f'<c r="{ref}" s="0" t="e"><v>{escape(cell)}</v></c>'
    if isinstance(cell, date):
        return f'<c r="{ref}" s="1"><v>{(cell - date(1899, 12, 30)).days}</v></c>'
    if isinstance(cell, int | float):
        return f'<c r="{ref}"><v>{cell}</v></c>'
    if shared is None:
        return f'<c r="{ref}" t="inlineStr"><is><t xml:space="preserve">{escape(cell)}</t></is></c>'
    if cell not in shared:
        shared.append(cell)
    return f'<c r="{ref}" t="s"><v>{shared.index(cell)}</v></c>'


def make_parts(
    *sheets: Sheet, modified: str | None = "2025-09-02T12:00:00Z", shared: bool = False, date1904: bool = False
) -> dict[str, bytes]:
    """The parts of a workbook with these sheets, by name."""
    texts: list[str] | None = [] if shared else None
    parts = {}
    names, rels, types = [], [], []
    for i, sheet in enumerate(sheets, 1):
        path = f"xl/worksheets/sheet{i}.xml"
        parts[path] = sheet_xml(sheet, texts)
        names.append(f'<sheet name={quoteattr(sheet.title)} sheetId="{i}" r:id="rId{i}"/>')
        rels.append(_rel(f"rId{i}", "worksheet", f"worksheets/sheet{i}.xml"))
        types.append(f'<Override PartName="/{path}" ContentType="{_content("worksheet")}"/>')
        if sheet.links:
            targets = [_rel(f"rId{n}", "hyperlink", t, external=True) for n, t in enumerate(sheet.links.values(), 1)]
            parts[f"xl/worksheets/_rels/sheet{i}.xml.rels"] = _rels(targets)
    rels.append(_rel("rIdStyles", "styles", "styles.xml"))
    types.append(f'<Override PartName="/xl/styles.xml" ContentType="{_content("styles")}"/>')
    if texts is not None:
        rels.append(_rel("rIdTexts", "sharedStrings", "sharedStrings.xml"))
        types.append(f'<Override PartName="/xl/sharedStrings.xml" ContentType="{_content("sharedStrings")}"/>')
        items = "".join(f'<si><t xml:space="preserve">{escape(text)}</t></si>' for text in texts)
        parts["xl/sharedStrings.xml"] = f'{_HEAD}<sst xmlns="{_MAIN}">{items}</sst>'
    pr = '<workbookPr date1904="1"/>' if date1904 else "<workbookPr/>"
    parts["xl/workbook.xml"] = (
        f'{_HEAD}<workbook xmlns="{_MAIN}" xmlns:r="{_R}">{pr}<sheets>{"".join(names)}</sheets></workbook>'
    )
    parts["xl/_rels/workbook.xml.rels"] = _rels(rels)
    parts["xl/styles.xml"] = (
        f'{_HEAD}<styleSheet xmlns="{_MAIN}"><fonts count="1"><font/></fonts>'
        '<fills count="1"><fill><patternFill patternType="none"/></fill></fills>'
        '<borders count="1"><border/></borders><cellStyleXfs count="1"><xf/></cellStyleXfs>'
        '<cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="14" applyNumberFormat="1"/></cellXfs></styleSheet>'
    )
    top = [_rel("rId1", "officeDocument", "xl/workbook.xml")]
    if modified is not None:
        core = "http://schemas.openxmlformats.org/package/2006/metadata/core-properties"
        parts["docProps/core.xml"] = (
            f'{_HEAD}<cp:coreProperties xmlns:cp="{core}" xmlns:dcterms="http://purl.org/dc/terms/" '
            'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
            f'<dcterms:modified xsi:type="dcterms:W3CDTF">{modified}</dcterms:modified></cp:coreProperties>'
        )
        kind = "http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties"
        top.append(f'<Relationship Id="rId2" Type="{kind}" Target="docProps/core.xml"/>')
        content = "application/vnd.openxmlformats-package.core-properties+xml"
        types.append(f'<Override PartName="/docProps/core.xml" ContentType="{content}"/>')
    parts["_rels/.rels"] = _rels(top)
    parts["[Content_Types].xml"] = (
        f'{_HEAD}<Types xmlns="{_TYPES}"><Default Extension="xml" ContentType="application/xml"/>'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        '<Override PartName="/xl/workbook.xml" '
        'ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>'
        f"{''.join(types)}</Types>"
    )
    return {name: part.encode() for name, part in parts.items()}


def zip_parts(parts: Mapping[str, bytes]) -> bytes:
    """The parts as the bytes of a file, each deflated, with a fixed time."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as package:
        for name, part in parts.items():
            package.writestr(zipfile.ZipInfo(name), part, zipfile.ZIP_DEFLATED)
    return buffer.getvalue()


def make_workbook(
    rows: Sequence[Sequence[Cell]],
    links: Mapping[str, str] | None = None,
    *,
    modified: str | None = "2025-09-02T12:00:00Z",
    shared: bool = False,
) -> bytes:
    """The bytes of a workbook with one sheet."""
    return zip_parts(make_parts(Sheet(rows, links or {}), modified=modified, shared=shared))


def _content(kind: str) -> str:
    return f"application/vnd.openxmlformats-officedocument.spreadsheetml.{kind}+xml"


def _rel(relation_id: str, kind: str, target: str, *, external: bool = False) -> str:
    mode = ' TargetMode="External"' if external else ""
    return f'<Relationship Id="{relation_id}" Type="{_R}/{kind}" Target={quoteattr(target)}{mode}/>'


def _rels(relations: Sequence[str]) -> str:
    return f'{_HEAD}<Relationships xmlns="{_PACKAGE_R}">{"".join(relations)}</Relationships>'
