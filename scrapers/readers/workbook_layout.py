"""Find the parts of a workbook by its relationships, whatever the program that wrote it called them."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from html import escape
from urllib.parse import unquote

from scrapers.document_errors import DamagedWorkbookError, NotAWorkbookError, TooLargeError
from scrapers.readers.workbook_package import Relation, parse_part, part_key, read_relations, refuse_declarations

#: One sheet counts; a pivot sheet has been seen beside it.
MAX_SHEETS = 32
#: The attribute that names a relationship.
R_IDS = (
    "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id",
    "{http://purl.oclc.org/ooxml/officeDocument/relationships}id",  # "strict" workbooks
)
_MAIN_PART = "xl/workbook.xml"
_CORE_PART = "docprops/core.xml"
_MODIFIED = "{http://purl.org/dc/terms/}modified"
_W3C_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d(?::\d\d)?(?:[.,]\d+)?(?:Z|[+-]\d\d:?\d\d)", re.IGNORECASE)
_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_R = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_RELATIONS = "http://schemas.openxmlformats.org/package/2006/relationships"


@dataclass(frozen=True, slots=True)
class SheetPart:
    """A worksheet as the workbook names it; `hidden` also if it is "very hidden", as only macros can make it."""

    title: str
    part_name: str
    hidden: bool


@dataclass(frozen=True, slots=True)
class Layout:
    """Where a workbook keeps what a reader needs: names of parts, None for a part it does not have."""

    main: str
    sheets: tuple[SheetPart, ...]  # in workbook order
    texts: str | None
    styles: str | None
    core: str | None
    date1904: bool  # days count from 1904, as Excel for the Macintosh did


def find_layout(parts: Mapping[str, bytes], *, name: str = "") -> Layout:
    """Return the workbook's layout, following its relationships from ``_rels/.rels`` on.

    Raises `NotAWorkbookError` if the package is no workbook, `DamagedWorkbookError` if a worksheet's part is missing,
    `TooLargeError` for more than MAX_SHEETS worksheets.
    """
    top = read_relations(parts, "", name=name)
    core = _target_of(parts, "", top.values(), "core-properties") or (_CORE_PART if _CORE_PART in parts else None)
    main = _target_of(parts, "", top.values(), "officeDocument") or _MAIN_PART
    if main not in parts:
        raise NotAWorkbookError("the zip holds no workbook", file=name, value=", ".join(list(parts)[:5]))
    refuse_declarations(main, parts[main], name=name)
    root = parse_part(parts[main], main, name=name)
    if not str(root.tag).endswith("}workbook"):
        raise NotAWorkbookError("the zip's main part is no workbook", file=name, value=root.tag)
    relations = read_relations(parts, main, name=name)
    sheets: dict[str, SheetPart] = {}
    for element in root.iter("{*}sheet"):
        relation = relations.get(element.get(R_IDS[0]) or element.get(R_IDS[1]) or "")
        if relation is None or relation.kind != "worksheet":
            continue
        part_name = _find_target(parts, main, relation)
        if part_name is None:
            raise DamagedWorkbookError("a worksheet the workbook names is missing", file=name, value=relation.target)
        title = element.get("name") or ""
        hidden = (element.get("state") or "visible").lower() != "visible"
        sheets[title] = SheetPart(title, part_name, hidden)
    if len(sheets) > MAX_SHEETS:
        raise TooLargeError("the workbook has more sheets than MAX_SHEETS", file=name, value=len(sheets))
    texts = _target_of(parts, main, relations.values(), "sharedStrings")
    styles = _target_of(parts, main, relations.values(), "styles")
    for part_name in (texts, styles, *(sheet.part_name for sheet in sheets.values())):
        if part_name is not None:
            refuse_declarations(part_name, parts[part_name], name=name)
    properties = root.find("{*}workbookPr")
    date1904 = properties is not None and (properties.get("date1904") or "").lower() in ("1", "true", "on")
    return Layout(main, tuple(sheets.values()), texts, styles, core, date1904)


def _target_of(
    parts: Mapping[str, bytes], part_name: str, relations: Iterable[Relation], kind: str
) -> str | None:  # fmt: skip
    return next((_find_target(parts, part_name, one) for one in relations if one.kind == kind), None)


def _find_target(parts: Mapping[str, bytes], part_name: str, relation: Relation) -> str | None:
    """Return the name of the part that a relationship of `part_name` leads to, or None if it is not there."""
    for target in (relation.target, unquote(relation.target)):
        resolved = resolve_target(part_name, target)
        if resolved in parts:
            return resolved
    return None


def resolve_target(part_name: str, target: str) -> str:
    """Return the key of the part that an internal target of `part_name` means."""
    target = target.replace("\\", "/")
    steps = [] if target.startswith("/") else part_name.split("/")[:-1]
    for step in target.split("/"):
        if step == "..":
            steps = steps[:-1]
        elif step not in (".", ""):
            steps.append(step)
    return part_key("/".join(steps))


def read_modified_at(parts: Mapping[str, bytes], layout: Layout) -> str | None:
    """Return the workbook's modified time as ``YYYY-MM-DDTHH:MM:SSZ`` in UTC, or None if it has no valid one."""
    if layout.core is None:
        return None
    try:
        refuse_declarations(layout.core, parts[layout.core])
        text = parse_part(parts[layout.core], layout.core).findtext(f".//{_MODIFIED}") or ""
    except DamagedWorkbookError:
        return None  # the properties are evidence of time only: a list can be read without them
    if not _W3C_TIME.fullmatch(text.strip()):
        return None
    try:
        moment = datetime.fromisoformat(text.strip().upper().replace(",", ".")).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def pack_sheets(parts: Mapping[str, bytes], layout: Layout, sheets: Mapping[str, bytes]) -> io.BytesIO:
    """Return an uncompressed workbook of just these sheets (title by title), under the usual part names.

    What is handed on is exactly what was checked, whatever the first zip held.
    """
    contents: dict[str, bytes] = {}
    listed, relations = [], []
    for number, (title, part) in enumerate(sheets.items(), 1):
        contents[f"xl/worksheets/sheet{number}.xml"] = part
        listed.append(f'<sheet name="{escape(title)}" sheetId="{number}" r:id="r{number}"/>')
        relations.append(("worksheet", f"worksheets/sheet{number}.xml"))
    for part_name, kind in ((layout.texts, "sharedStrings"), (layout.styles, "styles")):
        if part_name is not None:
            contents[f"xl/{kind}.xml"] = parts[part_name]
            relations.append((kind, f"{kind}.xml"))
    days = '<workbookPr date1904="1"/>' if layout.date1904 else ""
    book = f'<workbook xmlns="{_MAIN}" xmlns:r="{_R}">{days}<sheets>{"".join(listed)}</sheets></workbook>'
    contents[_MAIN_PART] = book.encode()
    contents["xl/_rels/workbook.xml.rels"] = _relationships(relations)
    contents["_rels/.rels"] = _relationships([("officeDocument", _MAIN_PART)])
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as package:
        for place, content in contents.items():
            package.writestr(zipfile.ZipInfo(place), content)
    buffer.seek(0)
    return buffer


def _relationships(relations: Iterable[tuple[str, str]]) -> bytes:
    items = "".join(
        f'<Relationship Id="r{number}" Type="{_R}/{kind}" Target="{target}"/>'
        for number, (kind, target) in enumerate(relations, 1)
    )
    return f'<Relationships xmlns="{_RELATIONS}">{items}</Relationships>'.encode()
