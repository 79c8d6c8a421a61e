"""The child process that opens PDFs: whatever a document does to it, only this process is lost.

It reads one JSON request a line on stdin, `{"path", "max_pages", "max_characters"}`, and answers each with one JSON
line on stdout. It is started with limits on memory, files and processes and imports nothing of ours, so that it starts
fast and can be replaced by another child. JavaScript is never run: the library is built without an engine for it.
"""

from __future__ import annotations

import json
import os
import resource
import sys
from pathlib import Path
from typing import Any

#: FPDF_ERR_PASSWORD and FPDF_ERR_SECURITY: it asks for a password, or is locked in a way the library does not know.
_LOCKED = (4, 5)
_MOST_OBJECTS = 5000


def limit(memory_bytes: int) -> None:
    """Bound this process: memory, no files written, no core dumped, no process started."""
    resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def read(request: dict[str, Any]) -> dict[str, Any]:
    """Return the pages' text, or an outcome that says why there is none."""
    import pypdfium2

    try:
        data = Path(request["path"]).read_bytes()
        document = pypdfium2.PdfDocument(data)
    except pypdfium2.PdfiumError as error:
        locked = getattr(error, "err_code", None) in _LOCKED
        return {"outcome": "encrypted" if locked else "damaged", "detail": str(error)[:200]}
    try:
        count = len(document)
        if count > request["max_pages"]:
            return {"outcome": "too_many_pages", "page_count": count, "detail": f"{count} pages"}
        if count == 0:
            return {"outcome": "damaged", "detail": "the document has no page"}
        pages: list[list[Any] | None] = []
        left = request["max_characters"]
        for number in range(count):
            page = _read_page(document, number, left)
            pages.append(page)
            left -= len(page[0]) + len(page[2]) if page else 0
        if all(page is None for page in pages):
            return {"outcome": "damaged", "page_count": count, "detail": "none of its pages can be opened"}
        return {"outcome": "kept", "page_count": count, "pages": pages, "active": _active(document, data)}
    finally:
        document.close()


def _read_page(document: Any, number: int, left: int) -> list[Any] | None:
    """Return the page's text, whether it shows an image, and what was typed into its form fields or stamped on it.

    None for a page that cannot be opened: it must not hide the others.
    """
    import pypdfium2

    try:
        page = document[number]
    except pypdfium2.PdfiumError:
        return None
    try:
        marks = _has_image(page)
        text = filled = _layer(page, left)
        # a field's content becomes part of the page, and comes after the rest of its text
        annotated = pypdfium2.raw.FPDFPage_GetAnnotCount(page) > 0
        if annotated and pypdfium2.raw.FPDFPage_Flatten(page, pypdfium2.raw.FLAT_NORMALDISPLAY):
            page.close()
            page = document[number]
            filled = _layer(page, left)
    except pypdfium2.PdfiumError:
        return None
    finally:
        page.close()
    return [text, marks, filled[len(text) :]] if filled.startswith(text.rstrip()) else [filled, marks, ""]


def _has_image(page: Any) -> bool:
    """Whether the page shows an image, or a form that may hold one; of many objects the first are enough."""
    import pypdfium2

    raw = pypdfium2.raw
    pictures = (raw.FPDF_PAGEOBJ_IMAGE, raw.FPDF_PAGEOBJ_FORM)
    count = min(raw.FPDFPage_CountObjects(page), _MOST_OBJECTS)
    return any(raw.FPDFPageObj_GetType(raw.FPDFPage_GetObject(page, number)) in pictures for number in range(count))


def _layer(page: Any, left: int) -> str:
    layer = page.get_textpage()
    try:
        wanted = min(layer.count_chars(), left)
        return str(layer.get_text_range(0, wanted)) if wanted > 0 else ""
    finally:
        layer.close()


def _active(document: Any, data: bytes) -> list[str]:
    """Return what the document holds besides pages that could do something where it is opened."""
    import pypdfium2

    counts = (
        ("javascript", pypdfium2.raw.FPDFDoc_GetJavaScriptActionCount(document)),
        ("attachments", pypdfium2.raw.FPDFDoc_GetAttachmentCount(document)),
        ("launch", data.count(b"/Launch")),
    )
    return [name for name, count in counts if count > 0]


def main() -> None:
    """Answer requests until stdin ends."""
    answers = os.fdopen(os.dup(1), "w", encoding="ascii")
    os.dup2(2, 1)  # what a library prints must not be taken for an answer
    limit(int(sys.argv[1]))
    import pypdfium2  # noqa: F401 - before the first request is timed

    answers.write("{}\n")
    answers.flush()
    for line in sys.stdin:
        try:
            answer = read(json.loads(line))
        except MemoryError:
            answer = {"outcome": "too_much_memory", "detail": "out of memory"}
        except Exception as error:
            answer = {"outcome": "reader_failed", "detail": f"{type(error).__name__}: {error}"[:200]}
        answers.write(json.dumps(answer) + "\n")
        answers.flush()


if __name__ == "__main__":
    main()
