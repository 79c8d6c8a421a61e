"""Unpack the parts of an XLSX file within limits and check them before any library interprets them."""

from __future__ import annotations

import io
import re
import struct
import zipfile
import zlib
from collections.abc import Mapping
from typing import NamedTuple

from lxml import etree

from scrapers.document_errors import DamagedWorkbookError, TooLargeError, UnsafeXmlError

#: The largest list of 2025 has 170 kB, and all 18,000 agencies of the country under all three support types make 4 MB.
MAX_BYTES = 16 * 1024 * 1024
#: A sheet of 60,000 rows of 8 cells unpacks to about 28 MB; ICE's own lists to 2 MB.
MAX_UNPACKED_BYTES = 48 * 1024 * 1024
MAX_PART_BYTES = 32 * 1024 * 1024
#: ICE's workbooks have 15 to 25 parts.
MAX_PARTS = 1_000

#: `huge_tree` stays off: libxml2's own limits on depth and text are wider than any workbook needs.
_XML = etree.XMLParser(
    resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True
)
_TARGET = re.compile(r'''<Relationship Id="([^"&]*)" Type="[^"]*" Target="([^"]*)"''')
_ENTITY = re.compile("&(?!amp;)")
_LOCAL_HEADER = struct.Struct("<4s22xHH")
_NOT_PLAIN = 0x1 | 0x20 | 0x40  # flags: encrypted, a patch, strongly encrypted
_UTF8 = 0x800  # flag: the name is UTF-8


class Relation(NamedTuple):
    """What one relationship of a part points to."""

    kind: str  # last word of its type: "worksheet", "hyperlink", ...
    target: str


def unpack_parts(data: bytes, *, name: str = "") -> dict[str, bytes]:
    """Return every part of the package by its key (`part_key`), all CRCs right and all sizes within the limits.

    Raises `TooLargeError`, `DamagedWorkbookError` and `UnsafeXmlError`.
    """
    if len(data) > MAX_BYTES:
        raise TooLargeError("the file has more bytes than MAX_BYTES", file=name, value=len(data))
    parts: dict[str, bytes] = {}
    left = MAX_UNPACKED_BYTES
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            if len(infos) > MAX_PARTS:
                raise TooLargeError("the workbook has more parts than MAX_PARTS", file=name, value=len(infos))
            for info in infos:
                if info.is_dir():
                    continue
                part = _inflate(data, info, min(left, MAX_PART_BYTES), name)
                left -= len(part)
                part_name = part_key(info.filename)
                if part_name in parts:
                    raise DamagedWorkbookError("two parts have one name", file=name, value=info.filename)
                parts[part_name] = part
    except (zipfile.BadZipFile, zlib.error, OSError, ValueError, NotImplementedError, struct.error) as error:
        raise DamagedWorkbookError("the zip is damaged", file=name, value=error) from error
    for part_name, part in parts.items():
        if part_name.endswith((".xml", ".rels")):
            refuse_declarations(part_name, part, name=name)
    return parts


def part_key(part_name: str) -> str:
    """Return what a part is looked up by: its path with slashes, in lower case.

    Part names are compared without case (ECMA-376 part 2); some programs write backslashes or a leading slash.
    """
    steps = (step for step in part_name.replace("\\", "/").split("/") if step not in ("", "."))
    return "/".join(steps).lower()


def _inflate(data: bytes, info: zipfile.ZipInfo, limit: int, name: str) -> bytes:
    """Return the bytes of one part; zipfile gives the same in twice the time, as it unpacks 4 kB at once."""
    if info.file_size > limit:
        claim = f"{info.filename}, {info.file_size} bytes"
        raise TooLargeError("a part unpacks to more than the limit", file=name, value=claim)
    if info.flag_bits & _NOT_PLAIN or info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise DamagedWorkbookError("a part is packed in a way no workbook is", file=name, value=info.filename)
    signature, name_bytes, extra_bytes = _LOCAL_HEADER.unpack_from(data, info.header_offset)
    name_at = info.header_offset + _LOCAL_HEADER.size
    start = name_at + name_bytes + extra_bytes
    local_name = data[name_at : name_at + name_bytes].decode("utf-8" if info.flag_bits & _UTF8 else "cp437")
    if signature != b"PK\3\4" or local_name != info.orig_filename:
        raise DamagedWorkbookError("a part is not where the zip says", file=name, value=info.filename)
    part = data[start : start + info.compress_size]
    if info.compress_type == zipfile.ZIP_DEFLATED:
        # The directory's size is only a claim: no more than one byte beyond it is ever unpacked.
        part = zlib.decompressobj(-zlib.MAX_WBITS).decompress(part, info.file_size + 1)
    if len(part) != info.file_size or zlib.crc32(part) != info.CRC:
        raise DamagedWorkbookError("a part is not what the zip says", file=name, value=info.filename)
    return part


def refuse_declarations(part_name: str, part: bytes, *, name: str = "") -> None:
    """Raise `UnsafeXmlError` if the part declares a document type, `DamagedWorkbookError` if it is not UTF-8 text."""
    # In UTF-16 the search for a DTD below would find nothing; no office program writes its parts so.
    if not part.isascii():
        try:
            part.decode("utf-8")
        except UnicodeDecodeError as error:
            raise DamagedWorkbookError("a part is not UTF-8", file=name, value=part_name) from error
    if b"\0" in part:
        raise DamagedWorkbookError("a part holds a null byte", file=name, value=part_name)
    if b"!" in part and b"<!DOCTYPE" in part:  # one byte is found much faster than nine
        raise UnsafeXmlError("a part declares a document type", file=name, value=part_name)


def parse_part(part: bytes, part_name: str, *, name: str = "") -> etree._Element:
    """Return the root element of an XML part; raise `DamagedWorkbookError` if it is not well-formed."""
    try:
        root = etree.fromstring(part, _XML)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise DamagedWorkbookError(f"{part_name} is not well-formed", file=name, value=error) from error
    return root


def read_relations(parts: Mapping[str, bytes], part_name: str, *, name: str = "") -> dict[str, Relation]:
    """Return the relationships of a part by id; empty if it has none."""
    rels_name = _rels_of(part_name)
    if rels_name not in parts:
        return {}
    found = {}
    for element in parse_part(parts[rels_name], rels_name, name=name).iter("{*}Relationship"):
        values = element.attrib
        kind = (values.get("Type") or "").rpartition("/")[2]
        found[values.get("Id") or ""] = Relation(kind, values.get("Target") or "")
    return found


def read_targets(parts: Mapping[str, bytes], part_name: str, *, name: str = "") -> dict[str, str]:
    """Return what the relationships of a part point to, by id; empty if it has none.

    A list of 1,800 rows has 1,700 of them; as Excel writes them, they need no tree.
    """
    part = parts.get(_rels_of(part_name))
    if part is None:
        return {}
    text = part.decode("utf-8")
    found = [] if _ENTITY.search(text) else _TARGET.findall(text)
    # The word stands once in each element that Excel writes and in both tags around them: any other form, and any
    # comment with an element in it, makes the counts differ.
    if len(found) + 2 != text.count("Relationship"):
        return {one: relation.target for one, relation in read_relations(parts, part_name, name=name).items()}
    return {one: target.replace("&amp;", "&") if "&" in target else target for one, target in found}


def _rels_of(part_name: str) -> str:
    folder, slash, base = part_name.rpartition("/")
    return f"{folder}{slash}_rels/{base}.rels"
