"""PDFs made for tests: plain ones with text, scans without, and thirty that mean harm or are broken."""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from functools import cache

HEADER = b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n"


def put_together(objects: Sequence[bytes], *, root: int = 1, trailer: bytes = b"", start: int | None = None) -> bytes:
    """Return a PDF of these objects, numbered from 1, with a right cross-reference table (or one that starts wrong)."""
    body = bytearray(HEADER)
    offsets = []
    for number, content in enumerate(objects, 1):
        offsets.append(len(body))
        body += b"%d 0 obj\n%b\nendobj\n" % (number, content)
    place = len(body)
    body += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    body += b"".join(b"%010d 00000 n \n" % offset for offset in offsets)
    body += b"trailer\n<< /Size %d /Root %d 0 R %b >>\n" % (len(objects) + 1, root, trailer)
    body += b"startxref\n%d\n%%%%EOF\n" % (place if start is None else start)
    return bytes(body)


def stream(data: bytes, extra: bytes = b"", *, packed: bool = True) -> bytes:
    """Return a stream object's content."""
    if packed:
        data, extra = zlib.compress(data), extra + b" /Filter /FlateDecode"
    return b"<< /Length %d %b >>\nstream\n%b\nendstream" % (len(data), extra, data)


def text_pdf(pages: Sequence[str], *, catalog: bytes = b"", more: Sequence[bytes] = ()) -> bytes:
    """Return a PDF whose pages have these lines as their text; `more` objects come after, from number 4 + 2 pages."""
    count = len(pages)
    kids = b" ".join(b"%d 0 R" % (4 + 2 * i) for i in range(count))
    objects = [
        b"<< /Type /Catalog /Pages 2 0 R %b >>" % catalog,
        b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, count),
        b"<< /Type /Font /Subtype /Type1 /BaseFont /Helvetica /Encoding /WinAnsiEncoding >>",
    ]
    for index, text in enumerate(pages):
        objects.append(
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 1200] /Resources << /Font << /F1 3 0 R >> >>"
            b" /Contents %d 0 R >>" % (5 + 2 * index)
        )
        objects.append(stream(_show(text)))
    return put_together([*objects, *more])


def _show(text: str) -> bytes:
    lines = [b"BT /F1 9 Tf 11 TL 36 1160 Td"]
    for line in text.split("\n"):
        shown = line.encode("cp1252", "replace").replace(b"\\", b"\\\\").replace(b"(", b"\\(").replace(b")", b"\\)")
        lines.append(b"(%b) Tj T*" % shown)
    return b"\n".join([*lines, b"ET"])


def scan_pdf(pages: int) -> bytes:
    """Return a PDF whose pages show an image and have no text."""
    image = stream(b"\x80" * 10_000, b"/Type /XObject /Subtype /Image /Width 100 /Height 100 /ColorSpace /DeviceGray"
                   b" /BitsPerComponent 8")  # fmt: skip
    kids = b" ".join(b"%d 0 R" % (5 + i) for i in range(pages))
    page = (
        b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << /XObject << /I 3 0 R >> >>"
        b" /Contents 4 0 R >>"
    )
    return put_together(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [%b] /Count %d >>" % (kids, pages),
            image,
            stream(b"q 600 0 0 780 0 0 cm /I Do Q"),
            *[page] * pages,
        ]
    )


_ONE = "MEMORANDUM OF AGREEMENT\n287(g) Task Force Model"
_ZEROS = 300_000_000


def _nested_streams(times: int) -> bytes:
    data = b"\x00" * 100_000_000
    for _ in range(times):
        data = zlib.compress(data, 9)
    return data


def _page_with(content: bytes, *, resources: bytes = b"", more: Sequence[bytes] = (), page: bytes = b"") -> bytes:
    return put_together(
        [
            b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] /Resources << %b >> /Contents 4 0 R %b >>"
            % (resources, page),
            content,
            *more,
        ]
    )


@cache
def hostile() -> dict[str, tuple[bytes, str]]:
    """Return thirty-odd files by name, each with the outcome it must have ("kept": it can be read without harm)."""
    good = text_pdf([_ONE])
    page = b"<html><head><title>Access Denied</title></head><body>Reference #18.4f2</body></html>"
    many = text_pdf(["x"] * 3)
    pages_10000 = put_together(
        [b"<< /Type /Catalog /Pages 2 0 R >>",
         b"<< /Type /Pages /Kids [%b] /Count 10000 >>" % b" ".join([b"3 0 R"] * 10_000),
         b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"]
    )  # fmt: skip
    loop = put_together([b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [2 0 R 2 0 R] /Count 2 >>"])
    claims = put_together(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 2000000000 >>",
         b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"]
    )  # fmt: skip
    deep = put_together(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>", b"[" * 200_000]
    )
    js = text_pdf(
        [_ONE], catalog=b"/Names << /JavaScript << /Names [(a) 6 0 R] >> >> /OpenAction 6 0 R",
        more=[b"<< /S /JavaScript /JS (while(true){app.alert('x');}) >>"],
    )  # fmt: skip
    attached = text_pdf(
        [_ONE], catalog=b"/Names << /EmbeddedFiles << /Names [(a.exe) 6 0 R] >> >>",
        more=[b"<< /Type /Filespec /F (a.exe) /EF << /F 7 0 R >> >>", stream(b"MZ" * 1000, b"/Type /EmbeddedFile")],
    )  # fmt: skip
    launch = text_pdf([_ONE], catalog=b"/OpenAction << /S /Launch /F (/bin/sh) >>")
    uri = text_pdf([_ONE], catalog=b"/OpenAction << /S /URI /URI (http://198.51.100.1/x) >>")
    encrypted = put_together(
        [b"<< /Type /Catalog /Pages 2 0 R >>", b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
         b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>",
         b"<< /Filter /Standard /V 1 /R 2 /O <" + b"41" * 32 + b"> /U <" + b"42" * 32 + b"> /P -4 >>"],
        trailer=b"/Encrypt 4 0 R /ID [<00112233445566778899aabbccddeeff> <00112233445566778899aabbccddeeff>]",
    )  # fmt: skip
    unknown_lock = encrypted.replace(b"/Filter /Standard", b"/Filter /Unheardx")
    draws = b"q 1 0 0 1 0 0 cm " * 2_000_000
    words = b"BT /F1 9 Tf 36 700 Td " + b"(word word word word) Tj " * 1_500_000 + b" ET"
    font = b"/Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >>"
    forms = [
        stream(b" ".join(b"/X%d Do" % (n + 1) for _ in range(10)), b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"
               b" /Resources << /XObject << /X%d %d 0 R >> >>" % (n + 1, 6 + n))
        for n in range(12)
    ]  # fmt: skip
    forms.append(stream(b"BT (x) Tj ET", b"/Type /XObject /Subtype /Form /BBox [0 0 9 9]"))
    huge_image = stream(b"", b"/Type /XObject /Subtype /Image /Width 100000 /Height 100000 /ColorSpace /DeviceRGB"
                        b" /BitsPerComponent 16")  # fmt: skip
    return {
        "good.pdf": (good, "kept"),
        "empty.pdf": (b"", "empty"),
        "one_byte.pdf": (b"%", "not_a_pdf"),
        "header_only.pdf": (HEADER, "damaged"),
        "page_named_pdf.pdf": (b"<!DOCTYPE html><html><body><h1>Not found</h1></body></html>", "not_a_pdf"),
        "block_page.pdf": (page, "block_page"),
        "workbook_named_pdf.pdf": (b"PK\x03\x04" + b"\x00" * 200, "not_a_pdf"),
        "zeros.pdf": (b"\x00" * 5000, "not_a_pdf"),
        "noise_behind_header.pdf": (HEADER + bytes(range(256)) * 200, "damaged"),
        "polyglot_page_first.pdf": (b"<script>alert(1)</script>\n" + good, "not_a_pdf"),
        "polyglot_zip_first.pdf": (b"PK\x03\x04" + good, "not_a_pdf"),
        "polyglot_zip_behind.pdf": (good + b"PK\x05\x06" + b"\x00" * 18, "kept"),
        "truncated_half.pdf": (good[: len(good) // 2], "damaged"),
        "truncated_before_pages.pdf": (good[:40], "damaged"),
        "wrong_start.pdf": (put_together([b"<< /Type /Catalog /Pages 2 0 R >>",
            b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 612 792] >>"], start=99_999_999), "kept"),
        "wrong_table.pdf": (good.replace(b"00000 n", b"00001 n"), "kept"),
        "no_root.pdf": (put_together([b"<< >>"], root=9), "damaged"),
        "no_pages.pdf": (put_together([b"<< /Type /Catalog >>"]), "damaged"),
        "pages_10000.pdf": (pages_10000, "too_many_pages"),
        "pages_in_a_circle.pdf": (loop, "damaged"),
        "claims_2000000000_pages.pdf": (claims, "kept"),
        "brackets_200000_deep.pdf": (deep, "damaged"),
        "javascript.pdf": (js, "kept"),
        "launches_a_shell.pdf": (launch, "kept"),
        "calls_home.pdf": (uri, "kept"),
        "attachment.pdf": (attached, "kept"),
        "encrypted.pdf": (encrypted, "encrypted"),
        "encrypted_unknown.pdf": (unknown_lock, "encrypted"),
        "stream_bomb.pdf": (_page_with(stream(b" " * _ZEROS)), "any"),
        "streams_in_streams.pdf": (_page_with(
            b"<< /Length %d /Filter [/FlateDecode /FlateDecode /FlateDecode] >>\nstream\n%b\nendstream"
            % (len(nested := _nested_streams(3)), nested)), "any"),
        "draws_without_end.pdf": (_page_with(stream(draws)), "any"),
        "words_without_end.pdf": (_page_with(stream(words), resources=font), "any"),
        "forms_in_forms.pdf": (_page_with(stream(b"/X0 Do"), resources=b"/XObject << /X0 5 0 R >>", more=forms), "any"),
        "huge_image.pdf": (_page_with(stream(b"q 1 0 0 1 0 0 cm /I Do Q"), resources=b"/XObject << /I 5 0 R >>",
            more=[huge_image]), "kept"),
        "page_of_a_light_year.pdf": (_page_with(stream(b"BT ET"), page=b"/MediaBox [0 0 1e30 1e30]"), "kept"),
        "three_pages.pdf": (many, "kept"),
    }  # fmt: skip
